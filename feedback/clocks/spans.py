"""Move the answers that a wrong clock received, or leave them out; and take that back.

A moved answer gets another id, since ids are of their time: it is stored anew under it, and all
that hangs on it follows. Its month and the counts follow too. Each transaction is a whole change of
some answers; a process that is killed between two leaves a span that can be gone on with.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.clocks.models import ClockSpan
from feedback.db import Database, new_id
from feedback.erasure.ids import is_erased
from feedback.erasure.reach import Act, tables
from feedback.responses.ingest import OLDEST, id_at, month_of
from feedback.responses.models import Response, ResponseChange
from feedback.responses.rollup import CountAt, shift_counts
from feedback.responses.states import RISING, Standing, after_person

AT_ONCE = 500
SpanId = tuple[uuid.UUID, uuid.UUID]  # workspace and span
_FIRST: uuid.UUID | None = uuid.UUID(int=0)


async def count_span(session: AsyncSession, span: ClockSpan) -> int:
    """How many answers it would be about."""
    counted = sa.select(sa.func.count()).select_from(Response).where(*_within(span))
    return int((await (await session.connection()).execute(counted)).scalar_one())


async def carry_out(database: Database, span_id: SpanId, zone: str) -> int:
    """Do to every answer of the span what it says, those that are done already left; how many."""
    after = _FIRST
    while after is not None:
        async with database.write() as session:
            span = await session.get_one(ClockSpan, span_id)
            wanted = [*_within(span), ~_changed(span)]
            if span.seconds is None:  # what somebody left out before stays theirs
                wanted.append(col(Response.state).in_(RISING))
            rows, after = await _some(session, wanted, after)
            await _change(session, span, rows, zone, span.seconds, span.done_at)
            if after is None:
                span.n = await _done(session, span)
    return span.n or 0


async def take_back(database: Database, span_id: SpanId, zone: str, now: datetime) -> int:
    """Bring every answer of the span back to where, or to what, it was; how many."""
    n, after = 0, _FIRST
    while after is not None:
        async with database.write() as session:
            span = await session.get_one(ClockSpan, span_id)
            of_span = [col(Response.workspace_id) == span.workspace_id, _changed(span)]
            rows, after = await _some(session, of_span, after)
            back = None if span.seconds is None else -span.seconds
            await _unmark(session, span, [row["id"] for row in rows])
            # At another moment, whatever the clock says: by it the span finds what it did.
            at = max(now, span.done_at + timedelta(microseconds=2))
            await _change(session, span, rows, zone, back, at, is_undo=True)
            n += len(rows)
            if after is None:
                span.undone_at = now
    return n


def _within(span: ClockSpan) -> list[Any]:
    r = Response
    first = uuid.UUID(int=int((span.begins_at - OLDEST).timestamp() * 1000) << 80)
    last = uuid.UUID(int=(int(span.ends_at.timestamp() * 1000) + 1) << 80)
    return [
        col(r.workspace_id) == span.workspace_id,
        # An answer is never given after it was received, and at most so long before.
        *(col(r.id) >= first, col(r.id) < last),
        *(col(r.received_at) >= span.begins_at, col(r.received_at) < span.ends_at),
        col(r.import_id).is_(None),
    ]


def _changed(span: ClockSpan) -> Any:
    change = ResponseChange
    return sa.exists().where(
        col(change.workspace_id) == Response.workspace_id,
        col(change.response_id) == Response.id,
        col(change.changed_at) == span.done_at,
        col(change.user_id) == span.user_id,
    )


async def _some(
    session: AsyncSession, wanted: Sequence[Any], after: uuid.UUID
) -> tuple[list[dict[str, Any]], uuid.UUID | None]:
    """The next rows, held, and the id to go on after. Erased answers have no time to be moved."""
    r = _responses()
    found = sa.select(r).where(*wanted, r.c.id > after).order_by(r.c.id).limit(AT_ONCE)
    connection = await session.connection()
    rows = [dict(row) for row in (await connection.execute(found.with_for_update())).mappings()]
    last = rows[-1]["id"] if len(rows) == AT_ONCE else None
    return [row for row in rows if not is_erased(row["id"])], last


def _responses() -> sa.Table:
    table: sa.Table = sa.inspect(Response).local_table  # type: ignore[assignment]
    return table


async def _done(session: AsyncSession, span: ClockSpan) -> int:
    counted = sa.select(sa.func.count()).select_from(Response)
    mine = counted.where(col(Response.workspace_id) == span.workspace_id, _changed(span))
    return int((await (await session.connection()).execute(mine)).scalar_one())


async def _change(
    session: AsyncSession,
    span: ClockSpan,
    rows: list[dict[str, Any]],
    zone: str,
    seconds: int | None,
    at: datetime,
    *,
    is_undo: bool = False,
) -> None:
    if not rows:
        return
    after = [
        _left_out(row, is_undo=is_undo) if seconds is None else _moved(row, seconds, ZoneInfo(zone))
        for row in rows
    ]
    counts: Counter[CountAt] = Counter()
    for old, new in zip(rows, after, strict=True):
        for row, by in ((old, -1), (new, 1)):
            key = CountAt(row["series_id"], row["channel"], row["month"], row["rating"])
            counts[key] += by * (row["state"] == "counted")
    connection = await session.connection()
    if seconds is None:
        await _set_standing(connection, after)
    else:
        await _store_anew(connection, span.workspace_id, rows, after)
    history = [_history(span, row, at, seconds) for row in after]
    await connection.execute(sa.insert(ResponseChange), history)
    await shift_counts(session, span.workspace_id, counts)


def _moved(row: dict[str, Any], seconds: int, zone: ZoneInfo) -> dict[str, Any]:
    received_at: datetime = row["received_at"] + timedelta(seconds=seconds)
    # What the visitor's own clock said was right, unless it was cut to ours.
    is_ours = row["answered_at"] == row["received_at"]
    answered_at = received_at if is_ours else min(row["answered_at"], received_at)
    times = {"answered_at": answered_at, "received_at": received_at}
    return row | times | {"id": id_at(answered_at), "month": month_of(answered_at, zone)}


def _left_out(row: dict[str, Any], *, is_undo: bool) -> dict[str, Any]:
    standing = Standing(row["state"], row["excluded_from"])
    after = after_person(standing, "restore" if is_undo else "exclude") or standing
    return row | after._asdict()


def _history(
    span: ClockSpan, row: dict[str, Any], at: datetime, seconds: int | None
) -> dict[str, Any]:
    return {
        "workspace_id": span.workspace_id,
        "id": new_id(),
        "response_id": row["id"],
        "user_id": span.user_id,
        "state": row["state"],
        "reason": span.reason if seconds is None else f"{span.reason} ({seconds:+d} s)",
        "changed_at": at,
        "with_burst": False,
    }


async def _set_standing(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    r = _responses()
    changed = (
        sa.update(r)
        .where(r.c.workspace_id == sa.bindparam("workspace"), r.c.id == sa.bindparam("response"))
        .values(state=sa.bindparam("to"), excluded_from=sa.bindparam("was"))
    )
    values = [
        {"workspace": row["workspace_id"], "response": row["id"], "to": row["state"]}
        | {"was": row["excluded_from"]}
        for row in rows
    ]
    await connection.execute(changed, values)


async def _store_anew(
    connection: AsyncConnection,
    workspace_id: uuid.UUID,
    rows: list[dict[str, Any]],
    after: list[dict[str, Any]],
) -> None:
    """Under the new ids, with all that names the old ones."""
    r = _responses()
    new_ids = {old["id"]: new["id"] for old, new in zip(rows, after, strict=True)}
    await connection.execute(sa.insert(r), after)
    for table in (*tables(Act.GONE), *tables(Act.BARE)):
        key = list(table.primary_key.columns)
        named = [table.c.workspace_id == workspace_id, table.c.response_id.in_(list(new_ids))]
        found = await connection.execute(sa.select(*key, table.c.response_id).where(*named))
        values = [
            {f"key_{n}": value for n, value in enumerate(row[:-1])} | {"new": new_ids[row[-1]]}
            for row in found.all()
        ]
        same = [column == sa.bindparam(f"key_{n}") for n, column in enumerate(key)]
        if values:
            moved = sa.update(table).where(*same).values(response_id=sa.bindparam("new"))
            await connection.execute(moved, values)
    gone = sa.delete(r).where(r.c.workspace_id == workspace_id, r.c.id.in_(list(new_ids)))
    await connection.execute(gone)


async def _unmark(session: AsyncSession, span: ClockSpan, ids: list[uuid.UUID]) -> None:
    """What was done stays in their history, as nothing that could be taken back again."""
    change = ResponseChange
    await session.exec(
        sa.update(change)
        .where(
            col(change.workspace_id) == span.workspace_id,
            col(change.response_id).in_(ids),
            col(change.changed_at) == span.done_at,
        )
        .values(changed_at=span.done_at + timedelta(microseconds=1))
        .execution_options(synchronize_session=False)
    )
