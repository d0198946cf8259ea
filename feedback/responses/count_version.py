"""Which counts a workspace has, by month: other names after each transaction that changed one.

Whoever writes a table of counts writes this one too, last. A row a workspace, process and month:
the commits of two processes never wait for each other, and what was read of the months before stays
good while answers to this one come in. Readers ask for the names before they ask for any count:
what they keep under one is as new, or newer.
"""

import secrets
import time
import uuid
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import CountVersion

EVERY_MONTH = date(1, 1, 1)  # stands for all of them
KEPT = 7 * 24 * 3600 * 10**9  # nanoseconds


@cache
def this_process() -> bytes:
    return secrets.token_bytes(8)


def next_version(insert: Any) -> Any:
    """An upsert of this process's row of a month; its parameters are the four columns.

    `n` is the clock's nanoseconds, and one more where the clock has stood still or gone back: no
    number comes twice, not even after the database was taken back to what it was.
    """
    table = sa.inspect(CountVersion).local_table
    made = insert(table)
    one_more = table.c.n + sa.literal_column("1")
    newer = sa.case((made.excluded.n > table.c.n, made.excluded.n), else_=one_more)
    return made.on_conflict_do_update(
        index_elements=["workspace_id", "process", "month"], set_={"n": newer}
    )


async def note_counts(
    session: AsyncSession, workspace_id: uuid.UUID, months: Iterable[date] = (EVERY_MONTH,)
) -> None:
    """Counts of these months change in the caller's transaction; called last, after the counts,
    so that all take their locks in one order."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = next_version(sqlite.insert if is_sqlite else postgresql.insert)
    row = {"workspace_id": workspace_id, "process": this_process(), "n": time.time_ns()}
    if rows := [{**row, "month": month} for month in sorted(set(months))]:
        await (await session.connection()).execute(statement, rows)


class Version(NamedTuple):
    """A number of a month's counts, a higher one with each change by a process."""

    month: date
    process: bytes
    n: int


async def read_versions(session: AsyncSession, workspace_id: uuid.UUID) -> tuple[Version, ...]:
    """Those of the workspace as they are now, the oldest month first."""
    known = sa.inspect(CountVersion).local_table.c
    found = await session.exec(  # type: ignore[call-overload]
        sa.select(known.month, known.process, known.n)
        .where(known.workspace_id == workspace_id)
        .order_by(known.month, known.process)
    )
    return tuple(Version(*row) for row in found)


async def forget_versions(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    """Drop the rows that nothing raised for a week: most of their processes are no more."""
    old = col(CountVersion.n) < time.time_ns() - KEPT
    await session.exec(
        sa.delete(CountVersion).where(col(CountVersion.workspace_id) == workspace_id, old)
    )
    # Without any row the counts would have the name that they had when there were none.
    await note_counts(session, workspace_id)
