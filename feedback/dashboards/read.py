"""Reads what a page or command asks for, in a few small statements."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.calendar.queries import Flag, read_flags
from feedback.changes.find import JourneyChanges, find_changes
from feedback.changes.ledger import EMPTY, Ledger, read_ledger
from feedback.comments.words import Words
from feedback.kept import counts_name, while_shaped
from feedback.memory import memory
from feedback.readings.counted import months_of, read_counts
from feedback.readings.filters import Asked, Focus, chosen_focus, chosen_journey, chosen_metric
from feedback.readings.journey import (
    JourneyInfo,
    JourneyName,
    Spot,
    journey_names,
    read_journey,
)
from feedback.readings.queries import (
    ByChannel,
    CountQuery,
    CountRow,
    Span,
    asked_counts,
    first_answered_at,
    span_of,
)
from feedback.readings.scores import GroupedCounts, Tally, Window
from feedback.repeats.lines import MONTH, QUARTER
from feedback.repeats.read import NOBODY, KnownRepeats, OfLine, read_repeats
from feedback.scoring import METRICS, Metric
from feedback.scoring.months import month_at, months_between, shift

MONTHS, YEAR = 24, 12
RECENT = "last 30 days"  # stands for a month where a young workspace is one period
YOUNG = timedelta(days=30)
CHANGE, FLAG = 20_000, 600  # bytes of a line that is watched and of a flag, about

# Kept here: the calendar is built below the readings.
flags_of = while_shaped(lambda flags: FLAG * len(flags))(read_flags)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose dashboard, what was asked of it, and when."""

    workspace: Workspace
    asked: Asked
    now: datetime

    @property
    def running(self) -> str:
        """The month that is not over, on the workspace's calendar."""
        return month_at(self.now, self.workspace.time_zone)


@dataclass(frozen=True)
class Counts:
    """What a page is computed from. `span` is the journey's, whatever the filters.

    `name`: of all the workspace's counts, as they were when these were read, or before.
    `recent`: the workspace is young, so all its answers are one period, its last 30 days.
    `touchpoints_asked`: how often each touchpoint asked in the period of the board.
    `rows`: what is shown, and the year before, of which pages name a month. `watched`: all
    that the journey ever counted, up to the last complete month looked at, `looked_at`. `said`:
    what was said of it so far; `today`: the running month.
    """

    name: str
    journeys: Sequence[JourneyName]
    journey: JourneyInfo = field(repr=False)
    span: Span
    window: Window
    rows: Sequence[CountRow]
    channel: str = ""
    recent: bool = False
    touchpoints_asked: Mapping[str, int] = field(default_factory=dict)
    focus: Focus = Focus(None, None)
    metric: Metric = METRICS["nps"]
    time_zone: str = "UTC"
    watched: Sequence[CountRow] = ()
    watched_name: str = ""
    looked_at: str = ""
    said: Ledger = EMPTY
    today: str = ""
    flags: tuple[Flag, ...] = ()
    known_repeats: KnownRepeats = NOBODY
    by_channel: ByChannel = ByChannel()
    words: tuple[Words, Words | None] | None = None

    @property
    def period(self) -> str:
        """The month of the board, or its last 30 days."""
        return RECENT if self.recent else self.window.chosen

    @property
    def repeats(self) -> KnownRepeats | None:
        """By how many people the answers are: kept over all channels, so none of one is known."""
        return None if self.channel else self.known_repeats

    @cached_property
    def hides_repeats(self) -> bool:
        """Whether some repeated in the months of a page that cannot tell by how many people its
        answers are."""
        placed = self.journey.placed_series
        places = {place.id for stage, point, _ in placed for place in (stage, point)}
        months, of = set(self.window.months), self.known_repeats.of
        return self.repeats is None and any(
            not months.isdisjoint(of(place, metric, MONTH))
            for place in places
            for metric in self.journey.metrics
        )

    def quarters(self, place: Spot, metric: str) -> OfLine:
        """The repeats of a place's windows of three months, by the last of them."""
        return (self.repeats or NOBODY).of(place.place.id, metric, QUARTER)

    def grouped(self) -> GroupedCounts:
        as_of = self.window.months[-1] if self.recent else ""
        zone, repeats = self.time_zone, self.repeats
        return GroupedCounts(self.journey, self.rows, zone, as_of=as_of, repeats=repeats)

    @cached_property
    def tally(self) -> Tally:
        as_of = self.window.months[-1] if self.recent else ""
        return Tally(self.journey, self.rows, self.time_zone, as_of=as_of, repeats=self.repeats)

    @cached_property
    def version(self) -> str:
        """Another one whenever anything the page is made of may be another."""
        shape = replace(self, rows=(), watched=(), by_channel=ByChannel())
        return _digest(repr((shape, self.journey.digest)))

    @cached_property
    def watched_version(self) -> str:
        """Another one whenever the changes that can be named may be others."""
        parts = (
            *(self.watched_name, self.journey.digest, self.time_zone, self.looked_at),
            *(self.said.revision, self.today, self.known_repeats),
        )
        return _digest(repr(parts))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


async def load_board(session: AsyncSession, scope: Scope) -> Counts | None:
    """The counts of the board; None as long as there is no journey. Raises NotOursError."""
    journeys = await journey_names(session, scope.workspace.id)
    if not journeys:
        return None
    workspace_id = scope.workspace.id
    journey = await read_journey(session, workspace_id, chosen_journey(scope.asked, journeys))
    series = tuple(line.id for _, _, line in journey.placed_series)
    counted = await read_counts(session, workspace_id, CountQuery(series))
    span = span_of(counted)
    wanted = scope.asked.get("month")
    recent = not wanted and await _is_young(session, scope, series, span)
    chosen = wanted or _latest(span, scope.running, shift(scope.running, -1))
    window = _board_window(chosen, scope.running, recent=recent)
    channel = scope.asked.get("channel")
    query = CountQuery(series, window.months[0], window.months[-1], channel)
    looked_at = min(window.chosen or window.months[-1], shift(scope.running, -1))
    rows = await _shown(session, workspace_id, query, counted)
    since = window.months[0] if recent else window.chosen
    period = CountQuery(series, since, window.months[-1] if recent else window.chosen, channel)
    displays = await asked_counts(session, workspace_id, period)
    by_touchpoint: dict[str, int] = {}
    for _, touchpoint, line in journey.placed_series:
        times = displays.get(line.id, 0)
        by_touchpoint[str(touchpoint.id)] = by_touchpoint.get(str(touchpoint.id), 0) + times
    return Counts(
        name=await counts_name(session, workspace_id),
        journeys=journeys,
        journey=journey,
        span=span,
        window=window,
        rows=rows,
        channel=scope.asked.get("channel"),
        recent=recent,
        touchpoints_asked=by_touchpoint,
        time_zone=scope.workspace.time_zone,
        watched=months_of(counted, "", looked_at),
        watched_name=await counts_name(session, workspace_id, until=looked_at),
        looked_at=looked_at,
        said=await read_ledger(session, workspace_id, journey.id),
        today=scope.running,
        flags=await flags_of(session, workspace_id, journey.id),
        known_repeats=await read_repeats(session, workspace_id),
    )


async def _shown(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery, counted: Sequence[CountRow]
) -> Sequence[CountRow]:
    """What is shown of all that was counted: read apart if a channel is chosen, since changes are
    watched over all channels."""
    if query.channel:
        return await read_counts(session, workspace_id, query)
    series = set(query.series)
    return [row for row in months_of(counted, query.since, query.until) if row.series in series]


def _latest(span: Span, running: str, usual: str) -> str:
    """Where a page opens: on the usual month, or on the last answers where they are long ago."""
    return span.last if span.last and span.last <= shift(running, -MONTHS) else usual


def _board_window(chosen: str, running: str, *, recent: bool) -> Window:
    """24 months to the chosen one, and the running month where it comes next."""
    last = running if chosen == shift(running, -1) else chosen
    months = months_between(shift(chosen, 1 - MONTHS), last)
    return Window(
        months, running=running if last == running else "", chosen="" if recent else chosen
    )


async def _is_young(
    session: AsyncSession, scope: Scope, series: Sequence[uuid.UUID], span: Span
) -> bool:
    """Whether all answers came within the last 30 days, so that no month is complete."""
    if not span.first or span.first < shift(scope.running, -1):
        return False
    oldest = await first_answered_at(session, scope.workspace.id, series)
    return oldest is not None and scope.now - oldest < YOUNG


async def load_trends(session: AsyncSession, scope: Scope) -> Counts | None:
    """The counts of one metric for the trends page; None without a journey. Raises NotOursError."""
    journeys = await journey_names(session, scope.workspace.id)
    if not journeys:
        return None
    workspace_id, asked = scope.workspace.id, scope.asked
    journey = await read_journey(session, workspace_id, chosen_journey(asked, journeys))
    focus = chosen_focus(asked, journey)
    metric = chosen_metric(asked, journey, focus)
    everything = tuple(line.id for _, _, line in journey.placed_series)
    # All of it is read for the changes: the span needs no statement of its own.
    counted = await read_counts(session, workspace_id, CountQuery(everything))
    span = span_of(counted)
    latest = _latest(span, scope.running, scope.running)
    until = asked.get("to") or max(latest, asked.get("from"))
    since = asked.get("from") or min(max(span.first, shift(until, 1 - MONTHS)), until)
    series = tuple(
        line.id
        for stage, touchpoint, line in journey.placed_series
        if line.metric == metric.key
        and focus.stage in (None, stage)
        and focus.touchpoint in (None, touchpoint)
    )
    query = CountQuery(series, shift(since, -YEAR), until, asked.get("channel"))
    looked_at = min(until, shift(scope.running, -1))
    rows = await _shown(session, workspace_id, query, counted)
    months = months_between(since, until)
    return Counts(
        name=await counts_name(session, workspace_id),
        journeys=journeys,
        journey=journey,
        span=span,
        window=Window(months, running=scope.running if scope.running in months else ""),
        rows=rows,
        channel=scope.asked.get("channel"),
        focus=focus,
        metric=metric,
        time_zone=scope.workspace.time_zone,
        watched=months_of(counted, "", looked_at),
        watched_name=await counts_name(session, workspace_id, until=looked_at),
        looked_at=looked_at,
        said=await read_ledger(session, workspace_id, journey.id),
        today=scope.running,
        flags=await flags_of(session, workspace_id, journey.id),
        known_repeats=await read_repeats(session, workspace_id),
    )


def changes_of(counts: Counts) -> JourneyChanges:
    """What changed up to the month looked at; computed once for the same data."""
    return memory.keep(
        ("changes", counts.watched_version),
        lambda: find_changes(
            counts.journey,
            counts.watched,
            counts.looked_at,
            counts.time_zone,
            counts.said,
            counts.today,
            counts.known_repeats,
        ),
        lambda found: CHANGE * len(found.lines),
    )
