"""Which words are to be found: of every place and span that pages show, since every fall that is
told, and of the months that readers asked for of late."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.changes.find import find_changes
from feedback.changes.ledger import read_ledger
from feedback.comments.models import Comment
from feedback.comments.words import KIND, PACE, Where, decode, key_of, key_since
from feedback.outbox.models import Computed
from feedback.readings.counted import read_counts
from feedback.readings.journey import journey_names, read_journey
from feedback.readings.queries import CountQuery
from feedback.repeats.read import read_repeats
from feedback.scoring.months import month_of, shift
from feedback.surveys.queries import SeriesAt, load_asked_series

SPANS = (1, 3, 12)  # months, up to the running one and up to the last that is over
YEAR = 12
ASKED = timedelta(days=3)
MOST_ASKED = 50


@dataclass(frozen=True, slots=True)
class Task:
    """Two sets of texts of a place, by months: unhappy and happy, or unhappy since a change and in
    the year before. asked_at: of `Kept`."""

    key: str
    series: tuple[uuid.UUID, ...]
    since: str
    until: str
    is_change: bool = False
    asked_at: datetime | None = None

    @property
    def before(self) -> str:
        """The first month of the year before a change."""
        return shift(self.since, -YEAR)

    @property
    def first(self) -> str:
        return self.before if self.is_change else self.since


async def read_tasks(
    session: AsyncSession,
    workspace: Workspace,
    running: str,
    now: datetime,
    payload: Mapping[str, str],
) -> dict[str, Task]:
    """By the key of each. payload: of the job, with the place and months that a reader asks for."""
    places = await load_asked_series(session, workspace.id)
    last = await _last_month(session, workspace.id)
    ends = sorted({running, shift(running, -1), min(last or running, running)})
    found: dict[str, Task] = {}
    known = _places(workspace.id, places)
    for where, series in known.items():
        for until in ends:
            for months in SPANS:
                since = shift(until, 1 - months)
                key = key_of(where, since, until)
                found[key] = Task(key, series, since, until)
    for task in await _since_changes(session, workspace, running):
        found[task.key] = task
    by_id = {where.id.hex: series for where, series in known.items()}
    for key, at in await _lately_asked(session, workspace.id, now):
        place, since, until = key.split(":")
        if key not in found and place in by_id:
            found[key] = Task(key, by_id[place], since, until, asked_at=at)
    return _asked(payload, known, now) | found


def _places(
    workspace_id: uuid.UUID, places: Mapping[uuid.UUID, SeriesAt]
) -> dict[Where, tuple[uuid.UUID, ...]]:
    """The series of each place."""
    found: dict[Where, list[uuid.UUID]] = {Where("", workspace_id): list(places)}
    for series, at in places.items():
        for kind in ("journey", "stage", "touchpoint"):
            found.setdefault(Where(kind, getattr(at, kind).id), []).append(series)
    return {where: tuple(series) for where, series in found.items()}


async def _last_month(session: AsyncSession, workspace_id: uuid.UUID) -> str:
    newest = (
        select(col(Comment.month))
        .where(Comment.workspace_id == workspace_id)
        .order_by(col(Comment.number).desc())
        .limit(1)
    )
    found = (await session.exec(newest)).first()
    return month_of(found) if found else ""


async def _since_changes(session: AsyncSession, workspace: Workspace, running: str) -> list[Task]:
    """One for each line that fell, as board and trends tell it today."""
    found, until = [], shift(running, -1)
    repeats = await read_repeats(session, workspace.id)
    for name in await journey_names(session, workspace.id):
        journey = await read_journey(session, workspace.id, name)
        series = tuple(line.id for _, _, line in journey.placed_series)
        rows = await read_counts(session, workspace.id, CountQuery(series, until=until))
        said = await read_ledger(session, workspace.id, journey.id)
        told = find_changes(journey, rows, until, workspace.time_zone, said, running, repeats)
        for each in (*told.changed, *told.joined_changed):
            change, line = each.change, each.line
            if change is None or change.is_better(line.metric):
                continue
            id, metric = line.id.place, line.metric.key
            own = tuple(
                placed.id
                for stage, touchpoint, placed in journey.placed_series
                if id in (stage.id, touchpoint.id) and placed.metric == metric
            )
            where = Where("stage" if id == line.stage.id else "touchpoint", id)
            key = key_since(where, metric, change.began)
            found.append(Task(key, own, change.began, running, is_change=True))
    return found


async def _lately_asked(
    session: AsyncSession, workspace_id: uuid.UUID, now: datetime
) -> list[tuple[str, datetime]]:
    rows = await session.exec(
        select(Computed).where(Computed.workspace_id == workspace_id, Computed.kind == KIND)
    )
    asked = [(row.key, at) for row in rows if row.key != PACE and (at := _asked_at(row.body))]
    late = [(key, at) for key, at in asked if now - at < ASKED]
    return sorted(late, key=lambda each: each[1])[-MOST_ASKED:]


def _asked_at(body: bytes) -> datetime | None:
    try:
        return decode(body).asked_at
    except msgspec.DecodeError:  # kept by another release
        return None


def _asked(
    payload: Mapping[str, str], known: Mapping[Where, tuple[uuid.UUID, ...]], now: datetime
) -> dict[str, Task]:
    if "place" not in payload:
        return {}
    where = Where(payload["kind"], uuid.UUID(payload["place"]))
    series = known.get(where)
    if series is None:
        return {}
    since, until = payload["since"], payload["until"]
    key = key_of(where, since, until)
    return {key: Task(key, series, since, until, asked_at=now)}
