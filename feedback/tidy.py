"""After rows were erased: what they left in the files of the database goes too.

SQLite overwrites what it deletes (`secure_delete`), but a page that was split before may hold a
second copy where nothing points, and the log holds the pages of before. So the file is written
anew, and the log cut to nothing. PostgreSQL frees the space of dead rows, and writes small tables
anew; what its archived log and its replicas keep is the operator's to know (docs/privacy.md).
"""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from feedback.comments.fts import forget_for_good
from feedback.comments.index import follow_all, workspaces_due
from feedback.db import SQLITE_PRAGMAS, Database
from feedback.erasure.reach import touched
from feedback.outbox.models import Job

# So long a reader may hold the log before the attempt is given up, to be made again by the outbox.
PATIENCE_SECONDS = 40.0
LOOK_AGAIN_SECONDS = 0.2
CUT_MILLISECONDS = 50
# A table of PostgreSQL that is smaller with its indexes is written anew, while nobody uses it.
SMALL = 128 << 20
LOCK_SECONDS, ATTEMPTS = 2, 5


async def tidy(database: Database) -> None:
    """Leave nothing of what was erased in the database's own files; may be done at any time.

    On SQLite all who write wait meanwhile (2 s for 140 MB, measured), who reads does not. Raises
    TimeoutError where somebody reads all the time.
    """
    await _follow_comments(database)
    await _forget_jobs(database)
    if not database.is_sqlite:
        await _vacuum(database)
        return
    path = Path(database.url.database or "")
    async with database.gate():
        await asyncio.to_thread(_write_anew, path)
    until = time.monotonic() + PATIENCE_SECONDS
    while not await asyncio.to_thread(_cut_log, path):
        if time.monotonic() > until:
            raise TimeoutError("somebody has been reading since before the erasure")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _follow_comments(database: Database) -> None:
    """What was masked or erased is searched no more, whatever else waits."""
    for workspace_id in await workspaces_due(database):
        await follow_all(database, workspace_id, only_known=True)
    await forget_for_good(database)


async def _forget_jobs(database: Database) -> None:
    """What done jobs were about: addresses of pages, with whatever was filtered by."""
    jobs: Any = SQLModel.metadata.tables[str(Job.__tablename__)]
    said = sa.or_(jobs.c.last_error.is_not(None), sa.cast(jobs.c.payload, sa.Text) != "{}")
    async with database.write() as session:
        forgets = sa.update(jobs).where(jobs.c.done_at.is_not(None), said)
        await (await session.connection()).execute(forgets.values(payload={}, last_error=None))


def _write_anew(path: Path) -> None:
    with closing(_connect(path)) as connection:
        connection.execute("VACUUM")


def _cut_log(path: Path) -> bool:
    with closing(_connect(path)) as connection:
        # While it waits for readers nobody can write: so not for long, and rather again.
        connection.execute(f"PRAGMA busy_timeout={CUT_MILLISECONDS}")
        is_busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not is_busy


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for name, value in SQLITE_PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


async def _vacuum(database: Database) -> None:
    """Each of the tables by itself, outside a transaction, however long it takes."""
    from feedback.postgres import connect, is_pooled

    connection = await connect(database.url)
    try:
        # A server that hands connections on would hand the limit on too.
        may_lock = not is_pooled(database.url)
        if may_lock:
            await connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        for table in touched():
            size = await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", table)
            if not (may_lock and size < SMALL and await _vacuum_full(connection, table)):
                await connection.execute(f'VACUUM "{table}"')
    finally:
        await connection.close()


async def _vacuum_full(connection: Any, table: str) -> bool:
    """Whether the table could be had for it: who waits for it keeps all others waiting too."""
    from asyncpg.exceptions import LockNotAvailableError

    for _attempt in range(ATTEMPTS):
        try:
            await connection.execute(f'VACUUM (FULL) "{table}"')
            return True
        except LockNotAvailableError:
            await asyncio.sleep(LOCK_SECONDS)
    return False
