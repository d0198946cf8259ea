"""Trends: one metric month by month, a panel for each stage or touchpoint, and a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedback.dashboards.charts import PANEL, WIDE, ChartData, Point, Seam, draw
from feedback.dashboards.filters import Asked, Focus
from feedback.dashboards.journey_map import JourneyInfo, SeriesInfo, StageInfo, TouchpointInfo
from feedback.dashboards.lines import Window, axis_for, line_of
from feedback.dashboards.months import month_at
from feedback.dashboards.pooled import pooled_rows
from feedback.dashboards.scores import Line, score_lines
from feedback.i18n import format_date
from feedback.i18n import gettext as _
from feedback.scoring import METRICS, Metric, ScoreRow, score_groups
from feedback.wording import (
    WrittenScore,
    month_name,
    month_short,
    month_tick,
    write_level,
    write_score,
    write_target,
)

if TYPE_CHECKING:
    import pandas as pd


def trend_rows(
    frame: "pd.DataFrame", metric: Metric, by: Sequence[str], since: str = ""
) -> list[ScoreRow]:
    """The rows of `feedback trend`, `/trends.json` and `/trends.csv`, one a group with answers.

    frame: counts of this metric only (see `queries.counts_frame`). Rows by month begin with
    `since` and carry their three months pooled; in the month of a seam the answers to the
    replaced wording are a row of their own, before the others.
    """
    if "month" not in by:
        return score_groups(frame, by, metric)
    return [*pooled_rows(frame, by, metric, since)]


@dataclass(frozen=True, slots=True)
class TrendsSource:
    """What the trends page is made of: the counts of one metric in one window."""

    journey: JourneyInfo
    focus: Focus
    metric: Metric
    frame: "pd.DataFrame"
    window: Window
    time_zone: str

    @property
    def by(self) -> tuple[str, ...]:
        """The rows of the page and of its files."""
        return ("month", "stage") if self.focus.stage is None else ("month", "stage", "touchpoint")


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the page: a stage, or a touchpoint of the stage looked at."""

    id: str
    name: str
    target: float | None
    seams: tuple[Seam, ...]
    line: Line


@dataclass(frozen=True, slots=True)
class TrendPanel:
    id: str
    name: str
    readout: str
    chart: ChartData
    wide_chart: ChartData | None


@dataclass(frozen=True, slots=True)
class TrendTableRow:
    name: str
    cells: tuple[WrittenScore | None, ...]


def read_strands(source: TrendsSource) -> list[Strand]:
    """Every line of the page that has been asked the metric, in the order of the journey."""
    stage = source.focus.stage
    if stage is None:
        lines = score_lines(source.frame, "stage_id")
        return list(_stage_strands(source, lines))
    lines = score_lines(source.frame, "touchpoint_id")
    wanted = source.focus.touchpoint
    touchpoints = stage.touchpoints if wanted is None else (wanted,)
    return [
        _strand(source, touchpoint, _touchpoint_target(touchpoint, source.metric), asked, lines)
        for touchpoint in touchpoints
        if (asked := _askers(source.metric, [touchpoint]))
    ]


def _stage_strands(source: TrendsSource, lines: Any) -> Iterable[Strand]:
    for stage in source.journey.stages:
        asked = _askers(source.metric, stage.touchpoints)
        if asked:
            target = stage.target if stage.headline == source.metric.key else None
            yield _strand(source, stage, target, asked, lines)


def _touchpoint_target(touchpoint: TouchpointInfo, metric: Metric) -> float | None:
    return touchpoint.target if touchpoint.metrics[0] == metric.key else None


Askers = list[tuple[TouchpointInfo, SeriesInfo]]  # who asks the metric, in which series


def _askers(metric: Metric, touchpoints: Iterable[TouchpointInfo]) -> Askers:
    return [(t, s) for t in touchpoints for s in t.series if s.metric == metric.key]


def _strand(
    source: TrendsSource,
    place: StageInfo | TouchpointInfo,
    target: float | None,
    asked: Askers,
    lines: Any,
) -> Strand:
    return Strand(
        id=str(place.id),
        name=place.name,
        target=target,
        seams=_seams(asked, source.time_zone),
        line=lines.get((source.metric.key, str(place.id)), {}),
    )


def _seams(asked: Askers, time_zone: str) -> tuple[Seam, ...]:
    """A seam wherever a survey asks the metric anew: its wording or scale has changed."""
    seen, seams = set(), []
    for touchpoint, series in sorted(asked, key=lambda pair: pair[1].opened_at):
        if series.survey_id in seen:
            day = format_date(series.opened_at, time_zone)
            words = {"touchpoint": touchpoint.name, "day": day}
            label = _("%(touchpoint)s: asked anew since %(day)s") % words
            seams.append(Seam(month_at(series.opened_at, time_zone), label))
        seen.add(series.survey_id)
    return tuple(seams)


def draw_panels(strands: Sequence[Strand], source: TrendsSource) -> list[TrendPanel]:
    """Small multiples on a common axis; a lone line is drawn wide as well."""
    lines = [line_of(s.line, source.metric, source.window, worded=True) for s in strands]
    targets = [strand.target for strand in strands if strand.target is not None]
    axis = axis_for(lines, source.metric, targets)
    single = len(strands) == 1
    panels = []
    for strand, points in zip(strands, lines, strict=True):
        drawing = _Drawing(strand, points, source)
        panels.append(
            TrendPanel(
                id=f"chart_{strand.id}",
                name=strand.name,
                readout=_readout(points),
                chart=drawing.on(axis, PANEL),
                wide_chart=drawing.on(axis, WIDE) if single else None,
            )
        )
    return panels


@dataclass(frozen=True, slots=True)
class _Drawing:
    strand: Strand
    points: Sequence[Point]
    source: TrendsSource

    def on(self, axis: Any, box: Any) -> ChartData:
        metric, target = self.source.metric, self.strand.target
        has_january = any(month.endswith("-01") for month in self.source.window.months)
        return draw(
            self.points,
            title=self._title(),
            axis=axis,
            box=box,
            seams=self.strand.seams,
            target=None if target is None else (target, write_target(target, metric)),
            month_label=month_tick if has_january else month_short,
            level_label=lambda level: write_level(level, metric),
        )

    def _title(self) -> str:
        return _("%(name)s, month by month from %(first)s to %(last)s") % {
            "name": self.strand.name,
            "first": month_name(self.source.window.months[0]),
            "last": month_name(self.source.window.months[-1]),
        }


def _readout(points: Sequence[Point]) -> str:
    """The words of the last complete month that has a score."""
    known = [point for point in points if point.value is not None]
    complete = [point for point in known if not point.is_running]
    return (complete or known)[-1].label if known else _("No score in these months")


def write_table(strands: Sequence[Strand], source: TrendsSource) -> list[TrendTableRow]:
    """The numbers of the panels, newest month first; None where nobody answered."""
    months = list(reversed(source.window.months))
    return [
        TrendTableRow(
            strand.name,
            tuple(
                write_score(strand.line[month], source.metric) if month in strand.line else None
                for month in months
            ),
        )
        for strand in strands
    ]


def unasked(source: TrendsSource) -> list[str]:
    """The names of what is in view and does not ask this metric."""
    stage = source.focus.stage
    if stage is None:
        return [
            place.name
            for place in source.journey.stages
            if not place.is_archived and not _askers(source.metric, place.touchpoints)
        ]
    return [
        place.name
        for place in stage.touchpoints
        if not place.is_archived
        and source.focus.touchpoint in (None, place)
        and not _askers(source.metric, [place])
    ]


def chosen_metric(asked: Asked, journey: JourneyInfo, focus: Focus) -> Metric:
    """The metric asked for; after a move only if it is asked there, else the main one there."""
    wanted = asked.get("metric")
    if wanted and not (asked.moved and wanted not in _metrics_of(journey, focus)):
        return METRICS[wanted]
    return _main_metric(journey, focus)


def _metrics_of(journey: JourneyInfo, focus: Focus) -> list[str]:
    if focus.touchpoint is not None:
        return focus.touchpoint.metrics
    return focus.stage.metrics if focus.stage is not None else journey.metrics


def _main_metric(journey: JourneyInfo, focus: Focus) -> Metric:
    if focus.touchpoint is not None:
        keys: Sequence[str | None] = focus.touchpoint.metrics
    elif focus.stage is not None:
        keys = [focus.stage.headline]
    else:
        keys = journey.metrics
    return METRICS[next((key for key in keys if key), "nps")]
