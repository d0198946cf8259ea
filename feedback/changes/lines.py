"""The lines of a journey that are watched: which they are, and their scores month by month.

Watched are, whatever the filters of a page show: each stage's headline line (the answers of all
its touchpoints in that metric) and each touchpoint's line in the metric it asks now. A touchpoint
that alone makes up its stage's headline is the same line, counted once. Seams begin a line anew.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import overload

from feedback.changes.ledger import Judged, LineId
from feedback.readings.journey import JourneyInfo, Spot, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.scores import add_counts, score_of
from feedback.scoring import FEW_BELOW, METRICS, Metric, Score
from feedback.scoring.months import month_of, months_between, shift
from feedback.surveys.seams import Seams, read_seams

LineKey = tuple[str, str | None, str]  # stage's id, touchpoint's id or None, metric's key


Counts = tuple[int, ...]  # how many gave each of RATINGS
NONE: Counts = (0,) * len(RATINGS)


@dataclass(frozen=True)
class Scores(Sequence[Score]):
    """The scores of months, each made of its counts when somebody asks for it: of most nobody
    does, once they were judged."""

    metric: str
    counts: tuple[Counts, ...]

    def __len__(self) -> int:
        return len(self.counts)

    @overload
    def __getitem__(self, at: int) -> Score: ...
    @overload
    def __getitem__(self, at: slice) -> "Scores": ...
    def __getitem__(self, at: int | slice) -> "Score | Scores":
        if isinstance(at, slice):
            return Scores(self.metric, self.counts[at])
        return score_of(self.metric, self.counts[at])

    @cached_property
    def answers(self) -> tuple[int, ...]:
        return tuple(map(sum, self.counts))


@dataclass(frozen=True, slots=True)
class WatchedLine:
    """One line: its score of each month from `since` to `until`, none left out.

    touchpoint: None for a stage's headline. twin: the touchpoint that alone makes it up. seam: the
    month from which it was asked in these words, blank where it always was. is_watched: it still
    is; what was said of others stays.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    twin: TouchpointInfo | None
    metric: Metric
    since: str
    scores: Scores
    seam: str = ""
    is_watched: bool = True

    @property
    def id(self) -> LineId:
        place = self.twin or self.touchpoint or self.stage
        return LineId(place.id, self.metric.key, self.seam)

    @property
    def until(self) -> str:
        return shift(self.since, len(self.scores) - 1)

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


Said = Mapping[LineId, Judged]


def watched_lines(
    journey: JourneyInfo, rows: Iterable[CountRow], until: str, time_zone: str
) -> list[WatchedLine]:
    """The lines of a journey up to the month `until`, in the order of the journey; those that
    never had 30 answers in a month are left out. rows: counts of complete months."""
    lines = every_line(journey, rows, until, time_zone, {})
    return [line for line in lines if line.until == until]


def every_line(
    journey: JourneyInfo, rows: Iterable[CountRow], until: str, time_zone: str, said: Said
) -> list[WatchedLine]:
    """The same, those that ended before, at a seam, and those of which something was said and that
    are watched no longer, as far as they were."""
    seams = read_seams((series for _, _, series in journey.placed_series), time_zone)
    months = _Months(seams, _by_series(rows), until)
    places = {(line.place, line.metric) for line in said}
    found = []
    for line in _lines(journey, months, places):
        judged = said.get(line.id)
        if line.is_watched:
            if judged or max(line.scores.answers) >= FEW_BELOW:
                found.append(line)
        elif judged and line.since <= judged.until:
            there = len(months_between(line.since, min(line.until, judged.until)))
            found.append(replace(line, scores=line.scores[:there]))
    return found


Places = Collection[tuple[uuid.UUID, str]]


def _lines(journey: JourneyInfo, months: "_Months", said: Places) -> Iterator[WatchedLine]:
    for stage in journey.stages:
        for metric in dict.fromkeys([stage.headline, *stage.metrics]):
            is_watched = metric == stage.headline and not stage.is_archived
            if metric:
                twin = _twin(stage, metric)
                if is_watched or ((twin or stage).id, metric) in said:
                    spot = Spot(stage, None)
                    yield from months.lines(spot, twin, METRICS[metric], is_watched=is_watched)
        for touchpoint in stage.touchpoints:
            is_read = not touchpoint.is_archived and not stage.is_archived
            for at, metric in enumerate(touchpoint.metrics):
                is_watched = is_read and at == 0 and not _is_twin(touchpoint, stage)
                is_shown = _is_twin(touchpoint, stage) and metric == stage.headline
                if is_watched or ((touchpoint.id, metric) in said and not is_shown):
                    yield from months.lines(
                        Spot(stage, touchpoint), None, METRICS[metric], is_watched=is_watched
                    )


def _twin(stage: StageInfo, metric: str) -> TouchpointInfo | None:
    """The touchpoint that alone makes up the stage's score in this metric, and asks it now."""
    askers = _askers(stage, metric) if metric == stage.headline else []
    return askers[0] if len(askers) == 1 and _is_twin(askers[0], stage) else None


def _askers(stage: StageInfo, metric: str) -> list[TouchpointInfo]:
    return [touchpoint for touchpoint in stage.touchpoints if metric in touchpoint.metrics]


def _is_twin(touchpoint: TouchpointInfo, stage: StageInfo) -> bool:
    if not touchpoint.metrics:
        return False
    key = touchpoint.metrics[0]
    return key == stage.headline and _askers(stage, key) == [touchpoint]


@dataclass(frozen=True, slots=True)
class _Months:
    """Counts by series and month, and where the lines made of them break."""

    seams: Seams
    counted: Mapping[int, Mapping[str, Counts]]
    until: str

    def lines(
        self, spot: Spot, twin: TouchpointInfo | None, metric: Metric, *, is_watched: bool
    ) -> Iterator[WatchedLine]:
        """The line of a place, one from each of its seams on, the oldest first."""
        ids = [s.id for t in spot.touchpoints for s in t.series if s.metric == metric.key]
        seams = self.seams.all(ids, self.until)
        for begun, next_one in zip(["", *seams], [*seams, ""], strict=True):
            until = shift(next_one, -1) if next_one else self.until
            since, scores = self._of(ids, metric, begun, until)
            if scores:
                yield WatchedLine(*spot, twin, metric, since, scores, begun, is_watched)

    def _of(
        self, ids: Sequence[uuid.UUID], metric: Metric, seam: str, until: str
    ) -> tuple[str, Scores]:
        """The first month of a line, and its scores month by month up to `until`."""
        found: dict[str, Counts] = {}
        for series in ids:
            last = min(until, self.seams.last(series))
            for month, counts in self.counted.get(series.int, {}).items():
                if seam <= month <= last:
                    found[month] = add_counts(found[month], counts) if month in found else counts
        since = min(found, default=until)
        months = months_between(since, until)
        return since, Scores(metric.key, tuple([found.get(month, NONE) for month in months]))


def _by_series(rows: Iterable[CountRow]) -> dict[int, dict[str, Counts]]:
    """By the number of its id: a UUID takes long to hash."""
    found: dict[int, dict[str, Counts]] = {}
    for row in rows:
        found.setdefault(row.series.int, {})[month_of(row.month)] = row.counts
    return found
