"""Reads the board: its counts, and in a few small statements what stands above them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.actions.effect import LineEffect, read_effects, tally_of
from feedback.actions.months import Calendar
from feedback.actions.places import asked_at, place_of
from feedback.board.lowest import Lowest, furthest_below
from feedback.board.pick import Comment, Wanted, choose_comment
from feedback.board.rate import read_rate
from feedback.calendar.queries import Flag
from feedback.dashboards.board import StageReading, read_board
from feedback.dashboards.rates import MonthRate
from feedback.dashboards.read import Counts, Scope, changes_of, load_board
from feedback.priorities.lead import sure_lead
from feedback.readings.journey import Spot
from feedback.scoring import METRICS
from feedback.scoring.months import first_day, month_of, shift


@dataclass(frozen=True)
class LastAction:
    """The last thing done up to the month looked at, and what was found as that month ended."""

    flag: Flag
    calendar: Calendar
    effects: tuple[LineEffect, ...]


@dataclass(frozen=True)
class Month:
    """What the board is made of. first: the touchpoint that comes first by the priorities."""

    counts: Counts
    today: date
    comment: Comment | None = None
    first: uuid.UUID | None = None
    rates: tuple[MonthRate, ...] = ()

    @cached_property
    def stages(self) -> tuple[StageReading, ...]:
        return read_board(self.counts)

    @cached_property
    def lowest(self) -> Lowest | None:
        return furthest_below(self.stages)

    @cached_property
    def action(self) -> LastAction | None:
        return _last_action(self.counts, self.today)

    @property
    def version(self) -> str:
        return f"{self.counts.version} {self.comment!r} {self.first}"

    @property
    def passes(self) -> bool:
        """Whether it becomes another by itself: a plan of this month is done on its day."""
        month = self.counts.today
        plans = (f.done_on for f in self.counts.flags if f.done_on > self.today)
        return self.counts.recent or any(month_of(day) == month for day in plans)


async def load_month(session: AsyncSession, scope: Scope) -> Month | None:
    """None as long as there is no journey. Raises NotOursError."""
    counts = await load_board(session, scope)
    zone = ZoneInfo(scope.workspace.time_zone)
    today = scope.now.astimezone(zone).date()
    if counts is None:
        return None
    if not counts.span.first:
        return Month(counts, today)
    month, workspace_id = Month(counts, today), scope.workspace.id
    wanted = _wanted(month)
    comment = await choose_comment(session, workspace_id, wanted, zone) if wanted else None
    is_newest = counts.looked_at == shift(scope.running, -1) and not counts.channel
    first = await sure_lead(session, scope, counts.journey) if is_newest else None
    return Month(counts, today, comment, first, await read_rate(session, scope, counts))


def _wanted(month: Month) -> Wanted | None:
    """Where to look for a comment: the place furthest below its target, else what got worse,
    else every stage's headline."""
    counts, lowest = month.counts, month.lowest
    places: Sequence[tuple[Spot, str]]
    if lowest is not None:
        places = [(lowest.reading.spot, lowest.reading.metric.key)]
    else:
        worse = [
            (Spot(told.line.stage, told.line.touchpoint), told.line.metric.key)
            for told in changes_of(counts).changed
            if told.change and not told.change.is_better(told.line.metric)
        ]
        every = [(Spot(each.stage, None), each.stage.headline or "") for each in month.stages]
        places = worse[:1] or every
    ratings = {
        series.id: METRICS[key].negative
        for spot, key in places
        for touchpoint in spot.touchpoints
        for series in touchpoint.series
        if series.metric == key
    }
    months = counts.window.months
    since, until = (months[0], months[-1]) if counts.recent else (counts.window.chosen,) * 2
    known = tuple(sorted(ratings.items()))
    return Wanted(known, since, until, counts.channel) if known else None


def _last_action(counts: Counts, today: date) -> LastAction | None:
    """As of the end of the month looked at: a board of the past knows no later one."""
    after = first_day(shift(counts.looked_at, 1))
    as_of = today if after >= first_day(counts.today) else after
    done = [f for f in counts.flags if f.kind == "action" and f.done_on <= as_of]
    if not done:
        return None
    flag, calendar = done[-1], Calendar(done[-1].done_on, as_of, counts.time_zone)
    effects = read_effects(
        asked_at(place_of(flag, counts.journey)), calendar, tally_of(counts.watched)
    )
    return LastAction(flag, calendar, tuple(effects))
