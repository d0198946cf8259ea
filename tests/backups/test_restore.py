"""What comes back: whole, migrated, with nobody signed in and nothing sent twice; what was there is
kept, and a database in use is left alone."""

import asyncio
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import Session, SetupLink, User
from feedback.accounts.sessions import open_session
from feedback.accounts.setup import make_link
from feedback.backups import part
from feedback.backups.make import make_backup
from feedback.backups.restore import restore
from feedback.db import Database
from feedback.migrate import config
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue
from feedback.settings import Settings
from tests.backups.conftest import quiet
from tests.cast import Shop
from tests.faults.conftest import program as program
from tests.faults.program import Program
from tests.faults.stored import responses

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Elsewhere = Callable[[str], Settings]


async def test_it_comes_back_elsewhere_with_nobody_signed_in(
    shop: Shop, settings: Settings, database: Database, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    async with database.write() as session:
        now = clock.now()
        await open_session(session, shop.alice.id, shop.workspace.id, now)
        await make_link(session, "password", now, shop.bob.id)
        await enqueue(session, "mail", {"to": "a"}, now=now)
        await enqueue(session, "picture", {}, now=now)
        lease = {"locked_by": "a worker that is no more", "locked_until": now + timedelta(hours=1)}
        await (await session.connection()).execute(sa.update(Job).values(**lease))
    said: list[str] = []
    made = await asyncio.to_thread(make_backup, settings, tmp_path)
    there = elsewhere("new")
    outside = frozenset({"mail"})
    await asyncio.to_thread(restore, there, made.path, outside=outside, say=said.append)
    found = Database(there.url)
    async with found.read() as session:
        emails = set(await session.exec(select(User.email)))
        assert emails == {"alice@shop.example", "bob@shop.example"}
        assert (await session.exec(select(Session))).all() == []
        assert (await session.exec(select(SetupLink))).all() == []
        jobs = {job.kind: job for job in await session.exec(select(Job))}
    await found.close()
    assert jobs["picture"].locked_until is None and jobs["picture"].dead_at is None
    assert jobs["mail"].dead_at and "may have been done already" in str(jobs["mail"].last_error)
    assert any("2 sessions and links ended" in line for line in said), said
    assert any(line.startswith("1 jobs wait for you") for line in said), said


async def test_what_was_there_is_kept_aside(
    shop: Shop, settings: Settings, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    there = elsewhere("new")
    await asyncio.to_thread(restore, there, made.path, say=quiet)
    changed = Database(there.url)
    async with changed.write() as session:
        await session.exec(sa.update(User).values(email="later@shop.example").where(
            col(User.email) == "bob@shop.example"
        ))  # fmt: skip
    await changed.close()
    said: list[str] = []
    await asyncio.to_thread(restore, there, made.path, replace=True, say=said.append)
    [line] = [line for line in said if "is kept as" in line]
    aside = line.partition("is kept as ")[2].partition(";")[0]
    kept = there.url.set(database=aside)
    assert await _emails(kept) == {"alice@shop.example", "later@shop.example"}
    assert await _emails(there.url) == {"alice@shop.example", "bob@shop.example"}


async def test_a_database_in_use_is_left_alone(
    program: Program, shop: Shop, database: Database, settings: Settings, tmp_path: Path
) -> None:
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    await database.close()
    await asyncio.to_thread(program.start)
    run = await asyncio.to_thread(program.run, "restore", str(made.path), "--replace")
    assert run.returncode == 2 and "in use" in run.stderr and run.stderr.count("\n") == 1
    assert program.terminate() == 0


async def test_an_older_schema_is_migrated(
    shop: Shop, settings: Settings, database: Database, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    from alembic import command

    await database.close()
    await asyncio.to_thread(command.downgrade, config(settings.url), "-1")
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    said: list[str] = []
    await asyncio.to_thread(restore, elsewhere("new"), made.path, say=said.append)
    assert any(line.startswith("Migrated from schema") for line in said)
    assert await _emails(elsewhere("new").url) == {"alice@shop.example", "bob@shop.example"}


@on_sqlite
async def test_the_log_of_a_database_that_is_gone_is_not_taken_for_its_own(
    shop: Shop, settings: Settings, database: Database, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    async with database.write() as session:
        await session.exec(sa.update(User).values(language="fr"))
    there = elsewhere("new").sqlite_file or Path()
    log = Path(f"{settings.sqlite_file}-wal").read_bytes()
    there.with_name("new.db-wal").write_bytes(log)
    await asyncio.to_thread(restore, elsewhere("new"), made.path, say=quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.db", "x.backup"]
    found = Database(elsewhere("new").url)
    async with found.read() as session:
        assert set(await session.exec(select(User.language))) == {None}
    assert await responses(found, shop) == 0
    await found.close()


@on_sqlite
async def test_a_damaged_database_can_be_replaced(
    shop: Shop, settings: Settings, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    there = elsewhere("new").sqlite_file or Path()
    damaged = b"SQLite format 3\0" + os.urandom(8192)
    there.write_bytes(damaged)
    there.with_name("new.db-wal").write_bytes(b"its log")
    await asyncio.to_thread(restore, elsewhere("new"), made.path, replace=True, say=quiet)
    assert await _emails(elsewhere("new").url) == {"alice@shop.example", "bob@shop.example"}
    [kept] = tmp_path.glob("new-before-*")
    assert kept.read_bytes() == damaged


@on_sqlite
async def test_a_restore_that_is_killed_changes_nothing(
    shop: Shop, settings: Settings, tmp_path: Path
) -> None:
    """Killed at its last step, before the new file takes the name."""
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    file = tmp_path / "live.db"
    file.write_bytes((settings.sqlite_file or Path()).read_bytes())
    before = file.read_bytes()
    killing = (
        "import os, pathlib, sys; from feedback.backups import part, restore; "
        "from feedback.settings import load_settings; "
        "part._rename = lambda *a, **k: os.kill(os.getpid(), 9); "
        "restore.restore(load_settings(), pathlib.Path(sys.argv[1]), replace=True, say=print)"
    )
    environment = os.environ | {
        "FEEDBACK_DATABASE_URL": f"sqlite:///{file}",
        "FEEDBACK_SECRET_KEY": settings.secret_key or "",
    }
    command = [sys.executable, "-c", killing, str(made.path)]
    run = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True)
    assert run.returncode == -9, run.stderr.decode()
    assert file.read_bytes() == before
    left = [path.name for path in tmp_path.iterdir() if path.name.endswith(part.END)]
    assert left == [f"live.db{part.END}"]
    part.sweep(tmp_path)
    assert not (tmp_path / left[0]).exists()


async def test_it_is_its_owners_alone(settings: Settings, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    finally:
        os.umask(before)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


async def test_the_secret_is_not_in_it(settings: Settings, tmp_path: Path) -> None:
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    assert (settings.secret_key or "").encode() not in made.path.read_bytes()


def test_a_run_that_is_told_to_stop_leaves_nothing(settings: Settings, tmp_path: Path) -> None:
    from feedback.backups.facts import StoppedError

    with pytest.raises(StoppedError):
        make_backup(settings, tmp_path / "x.backup", stop=lambda: True)
    assert list(tmp_path.glob("x*")) == []


async def _emails(url: Any) -> set[str]:
    database = Database(url)
    async with database.read() as session:
        found = set(await session.exec(select(User.email)))
    await database.close()
    return found
