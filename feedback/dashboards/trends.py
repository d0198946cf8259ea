"""Trends: one metric month by month, a panel for each stage or touchpoint, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedback.calendar.queries import Flag
from feedback.changes.find import JourneyChanges, Told
from feedback.charts.plot import Seam
from feedback.charts.seam_marks import Askers, Place, askers, askers_at, seam_marks
from feedback.dashboards.mix.read import ByChannel
from feedback.readings.filters import Asked, Focus
from feedback.readings.journey import JourneyInfo, StageInfo, TouchpointInfo
from feedback.readings.months import Window
from feedback.readings.pooled import pooled_line, pooled_rows
from feedback.readings.scores import Line, Lines, score_lines
from feedback.readings.seams import REPLACED
from feedback.scoring import METRICS, Metric, ScoreRow, score_groups
from feedback.wording import WrittenScore

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
    changes: JourneyChanges
    flags: tuple[Flag, ...] = ()
    by_channel: ByChannel = ByChannel()

    @property
    def by(self) -> tuple[str, ...]:
        """The rows of the page and of its files."""
        return ("month", "stage") if self.focus.stage is None else ("month", "stage", "touchpoint")


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the page: a stage, or a touchpoint of the stage looked at.

    pooled: its last three months. apart: what a wording still got in the month it was replaced.
    told: what is known of its changes; is_watched: changes are looked for in this metric here.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    target: float | None
    seams: tuple[Seam, ...]
    line: Line
    pooled: Line
    apart: Line
    told: Told | None
    is_watched: bool

    @property
    def id(self) -> str:
        return str((self.touchpoint or self.stage).id)

    @property
    def name(self) -> str:
        return (self.touchpoint or self.stage).name


@dataclass(frozen=True, slots=True)
class TrendCell:
    """One month of the table; None where there were no answers."""

    score: WrittenScore | None
    pooled: WrittenScore | None
    apart: WrittenScore | None


@dataclass(frozen=True, slots=True)
class TrendTableRow:
    name: str
    cells: tuple[TrendCell, ...]


def read_strands(source: TrendsSource) -> list[Strand]:
    """Every line of the page that has been asked the metric, in the order of the journey."""
    stage = source.focus.stage
    column = "stage_id" if stage is None else "touchpoint_id"
    lines = score_lines(source.frame, column), score_lines(source.frame, column, REPLACED)
    if stage is None:
        places: list[Place] = [(stage, None) for stage in source.journey.stages]
    else:
        wanted = source.focus.touchpoint
        places = [(stage, each) for each in (stage.touchpoints if wanted is None else (wanted,))]
    return [
        _strand(source, place, asked, lines)
        for place in places
        if (asked := askers_at(source.metric.key, place))
    ]


def _strand(
    source: TrendsSource, place: Place, asked: Askers, lines: tuple[Lines, Lines]
) -> Strand:
    (stage, touchpoint), metric = place, source.metric
    id = str((touchpoint or stage).id)
    is_main = metric.key == (touchpoint.metrics[0] if touchpoint else stage.headline)
    seams = seam_marks(asked, source.time_zone)
    line, apart = (found.get((metric.key, id), {}) for found in lines)
    watched = (str(stage.id), str(touchpoint.id) if touchpoint else None, metric.key)
    return Strand(
        stage=stage,
        touchpoint=touchpoint,
        target=(touchpoint or stage).target if is_main else None,
        seams=seams,
        line=line,
        pooled=pooled_line(line, [seam.month for seam in seams], metric),
        apart=apart,
        told=source.changes.by_place.get(watched),
        is_watched=is_main,
    )


def unasked(source: TrendsSource) -> list[str]:
    """The names of what is in view and does not ask this metric."""
    stage = source.focus.stage
    if stage is None:
        return [
            place.name
            for place in source.journey.stages
            if not place.is_archived and not askers(source.metric.key, place.touchpoints)
        ]
    return [
        place.name
        for place in stage.touchpoints
        if not place.is_archived
        and source.focus.touchpoint in (None, place)
        and not askers(source.metric.key, [place])
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
