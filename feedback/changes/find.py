"""What changed on a journey: said by the CUSUM rule of `feedback.scoring.changes` and nothing else.

`find_changes` takes rows read by `counted.read_counts` and knows no page; all that pages say of a
change comes from it:

    rows = await read_counts(session, workspace_id, CountQuery(series, until=until))
    found = find_changes(journey, rows, until, time_zone)
    [(told.line.stage.name, told.change.began) for told in found.changed]

Watched are, whatever the filters of a page show: each stage's headline line (the answers of all
its touchpoints in that metric) and each touchpoint's line in the metric it asks now. A touchpoint
that alone makes up its stage's headline is the same line, counted once. Seams begin a line anew.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from feedback.readings.journey import JourneyInfo, Spot, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.scores import add_counts, score_of
from feedback.scoring import (
    FALSE_ALARMS_A_YEAR,
    FEW_BELOW,
    METRICS,
    Metric,
    Score,
    changes_from,
    changes_of_scores,
    round_half_away,
)
from feedback.scoring.months import month_of, months_between, shift
from feedback.surveys.seams import Seams, read_seams

BASELINE = 12  # months with 30 answers, before a change can be named
SHOWN_FOR = 12  # months after its signal that a change is still told
MOST_LINES = 200  # watched together: as far as the thresholds go

LineKey = tuple[str, str | None, str]  # stage's id, touchpoint's id or None, metric's key


@dataclass(frozen=True, slots=True)
class WatchedLine:
    """One line: its score of each month from `since` on, none left out.

    touchpoint: None for a stage's headline. twin: the touchpoint that alone makes it up.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    twin: TouchpointInfo | None
    metric: Metric
    since: str
    scores: tuple[Score, ...]

    @property
    def shown_at(self) -> tuple[TouchpointInfo | None, ...]:
        """Where pages show this line, None for the stage itself: a twin shows it twice."""
        return (self.touchpoint, self.twin) if self.twin else (self.touchpoint,)

    @property
    def keys(self) -> tuple[LineKey, ...]:
        return tuple(line_key(Spot(self.stage, at), self.metric.key) for at in self.shown_at)


def line_key(spot: Spot, metric: str) -> LineKey:
    stage, touchpoint = spot
    return str(stage.id), str(touchpoint.id) if touchpoint else None, metric


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change with its months, YYYY-MM; difference, low and high in headline units."""

    signalled: str
    began: str
    difference: float
    low: float
    high: float

    @property
    def is_up(self) -> bool:
        return self.difference > 0

    def is_better(self, metric: Metric) -> bool:
        return self.is_up != metric.low_is_good


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of one line: `change`, or nothing clear, or that it is too early.

    change: the latest one signalled within 12 months. named_from: the first month of which a
    change can be named, if every month to come brings 30 answers.
    """

    line: WatchedLine
    change: NamedChange | None
    named_from: str
    is_early: bool

    @property
    def state(self) -> str:
        if self.change is not None:
            return "changed"
        return "too early" if self.is_early else "no clear change"


@dataclass(frozen=True)
class JourneyChanges:
    """All that can be said of a journey as of the month `looked_at`; later months are not known.

    moves: from one month to the next, in the 12 months to `looked_at`; real: changes signalled
    in them. rate: in how many years a journey on which nothing happens is said to have changed.
    """

    looked_at: str
    lines: tuple[Told, ...]
    moves: int
    real: int
    rate: float = FALSE_ALARMS_A_YEAR

    @property
    def series(self) -> int:
        """How many lines are watched together."""
        return len(self.lines)

    @cached_property
    def changed(self) -> tuple[Told, ...]:
        """The lines that changed, the latest signal first."""
        found = [told for told in self.lines if told.change is not None]
        return tuple(sorted(found, key=_signalled, reverse=True))

    @cached_property
    def by_key(self) -> dict[LineKey, Told]:
        return {key: told for told in self.lines for key in told.line.keys}


def find_changes(
    journey: JourneyInfo, rows: Iterable[CountRow], until: str, time_zone: str
) -> JourneyChanges:
    """What changed on the journey up to `until`, the last complete month looked at.

    rows: the counts of all its series in every month up to `until`, over all channels, whatever
    a page shows; later ones are passed over. time_zone: of the workspace, for the seams.
    """
    lines = watched_lines(journey, rows, until, time_zone)[:MOST_LINES]
    since = shift(until, 1 - SHOWN_FOR)
    named = [_named(line, len(lines)) for line in lines]
    return JourneyChanges(
        looked_at=until,
        lines=tuple(_told(line, of, until) for line, of in zip(lines, named, strict=True)),
        moves=count_moves(lines, since, until),
        real=sum(change.signalled >= since for of in named for change in of),
    )


def _named(line: WatchedLine, series: int) -> list[NamedChange]:
    found = changes_of_scores(line.scores, line.metric, baseline=BASELINE, series=series)
    return [
        NamedChange(
            shift(line.since, change.signalled),
            shift(line.since, change.began),
            change.difference,
            change.low,
            change.high,
        )  # fmt: skip
        for change in found
    ]


def _told(line: WatchedLine, named: list[NamedChange], until: str) -> Told:
    latest = named[-1] if named and named[-1].signalled >= shift(until, 1 - SHOWN_FOR) else None
    first = changes_from([score.counts for score in line.scores], baseline=BASELINE)
    named_from = shift(line.since, first) if first is not None else ""
    return Told(line, latest, named_from, is_early=not named_from or named_from > until)


def _signalled(told: Told) -> str:
    return told.change.signalled if told.change else ""


def count_moves(lines: Iterable[WatchedLine], since: str, until: str) -> int:
    """Moves into the months from `since` to `until`, both included, over all these lines.

    A move: two months in a row with 30 answers or more, whose scores differ as they are printed.
    """
    return sum(_moves(line, since, until) for line in lines)


def _moves(line: WatchedLine, since: str, until: str) -> int:
    shown = len(months_between(since, until)) + 1  # the month before, too
    printed = [_printed(score, line.metric) for score in line.scores[-shown:]]
    return sum(
        before != after and None not in (before, after) for before, after in pairwise(printed)
    )


def _printed(score: Score, metric: Metric) -> float | None:
    """None where there are too few answers for a move."""
    if score.n < FEW_BELOW:
        return None
    return as_printed(score, metric)


def as_printed(score: Score, metric: Metric) -> float:
    """The number of a month as pages print it."""
    return round_half_away(score.score or 0.0, 1 if metric.headline == "mean" else 0)


# The lines that are watched.


def watched_lines(
    journey: JourneyInfo, rows: Iterable[CountRow], until: str, time_zone: str
) -> list[WatchedLine]:
    """The lines of a journey up to the month `until`, in the order of the journey; those that
    never had 30 answers in a month are left out. rows: counts of complete months."""
    seams = read_seams((series for _, _, series in journey.placed_series), time_zone)
    months = _Months(seams, _by_series(rows), until)
    return [
        line
        for line in _lines(journey, months)
        if any(score.n >= FEW_BELOW for score in line.scores)
    ]


def _lines(journey: JourneyInfo, months: "_Months") -> Iterator[WatchedLine]:
    for stage in journey.stages:
        if stage.is_archived:
            continue
        yield from _headline(stage, months)
        for touchpoint in stage.touchpoints:
            is_read = touchpoint.metrics and not touchpoint.is_archived
            if is_read and not _is_twin(touchpoint, stage):
                metric = METRICS[touchpoint.metrics[0]]
                yield WatchedLine(stage, touchpoint, None, metric, *months.of([touchpoint], metric))


def _headline(stage: StageInfo, months: "_Months") -> Iterator[WatchedLine]:
    if stage.headline is None:
        return
    metric = METRICS[stage.headline]
    askers = _askers(stage, metric.key)
    twin = askers[0] if len(askers) == 1 and _is_twin(askers[0], stage) else None
    yield WatchedLine(stage, None, twin, metric, *months.of(askers, metric))


def _askers(stage: StageInfo, metric: str) -> list[TouchpointInfo]:
    return [touchpoint for touchpoint in stage.touchpoints if metric in touchpoint.metrics]


def _is_twin(touchpoint: TouchpointInfo, stage: StageInfo) -> bool:
    key = touchpoint.metrics[0]
    return key == stage.headline and _askers(stage, key) == [touchpoint]


Counts = tuple[int, ...]  # how many gave each of RATINGS
NONE: Counts = (0,) * len(RATINGS)


@dataclass(frozen=True, slots=True)
class _Months:
    """Counts by series and month, and where the lines made of them break."""

    seams: Seams
    counted: Mapping[uuid.UUID, Mapping[str, Counts]]
    until: str

    def of(
        self, touchpoints: Sequence[TouchpointInfo], metric: Metric
    ) -> tuple[str, tuple[Score, ...]]:
        """The first month of a line, and its scores month by month up to `until`."""
        ids = [s.id for t in touchpoints for s in t.series if s.metric == metric.key]
        seam = self.seams.newest(ids, self.until)
        found: dict[str, Counts] = {}
        for series in ids:
            for month, counts in self.counted.get(series, {}).items():
                if seam <= month <= self.until and not self.seams.is_replaced(series, month):
                    found[month] = add_counts(found[month], counts) if month in found else counts
        since = min(found, default=self.until)
        months = months_between(since, self.until)
        return since, tuple([score_of(metric.key, found.get(month, NONE)) for month in months])


def _by_series(rows: Iterable[CountRow]) -> dict[uuid.UUID, dict[str, Counts]]:
    found: dict[uuid.UUID, dict[str, Counts]] = {}
    for row in rows:
        found.setdefault(row.series, {})[month_of(row.month)] = row.counts
    return found
