"""The board: one column a stage, its touchpoints under it, everything as it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedback.dashboards.charts import ChartData
from feedback.dashboards.journey_map import JourneyInfo, StageInfo, TouchpointInfo
from feedback.dashboards.lines import Window, sparkline
from feedback.dashboards.scores import Line, Lines, score_lines, score_totals
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import METRICS, Metric, Score, metric_dict, row_dict, score
from feedback.wording import (
    WrittenScore,
    headline_meaning,
    metric_name,
    month_name,
    write_score,
    write_target,
)

if TYPE_CHECKING:
    import pandas as pd

DOT = "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}"
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

    @property
    def period(self) -> str:
        """The month that is read, or the last 30 days."""
        return RECENT if self.recent else self.window.chosen


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of the board: a stage's headline, or a touchpoint in one of its metrics."""

    metric: Metric
    chosen: Score
    running: Score | None
    months: Line
    target: float | None


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
    by_stage = _scores(source, "stage_id")
    by_touchpoint = _scores(source, "touchpoint_id")
    return [
        StageReading(
            stage,
            _headline(stage, by_stage, source),
            tuple(
                TouchpointReading(touchpoint, _readings(touchpoint, by_touchpoint, source))
                for touchpoint in stage.touchpoints
                if not touchpoint.is_archived or _has_answers(touchpoint, by_touchpoint)
            ),
        )
        for stage in source.journey.stages
        if not stage.is_archived or stage.touchpoints
    ]


def _scores(source: BoardSource, column: str) -> Lines:
    lines = score_lines(source.frame, column)
    if not source.recent:
        return lines
    totals = score_totals(source.frame, column)
    return {key: {**line, RECENT: totals[key]} for key, line in lines.items()}


def _has_answers(touchpoint: TouchpointInfo, lines: Lines) -> bool:
    return any((metric, str(touchpoint.id)) in lines for metric in touchpoint.metrics)


def _headline(stage: StageInfo, lines: Lines, source: BoardSource) -> Reading | None:
    if stage.headline is None or not stage.metrics:
        return None
    line = lines.get((stage.headline, str(stage.id)))
    return _reading(stage.headline, line, stage.target, source)


def _readings(touchpoint: TouchpointInfo, lines: Lines, source: BoardSource) -> tuple[Reading, ...]:
    """The metric asked last, and any older one that still has answers in the window."""
    return tuple(
        _reading(metric, lines.get((metric, str(touchpoint.id))), target, source)
        for at, metric in enumerate(touchpoint.metrics)
        for target in [touchpoint.target if at == 0 else None]
        if at == 0 or (metric, str(touchpoint.id)) in lines
    )


def _reading(key: str, line: Line | None, target: float | None, source: BoardSource) -> Reading:
    metric, line = METRICS[key], line or {}
    chosen = line.get(source.period) or score({}, metric)
    is_beside = not source.recent and source.window.running != source.window.chosen
    running = line.get(source.window.running) if is_beside else None
    return Reading(metric, chosen, running, line, target)


# What the template shows.


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    id: str
    metric: str
    name: str
    score: WrittenScore
    note: str
    chart: ChartData


@dataclass(frozen=True, slots=True)
class StageColumn:
    id: str
    name: str
    metric: str
    metric_name: str
    meaning: str
    score: WrittenScore | None
    chart: ChartData | None
    target: str
    running: WrittenScore | None
    touchpoints: tuple[TouchpointRow, ...]
    silent: tuple[str, ...]


def write_board(readings: Sequence[StageReading], source: BoardSource) -> list[StageColumn]:
    """The board in words and lines, ready for its template."""
    return [_column(reading, source) for reading in readings]


def _column(reading: StageReading, source: BoardSource) -> StageColumn:
    stage, headline = reading.stage, reading.headline
    return StageColumn(
        id=str(stage.id),
        name=stage.name,
        metric=headline.metric.key if headline else "",
        metric_name=metric_name(headline.metric) if headline else "",
        meaning=headline_meaning(headline.metric) if headline else "",
        score=_written(headline, source) if headline else None,
        chart=_spark(stage.name, headline, source) if headline else None,
        target=_target(headline),
        running=_running(headline),
        touchpoints=tuple(_rows(reading.touchpoints, source)),
        silent=tuple(_silent(reading.touchpoints, source)),
    )


def _written(reading: Reading, source: BoardSource) -> WrittenScore:
    period = "" if source.recent else month_name(source.window.chosen)
    return write_score(reading.chosen, reading.metric, period)


def _spark(name: str, reading: Reading, source: BoardSource) -> ChartData:
    title = _("%(name)s, month by month from %(first)s to %(last)s") % {
        "name": name,
        "first": month_name(source.window.months[0]),
        "last": month_name(source.window.months[-1]),
    }
    return sparkline(
        reading.months, reading.metric, source.window, title=title, target=reading.target
    )


def _target(reading: Reading | None) -> str:
    if reading is None or reading.target is None:
        return ""
    return write_target(reading.target, reading.metric)


def _running(reading: Reading | None) -> WrittenScore | None:
    if reading is None or reading.running is None:
        return None
    return write_score(reading.running, reading.metric)


def _rows(touchpoints: Sequence[TouchpointReading], source: BoardSource) -> list[TouchpointRow]:
    return [
        TouchpointRow(
            id=str(touchpoint.touchpoint.id),
            metric=reading.metric.key,
            name=touchpoint.touchpoint.name,
            score=(written := _written(reading, source)),
            note=_note(reading, written),
            chart=_spark(touchpoint.touchpoint.name, reading, source),
        )
        for touchpoint in touchpoints
        for reading in touchpoint.readings
        if reading.months
    ]


def _note(reading: Reading, written: WrittenScore) -> str:
    """`CSAT 1–5 · ± 4 · 271`: the answers in words only where they are too few."""
    answers = format_number(written.n) if written.display == "shown" else written.answers
    score = f"{written.margin}{DOT}{answers}" if written.margin else answers
    return f"{metric_name(reading.metric)} · {score}"


def _silent(touchpoints: Sequence[TouchpointReading], source: BoardSource) -> list[str]:
    """Silent touchpoints counted, those never asked apart from those asked in vain."""
    silent = [t.touchpoint for t in touchpoints if t.is_silent]
    asked = [t for t in silent if source.asked.get(str(t.id), 0)]
    unasked = [t for t in silent if not source.asked.get(str(t.id), 0)]
    lines = []
    if unasked:
        lines.append(
            ngettext("%(n)s silent: not asked", "%(n)s silent: not asked", len(unasked))
            % {"n": len(unasked)}
            + f" ({', '.join(t.name for t in unasked)})"
        )
    if asked:
        lines.append(
            ngettext("%(n)s silent: asked, no answer", "%(n)s silent: asked, no answer", len(asked))
            % {"n": len(asked)}
            + f" ({', '.join(t.name for t in asked)})"
        )
    return lines


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
    months = [(source.period, reading.chosen)]
    if reading.running is not None:
        months.append((source.window.running, reading.running))
    return [
        {
            "month": month,
            "stage": stage,
            "touchpoint": touchpoint,
            "metric": reading.metric.key,
            "target": reading.target,
            **row_dict(result),
        }
        for month, result in months
    ]


def board_metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Every metric named in the rows, by key, with its scale, direction and bands."""
    keys = dict.fromkeys(row["metric"] for row in rows)
    return {key: metric_dict(METRICS[key]) for key in keys}
