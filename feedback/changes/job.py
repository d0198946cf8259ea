"""The job that writes down what was said: each month of each line, judged once, at its close."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.changes.judge import judge
from feedback.changes.ledger import Judged, Ledger, LineId, TakenBack, read_ledger, write_ledger
from feedback.changes.lines import WatchedLine, every_line
from feedback.db import Database
from feedback.readings.counted import read_counts
from feedback.readings.journey import JourneyInfo, find_journey, journey_names
from feedback.readings.queries import CountQuery
from feedback.repeats.count import count_repeats
from feedback.repeats.read import KnownRepeats, read_repeats
from feedback.responses.models import ImportRun, Response, ResponseChange
from feedback.scoring.months import first_day, month_at, shift

TRIES = 5  # to write before somebody else does


async def due_each_hour(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """One job a workspace and hour: months end on its calendar, and answers of old ones may come
    at any time. Where nothing is new it writes nothing."""
    ids = (await session.exec(select(Workspace.id))).all()
    return [
        (f"judge:{each.hex}:{now:%Y-%m-%dT%H}", {"workspace": each.hex}) for each in sorted(ids)
    ]


async def judge_workspace(database: Database, workspace_id: uuid.UUID, now: datetime) -> int:
    """Write down what is to be said of every journey; how many were written.

    Done again, or by two at once, it says the same; stopped in the middle, whole journeys stay. Who
    answered several times is counted first: a month is judged by its people as they are known then.
    """
    await count_repeats(database, workspace_id)
    async with database.read() as session:
        names = await journey_names(session, workspace_id)
    written = 0
    for name in names:
        for _ in range(TRIES):
            done = await _judge(database, workspace_id, name.id, now)
            if done is not None:
                written += done
                break
    return written


@dataclass(frozen=True, slots=True)
class _Known:
    """All that a journey is judged by, read at one moment. until: the last month that is over."""

    journey: JourneyInfo
    lines: Sequence[WatchedLine]
    said: Ledger
    until: str
    today: str
    repeats: KnownRepeats


async def _judge(
    database: Database, workspace_id: uuid.UUID, journey_id: uuid.UUID, now: datetime
) -> bool | None:
    """Whether there was anything to write; None where somebody else wrote meanwhile."""
    async with database.read() as session:
        known = await _read(session, workspace_id, journey_id, now)
        if known is None:
            return False
        said = known.said
        found = judge(known.lines, said, known.until, known.today, known.repeats)
        changed = {key: line for key, line in found.items() if line != said.lines.get(key)}
        if not changed and (known.until == said.until or not found):
            return False
        changed = {
            key: await _with_causes(session, workspace_id, known, key, line)
            for key, line in changed.items()
        }
    async with database.write() as session:
        to_write = Ledger(known.until, 0, now, changed)
        done = await write_ledger(session, (workspace_id, journey_id), said, to_write)
        if not done:
            await session.rollback()
    return done or None


async def _read(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID, now: datetime
) -> _Known | None:
    workspace = await session.get_one(Workspace, workspace_id)
    journey = await find_journey(session, workspace_id, journey_id)
    if journey is None:
        return None
    said = await read_ledger(session, workspace_id, journey_id)
    today = month_at(now, workspace.time_zone)
    until = shift(today, -1)
    if shift(until, 1) == said.until:  # the clock was set, or the zone: the month was over once
        until = said.until
    series = tuple(line.id for _, _, line in journey.placed_series)
    rows = await read_counts(session, workspace_id, CountQuery(series, until=until))
    lines = every_line(journey, rows, until, workspace.time_zone, said.lines)
    repeats = await read_repeats(session, workspace_id)
    return _Known(journey, lines, said, until, today, repeats)


# Why a change was taken back, as far as it can be known.


async def _with_causes(
    session: AsyncSession, workspace_id: uuid.UUID, known: _Known, key: LineId, line: Judged
) -> Judged:
    before = known.said.lines.get(key)
    older = before.taken_back if before else ()
    taken = [
        each
        if each in older
        else replace(each, cause=await _cause(session, workspace_id, known, key, each))
        for each in line.taken_back
    ]
    return replace(line, taken_back=tuple(taken))


async def _cause(
    session: AsyncSession, workspace_id: uuid.UUID, known: _Known, key: LineId, each: TakenBack
) -> str:
    since = known.said.judged_at
    series = _series(known.journey, key)
    of_month: tuple[Any, ...] = (
        Response.workspace_id == workspace_id,
        col(Response.series_id).in_(series),
        Response.month == first_day(each.changed),
    )
    if each.cause == "added" and await _any(
        session,
        sa.select(col(Response.id)).where(
            *of_month,
            col(Response.import_id).in_(
                sa.select(col(ImportRun.id)).where(
                    col(ImportRun.workspace_id) == workspace_id,
                    sa.func.coalesce(ImportRun.finished_at, ImportRun.started_at) >= since,
                )
            ),
        ),
    ):
        return "imported"
    if each.cause == "left out" and await _any(
        session,
        sa.select(col(ResponseChange.id))
        .join(
            Response,
            sa.and_(
                col(Response.workspace_id) == ResponseChange.workspace_id,
                col(Response.id) == ResponseChange.response_id,
            ),
        )
        .where(*of_month, col(ResponseChange.changed_at) >= since),
    ):
        return "excluded"
    if each.cause == "left out" and await _any(
        session,
        sa.select(col(ImportRun.id)).where(
            col(ImportRun.workspace_id) == workspace_id, col(ImportRun.undone_at) >= since
        ),
    ):
        return "import undone"
    return each.cause


async def _any(session: AsyncSession, statement: Any) -> bool:
    return (await session.exec(statement.limit(1))).first() is not None


def _series(journey: JourneyInfo, key: LineId) -> Collection[uuid.UUID]:
    return [
        line.id
        for stage, touchpoint, line in journey.placed_series
        if line.metric == key.metric and key.place in (stage.id, touchpoint.id)
    ]
