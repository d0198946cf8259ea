"""A database whose commits would not wait for the disk is refused at the start (SAFETY 1)."""

import asyncpg
import pytest
from sqlalchemy.engine import URL

from feedback.db import SQLITE_PRAGMAS
from feedback.errors import FeedbackError
from feedback.responses.store_postgres import PostgresStore
from feedback.responses.store_sqlite import SqliteStore
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests.faults.conftest import on_postgres


async def test_the_configured_database_is_accepted(settings: Settings) -> None:
    store = make_store(settings)
    await store.open()
    await store.close()


async def test_a_sqlite_database_without_a_write_ahead_log_is_refused() -> None:
    from pathlib import Path

    store = SqliteStore(Path(":memory:"))  # memory has no log to be written ahead
    with pytest.raises(FeedbackError, match="journal_mode is memory and must be wal") as refused:
        await store.open()
    assert refused.value.exit_code == 1
    await store.close()


def test_sqlite_waits_for_the_disk() -> None:
    assert SQLITE_PRAGMAS["synchronous"] in ("2", "3")


@on_postgres
async def test_a_postgres_database_that_commits_asynchronously_is_refused(
    database_url: URL,
) -> None:
    await _alter(database_url, "SET synchronous_commit = off")
    try:
        with pytest.raises(FeedbackError, match="synchronous_commit is off"):
            await PostgresStore(database_url).open()
    finally:
        await _alter(database_url, "RESET synchronous_commit")


async def _alter(url: URL, change: str) -> None:
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    await connection.execute(f'ALTER DATABASE "{url.database}" {change}')
    await connection.close()
