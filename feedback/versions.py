"""Which counts a workspace has, by month, and which shape: other names after each change.

Whoever writes a table of counts writes this one too, last. A row a workspace, process and month:
the commits of two processes never wait for each other, and what was read of the months before stays
good while answers to this one come in. The shape is all else that the pages of numbers are made of:
its tables say so (`SHAPED`), and a transaction that wrote one of them names the shape anew by
itself. Readers ask for the names before they ask for anything: what they keep under one is as new,
or newer.
"""

import secrets
import time
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, UOWTransaction
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter
from sqlmodel import Field, Session, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database, Id, WritingSession
from feedback.tenancy import DISTRIBUTED

# Table.info of what pages of numbers are made of besides counts; of answers it is the text alone,
# since the board shows one.
SHAPED = {**DISTRIBUTED, "is_shaped": "yes"}
SHAPED_BY_TEXT = {**DISTRIBUTED, "is_shaped": "comment"}
EVERY_MONTH = date(1, 1, 1)  # stands for all of them
SHAPE = date(1, 1, 2)  # stands for what the counts are of, and is no month
KEPT = 7 * 24 * 3600 * 10**9  # nanoseconds
# Session.info: what it found first; the workspaces whose shape its transaction changed.
SEEN, CHANGED = "versions", "shape changed"


class CountVersion(SQLModel, table=True):
    """How often a process changed the counts of a month, or the shape."""

    __tablename__ = "count_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED, "sqlite_with_rowid": False},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    process: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(8))
    month: date = Field(primary_key=True)
    n: int = Field(sa_type=sa.BigInteger)


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
    await session.run_sync(_note, [(workspace_id, month) for month in sorted(set(months))])


def _note(session: Any, changed: Iterable[tuple[uuid.UUID, date]]) -> None:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    at = {"process": this_process(), "n": time.time_ns()}
    if rows := [{"workspace_id": id, "month": month} | at for id, month in changed]:
        insert = sqlite.insert if is_sqlite else postgresql.insert
        session.connection().execute(next_version(insert), rows)


# A transaction that writes a shaped table is seen to, whoever makes it.


@event.listens_for(WritingSession, "after_flush")
def _see_flushed(session: Session, _context: UOWTransaction) -> None:
    for rows in (session.new, session.dirty, session.deleted):
        for row in rows:
            if _is_shaped(row.__table__) and _has_changed(row):
                _shape_changes(session, row.workspace_id)


def _has_changed(row: Any) -> bool:
    name: str = row.__table__.info["is_shaped"]
    return name == "yes" or bool(sa.inspect(row).attrs[name].history.has_changes())


@event.listens_for(WritingSession, "do_orm_execute")
def _see_executed(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    if (state.is_insert or state.is_update or state.is_delete) and _is_shaped(statement.table):
        name = statement.table.info["is_shaped"]
        if name != "yes" and not (state.is_update and name in _columns(state)):
            return  # what comes or goes changes the counts
        found = set(_workspaces(statement))
        if not found:
            raise TypeError(f"a change of {statement.table.name} must name its workspace")
        for workspace_id in found:
            _shape_changes(state.session, workspace_id)


@event.listens_for(WritingSession, "before_commit")
def _note_shape(session: Session) -> None:
    session.flush()  # by itself that would come later
    changed: set[uuid.UUID] = session.info.get(CHANGED, set())
    _note(session, [(workspace_id, SHAPE) for workspace_id in sorted(changed)])


def _columns(state: ORMExecuteState) -> set[str]:
    """Those that an update sets."""
    given: Any = state.parameters or ()
    values: Any = state.statement._values or ()  # type: ignore[attr-defined]
    many = [given] if isinstance(given, dict) else given
    return {getattr(key, "name", key) for key in values}.union(*many)


def _is_shaped(table: Any) -> bool:
    return "is_shaped" in table.info


def _shape_changes(session: Any, workspace_id: uuid.UUID) -> None:
    session.info.setdefault(CHANGED, set()).add(workspace_id)


def _workspaces(statement: Any) -> Iterator[uuid.UUID]:
    """Those that a statement names as a value."""
    if isinstance(statement, sa.Insert):
        # Private to SQLAlchemy: one reason to stay below 2.1 until this is tried there.
        values: list[Any] = [statement._values or {}]
        values += [row for rows in statement._multi_values for row in rows]
        found = [value for row in values for name, value in row.items() if _is_workspace(name)]
    else:
        found = [
            other
            for each in visitors.iterate(statement)
            if isinstance(each, BinaryExpression) and each.operator is operators.eq
            for one, other in ((each.left, each.right), (each.right, each.left))
            if _is_workspace(one)
        ]
    for each in found:
        if isinstance(each, uuid.UUID):
            yield each
        elif isinstance(each, BindParameter):
            named: Any = each.effective_value
            yield named


def _is_workspace(column: Any) -> bool:
    return bool(getattr(column, "name", column) == "workspace_id")


class Version(NamedTuple):
    """A number of a month's counts, a higher one with each change by a process."""

    month: date
    process: bytes
    n: int


class Versions(NamedTuple):
    """Those of a workspace: of its counts, the oldest month first, and of its shape."""

    counts: tuple[Version, ...]
    shape: tuple[Version, ...]


async def versions_of(session: AsyncSession, workspace_id: uuid.UUID) -> Versions:
    """Those of the workspace, in one session the first ones found: they must be asked for before
    anything else, so that what is kept under them is as new as they say, or newer."""
    found: Versions | None = session.info.get((SEEN, workspace_id))
    if found is None:
        rows = await session.exec(_versions(), params={"workspace": workspace_id})
        found = session.info[SEEN, workspace_id] = _versions_of(rows)
    return found


@asynccontextmanager
async def read_after_versions(
    database: Database, workspace_id: uuid.UUID
) -> AsyncIterator[AsyncSession]:
    """A session that reads, and has seen the workspace's versions before it does."""
    found = _versions_of(await database.glance(_versions(), {"workspace": workspace_id}))
    async with database.read() as session:
        session.info[SEEN, workspace_id] = found
        yield session


@cache
def _versions() -> Any:
    known = sa.inspect(CountVersion).local_table.c
    return (
        sa.select(known.month, known.process, known.n)
        .where(known.workspace_id == sa.bindparam("workspace"))
        .order_by(known.month, known.process)
    )


def _versions_of(rows: Iterable[Any]) -> Versions:
    versions = [Version(*row) for row in rows]
    counts = tuple(each for each in versions if each.month != SHAPE)
    return Versions(counts, tuple(each for each in versions if each.month == SHAPE))


async def forget_versions(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    """Drop the rows that nothing raised for a week: most of their processes are no more."""
    old = col(CountVersion.n) < time.time_ns() - KEPT
    await session.exec(
        sa.delete(CountVersion).where(col(CountVersion.workspace_id) == workspace_id, old)
    )
    # Without any row the counts would have the name that they had when there were none.
    await note_counts(session, workspace_id, (EVERY_MONTH, SHAPE))
