"""Trends: one metric month by month, a panel for each stage or touchpoint, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.changes.find import Told
from feedback.changes.notes import note_change
from feedback.changes.words import SaidChanges
from feedback.charts.geometry import PANEL, WIDE, Box, ChartData, draw
from feedback.charts.lines import (
    Askers,
    Axis,
    Beside,
    Point,
    Seam,
    askers_at,
    axis_for,
    flag_days,
    line_of,
    line_title,
    month_labels,
    points_of,
    seam_marks,
)
from feedback.charts.picture import TrendPanel
from feedback.dashboards import screen
from feedback.dashboards.mix.words import MixPage, say_mix
from feedback.dashboards.rates import RatesPage, say_rates
from feedback.dashboards.read import Counts, Scope, changes_of
from feedback.filters import FilterError
from feedback.i18n import current_locale
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.readings.filters import Asked, Choice, place_of
from feedback.readings.journey import Spot
from feedback.readings.scores import Line, Lines, pooled_line
from feedback.scoring import METRICS, Metric, Score
from feedback.surveys.seams import REPLACED
from feedback.web.files import KINDS, file_links
from feedback.wording import explain_score, write_level, write_target

TRENDS, PANEL_SIZE = 100_000, 30_000  # bytes, about


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the page: a stage, or a touchpoint of the stage looked at.

    pooled: its last three months. apart: what a wording still got in the month it was replaced.
    told: what is known of its changes; is_watched: changes are looked for in this metric here.
    """

    spot: Spot
    target: float | None
    seams: tuple[Seam, ...]
    line: Line
    pooled: Line
    apart: Line
    told: Told | None
    is_watched: bool

    def made_of(self) -> tuple[object, ...]:
        """All that it is, so that what is drawn of it can be kept."""
        return (
            *(*self.spot, self.target, self.seams, self.told, self.is_watched),
            *(self.line or None, self.apart or None, self.pooled or None),  # one object a line
        )


@dataclass(frozen=True, slots=True)
class TrendsPage:
    address: str = "/trends"
    choices: tuple[Choice, ...] = ()
    was: str = ""
    exports: tuple[tuple[str, str], ...] = ()
    error: str = ""
    metric: Metric = METRICS["nps"]
    said: SaidChanges | None = None
    panels: tuple[TrendPanel, ...] = ()
    months: tuple[str, ...] = ()
    strands: tuple[Strand, ...] = ()
    unasked: tuple[str, ...] = ()
    under: tuple[MixPage | None, RatesPage] | None = None
    version: str = ""
    nothing: screen.Nothing | None = None

    @property
    def action_address(self) -> str:
        """Where an action at the very place looked at is written down."""
        names = ("journey", "stage", "touchpoint")
        given = [f"{n}={v}" for n, v in zip(names, self.was.split(","), strict=True) if v]
        return f"/actions/new?{given[-1]}" if given else "/actions/new"

    @property
    def has_seams(self) -> bool:
        return any(panel.chart.seams for panel in self.panels)

    @property
    def has_targets(self) -> bool:
        return any(panel.chart.target for panel in self.panels)

    @property
    def has_apart(self) -> bool:
        return any(dot.kind == "apart" for panel in self.panels for dot in panel.chart.dots)

    @property
    def has_flags(self) -> bool:
        return any(panel.chart.flags for panel in self.panels)


def trends_page(counts: Counts | None, scope: Scope) -> TrendsPage:
    if counts is None:
        return TrendsPage(nothing=screen.no_journey())
    asked, choices = scope.asked, screen.trends_choices(counts, scope)
    if asked.get("metric"):  # after a move it may be another than the form said
        asked = Asked({**asked.values, "metric": counts.metric.key})
    key = ("trends", counts.version, current_locale())
    strands, panels, under = memory.keep(key, lambda: _made(counts), lambda _: TRENDS)
    return TrendsPage(
        address=asked.address("/trends"),
        choices=choices,
        was=place_of({choice.name: choice.value for choice in choices}),
        exports=file_links(asked.address("/trends"), (*KINDS, "svg", "png", "pdf")),
        metric=counts.metric,
        said=screen.said(counts, scope) if counts.span.first else None,
        panels=panels,
        months=tuple(reversed(counts.window.months)),
        strands=strands,
        unasked=tuple(unasked(counts)),
        under=under,
        version=counts.version,
        nothing=screen.no_answers() if not counts.span.first else None,
    )


def _made(
    counts: Counts,
) -> tuple[tuple[Strand, ...], tuple[TrendPanel, ...], tuple[MixPage | None, RatesPage]]:
    strands = read_strands(counts)
    return strands, draw_panels(strands, counts), (_mix(counts), say_rates(counts))


def _mix(counts: Counts) -> MixPage | None:
    """It compares complete months, so most answers leave it as it is."""
    return memory.keep_of(
        "mix",
        (
            *(current_locale(), counts.watched_version, counts.metric.key, counts.focus),
            *(counts.window.months[-1], counts.by_channel.periods),
        ),
        lambda: say_mix(counts),
        lambda _: TRENDS,
    )


def refused_trends(page: TrendsPage, error: FilterError) -> TrendsPage:
    """The page without its numbers, saying what could not be read."""
    choices = screen.mark_wrong(page.choices, error)
    return replace(
        page, choices=choices, error=str(error), said=None, panels=(), strands=(), nothing=None
    )


# What is read, before it is drawn.


def read_strands(counts: Counts) -> tuple[Strand, ...]:
    """Every line of the page that has been asked the metric, in the order of the journey."""
    lines = counts.tally.lines(), counts.tally.lines(REPLACED)
    return tuple(
        _strand(counts, spot, asked, lines)
        for spot in _spots(counts)
        if (asked := askers_at(counts.metric.key, spot))
    )


def unasked(counts: Counts) -> list[str]:
    """The names of what is in view and does not ask this metric."""
    places = [spot.place for spot in _spots(counts) if not askers_at(counts.metric.key, spot)]
    return [place.name for place in places if not place.is_archived]


def _spots(counts: Counts) -> list[Spot]:
    """Where the lines in view are read: the stages, or touchpoints of the stage looked at."""
    stage, touchpoint = counts.focus.stage, counts.focus.touchpoint
    if stage is None:
        return [Spot(each, None) for each in counts.journey.stages]
    return [Spot(stage, each) for each in Spot(stage, touchpoint).touchpoints]


def _strand(counts: Counts, spot: Spot, asked: Askers, lines: tuple[Lines, Lines]) -> Strand:
    (stage, touchpoint), place, metric = spot, spot.place, counts.metric
    is_main = metric.key == (touchpoint.metrics[0] if touchpoint else stage.headline)
    seams = seam_marks(asked, counts.time_zone)
    line, apart = (found.get((metric.key, str(place.id)), {}) for found in lines)
    return Strand(
        spot=spot,
        target=place.target if is_main else None,
        seams=seams,
        line=line,
        pooled=pooled_line(line, [seam.month for seam in seams], metric),
        apart=apart,
        told=changes_of(counts).at(spot, metric.key),
        is_watched=is_main,
    )


# The drawings.


def draw_panels(strands: Sequence[Strand], counts: Counts) -> tuple[TrendPanel, ...]:
    """Small multiples on a common axis; a lone line is drawn wide as well."""
    targets = [strand.target for strand in strands if strand.target is not None]
    lines = [line for strand in strands for line in (strand.line, strand.apart)]
    points = [points_of(line, counts.metric, counts.window) for line in lines if line]
    axis = axis_for(points, counts.metric, targets)
    is_alone = len(strands) == 1
    window, is_known = counts.window, (counts.looked_at, counts.time_zone, counts.flags)
    return tuple(
        memory.keep_of(
            "panel",
            (
                *(current_locale(), axis, is_alone, *is_known, counts.metric.key),
                *(tuple(window.months), window.running, window.chosen, *strand.made_of()),
            ),
            lambda strand=strand: _panel(_drawing(strand, counts), axis, is_alone=is_alone),  # type: ignore[misc]
            lambda _: PANEL_SIZE,
        )
        for strand in strands
    )


def _panel(drawing: "_Drawing", axis: Axis, *, is_alone: bool) -> TrendPanel:
    strand, counts = drawing.strand, drawing.counts
    told_of = _told_of(drawing.points)
    score = strand.line.get(told_of.month) if told_of else None
    change = None
    if strand.is_watched:
        looked_at = strand.line.get(changes_of(counts).looked_at)
        has_enough = looked_at is not None and looked_at.display == "shown"
        change = note_change(strand.told, changes_of(counts).looked_at, has_enough=has_enough)
    return TrendPanel(
        id=f"chart_{strand.spot.place.id}",
        name=strand.spot.place.name,
        readout=told_of.label if told_of else _("No score in these months"),
        chart=drawing.on(axis, PANEL),
        wide_chart=drawing.on(axis, WIDE) if is_alone else None,
        change=change,
        formula=explain_score(score, counts.metric) if score else "",
    )


def _told_of(points: Sequence[Point]) -> Point | None:
    """The last complete month that has a score, else the running one."""
    known = [point for point in points if point.value is not None]
    complete = [point for point in known if not point.is_running]
    return next(reversed(complete or known), None)


@dataclass(frozen=True, slots=True)
class _Drawing:
    strand: Strand
    points: Sequence[Point]
    beside: Beside
    counts: Counts

    def on(self, axis: Axis, box: Box) -> ChartData:
        metric, target = self.counts.metric, self.strand.target
        return draw(
            self.points,
            title=line_title(self.strand.spot.place.name, self.counts.window),
            axis=axis,
            box=box,
            beside=self.beside,
            target=None if target is None else (target, write_target(target, metric)),
            month_label=month_labels(self.counts.window.months),
            level_label=lambda level: write_level(level, metric),
        )


def _drawing(strand: Strand, counts: Counts) -> _Drawing:
    metric, window = counts.metric, counts.window
    apart = [
        replace(point, label=_("%(score)s, former wording") % {"score": point.label})
        for point in line_of(strand.apart, metric, window, worded=True)
        if point.value is not None
    ]
    beside = Beside(
        pooled=[_value(strand.pooled.get(month)) for month in window.months],
        apart=apart,
        seams=strand.seams,
        flags=flag_days(counts.flags, strand.spot),
        is_changed=strand.told is not None and strand.told.change is not None,
    )
    points = line_of(strand.line, metric, window, worded=True)
    return _Drawing(strand, points, beside, counts)


def _value(score: Score | None) -> float | None:
    return None if score is None or score.display == "hidden" else score.score
