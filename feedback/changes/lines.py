"""The lines of a journey that are watched: which they are, and their scores month by month.

Watched are, whatever the filters of a page show: each stage's headline line (the answers of all
its touchpoints in that metric) and each touchpoint's line in the metric it asks now. A touchpoint
that alone makes up its stage's headline is the same line, counted once. Seams begin a line anew.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from feedback.readings.journey import JourneyInfo, Spot, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.scores import add_counts, score_of
from feedback.scoring import FEW_BELOW, METRICS, Metric, Score
from feedback.scoring.months import month_of, months_between
from feedback.surveys.seams import Seams, read_seams

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
