"""The schema gets to its newest version, says when it cannot, and loses nothing on the way."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel import col, select

from feedback import migrate
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.models import metadata
from feedback.responses.models import ContactKey, Submission
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop

# A later migration as Alembic writes them: batch mode rebuilds the table on SQLite, and `response`,
# `series`, `survey` and `question` hang below what is rebuilt here.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "rebuild"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("stage", "touchpoint", "question", "survey", "series"):
        with op.batch_alter_table(name, recreate="auto") as batch:
            batch.add_column(sa.Column("note", sa.String(20)))
            batch.alter_column("id", nullable=False, existing_type=sa.LargeBinary(16))
"""


def test_the_newest_version_is_the_head() -> None:
    scripts = ScriptDirectory.from_config(migrate.config(make_url("sqlite+aiosqlite://")))
    assert scripts.get_current_head() == migrate.NEWEST


def test_the_models_and_the_migrations_agree(settings: Settings) -> None:
    command.check(migrate.config(settings.url))


def test_migrating_twice_is_no_error(settings: Settings) -> None:
    migrate.upgrade(settings.url)
    assert asyncio.run(migrate.current_revision(settings.url)) == migrate.NEWEST


async def count_rows(url: URL) -> dict[str, int]:
    """Of every table that this version of the schema has."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
        found = {
            table.name: (
                await connection.execute(sa.select(sa.func.count()).select_from(table))
            ).scalar_one()
            for table in metadata.sorted_tables
            if table.name in names
        }
    await engine.dispose()
    return found


async def fill(database: Database, shop: Shop, settings: Settings) -> None:
    from feedback import clock
    from feedback.responses.catalog import load_definition
    from feedback.responses.ingest import prepare
    from feedback.responses.message import Message
    from feedback.responses.models import Response
    from feedback.responses.review import change_state
    from feedback.responses.writer import Writer, make_store

    survey = await load_definition(database, shop.nps.key)
    assert survey is not None
    writer = Writer(make_store(settings), database)
    await writer.start()
    for rating in range(11):
        await writer.store(prepare(Message(rating=rating), survey, clock.now(), b"k" * 32))
    await writer.stop()
    async with database.write() as session:
        found = await session.exec(
            select(Response.id).where(Response.workspace_id == shop.workspace.id)
        )
        response_id = found.first()
        assert response_id is not None
        await change_state(
            session, shop.workspace.id, response_id, "exclude",
            reason="a test", user_id=shop.alice.id, now=clock.now(),
        )  # fmt: skip


async def test_a_migration_of_a_filled_database_loses_nothing(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = await cast.open_shop(database)
    await fill(database, shop, settings)
    before = await count_rows(settings.url)
    assert before["response"] == 11 and before["response_change"] == 1
    folder = tmp_path / "migrations"
    shutil.copytree("migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "rebuild.py").write_text(REBUILD.format(newest=migrate.NEWEST))
    monkeypatch.setattr(migrate, "resource_dir", lambda _name: folder)
    await database.close()
    await asyncio.to_thread(migrate.upgrade, settings.url)
    assert await migrate.current_revision(settings.url) == "rebuild"
    assert await count_rows(settings.url) == before


# The schema before responses were rebuilt.
BEFORE_NAMES = "2026_11_30_count_version"
BEFORE_RESPONSE = "2026_11_22_widget_settings"


async def test_the_rebuilt_response_keeps_what_it_held(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    await fill(database, shop, settings)
    await database.close()
    config = migrate.config(settings.url)
    await asyncio.to_thread(command.downgrade, config, BEFORE_RESPONSE)
    await _make_one_a_test(settings.url)
    before, old_counts = await _responses(settings.url), await count_rows(settings.url)
    await asyncio.to_thread(migrate.upgrade, settings.url)
    after = await _responses(settings.url)
    newer = {"count_version": 0, "contact_key": 0, "sign_in_try": 0, "privacy": 0, "erasure": 0}
    newer |= {"retention_run": 0, "clock_jump": 0, "clock_span": 0}
    newer |= {"judged_journey": 0, "judged_line": 0, "repeat_count": 0}
    newer |= {"comment_due": 0, "comment": 0, "tag": 0, "comment_tag": 0, "comment_mark": 0}
    newer |= {"comment_note": 0, "stage_note": 0, "tag_count": 0, "comment_undo": 0}
    assert await count_rows(settings.url) == old_counts | newer
    new = {"changed_at", "excluded_from", "origin", "about_key", "late"}
    assert after[0].keys() - before[0].keys() == new
    kept = [{name: row[name] for name in before[0] if name != "contact_id"} for row in after]
    assert kept == [{n: v for n, v in row.items() if n != "contact_id"} for row in before]
    assert {row["state"]: row["excluded_from"] for row in after} == {
        "counted": None, "excluded": "counted", "test": None
    }  # fmt: skip
    assert not any(row["late"] or row["changed_at"] for row in after)
    async with database.read() as session:  # its engine connects anew
        assert await find_differences(session, shop.workspace.id) == []
        tests = await session.exec(
            select(Submission.response_id).where(
                Submission.workspace_id == shop.workspace.id, col(Submission.test)
            )
        )
        assert [str(id) for id in tests] == [row["id"] for row in after if row["state"] == "test"]


async def test_hashes_of_before_wait_for_whom_they_belong_to(
    database: Database, settings: Settings
) -> None:
    shop = await cast.open_shop(database)
    await fill(database, shop, settings)
    await database.close()
    config = migrate.config(settings.url)
    await asyncio.to_thread(command.downgrade, config, BEFORE_NAMES)
    engine = create_async_engine(settings.url)
    async with engine.begin() as connection:  # three answers of one person, one of another
        for rating, who in ((1, b"a" * 16), (2, b"a" * 16), (3, b"a" * 16), (4, b"b" * 16)):
            named = sa.text("UPDATE response SET respondent_key = :who WHERE rating = :rating")
            await connection.execute(named, {"who": who, "rating": rating})
    await engine.dispose()
    await asyncio.to_thread(migrate.upgrade, settings.url)
    async with database.read() as session:
        own = ContactKey.workspace_id == shop.workspace.id
        found = await session.exec(select(ContactKey.key, ContactKey.person).where(own))
        assert sorted(found) == [(who, who) for who in (b"a" * 16, b"b" * 16)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_migrated_sqlite_file_is_sound(database: Database, settings: Settings) -> None:
    shop = await cast.open_shop(database)
    await fill(database, shop, settings)
    async with database.engine.connect() as connection:
        found = await connection.execute(sa.text("PRAGMA integrity_check"))
    assert [text for (text,) in found] == ["ok"]


async def _make_one_a_test(url: URL) -> None:
    """As the schema before kept a test: by the response's state alone, counted nowhere."""
    async with _connected(url) as connection:
        highest = "(SELECT max(rating) FROM response)"
        await connection.execute(sa.text(f"DELETE FROM rating_count WHERE rating = {highest}"))
        made = sa.text(f"UPDATE response SET state = 'test' WHERE rating = {highest}")
        assert (await connection.execute(made)).rowcount == 1


async def _responses(url: URL) -> list[dict[str, Any]]:
    """Every column of every response, whatever columns there are; ids as text."""
    async with _connected(url) as connection:
        found = (await connection.execute(sa.text("SELECT * FROM response ORDER BY id"))).mappings()
        return [
            dict(row) | {"id": str(uuid.UUID(bytes=i) if isinstance(i := row["id"], bytes) else i)}
            for row in found
        ]


@asynccontextmanager
async def _connected(url: URL) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        yield connection
    await engine.dispose()


async def test_a_newer_schema_is_refused(settings: Settings, database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999'"))
    with pytest.raises(FeedbackError, match="newer feedback") as raised:
        await migrate.require_newest(settings.url)
    assert raised.value.exit_code == 1 and "\n" not in raised.value.message


async def test_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FeedbackError, match="feedback migrate"):
        await migrate.require_newest(make_url(f"sqlite+aiosqlite:///{tmp_path}/new.db"))


@pytest.mark.parametrize(
    "address",
    [
        "sqlite+aiosqlite:////no/such/folder/feedback.db",
        pytest.param("postgresql+asyncpg://nobody@127.0.0.1:1/none", marks=pytest.mark.postgres),
    ],
    ids=["sqlite", "postgresql"],
)
async def test_a_database_that_cannot_be_opened_says_so_in_one_line(address: str) -> None:
    with pytest.raises(FeedbackError, match="Cannot open the database") as raised:
        await migrate.require_newest(make_url(address), migrate_empty=True)
    assert raised.value.exit_code == 1 and "\n" not in raised.value.message


def test_a_file_that_is_no_database_says_so_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear customer, " * 100)
    with pytest.raises(FeedbackError, match="Cannot open the database"):
        asyncio.run(migrate.require_newest(make_url(f"sqlite+aiosqlite:///{path}")))
