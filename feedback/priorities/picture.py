"""The matrix by matplotlib, for what is downloaded or printed: the same geometry as the page's."""

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from feedback.charts.picture import HAIRLINE, INK, MUTED, draw_apart, sheet
from feedback.priorities.leads import lead_sentence
from feedback.priorities.matrix import MatrixChart, draw_matrix
from feedback.priorities.read import Known
from feedback.priorities.words import item_sentence, matrix_facts, shown_facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PER_INCH = 84
_LIST_WIDTH = 360
_LEAST_HEIGHT = 580
_TITLE_LETTERS = 96
_ITEM_HEIGHT = 34


async def matrix_picture(known: Known, computed: str, kind: str) -> bytes:
    """The matrix with its ranked list beside it; `kind`: svg, png or pdf."""
    return await draw_apart(kind, 8, _draw, known, computed)


def _draw(known: Known, computed: str) -> "Figure":
    if known.matrix is None:
        raise ValueError("there is no matrix to draw")
    chart = draw_matrix(known.matrix, known.items, known.names)
    width = chart.width + _LIST_WIDTH
    height = max(_LEAST_HEIGHT, 130 + _ITEM_HEIGHT * len(known.shown))
    figure, axes = sheet(width, height, _PER_INCH)
    title = "\n".join(wrap(lead_sentence(known) or chart.title, _TITLE_LETTERS))
    axes.text(16, 14, title, size=11, weight="bold", color=INK, va="top")
    _draw_chart(axes, chart, 56)
    _draw_list(axes, known, chart.width + 16, 70)
    axes.text(16, height - 28, matrix_facts(known.matrix), color=MUTED, size=7)
    axes.text(16, height - 14, computed, color=MUTED, size=7)
    return figure


def _draw_chart(axes: "Axes", chart: MatrixChart, down: float) -> None:
    def line(x: list[float], y: list[float], **look: Any) -> None:
        axes.plot(x, [value + down for value in y], **look)

    left, right, top, bottom = chart.left, chart.right, chart.top, chart.bottom
    line(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=HAIRLINE,
        lw=0.8,
    )
    line([chart.cross_x] * 2, [top, bottom], color=MUTED, lw=0.8, ls="--")
    line([left, right], [chart.cross_y] * 2, color=MUTED, lw=0.8, ls="--")
    for corner in chart.corners:
        side = "right" if corner.anchor == "end" else "left"
        axes.text(corner.x, corner.y + down, corner.name, color=MUTED, ha=side)
    for level in chart.across:
        axes.text(level.at, bottom + 14 + down, level.label, color=MUTED, ha="center")
    for level in chart.upwards:
        axes.text(left - 6, level.at + down, level.label, color=MUTED, ha="right", va="center")
    axes.text(right, bottom + 32 + down, chart.across_name, color=MUTED, ha="right")
    axes.text(left, top - 8 + down, chart.upwards_name, color=MUTED)
    for spot in chart.spots:
        line([spot.x_low, spot.x_high], [spot.y] * 2, color=MUTED, lw=0.7)
        line([spot.x] * 2, [spot.y_low, spot.y_high], color=MUTED, lw=0.7)
        fill, number = (INK, "white") if spot.is_sure else ("white", INK)
        line([spot.x], [spot.y], marker="o", ms=12, mfc=fill, mec=INK, ls="")
        if spot.is_first:  # no colour: what comes first has not got better
            line([spot.x], [spot.y], marker="o", ms=17, mfc="none", mec=INK, ls="")
        axes.text(
            spot.x, spot.y + down, str(spot.number), color=number, ha="center", va="center", size=7
        )


def _draw_list(axes: "Axes", known: Known, across: float, down: float) -> None:
    y = down + 14
    for number, item in enumerate(known.items, start=1):
        if item.driver:
            claim = item_sentence(item, known)
            facts = " · ".join(filter(None, (claim, shown_facts(item.driver))))
            name = known.names[item.touchpoint]
            axes.text(across, y, f"{number}  {name}", color=INK, weight="bold")
            axes.text(across + 14, y + 13, facts, color=MUTED, size=7)
            y += _ITEM_HEIGHT
