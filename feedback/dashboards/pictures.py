"""The second hand of `ChartData`: matplotlib, for what is downloaded, mailed or printed.

`Figure`, never `pyplot`, which keeps every figure of a server alive. A drawing takes 0.1 to 0.3 s,
so a job does it, in a thread (drawings.py).
"""

import asyncio
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from feedback.dashboards.charts import ChartData
from feedback.dashboards.trends import TrendPanel

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# One ink, light theme: what goes on paper (LOOK: tokens).
INK, MUTED, HAIRLINE, RIBBON, ACCENT = "#15201d", "#58645f", "#d8dedb", "#e3e8e6", "#0b6b5d"
COLUMNS = 3
HEAD_INCHES, FOOT_INCHES = 0.7, 0.25
_UNITS_PER_INCH = 84
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_one_at_a_time = asyncio.Lock()


async def picture(words: tuple[str, str, str], panels: tuple[TrendPanel, ...], kind: str) -> bytes:
    """The panels as one picture: a title and a note above, a note below; `kind` svg, png or pdf.

    The same input, the same bytes.
    """
    return await draw_apart(_draw, words, panels, kind)


async def draw_apart(draw: Callable[..., bytes], *given: Any) -> bytes:
    """Call `draw` in a thread, one at a time: matplotlib's settings are the process's."""
    async with _one_at_a_time:
        return await asyncio.to_thread(draw, *given)


def _draw(words: tuple[str, str, str], panels: tuple[TrendPanel, ...], kind: str) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    title, note, below = words
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    box = _chart(panels[0]).box
    width, height = (
        box.width * columns / _UNITS_PER_INCH,
        (box.height + 52) * rows / _UNITS_PER_INCH,
    )
    whole = height + HEAD_INCHES + FOOT_INCHES
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "feedback", "font.size": 7.5}
    with rc_context(settings):
        figure = Figure(figsize=(width, whole), facecolor="white")
        figure.text(0.02, 1 - 0.25 / whole, title, size=12, weight="bold", color=INK)
        figure.text(0.02, 1 - 0.45 / whole, note, size=8, color=MUTED)
        figure.text(0.02, 0.1 / whole, below, color=MUTED)
        high, foot = height / whole / rows, FOOT_INCHES / whole
        for number, panel in enumerate(panels):
            row, column = divmod(number, columns)
            low = foot + (rows - 1 - row) * high
            place = (column / columns, low, 1 / columns, high * 0.78)
            _draw_panel(figure.add_axes(place), panel)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=160, metadata=_undated(kind))
    return out.getvalue()


def _draw_panel(axes: "Axes", panel: TrendPanel) -> None:
    chart = _chart(panel)
    box = chart.box
    axes.set_xlim(0, box.width)
    axes.set_ylim(box.height, 0)
    axes.axis("off")
    axes.text(box.left, -22, panel.name, size=9, weight="bold", color=INK)
    axes.text(box.left, -8, panel.readout, color=MUTED)
    end, bottom = box.width - box.right, box.height - box.bottom
    for level in chart.levels:
        axes.plot([box.left, end], [level.at] * 2, color=HAIRLINE, lw=0.6)
        axes.text(box.left - 6, level.at, level.label, ha="right", va="center", color=MUTED)
    for month in chart.months:
        axes.text(month.at, box.height - 6, month.label, ha="center", color=MUTED)
    _draw_course(axes, chart)
    for seam in chart.seams:
        axes.plot([seam.at] * 2, [box.top, bottom], color=MUTED, lw=0.8, ls=":")
    if chart.target:
        axes.plot([box.left, end], [chart.target.at] * 2, color=ACCENT, lw=0.9, ls="--")


def _draw_course(axes: "Axes", chart: ChartData) -> None:
    for ribbon in chart.ribbons:
        x, y = _corners(ribbon)
        axes.fill(x, y, color=RIBBON, lw=0)
    for line in chart.lines:
        axes.plot(*_points(line), color=INK, lw=1.3, solid_joinstyle="round")
    for line in chart.running:
        axes.plot(*_points(line), color=INK, lw=1, ls="--")
    for dot in chart.dots:
        face = "white" if dot.kind == "running" else MUTED if dot.kind == "few" else INK
        axes.plot(
            dot.x, dot.y, "o", ms=3, mfc=face, mec=INK if dot.kind != "few" else MUTED, mew=0.8
        )


def _points(path: str) -> tuple[list[float], list[float]]:
    numbers = [float(number) for number in _NUMBER.findall(path)]
    return numbers[0::2], numbers[1::2]


def _corners(path: str) -> tuple[list[float], list[float]]:
    if "H" not in path:
        return _points(path)
    # A lone month is a small box: M left top H right V bottom H left Z.
    left, top, right, bottom = (float(number) for number in _NUMBER.findall(path)[:4])
    return [left, right, right, left], [top, top, bottom, bottom]


def _chart(panel: TrendPanel) -> ChartData:
    return panel.wide_chart or panel.chart


def _undated(kind: str) -> dict[str, Any]:
    return {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind, {})
