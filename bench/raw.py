"""What an import is measured against: its very rows, put into the same tables by the bare driver.

Everything else an import does is left out: no file, no check, no ids to compute, one thread. Only
the transactions are timed; rows are fetched between them. On SQLite it is `executemany`. On
PostgreSQL that is slow, so COPY stands beside it, which an import uses too.
"""

import asyncio
import io
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from bench.databases import sqlite_url
from feedback.db import SQLITE_PRAGMAS
from feedback.imports.load import BATCH
from feedback.migrate import upgrade
from feedback.models import metadata

WRITTEN = ("submission", "response", "comment_due", "rating_count", "count_version")
# In the order they were stored in, which is that of the key of `response`.
_RESPONSES = "SELECT * FROM response ORDER BY workspace_id, id"
_SUBMISSIONS = """
    SELECT submission.* FROM response
    JOIN series ON series.workspace_id = response.workspace_id AND series.id = response.series_id
    JOIN submission ON submission.workspace_id = response.workspace_id
        AND submission.survey_id = series.survey_id AND submission_id = response.id
    ORDER BY response.workspace_id, response.id
"""
Rows = Sequence[Any]
Tables = Mapping[str, Rows]


@dataclass(slots=True)
class Took:
    """Seconds on the clock and of this process's processor."""

    seconds: float = 0.0
    processor: float = 0.0

    @contextmanager
    def more(self) -> Iterator[None]:
        began, worked = time.perf_counter(), time.process_time()
        yield
        self.seconds += time.perf_counter() - began
        self.processor += time.process_time() - worked


def executemany_on_sqlite(imported: Path, file: Path) -> Took:
    """Put what was imported into `imported` into a new database, `file`."""
    upgrade(sqlite_url(file))
    took = Took()
    with (
        closing(sqlite3.connect(imported)) as source,
        closing(sqlite3.connect(file, isolation_level=None)) as target,
    ):
        _copy_the_rest(target, imported)
        for name, value in SQLITE_PRAGMAS.items():
            target.execute(f"PRAGMA {name}={value}")
        submissions, responses = source.execute(_SUBMISSIONS), source.execute(_RESPONSES)
        while rows := responses.fetchmany(BATCH):
            _insert(target, {"submission": submissions.fetchmany(BATCH), "response": rows}, took)
        counts = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in WRITTEN[2:]}
        _insert(target, counts, took)
    return took


def _copy_the_rest(target: sqlite3.Connection, imported: Path) -> None:
    target.execute("ATTACH ? AS imported", (str(imported),))
    for table in metadata.sorted_tables:
        if table.name not in WRITTEN:
            target.execute(f'INSERT INTO "{table.name}" SELECT * FROM imported."{table.name}"')
    target.execute("DETACH imported")


def _insert(target: sqlite3.Connection, tables: Tables, took: Took) -> None:
    with took.more():
        target.execute("BEGIN IMMEDIATE")
        for name, rows in filter(all, tables.items()):  # a file without texts fills fewer
            values = ", ".join("?" * len(rows[0]))
            target.executemany(f"INSERT INTO {name} VALUES ({values})", rows)
        target.execute("COMMIT")


def executemany_on_postgres(imported: URL, empty: URL) -> Took:
    """Put what was imported into `imported` into an empty database with the same tables."""
    return asyncio.run(_on_postgres(imported, empty, _executemany))


def copy_on_postgres(imported: URL, empty: URL) -> Took:
    """The same by COPY."""
    return asyncio.run(_on_postgres(imported, empty, _copy))


Put = Callable[[asyncpg.Connection, str, Rows], Awaitable[Any]]


async def _on_postgres(imported: URL, empty: URL, put: Put) -> Took:
    took = Took()
    source, other, target = [await _connect(url) for url in (imported, imported, empty)]
    for table in metadata.sorted_tables:
        if table.name not in WRITTEN:
            rows = io.BytesIO()
            await source.copy_from_table(table.name, output=rows, format="binary")
            rows.seek(0)
            await target.copy_to_table(table.name, source=rows, format="binary")
    async with source.transaction(), other.transaction():
        submissions, responses = await source.cursor(_SUBMISSIONS), await other.cursor(_RESPONSES)
        while rows := await responses.fetch(BATCH):
            tables = {"submission": await submissions.fetch(BATCH), "response": rows}
            await _put_all(target, tables, put, took)
        counts = {name: await source.fetch(f"SELECT * FROM {name}") for name in WRITTEN[2:]}
        await _put_all(target, counts, put, took)
    for connection in (source, other, target):
        await connection.close()
    return took


async def _connect(url: URL) -> asyncpg.Connection:
    plain = url.set(drivername="postgresql")
    connection: asyncpg.Connection = await asyncpg.connect(
        plain.render_as_string(hide_password=False)
    )
    return connection


async def _put_all(target: asyncpg.Connection, tables: Tables, put: Put, took: Took) -> None:
    plain = {name: [tuple(row) for row in rows] for name, rows in tables.items()}
    with took.more():
        async with target.transaction():
            for name, rows in plain.items():
                await put(target, name, rows)


async def _executemany(target: asyncpg.Connection, table: str, rows: Rows) -> None:
    if not rows:
        return
    values = ", ".join(f"${n}" for n in range(1, len(rows[0]) + 1))
    await target.executemany(f"INSERT INTO {table} VALUES ({values})", rows)


async def _copy(target: asyncpg.Connection, table: str, rows: Rows) -> None:
    await target.copy_records_to_table(table, records=rows)
