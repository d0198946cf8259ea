"""PostgreSQL as a distribution packages it: an older version, with TLS, behind pgbouncer. `sslmode`
means the same to whatever connects: pages, answers, imports, migrations."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from feedback.accounts.models import Workspace
from feedback.backups.make import make_backup
from feedback.backups.restore import restore
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.migrate import current_revision, plain_engine, upgrade
from feedback.postgres import is_pooled
from feedback.responses.bulk_postgres import PostgresBulk
from feedback.responses.store_postgres import PostgresStore
from feedback.settings import Settings, load_settings
from tests import cast
from tests.conftest import KEY
from tests.faults import stored
from tests.faults.clients import Crowd
from tests.faults.packaged import bouncer, server_with_tls, wait_for
from tests.faults.program import Program
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.postgres

IS_TLS = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.fixture(scope="module")
def packaged() -> Iterator[tuple[URL, Path]]:
    with server_with_tls() as made:
        yield made


def set_to(url: URL, **query: Any) -> URL:
    """The address as the settings give it to everybody."""
    given = url.set(query=query).render_as_string(hide_password=False)
    return load_settings(database_url=given).url


async def by_pages(url: URL) -> Any:
    database = Database(url)
    try:
        async with database.read() as session:
            return await (await session.connection()).scalar(sa.text(IS_TLS))
    finally:
        await database.close()


async def by_migrations(url: URL) -> Any:
    engine = plain_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.scalar(sa.text(IS_TLS))
    finally:
        await engine.dispose()


async def by_answers(url: URL) -> Any:
    store = PostgresStore(url)
    try:
        return await (await store._connect()).fetchval(IS_TLS)
    finally:
        await store.close()


async def by_imports(url: URL) -> Any:
    bulk = PostgresBulk(url)
    await bulk.open()
    try:
        return await bulk._connection.fetchval(IS_TLS)
    finally:
        await bulk.close()


Way = Callable[[URL], Awaitable[Any]]
every_way = pytest.mark.parametrize("way", [by_pages, by_migrations, by_answers, by_imports])


@every_way
async def test_tls_is_asked_for_in_one_way(
    way: Way, packaged: tuple[URL, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, certificate = packaged
    for query in (
        {},
        {"sslmode": "require"},
        {"ssl": "true"},
        {"ssl": "require"},
        {"sslmode": "verify-full", "sslrootcert": str(certificate)},
    ):
        assert await way(set_to(url, **query)) is True
    for query in ({"sslmode": "disable"}, {"ssl": "false"}):
        with pytest.raises(Exception) as refused:
            await way(set_to(url, **query))
        assert "28000" in str(getattr(refused.value, "sqlstate", refused.value))
    with pytest.raises(Exception):  # noqa: B017  # of whatever class: nobody is believed blindly
        await way(set_to(url, sslmode="verify-full", sslrootcert="/etc/hostname"))
    monkeypatch.setenv("PGSSLMODE", "disable")
    with pytest.raises(Exception) as refused:
        await way(set_to(url))
    assert "28000" in str(getattr(refused.value, "sqlstate", refused.value))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"password": "another"}, "SQLSTATE 28P01"),
        ({"database": "none"}, "SQLSTATE 3D000"),
        ({"host": "127.0.0.1", "query": {"sslmode": "verify-full"}}, "certificate"),
        ({"query": {"sslmode": "disable"}}, "SQLSTATE 28000"),
    ],
    ids=["password", "database", "name of the host", "without TLS"],
)
async def test_what_is_wrong_is_one_line(
    change: dict[str, Any], expected: str, packaged: tuple[URL, Path]
) -> None:
    url, certificate = packaged
    wrong = url.set(**change)
    if "verify-full" in str(wrong):
        wrong = wrong.update_query_dict({"sslrootcert": str(certificate)})
    with pytest.raises(FeedbackError, match=expected) as refused:
        await current_revision(set_to(wrong, **dict(wrong.query)))
    assert "\n" not in refused.value.message and "another" not in refused.value.message


async def test_it_works_on_the_packaged_version_and_through_pgbouncer(
    packaged: tuple[URL, Path], tmp_path: Path
) -> None:
    direct = packaged[0]
    with bouncer(direct) as through:
        await wait_for(through)
        url = set_to(through)
        upgrade(url)
        assert is_pooled(url) and not is_pooled(direct)
        database = Database(set_to(direct))
        shop = await cast.open_shop(database)
        program = Program(through, tmp_path / "server.log")
        try:
            await asyncio.to_thread(program.start, "--workers", "2")
            await _use(program, database, shop, tmp_path)
            assert await asyncio.to_thread(program.terminate) == 0
        finally:
            program.close()
        assert "Traceback" not in program.log.read_text()
        await database.close()


async def _use(program: Program, database: Database, shop: cast.Shop, tmp_path: Path) -> None:
    crowd = Crowd(program.base, shop.nps.key)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    async with httpx.AsyncClient(base_url=program.base, timeout=PATIENCE) as alice:
        await cast.sign_in(alice, database, shop.alice, shop.workspace)
        for path in ("/board", "/trends", "/responses", "/surveys") * 3:
            assert (await alice.get(path)).status_code == 200, path
    await until(lambda: len(crowd.ledger.acks) >= 200)
    crowd.enough.set()
    await clients
    await stored.assert_kept(database, shop, crowd.ledger)
    (tmp_path / "a.csv").write_text("\n".join((HEADER, *ROWS)))
    (tmp_path / "a.toml").write_text(MAPPING)
    file = (str(tmp_path / "a.csv"), "--mapping", str(tmp_path / "a.toml"))
    for words in (
        ("import", *file, "--workspace", shop.workspace.key),
        ("rollups", "rebuild"),
        *((("rollups", "verify"), ("migrate",)) if os.environ.get("TEST_LONG") else ()),
    ):
        said = await asyncio.to_thread(program.run, *words)
        assert said.returncode == 0, said.stderr


async def test_a_backup_with_a_password_is_made_and_comes_back(
    packaged: tuple[URL, Path], tmp_path: Path
) -> None:
    """`pg_dump` is told the word by its environment, and nothing else in its place."""
    url, _ = packaged

    def named(name: str) -> Settings:
        at = url.set(database=name).render_as_string(hide_password=False)
        return load_settings(database_url=at, secret_key=KEY, backups=tmp_path)

    server = await asyncpg.connect(url.render_as_string(hide_password=False))
    await server.execute("CREATE DATABASE kept")
    here, there = named("kept"), named("elsewhere")
    await asyncio.to_thread(upgrade, here.url)
    database = Database(here.url)
    shop = await cast.open_shop(database)
    await database.close()
    made = await asyncio.to_thread(make_backup, here, tmp_path / "x.backup")
    await asyncio.to_thread(restore, there, made.path, say=lambda _: None)
    restored = Database(there.url)
    async with restored.read() as session:
        assert await session.get(Workspace, shop.workspace.id) is not None
    await restored.close()
    for name in ("kept", "elsewhere"):
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await server.close()
