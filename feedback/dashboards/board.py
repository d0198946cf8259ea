"""The board: one column a stage, its touchpoints under it, everything as it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from feedback.calendar.queries import Flag
from feedback.changes.find import JourneyChanges, Told
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo
from feedback.readings.months import Window
from feedback.readings.scores import Line, Lines, score_lines, score_totals
from feedback.readings.seams import CURRENT, REPLACED
from feedback.scoring import METRICS, Metric, Score, metric_dict, row_dict, score

if TYPE_CHECKING:
    import pandas as pd

COARSE_BELOW = 8  # touchpoints: a coarser journey says that something is wrong, not what
RECENT = "last 30 days"  # stands for a month where a young workspace is one period


@dataclass(frozen=True, slots=True)
class BoardSource:
    """What the board is made of. `recent`: the workspace is young, so all its answers are one
    period, its last 30 days; `asked`: how often each touchpoint asked in the period."""

    journey: JourneyInfo
    frame: "pd.DataFrame"
    window: Window
    recent: bool
    asked: Mapping[str, int]
    time_zone: str
    changes: JourneyChanges | None = None
    flags: tuple[Flag, ...] = ()

    @property
    def period(self) -> str:
        """The month that is read, or the last 30 days."""
        return RECENT if self.recent else self.window.chosen


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the board: a stage's headline, or a touchpoint in one of its metrics.

    replaced: what a wording still got in the month chosen, before another took its place. told:
    what is known of its changes, None where it is not watched. is_asked_now: not a metric of old.
    """

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


def read_board(source: BoardSource) -> list[StageReading]:
    """Every score of the board. A stage pools the answers to its headline metric, no others."""
    by_stage, by_touchpoint = _Lines(source, "stage_id"), _Lines(source, "touchpoint_id")
    return [
        StageReading(
            stage,
            _headline(stage, by_stage),
            tuple(
                TouchpointReading(touchpoint, _readings(stage, touchpoint, by_touchpoint))
                for touchpoint in stage.touchpoints
                if not touchpoint.is_archived or by_touchpoint.has(touchpoint)
            ),
        )
        for stage in source.journey.stages
        if not stage.is_archived or stage.touchpoints
    ]


class _Lines:
    """The scores of all stages, or of all touchpoints."""

    def __init__(self, source: BoardSource, column: str) -> None:
        self.source = source
        self.lines = _scores(source, column)
        self.replaced = {} if source.recent else score_lines(source.frame, column, REPLACED)

    def has(self, touchpoint: TouchpointInfo) -> bool:
        return any((metric, str(touchpoint.id)) in self.lines for metric in touchpoint.metrics)

    def reading(
        self, key: str, place: tuple[StageInfo, TouchpointInfo | None], target: float | None
    ) -> Reading:
        source, metric = self.source, METRICS[key]
        stage, touchpoint = place
        at = (key, str((touchpoint or stage).id))
        line = self.lines.get(at, {})
        is_beside = not source.recent and source.window.running != source.window.chosen
        watched = (str(stage.id), str(touchpoint.id) if touchpoint else None, key)
        return Reading(
            metric=metric,
            chosen=line.get(source.period) or score({}, metric),
            running=line.get(source.window.running) if is_beside else None,
            months=line,
            target=target,
            replaced=self.replaced.get(at, {}).get(source.period),
            told=source.changes.by_place.get(watched) if source.changes else None,
        )


def _scores(source: BoardSource, column: str) -> Lines:
    lines = score_lines(source.frame, column)
    if not source.recent:
        return lines
    totals = score_totals(source.frame, column)
    return {key: {**line, RECENT: totals[key]} for key, line in lines.items()}


def _headline(stage: StageInfo, lines: _Lines) -> Reading | None:
    if stage.headline is None or not stage.metrics:
        return None
    return lines.reading(stage.headline, (stage, None), stage.target)


def _readings(stage: StageInfo, touchpoint: TouchpointInfo, lines: _Lines) -> tuple[Reading, ...]:
    """The metric asked last, and any older one that still has answers in the window."""
    place = (stage, touchpoint)
    return tuple(
        lines.reading(metric, place, touchpoint.target)
        if at == 0
        else replace(lines.reading(metric, place, None), is_asked_now=False)
        for at, metric in enumerate(touchpoint.metrics)
        if at == 0 or (metric, str(touchpoint.id)) in lines.lines
    )


# What the files hold: the same rows.


def board_rows(readings: Sequence[StageReading], source: BoardSource) -> list[dict[str, Any]]:
    """One row a number of the board: stage headlines (touchpoint null), then their touchpoints."""
    rows = []
    for stage in readings:
        if stage.headline is not None:
            rows += _file_rows(stage.stage.name, None, stage.headline, source)
        for touchpoint in stage.touchpoints:
            for reading in touchpoint.readings:
                rows += _file_rows(stage.stage.name, touchpoint.touchpoint.name, reading, source)
    return rows


def _file_rows(
    stage: str, touchpoint: str | None, reading: Reading, source: BoardSource
) -> list[dict[str, Any]]:
    months = [(source.period, reading.chosen, CURRENT)]
    if reading.replaced is not None:
        months.insert(0, (source.period, reading.replaced, REPLACED))
    if reading.running is not None:
        months.append((source.window.running, reading.running, CURRENT))
    return [
        {
            "month": month,
            "stage": stage,
            "touchpoint": touchpoint,
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
