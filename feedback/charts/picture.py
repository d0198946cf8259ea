"""The second hand of `ChartData`: matplotlib, for what is downloaded, mailed or printed.

`Figure`, never `pyplot`, which keeps every figure of a server alive. A drawing takes 0.1 to 0.3 s,
so a job does it, in a thread (drawings.py).
"""

import asyncio
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from feedback.changes.notes import ChangeNote
from feedback.charts.geometry import ChartData
from feedback.readings.answers import Answers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# One ink, light theme: what goes on paper (LOOK: tokens).
INK, MUTED, HAIRLINE, RIBBON = "#15201d", "#58645f", "#d8dedb", "#e3e8e6"
# One colour for better, one for worse, on paper as on the page.
VERDICTS = {"better": "#0f766e", "worse": "#b3421d"}
POOLED = "#95a09c"
COLUMNS = 3
# Above each chart: its name, its numbers, what goes with them, what is said of it.
PANEL_HEAD = 77
_UNITS_PER_INCH = 84
_LETTERS_PER_INCH = 15
_LINE_INCHES, _FOOT_INCHES = 0.17, 0.25
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# The same input gives the same bytes.
_UNDATED: dict[str, dict[str, Any]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
_one_at_a_time = asyncio.Lock()


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words with a number, and the answers that it is made of."""

    text: str
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class TrendPanel:
    """One chart. formula: how the score of the readout is computed, answers: what it is made of;
    beside: what goes with its number; coming: how the band of the running month is made. since:
    the answers by which its change is told."""

    id: str
    name: str
    readout: str
    chart: ChartData
    wide_chart: ChartData | None
    change: ChangeNote | None = None
    formula: str = ""
    beside: tuple[Fact, ...] = ()
    coming: str = ""
    answers: Answers | None = None
    since: Answers | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around the charts; long sentences are broken into lines."""

    title: str
    notes: tuple[str, ...]
    below: str


async def picture(words: Words, panels: tuple[TrendPanel, ...], kind: str) -> bytes:
    """The panels as one picture; `kind` is svg, png or pdf. The same input, the same bytes."""
    return await draw_apart(kind, 7.5, _draw, words, panels)


async def draw_apart(kind: str, size: float, draw: Callable[..., "Figure"], *given: Any) -> bytes:
    """What `draw` draws, as svg, png or pdf, without a date; `size` of text that says none.

    In a thread, one at a time: matplotlib's settings are the process's.
    """
    async with _one_at_a_time:
        return await asyncio.to_thread(_saved, kind, size, draw, *given)


def _saved(kind: str, size: float, draw: Callable[..., "Figure"], *given: Any) -> bytes:
    from matplotlib import rc_context

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "feedback", "font.size": size}
    out = io.BytesIO()
    with rc_context(settings):
        draw(*given).savefig(out, format=kind, dpi=160, metadata=_UNDATED.get(kind))
    return out.getvalue()


def sheet(width: float, height: float, per_inch: float) -> tuple["Figure", "Axes"]:
    """An empty picture of so many units, y downwards."""
    figure = _figure(width / per_inch, height / per_inch)
    return figure, _plane(figure, width, height, (0, 0, 1, 1))


def _figure(width: float, height: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), facecolor="white")


def _plane(
    figure: "Figure", width: float, height: float, at: tuple[float, float, float, float]
) -> "Axes":
    axes = figure.add_axes(at)
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return axes


def _draw(words: Words, panels: tuple[TrendPanel, ...]) -> "Figure":
    columns = min(COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    box = _chart(panels[0]).box
    width = box.width * columns / _UNITS_PER_INCH
    row = (box.height + PANEL_HEAD) / _UNITS_PER_INCH
    notes = [line for note in words.notes for line in wrap(note, int(width * _LETTERS_PER_INCH))]
    whole = 0.5 + _LINE_INCHES * len(notes) + row * rows + _FOOT_INCHES
    figure = _figure(width, whole)
    figure.text(0.02, 1 - 0.25 / whole, words.title, size=12, weight="bold", color=INK)
    for number, line in enumerate(notes):
        at = 0.45 + _LINE_INCHES * number
        figure.text(0.02, 1 - at / whole, line, size=8, color=MUTED)
    figure.text(0.02, 0.08 / whole, words.below, color=MUTED)
    for number, panel in enumerate(panels):
        down, across = divmod(number, columns)
        low = (_FOOT_INCHES + row * (rows - 1 - down)) / whole
        high = box.height / _UNITS_PER_INCH / whole
        _draw_panel(figure, (across / columns, low, 1 / columns, high), panel)
    return figure


def _draw_panel(figure: "Figure", at: tuple[float, float, float, float], panel: TrendPanel) -> None:
    chart = _chart(panel)
    box = chart.box
    axes = _plane(figure, box.width, box.height, at)
    axes.text(box.left, -59, panel.name, size=9, weight="bold", color=INK)
    for number, line in enumerate((panel.readout, *(fact.text for fact in panel.beside))):
        axes.text(box.left, -46 + 13 * number, line, color=MUTED)
    if panel.change:
        key = panel.change.verdict.key if panel.change.verdict else ""
        axes.text(box.left, -7, _note(panel.change), color=VERDICTS.get(key, MUTED))
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
        axes.plot([box.left, end], [chart.target.at] * 2, color=MUTED, lw=0.9, ls="--")
    for flag in chart.flags:
        x, top = flag.at, box.top
        axes.plot([x, x, x + 7, x], [bottom, top - 6, top - 2.5, top + 1], color=MUTED, lw=0.6)


def _note(change: ChangeNote) -> str:
    arrow = {"up": "\u25b2", "down": "\u25bc"}.get(change.arrow, "")
    word = change.verdict.word if change.verdict else ""
    text = f"{arrow} {change.text}".strip()
    return f"{text} · {word}" if word else text


def _draw_course(axes: "Axes", chart: ChartData) -> None:
    ink = VERDICTS.get(chart.verdict, INK)
    if bar := chart.coming:
        across, edges = [bar.x, bar.x + bar.width], [bar.top, bar.top + bar.height]
        axes.fill_between(across, edges[0], edges[1], color=RIBBON, lw=0)
        for limit in edges:
            axes.plot(across, [limit] * 2, color=MUTED, lw=0.9, solid_capstyle="butt")
    for ribbon in chart.ribbons:
        x, y = _corners(ribbon)
        axes.fill(x, y, color=RIBBON, lw=0)
    for line in chart.pooled:
        axes.plot(*_points(line), color=POOLED, lw=0.7, solid_joinstyle="round")
    for line in chart.lines:
        axes.plot(*_points(line), color=ink, lw=1.3, solid_joinstyle="round")
    for line in chart.running:
        axes.plot(*_points(line), color=ink, lw=1, ls="--")
    if chart.turn:
        left, top, right, middle, point = _points_of_turn(chart.turn)
        axes.fill([left, right, middle], [top, top, point], color=ink, lw=0)
    for dot in chart.dots:
        face, edge, shape = _DOTS[dot.kind]
        axes.plot(dot.x, dot.y, shape, ms=3, mfc=face, mec=edge, mew=0.8)


# Face, edge and shape, as the page has them.
_DOTS = {
    "full": (INK, INK, "o"),
    "few": (MUTED, MUTED, "o"),
    "running": ("white", INK, "o"),
    "apart": ("white", MUTED, "s"),
}


def _points(path: str) -> tuple[list[float], list[float]]:
    numbers = [float(number) for number in _NUMBER.findall(path)]
    return numbers[0::2], numbers[1::2]


def _points_of_turn(path: str) -> tuple[float, ...]:
    # M left top H right L middle point Z
    return tuple(float(number) for number in _NUMBER.findall(path))


def _corners(path: str) -> tuple[list[float], list[float]]:
    if "H" not in path:
        return _points(path)
    # A lone month is a small box: M left top H right V bottom H left Z.
    left, top, right, bottom = (float(number) for number in _NUMBER.findall(path)[:4])
    return [left, right, right, left], [top, top, bottom, bottom]


def _chart(panel: TrendPanel) -> ChartData:
    return panel.wide_chart or panel.chart
