"""Reads actions with what was answered around them: counts only, in a few small statements."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.actions.effect import LineEffect, read_effects, tally_of
from feedback.actions.months import Calendar
from feedback.actions.places import Reach, asked_at, place_of
from feedback.calendar.models import Action
from feedback.calendar.queries import PlacedAction, read_actions
from feedback.readings.counted import read_counts
from feedback.readings.journey import JourneyInfo, journey_names, read_journey
from feedback.readings.queries import CountQuery


@dataclass(frozen=True, slots=True)
class Reading:
    """An action with its place and what was found there; a note has no effects.

    beside: what else was done or noted at the same place in the months that are compared.
    """

    action: Action
    place: Reach
    calendar: Calendar
    effects: tuple[LineEffect, ...] = ()
    beside: tuple["Reading", ...] = ()

    @property
    def is_archived(self) -> bool:
        return self.action.archived_at is not None

    def overlaps(self, other: "Reading") -> bool:
        """Whether `other` was done in the months that are compared here, at the same place."""
        first, last = self.calendar.compared
        return (
            first <= other.calendar.month <= last
            and other.action.id != self.action.id
            and not other.is_archived
            and not other.calendar.is_planned
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
            actions = by_journey[name.id]
            readings += await _read(session, workspace, journey, actions, actions, now)
    return readings


async def read_one(
    session: AsyncSession, workspace: Workspace, placed: PlacedAction, now: datetime
) -> Reading:
    """One action, and the others of its journey done in the same months."""
    names = await journey_names(session, workspace.id, archived=True)
    name = next(name for name in names if name.id == placed.journey_id)
    journey = await read_journey(session, workspace.id, name)
    others = await read_actions(session, workspace.id)
    among = [other.action for other in others if other.journey_id == journey.id]
    (reading,) = await _read(session, workspace, journey, [placed.action], among, now)
    return reading


async def _read(
    session: AsyncSession,
    workspace: Workspace,
    journey: JourneyInfo,
    actions: Sequence[Action],
    among: Sequence[Action],
    now: datetime,
) -> list[Reading]:
    """among: all of the journey, whose months may overlap with those of `actions`."""
    today = today_in(workspace, now)

    def bare(action: Action) -> Reading:
        calendar = Calendar(action.done_on, today, workspace.time_zone)
        return Reading(action, place_of(action, journey), calendar)

    found, others = [bare(each) for each in actions], [bare(each) for each in among]
    lines = [asked_at(each.place) if each.action.kind == "action" else [] for each in found]
    series = {s.id for read in lines for ways in read for asked in ways for s in asked.series}
    tally = tally_of(await read_counts(session, workspace.id, CountQuery(tuple(sorted(series)))))
    return [
        replace(
            each,
            effects=tuple(read_effects(its, each.calendar, tally)),
            beside=tuple(other for other in others if its and each.overlaps(other)),
        )
        for each, its in zip(found, lines, strict=True)
    ]
