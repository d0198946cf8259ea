"""The board: one column a stage, its touchpoints under it, everything as it was asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from feedback.changes.find import Told
from feedback.changes.watched import line_key
from feedback.dashboards.pages import changes_of
from feedback.dashboards.read import RECENT, Counts
from feedback.readings.journey import Spot, StageInfo, TouchpointInfo
from feedback.readings.scores import CURRENT, REPLACED, Line, score_lines, score_totals
from feedback.scoring import METRICS, Metric, Score, metric_dict, row_dict, score

if TYPE_CHECKING:
    import pandas as pd


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


@dataclass(frozen=True, slots=True)
class TouchpointReading:
    touchpoint: TouchpointInfo
    readings: tuple[Reading, ...]

    @property
    def is_silent(self) -> bool:
        return all(reading.chosen.n == 0 for reading in self.readings)


@dataclass(frozen=True, slots=True)
class StageReading:
    """A stage: its headline (None when nothing asks there) and its touchpoints."""

    stage: StageInfo
    headline: Reading | None
    touchpoints: tuple[TouchpointReading, ...]

    @property
    def rows(self) -> list[Reading]:
        """What the page has under the headline: what was answered within its months."""
        below = (reading for place in self.touchpoints for reading in place.readings)
        return [reading for reading in below if reading.months]

    @property
    def readings(self) -> Iterator[Reading]:
        """The headline, if any, and what each touchpoint is read by."""
        if self.headline is not None:
            yield self.headline
        for touchpoint in self.touchpoints:
            yield from touchpoint.readings


def read_board(counts: Counts) -> tuple[StageReading, ...]:
    """Every score of the board. A stage pools the answers to its headline metric, no others."""
    frame = counts.frame()
    by_stage = _Lines(counts, frame, "stage_id")
    by_touchpoint = _Lines(counts, frame, "touchpoint_id")
    return tuple(
        StageReading(
            stage,
            _headline(stage, by_stage),
            tuple(
                TouchpointReading(touchpoint, _readings(stage, touchpoint, by_touchpoint))
                for touchpoint in stage.touchpoints
                if not touchpoint.is_archived or by_touchpoint.has(touchpoint)
            ),
        )
        for stage in counts.journey.stages
        if not stage.is_archived or stage.touchpoints
    )


class _Lines:
    """The scores of all stages, or of all touchpoints."""

    def __init__(self, counts: Counts, frame: "pd.DataFrame", column: str) -> None:
        self.counts, self.changes = counts, changes_of(counts)
        self.lines = score_lines(frame, column)
        if counts.recent:
            totals = score_totals(frame, column)
            self.lines = {at: {**line, RECENT: totals[at]} for at, line in self.lines.items()}
        self.replaced = {} if counts.recent else score_lines(frame, column, REPLACED)

    def has(self, touchpoint: TouchpointInfo) -> bool:
        return any((metric, str(touchpoint.id)) in self.lines for metric in touchpoint.metrics)

    def reading(self, key: str, spot: Spot, target: float | None) -> Reading:
        counts, window, metric = self.counts, self.counts.window, METRICS[key]
        stage, touchpoint = spot
        at = (key, str((touchpoint or stage).id))
        line = self.lines.get(at, {})
        is_beside = not counts.recent and window.running != window.chosen
        return Reading(
            stage=stage,
            touchpoint=touchpoint,
            metric=metric,
            chosen=line.get(counts.period) or score({}, metric),
            running=line.get(window.running) if is_beside else None,
            months=line,
            target=target,
            replaced=self.replaced.get(at, {}).get(counts.period),
            told=self.changes.by_key.get(line_key(spot, key)),
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


# What the files hold: the same rows.


def board_rows(stages: Sequence[StageReading], counts: Counts) -> list[dict[str, Any]]:
    """One row a number of the board: stage headlines (touchpoint null), then their touchpoints."""
    return [row for stage in stages for each in stage.readings for row in _file_rows(each, counts)]


def _file_rows(reading: Reading, counts: Counts) -> list[dict[str, Any]]:
    months = [(counts.period, reading.chosen, CURRENT)]
    if reading.replaced is not None:
        months.insert(0, (counts.period, reading.replaced, REPLACED))
    if reading.running is not None:
        months.append((counts.window.running, reading.running, CURRENT))
    return [
        {
            "month": month,
            "stage": reading.stage.name,
            "touchpoint": reading.touchpoint and reading.touchpoint.name,
            "metric": reading.metric.key,
            "target": reading.target,
            **row_dict(result),
            "wording": wording,
        }
        for month, result, wording in months
    ]


def board_metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Every metric named in the rows, by key, with its scale, direction and bands."""
    keys = dict.fromkeys(row["metric"] for row in rows)
    return {key: metric_dict(METRICS[key]) for key in keys}
