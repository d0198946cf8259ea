"""The trends drawn: small multiples on a common axis, and the table with the same numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.changes.words import note_change
from feedback.charts.flags import flag_days
from feedback.charts.geometry import PANEL, WIDE, Box, ChartData, draw
from feedback.charts.lines import TrendPanel, axis_for, line_of
from feedback.charts.plot import Axis, Beside, Point
from feedback.dashboards.trends import Strand, TrendCell, TrendsSource, TrendTableRow
from feedback.i18n import gettext as _
from feedback.scoring import Metric, Score
from feedback.wording import (
    explain_score,
    month_name,
    month_short,
    month_tick,
    write_level,
    write_score,
    write_target,
)


def draw_panels(strands: Sequence[Strand], source: TrendsSource) -> list[TrendPanel]:
    """Small multiples on a common axis; a lone line is drawn wide as well."""
    drawings = [_drawing(strand, source) for strand in strands]
    targets = [strand.target for strand in strands if strand.target is not None]
    points = [[*drawing.points, *drawing.beside.apart] for drawing in drawings]
    axis = axis_for(points, source.metric, targets)
    return [_panel(drawing, axis, is_alone=len(drawings) == 1) for drawing in drawings]


def _panel(drawing: "_Drawing", axis: Axis, *, is_alone: bool) -> TrendPanel:
    strand, source = drawing.strand, drawing.source
    told_of = _told_of(drawing.points)
    score = strand.line.get(told_of.month) if told_of else None
    change = None
    if strand.is_watched:
        looked_at = strand.line.get(source.changes.looked_at)
        has_enough = looked_at is not None and looked_at.display == "shown"
        change = note_change(strand.told, source.changes.looked_at, has_enough=has_enough)
    return TrendPanel(
        id=f"chart_{strand.id}",
        name=strand.name,
        readout=told_of.label if told_of else _("No score in these months"),
        chart=drawing.on(axis, PANEL),
        wide_chart=drawing.on(axis, WIDE) if is_alone else None,
        change=change,
        formula=explain_score(score, source.metric) if score else "",
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
    source: TrendsSource

    def on(self, axis: Axis, box: Box) -> ChartData:
        metric, target = self.source.metric, self.strand.target
        has_january = any(month.endswith("-01") for month in self.source.window.months)
        return draw(
            self.points,
            title=self._title(),
            axis=axis,
            box=box,
            beside=self.beside,
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


def _drawing(strand: Strand, source: TrendsSource) -> _Drawing:
    metric, window = source.metric, source.window
    apart = [
        replace(point, label=_("%(score)s, former wording") % {"score": point.label})
        for point in line_of(strand.apart, metric, window, worded=True)
        if point.value is not None
    ]
    beside = Beside(
        pooled=[_value(strand.pooled.get(month)) for month in window.months],
        apart=apart,
        seams=strand.seams,
        flags=flag_days(source.flags, strand.stage, strand.touchpoint),
        is_changed=strand.told is not None and strand.told.change is not None,
    )
    points = line_of(strand.line, metric, window, worded=True)
    return _Drawing(strand, points, beside, source)


def _value(score: Score | None) -> float | None:
    return None if score is None or score.display == "hidden" else score.score


def write_table(strands: Sequence[Strand], source: TrendsSource) -> list[TrendTableRow]:
    """The numbers of the panels, newest month first; None where nobody answered."""
    months = list(reversed(source.window.months))
    return [
        TrendTableRow(strand.name, tuple(_cell(strand, month, source.metric) for month in months))
        for strand in strands
    ]


def _cell(strand: Strand, month: str, metric: Metric) -> TrendCell:
    score, pooled, apart = (
        write_score(line[month], metric) if month in line else None
        for line in (strand.line, strand.pooled, strand.apart)
    )
    return TrendCell(score, pooled, apart)
