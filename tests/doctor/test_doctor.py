"""`feedback doctor` finds what keeps a server from being well, each with what to do."""

import json
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import URL

from feedback import clock
from feedback.backups.make import make_backup
from feedback.db import Database, new_id
from feedback.doctor.around import apart, disk
from feedback.doctor.doctor import examine
from feedback.doctor.findings import Finding
from feedback.erasure import file
from feedback.erasure.ledger import replay
from feedback.migrate import NEWEST, known_revisions
from feedback.outbox.queue import enqueue
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults.conftest import on_postgres
from tests.faults.conftest import program as program
from tests.faults.program import Program
from tests.faults.small_disk import small_disk
from tests.serving import free_port

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# True of the PostgreSQL that the tests share: nobody pulls its plug.
UNSAFE = ("fsync is off", "full_page_writes is off")


@pytest.fixture(autouse=True)
def _private(settings: Settings) -> None:
    """A copy of the tests' template has the rights that its maker's umask gave it."""
    if settings.sqlite_file is not None:
        settings.sqlite_file.chmod(0o600)


@pytest.fixture
def cared_for(settings: Settings, tmp_path: Path) -> Settings:
    """With a backup, and an address where nobody is."""
    place = tmp_path / "backups"
    place.mkdir()
    base = f"http://127.0.0.1:{free_port()}"
    made = settings.model_copy(update={"backups": place, "base_url": base})
    make_backup(made, place)
    return made


async def wrong(settings: Settings) -> dict[str, Finding]:
    all_of_them = [each async for each in examine(settings)]
    found = {
        each.name: each
        for each in all_of_them
        if not each.is_well and not each.said.startswith(UNSAFE)
    }
    assert all(each.todo for each in found.values())
    return found


async def test_a_server_that_is_well(program: Program, shop: Shop, tmp_path: Path) -> None:
    program.environment["FEEDBACK_BACKUPS"] = str(tmp_path / "backups")
    program.start()
    assert program.run("backup").returncode == 0
    run = program.run("doctor", "--format", "json")
    rows = json.loads(run.stdout)
    told = [row for row in rows if not row["ok"] and not row["said"].startswith(UNSAFE)]
    assert told == [] and run.stderr.count("\n") == run.returncode
    assert any("answers, with our sites" in row["said"] for row in rows)
    assert {row["name"] for row in rows} >= {
        "settings", "files", "schema", "database", "worker", "disk", "backup", "address", "proxy",
        "clock",
    }  # fmt: skip
    assert program.terminate() == 0


async def test_nobody_at_the_address(cared_for: Settings, shop: Shop) -> None:
    found = await wrong(cared_for)
    assert set(found) == {"address"} and "does not answer: " in found["address"].said


async def test_without_an_address_or_a_backup(settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(update={"base_url": None, "backups": tmp_path / "none"})
    found = await wrong(bare)
    assert set(found) == {"address", "backup"}
    assert "FEEDBACK_BACKUP_EVERY=24" in found["backup"].todo
    assert not (tmp_path / "none").exists()


async def test_another_server_at_the_address_behind_a_proxy(
    cared_for: Settings, shop: Shop, stranger: Callable[[str], str]
) -> None:
    base = stranger("Thu, 01 Jan 2026 00:00:00 GMT")
    found = await wrong(cared_for.model_copy(update={"base_url": base}))
    assert set(found) == {"address", "proxy", "clock"}
    assert "does not know our sites" in found["address"].said
    assert "FEEDBACK_TRUSTED_PROXIES" in found["proxy"].todo
    named = cared_for.model_copy(update={"base_url": base, "trusted_proxies": "127.0.0.1"})
    assert "proxy" not in await wrong(named)


async def test_a_backup_that_is_late(
    cared_for: Settings, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = clock.now() + timedelta(hours=49)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "backup" not in await wrong(cared_for)
    daily = cared_for.model_copy(update={"backup_every": 24})
    assert "2 days old" in (await wrong(daily))["backup"].said


async def test_a_name_that_is_no_setting(
    cared_for: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBACK_WEATHER", "fine")
    assert "FEEDBACK_WEATHER is no setting" in (await wrong(cared_for))["settings"].said


async def test_a_backup_of_another_secret(cared_for: Settings) -> None:
    other = cared_for.model_copy(update={"secret_key": "o" * 32})
    assert "another secret" in (await wrong(other))["backup"].todo


async def test_work_that_waits_and_work_that_is_dead(
    cared_for: Settings, database: Database
) -> None:
    async with database.write() as session:
        await enqueue(session, "picture", {}, now=clock.now() - timedelta(minutes=6))
    assert "nobody does it" in (await wrong(cared_for))["worker"].said
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE job SET dead_at = created_at")
    found = await wrong(cared_for)
    assert "1 jobs failed too often" in found["jobs"].said and "worker" not in found


async def test_an_empty_database_and_a_schema_that_is_unknown(
    cared_for: Settings, database: Database
) -> None:
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_odd'")
    found = await wrong(cared_for)
    assert found["schema"].todo == "Install the newer feedback."
    async with database.write() as session:
        connection = await session.connection()
        older = min(known_revisions())
        assert older != NEWEST
        said = f"UPDATE alembic_version SET version_num = '{older}'"
        await connection.exec_driver_sql(said)
    assert (await wrong(cared_for))["schema"].todo == "feedback backup, then feedback migrate"


async def test_erasures_that_one_of_both_does_not_know(
    cared_for: Settings, database: Database, shop: Shop, tmp_path: Path
) -> None:
    act = file.Entry(new_id(), shop.workspace.id, clock.now(), ("00" * 16,))
    file.append(cared_for.backups_folder, [act])
    assert "1 stand in the list alone" in (await wrong(cared_for))["erasures"].said
    await replay(database, cared_for.backups_folder)
    assert "erasures" not in await wrong(cared_for)
    (cared_for.backups_folder / file.NAME).unlink()
    assert "1 in the database alone" in (await wrong(cared_for))["erasures"].said


@on_sqlite
async def test_files_that_others_can_read(cared_for: Settings) -> None:
    [path] = cared_for.backups_folder.iterdir()
    path.chmod(0o644)
    assert (await wrong(cared_for))["files"].todo == f"chmod 600 {path}"


@on_postgres
async def test_a_database_that_does_not_wait_for_the_disk(
    cared_for: Settings, database_url: URL
) -> None:
    connection = await asyncpg.connect(database_url.render_as_string(hide_password=False))
    name = database_url.database
    await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    try:
        found = [each.said async for each in examine(cared_for) if each.name == "database"]
    finally:
        await connection.execute(f'ALTER DATABASE "{name}" RESET synchronous_commit')
        await connection.close()
    assert any("synchronous_commit is off" in said for said in found)


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as small:
        settings = Settings(database_url=f"sqlite:///{small.folder}/x.db")
        [found] = disk(settings, 0)
        assert found.todo == f"Make room on the disk of {small.folder}."


def test_clocks_that_differ() -> None:
    assert apart("x", clock.now() + timedelta(seconds=3)).is_well
    assert "60 s ahead" in apart("x", clock.now() + timedelta(seconds=60.4)).said
    assert "60 s behind" in apart("x", clock.now() - timedelta(seconds=60)).said


async def test_a_database_that_cannot_be_reached_is_one_finding_of_several(
    tmp_path: Path, settings: Settings
) -> None:
    nowhere = f"sqlite:///{tmp_path}/none/x.db"
    if settings.sqlite_file is None:
        nowhere = f"postgresql://x@127.0.0.1:{free_port()}/x"
    away = settings.model_copy(update={"database_url": nowhere, "backups": tmp_path})
    found = await wrong(away)
    assert {"schema", "backup", "address"} <= set(found)


@pytest.fixture
def stranger() -> Any:
    """Makes a server that is none of ours, with a clock of its own, and says where."""
    made: list[HTTPServer] = []

    def start(date: str) -> str:
        class Stranger(BaseHTTPRequestHandler):
            server_version = "nginx"

            def do_GET(self) -> None:
                self.send_response(404)
                self.end_headers()

            def date_time_string(self, timestamp: float | None = None) -> str:
                return date

            def log_message(self, *_given: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Stranger)
        made.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in made:
        server.shutdown()
        server.server_close()
