"""Which counts a workspace has: another name after every transaction that changed one.

A row a workspace and process, so that the commits of two processes never wait for each other.
Readers ask for the name before they ask for any count: what they keep under it is as new or newer.
"""

import os
import time
import uuid
from functools import cache
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import CountVersion

KEPT_NS = 7 * 24 * 3600 * 10**9


@cache
def this_process() -> bytes:
    return os.urandom(8)


def next_version(insert: Any) -> Any:
    """An upsert of this process's row; its parameters are the three columns.

    Begun by the clock and counted on from there: a row that was dropped never comes back with a
    number it had.
    """
    table = sa.inspect(CountVersion).local_table
    return insert(table).on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={"n": table.c.n + sa.literal_column("1")},
    )


async def note_counts(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    """Counts of the workspace change in the caller's transaction; called last, after the counts,
    so that all take their locks in one order."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = next_version(sqlite.insert if is_sqlite else postgresql.insert)
    row = {"workspace_id": workspace_id, "process": this_process(), "n": time.time_ns()}
    await (await session.connection()).execute(statement, row)


async def read_version(session: AsyncSession, workspace_id: uuid.UUID) -> str:
    """The name of the workspace's counts as they are now; the same for every process."""
    found = await session.exec(
        select(CountVersion.process, CountVersion.n)
        .where(CountVersion.workspace_id == workspace_id)
        .order_by(col(CountVersion.process))
    )
    return blake2b(repr([tuple(row) for row in found]).encode(), digest_size=9).hexdigest()


async def forget_processes(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    """Drop the rows that were begun a week ago or more: most of their processes are no more."""
    await session.exec(
        sa.delete(CountVersion).where(
            col(CountVersion.workspace_id) == workspace_id,
            col(CountVersion.n) < time.time_ns() - KEPT_NS,
        )
    )
    await note_counts(session, workspace_id)
