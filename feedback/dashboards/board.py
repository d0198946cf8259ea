"""The board: one column a stage, its touchpoints under it, everything as it was asked."""

from dataclasses import dataclass, replace

from feedback.changes.find import Told
from feedback.dashboards.read import RECENT, Counts, changes_of
from feedback.kept import scored
from feedback.memory import PAGE, memory
from feedback.readings.journey import Spot, StageInfo, TouchpointInfo
from feedback.readings.scores import Line
from feedback.scoring import METRICS, Metric, Score
from feedback.surveys.seams import REPLACED


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the board: a stage's headline, or a touchpoint in one of its metrics.

    replaced: what a wording still got in the month chosen, before another took its place. told:
    what is known of its changes, None where it is not watched. is_asked_now: not a metric of old.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    metric: Metric
    chosen: Score
    running: Score | None
    months: Line
    target: float | None
    replaced: Score | None = None
    told: Told | None = None
    is_asked_now: bool = True

    @property
    def spot(self) -> Spot:
        return Spot(self.stage, self.touchpoint)


@dataclass(frozen=True, slots=True)
class TouchpointReading:
    touchpoint: TouchpointInfo
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class StageReading:
    """A stage: its headline (None when nothing asks there) and its touchpoints."""

    stage: StageInfo
    headline: Reading | None
    touchpoints: tuple[TouchpointReading, ...]

    @property
    def rows(self) -> list[Reading]:
        """What the page has under the headline: what was answered in its period."""
        return [each for place in self.touchpoints for each in place.readings if each.chosen.n]


def read_board(counts: Counts) -> tuple[StageReading, ...]:
    """Every score of the board. A stage pools the answers to its headline metric, no others."""
    return memory.keep(("board", counts.version), lambda: _read(counts), lambda _: PAGE)


def _read(counts: Counts) -> tuple[StageReading, ...]:
    lines = _Lines(counts)
    return tuple(
        StageReading(
            stage,
            _headline(stage, lines),
            tuple(
                TouchpointReading(touchpoint, _readings(stage, touchpoint, lines))
                for touchpoint in stage.touchpoints
                if not touchpoint.is_archived or lines.has(touchpoint)
            ),
        )
        for stage in counts.journey.stages
        if not stage.is_archived or stage.touchpoints
    )


class _Lines:
    """The scores of all stages and touchpoints."""

    def __init__(self, counts: Counts) -> None:
        self.counts, self.changes = counts, changes_of(counts)
        self.lines = counts.tally.lines()
        if counts.recent:
            totals = counts.tally.totals()
            self.lines = {at: {**line, RECENT: totals[at]} for at, line in self.lines.items()}
        self.replaced = {} if counts.recent else counts.tally.lines(REPLACED)

    def has(self, touchpoint: TouchpointInfo) -> bool:
        return any((metric, str(touchpoint.id)) in self.lines for metric in touchpoint.metrics)

    def reading(self, key: str, spot: Spot, target: float | None) -> Reading:
        counts, window, metric = self.counts, self.counts.window, METRICS[key]
        at = (key, str((spot.touchpoint or spot.stage).id))
        line = self.lines.get(at, {})
        is_beside = not counts.recent and window.running != window.chosen
        return Reading(
            stage=spot.stage,
            touchpoint=spot.touchpoint,
            metric=metric,
            chosen=line.get(counts.period) or scored(metric, (0,) * len(metric.scale)),
            running=line.get(window.running) if is_beside else None,
            months=line,
            target=target,
            replaced=self.replaced.get(at, {}).get(counts.period),
            told=self.changes.at(spot, key),
        )


def _headline(stage: StageInfo, lines: _Lines) -> Reading | None:
    if stage.headline is None or not stage.metrics:
        return None
    return lines.reading(stage.headline, Spot(stage, None), stage.target)


def _readings(stage: StageInfo, touchpoint: TouchpointInfo, lines: _Lines) -> tuple[Reading, ...]:
    """The metric asked last, and any older one that still has answers in the window."""
    spot = Spot(stage, touchpoint)
    return tuple(
        lines.reading(metric, spot, touchpoint.target)
        if at == 0
        else replace(lines.reading(metric, spot, None), is_asked_now=False)
        for at, metric in enumerate(touchpoint.metrics)
        if at == 0 or (metric, str(touchpoint.id)) in lines.lines
    )
