"""Retention: each night, what was written longer ago than a workspace says is erased for good.

| | |
|---|---|
| `first_kept`     | the oldest month whose texts stay, so many months before today's |
| `preview`        | how many answers a setting would touch |
| `is_held`        | whether the clock went on too far for anything to be erased |
| `due_each_night` | the workspaces that have set it, for the schedule |
| `erase_old_texts`| the job: some answers at a time, going on where it was killed |
| `load_runs`      | what was done, for the page |

Comment, properties and page go, and what the team wrote about them; rating, month, channel, tags
and what was chosen in follow-up questions stay. Whole months only: an answer's texts stay at least
as long as the setting says.
"""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.comments.forgetting import forget_what_was_written
from feedback.db import Database
from feedback.outbox.queue import ask_to_tidy, enqueue
from feedback.outbox.worker import Work
from feedback.privacy.models import Privacy
from feedback.responses.conditions import first_id
from feedback.responses.models import ImportRun, Response, RetentionRun
from feedback.scoring.months import first_day, month_at, month_of, shift

KIND = "retention"
TEXTS = ("comment", "properties", "page")
ROWS_AT_ONCE = 200
MOST_COUNTED = 100_000
# A job that takes longer is killed: what is left is another one's.
AT_MOST = timedelta(minutes=5)
# Nights come one after the other and months move on: a clock that was set wrong erases nothing.
LONGEST_GAP = timedelta(days=62)
_FIRST = uuid.UUID(int=0)

log = logging.getLogger(__name__)


class Preview(NamedTuple):
    """So many answers of before the month `before` hold texts; MOST_COUNTED stands for more."""

    before: date
    answers: int


def first_kept(months: int, time_zone: str, now: datetime) -> date:
    """The first day of the oldest month whose texts stay.

    >>> from datetime import UTC
    >>> first_kept(18, "Europe/Paris", datetime(2026, 11, 30, 23, 30, tzinfo=UTC))
    datetime.date(2025, 6, 1)
    """
    return first_day(shift(month_at(now, time_zone), -months))


async def preview(
    session: AsyncSession, workspace: Workspace, months: int, now: datetime
) -> Preview:
    """What the next night would erase if texts were kept for so many months."""
    before = first_kept(months, workspace.time_zone, now)
    old = sa.select(col(Response.id)).where(*_old(workspace, before), _has_text())
    count = sa.select(sa.func.count()).select_from(old.limit(MOST_COUNTED).subquery())
    return Preview(before, (await (await session.connection()).execute(count)).scalar_one())


async def load_runs(
    session: AsyncSession, workspace_id: uuid.UUID, most: int = 12
) -> Sequence[RetentionRun]:
    """The newest runs that found something to erase, the one under way included."""
    found = await session.exec(
        select(RetentionRun)
        .where(RetentionRun.workspace_id == workspace_id, col(RetentionRun.answers) > 0)
        .order_by(col(RetentionRun.began_at).desc())
        .limit(most)
    )
    return found.all()


async def is_held(session: AsyncSession, workspace_id: uuid.UUID, now: datetime) -> bool:
    """Whether there was no run for so long, by the clock, that somebody must save the setting
    again: the server was off, or its clock is wrong, and what is erased never comes back."""
    privacy = await session.get(Privacy, workspace_id)
    if privacy is None or privacy.keep_texts_months is None:
        return False
    last = await _last(session, workspace_id)
    seen = max(privacy.updated_at, last.began_at) if last else privacy.updated_at
    return now - seen > LONGEST_GAP


async def due_each_night(session: AsyncSession, now: datetime) -> list[tuple[str, dict[str, str]]]:
    """A job a workspace that keeps texts for some months only."""
    found = await session.exec(select(Workspace.id))
    return [
        (f"{KIND}:{id}:{now:%Y-%m-%d}", {"workspace": str(id)})
        for id in found.all()
        if await _months(session, id) is not None
    ]


async def erase_old_texts(work: Work) -> None:
    """Erase what has become too old, in short transactions that nobody waits for.

    Each adds to the run what it erased, so that a kill loses nothing and counts nothing twice.
    """
    database, workspace_id = work.database, uuid.UUID(work.payload["workspace"])
    until = clock.now() + AT_MOST
    run = await _run(database, workspace_id, work.now)
    if run is None:
        return
    async with database.read() as session:
        workspace = await session.get_one(Workspace, workspace_id)
    while some := await _next(database, workspace, run):
        await _erase(database, run, some)
        if clock.now() > until:
            await _go_on_later(database, work)
            return
        await asyncio.sleep(0)
    await _end(database, run)


async def _months(session: AsyncSession, workspace_id: uuid.UUID) -> int | None:
    wanted = select(Privacy.keep_texts_months).where(Privacy.workspace_id == workspace_id)
    return (await session.exec(wanted)).first()


async def _run(database: Database, workspace_id: uuid.UUID, now: datetime) -> RetentionRun | None:
    """The run that was not ended, else a new one; None when there is nothing to do.

    All answers before the month are looked at once, when the month moves on and after an import:
    only then can a text have become too old.
    """
    async with database.write() as session:
        workspace = await session.get_one(Workspace, workspace_id, with_for_update=True)
        months = await _months(session, workspace_id)
        if months is None:
            return None
        if await is_held(session, workspace_id, now):
            log.warning("retention: the clock has moved on too far, nothing is erased")
            return None
        last = await _last(session, workspace_id)
        if last is not None and last.ended_at is None:
            return last
        before = first_kept(months, workspace.time_zone, now)
        if last is not None and last.before >= before:
            if not await _imported_since(session, workspace_id, last.began_at):
                return None
            before = last.before
        run = RetentionRun(
            workspace_id=workspace_id, before=before, began_at=now, reached_id=_FIRST
        )
        session.add(run)
        return run


async def _last(session: AsyncSession, workspace_id: uuid.UUID) -> RetentionRun | None:
    own: Any = RetentionRun.workspace_id == workspace_id
    newest = select(RetentionRun).where(own).order_by(col(RetentionRun.began_at).desc()).limit(1)
    return (await session.exec(newest)).first()


async def _imported_since(session: AsyncSession, workspace_id: uuid.UUID, moment: datetime) -> bool:
    found = await session.exec(
        select(ImportRun.id)
        .where(
            ImportRun.workspace_id == workspace_id,
            sa.or_(col(ImportRun.started_at) >= moment, col(ImportRun.finished_at) >= moment),
        )
        .limit(1)
    )
    return found.first() is not None


async def _next(database: Database, workspace: Workspace, run: RetentionRun) -> list[uuid.UUID]:
    """Read by itself: while it passes over answers without texts nobody waits."""
    async with database.read() as session:
        found = await session.exec(
            select(Response.id)
            .where(*_old(workspace, run.before), col(Response.id) > run.reached_id, _has_text())
            .order_by(col(Response.id))
            .limit(ROWS_AT_ONCE)
        )
        return list(found.all())


async def _erase(database: Database, run: RetentionRun, some: Sequence[uuid.UUID]) -> None:
    own: Any = Response.workspace_id == run.workspace_id
    async with database.write() as session:
        erased: Any = await session.exec(
            sa.update(Response)
            .where(own, col(Response.id).in_(some), _has_text())
            .values(dict.fromkeys(TEXTS))
            .execution_options(synchronize_session=False)
        )
        await forget_what_was_written(session, run.workspace_id, some)
        await _note(
            session, run, reached_id=some[-1], answers=RetentionRun.answers + erased.rowcount
        )
    run.reached_id = some[-1]


async def _end(database: Database, run: RetentionRun) -> None:
    async with database.write() as session:
        await _note(session, run, ended_at=clock.now())
        row = await session.get_one(RetentionRun, (run.workspace_id, run.id))
        if row.answers:
            await ask_to_tidy(session, clock.now())
        log.info("retention: the texts of %s answers were erased", row.answers)


async def _note(session: AsyncSession, run: RetentionRun, **values: Any) -> None:
    await session.exec(
        sa.update(RetentionRun)
        .where(col(RetentionRun.workspace_id) == run.workspace_id, col(RetentionRun.id) == run.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def _go_on_later(database: Database, work: Work) -> None:
    part = int(work.payload.get("part", 0)) + 1
    async with database.write() as session:
        key = f"{KIND}:{work.payload['workspace']}:{work.now:%Y-%m-%d}:{part}"
        payload = {**work.payload, "part": part}
        await enqueue(session, KIND, payload, dedup_key=key, now=clock.now())


def _old(workspace: Workspace, before: date) -> tuple[Any, ...]:
    # By the key too, which is in the order of time: what stays is not read.
    first = first_id(month_of(before), ZoneInfo(workspace.time_zone))
    return (
        col(Response.workspace_id) == workspace.id,
        col(Response.id) < first,
        col(Response.month) < before,
    )


def _has_text() -> Any:
    return sa.or_(*(col(getattr(Response, name)).is_not(None) for name in TEXTS))
