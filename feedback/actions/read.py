"""Reads actions with what was answered around them: counts only, in a few small statements."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.actions.effect import Calendar, Effect, read_effects, tally_of
from feedback.actions.places import AskedLine, Reach, asked_at, place_of
from feedback.calendar.models import Action
from feedback.calendar.queries import PlacedAction, read_actions
from feedback.readings.counted import read_counts
from feedback.readings.journey import JourneyInfo, SeriesInfo, journey_names, read_journey
from feedback.readings.queries import CountQuery


@dataclass(frozen=True, slots=True)
class Reading:
    """An action with its place and what was found there; a note has no effects."""

    action: Action
    place: Reach
    calendar: Calendar
    effects: tuple[Effect, ...]

    @property
    def is_archived(self) -> bool:
        return self.action.archived_at is not None

    def overlaps(self, other: "Reading") -> bool:
        """Whether `other` was done in the months that are compared here, at the same place."""
        months = [*self.calendar.before, self.calendar.month, *self.calendar.after]
        return (
            other.action.kind == "action"
            and other.action.id != self.action.id
            and not other.is_archived
            and not other.calendar.is_planned
            and other.calendar.month in months
            and self.place.covers(other.place)
        )


def today_in(workspace: Workspace, now: datetime) -> date:
    """The day it is on the calendar of the workspace."""
    return now.astimezone(ZoneInfo(workspace.time_zone)).date()


async def read_all(session: AsyncSession, workspace: Workspace, now: datetime) -> list[Reading]:
    """Every action and note by journey in their order, then the newest day first."""
    by_journey: dict[uuid.UUID, list[Action]] = defaultdict(list)
    for placed in await read_actions(session, workspace.id):
        by_journey[placed.journey_id].append(placed.action)
    readings: list[Reading] = []
    for name in await journey_names(session, workspace.id, archived=True):
        if name.id in by_journey:
            journey = await read_journey(session, workspace.id, name)
            readings += await _read(session, workspace, journey, by_journey[name.id], now)
    return readings


async def read_beside(
    session: AsyncSession, workspace: Workspace, placed: PlacedAction, now: datetime
) -> tuple[Reading, list[Reading]]:
    """One action, and the others of its journey done in the same months."""
    names = await journey_names(session, workspace.id, archived=True)
    name = next(name for name in names if name.id == placed.journey_id)
    journey = await read_journey(session, workspace.id, name)
    (reading,) = await _read(session, workspace, journey, [placed.action], now)
    others = [
        _reading(workspace, journey, other.action, now)
        for other in await read_actions(session, workspace.id)
        if other.journey_id == journey.id
    ]
    return reading, [other for other in others if reading.overlaps(other)]


async def _read(
    session: AsyncSession,
    workspace: Workspace,
    journey: JourneyInfo,
    actions: Sequence[Action],
    now: datetime,
) -> list[Reading]:
    bare = [_reading(workspace, journey, action, now) for action in actions]
    lines = {each.action.id: _lines(each) for each in bare}
    series = {s.id for found in lines.values() for s in _series(found)}
    months = [month for each in bare for month in (*each.calendar.before, *each.calendar.after)]
    months += [each.calendar.month for each in bare]
    query = CountQuery(tuple(sorted(series)), min(months), max(months))
    tally = tally_of(await read_counts(session, workspace.id, query))
    return [
        Reading(
            each.action,
            each.place,
            each.calendar,
            tuple(read_effects(lines[each.action.id], each.calendar, tally)),
        )
        for each in bare
    ]


def _reading(workspace: Workspace, journey: JourneyInfo, action: Action, now: datetime) -> Reading:
    calendar = Calendar(action.done_on, today_in(workspace, now), workspace.time_zone)
    return Reading(action, place_of(action, journey), calendar, ())


def _lines(reading: Reading) -> list[list[AskedLine]]:
    return asked_at(reading.place) if reading.action.kind == "action" else []


def _series(lines: Iterable[Iterable[AskedLine]]) -> Iterable[SeriesInfo]:
    return (series for ways in lines for asked in ways for series in asked.series)
