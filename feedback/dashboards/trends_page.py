"""Trends: one metric month by month, a panel for each stage or touchpoint, and a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.changes.answers import change_answers
from feedback.changes.notes import note_change
from feedback.changes.words import SaidChanges
from feedback.charts.geometry import PANEL, WIDE, ChartData, draw
from feedback.charts.grid import Box
from feedback.charts.lines import (
    Axis,
    Beside,
    Point,
    axis_for,
    flag_days,
    line_of,
    line_title,
    month_labels,
    points_of,
    turn_of,
)
from feedback.charts.picture import TrendPanel
from feedback.comments.words import Words
from feedback.dashboards import screen
from feedback.dashboards.behind import Behind
from feedback.dashboards.beside import (
    beside_number,
    coming_band,
    explain_coming,
    usual_range,
)
from feedback.dashboards.mix.words import MixPage, say_mix
from feedback.dashboards.rate_words import RatesPage, say_rates
from feedback.dashboards.read import Counts, Scope, changes_of
from feedback.dashboards.strands import Strand, read_strands, unasked
from feedback.explain import explain_score
from feedback.filters import FilterError
from feedback.i18n import current_locale
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.readings.filters import Asked, Choice, place_of
from feedback.scoring import FEW_BELOW, METRICS, Metric
from feedback.web.files import KINDS, file_links
from feedback.wording import write_level, write_target

TRENDS, PANEL_SIZE = 100_000, 30_000  # bytes, about


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
    behind: Behind = Behind("", "")
    words: tuple[Words, Words | None] | None = None

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
    def coming_month(self) -> str:
        """Where a band is drawn."""
        return next((each.coming.month for each in self.strands if each.coming), "")

    @property
    def has_beside(self) -> bool:
        """Whether any number has company: then every panel leaves room for it."""
        return any(panel.beside for panel in self.panels)

    def usual(self, strand: Strand, month: str) -> str:
        """What the cell of a month says of its band, if it has one."""
        if strand.coming is None or strand.coming.month != month:
            return ""
        return _("usually %(range)s") % {"range": usual_range(strand.coming, self.metric)}

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
        said=screen.said(counts, scope, counts.metric.key) if counts.span.first else None,
        panels=panels,
        months=tuple(reversed(counts.window.months)),
        strands=strands,
        unasked=tuple(unasked(counts)),
        under=under,
        version=counts.version,
        nothing=screen.no_answers() if not counts.span.first else None,
        behind=_behind(counts),
        words=counts.words,
    )


def _behind(counts: Counts) -> Behind:
    return Behind(counts.metric.key, counts.channel)


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
            *(counts.window.months[-1], counts.channel, counts.by_channel.periods),
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


# The drawings.


def draw_panels(strands: Sequence[Strand], counts: Counts) -> tuple[TrendPanel, ...]:
    """Small multiples on a common axis; a lone line is drawn wide as well."""
    targets = [strand.target for strand in strands if strand.target is not None]
    bands = [strand.coming for strand in strands if strand.coming and strand.coming.n >= FEW_BELOW]
    targets += [limit for band in bands for limit in (band.low, band.high)]
    lines = [line for strand in strands for line in (strand.line, strand.apart)]
    points = [points_of(line, counts.metric, counts.window) for line in lines if line]
    axis, is_alone = axis_for(points, counts.metric, targets), len(strands) == 1
    window = counts.window
    is_known = (counts.looked_at, counts.time_zone, counts.flags, counts.channel)
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
    month = strand.told_month(counts.window)
    score = strand.line.get(month)
    told = next((point for point in drawing.points if point.month == month), None)
    change = None
    if strand.is_watched:
        looked_at = strand.line.get(changes_of(counts).looked_at)
        has_enough = looked_at is not None and looked_at.display == "shown"
        change = note_change(strand.told, changes_of(counts).looked_at, has_enough=has_enough)
    return TrendPanel(
        id=f"chart_{strand.spot.place.id}",
        name=strand.spot.place.name,
        readout=told.label if told and told.label else _("No score in these months"),
        chart=drawing.on(axis, PANEL),
        wide_chart=drawing.on(axis, WIDE) if is_alone else None,
        change=change,
        answers=told.answers if told else None,
        since=change_answers(strand.told) if change else None,
        formula=explain_score(score, counts.metric) if score else "",
        beside=tuple(beside_number(strand, month, counts.metric, _behind(counts))),
        coming=explain_coming(strand.coming, counts.metric) if strand.coming else "",
    )


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
    behind = _behind(counts)
    beside = Beside(
        pooled=[point.value for point in line_of(strand.pooled, metric, window, worded=False)],
        apart=behind.points_apart(strand, apart),
        seams=strand.seams,
        flags=flag_days(counts.flags, strand.spot),
        coming=coming_band(strand.coming, metric) if strand.coming else None,
        turn=turn_of(strand.told),
    )
    points = behind.points(strand, line_of(strand.line, metric, window, worded=True))
    return _Drawing(strand, points, beside, counts)
