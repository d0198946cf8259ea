"""The journey map drawn by matplotlib: stages as columns, every text cut to the width of its card.

Everything is measured in points and laid out before it is drawn, so that no length of a name, in
any language, runs into its neighbour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from feedback.charts.picture import HAIRLINE, INK, MUTED, draw_apart, sheet
from feedback.dashboards.map.cards import Card, Column, MapScore
from feedback.wording import WrittenScore, metric_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SURFACE, PAPER = "#f6f7f6", "#ffffff"
FILLS = {"negative": "#e0703a", "neutral": "#cfd5d2", "positive": "#0a4a43"}
WORDS = {"negative": "#b3421d", "neutral": "#656d75", "positive": "#0f766e"}
EDGE = "#7f8a85"

# In points.
MARGIN, GAP, WIDTH, PAD = 18.0, 8.0, 132.0, 6.0
HEAD, FOOT = 44.0, 20.0
ELLIPSIS = "…"
_MEASURED = 100.0  # the size at which letters are measured


@dataclass(frozen=True, slots=True)
class Titles:
    """What stands above and below the map."""

    title: str
    note: str
    foot: str


async def map_picture(titles: Titles, columns: tuple[Column, ...], kind: str) -> bytes:
    """The map as one picture; `kind` svg, png or pdf. The same input, the same bytes."""
    return await draw_apart(kind, 10, _draw, titles, columns)


def _draw(titles: Titles, columns: tuple[Column, ...]) -> "Figure":
    layout = _Sheet(columns)
    figure, axes = sheet(layout.width, layout.height, 72)
    _draw_titles(axes, titles, layout)
    for number, column in enumerate(columns):
        layout.draw(axes, number, column)
    return figure


def _draw_titles(axes: "Axes", titles: Titles, sheet: "_Sheet") -> None:
    width = sheet.width - 2 * MARGIN
    top = _Pen(axes, MARGIN, MARGIN, width)
    top.text(titles.title, 12, is_bold=True)
    top.text(titles.note, 7.5, color=MUTED)
    _Pen(axes, MARGIN, sheet.height - FOOT, width).text(titles.foot, 6.5, color=MUTED)


class _Sheet:
    """Where every column and card of the map stands."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.width = 2 * MARGIN + len(columns) * (WIDTH + GAP) - GAP
        self.top = MARGIN + HEAD - 12
        self.head = max(_height(_write_head, column, WIDTH) for column in columns)
        stacks = [sum(_height(_write_card, card, WIDTH - 2 * PAD) + PAD for card in column.cards)
                  for column in columns]  # fmt: skip
        self.bottom = self.top + self.head + max(stacks) + PAD
        self.height = self.bottom + FOOT + 12

    def draw(self, axes: "Axes", number: int, column: Column) -> None:
        left = MARGIN + number * (WIDTH + GAP)
        _box(axes, left, self.top, WIDTH, self.bottom - self.top, SURFACE)
        _write_head(_Pen(axes, left + PAD, self.top + PAD, WIDTH - 2 * PAD), column, number + 1)
        at = self.top + self.head
        for card in column.cards:
            width = WIDTH - 2 * PAD
            height = _height(_write_card, card, width)
            style = "--" if card.silence == "not_asked" else "-"
            _box(axes, left + PAD, at, width, height, PAPER, style)
            _write_card(_Pen(axes, left + 2 * PAD, at + PAD, width - 2 * PAD), card)
            at += height + PAD


def _height(write: Callable[..., None], thing: Any, width: float) -> float:
    """How high it will be, padding included: written with a pen that leaves no trace."""
    pen = _Pen(None, 0, PAD, width - 2 * PAD)
    write(pen, thing)
    return pen.y + PAD


def _write_head(pen: "_Pen", column: Column, number: int = 0) -> None:
    pen.text(f"{number} {column.stage.name}", 9, is_bold=True, lines=2)
    if column.score is not None:
        _write_score(pen, column.score, 14)


def _write_card(pen: "_Pen", card: Card) -> None:
    pen.text(card.touchpoint.name, 8, is_bold=True, lines=2)
    owner = card.touchpoint.owner
    pen.text(f"{card.place_name} · {owner}" if owner else card.place_name, 6.5, MUTED)
    if card.silence:
        pen.text(card.silence_said, 6.5, lines=3)
    for score in card.scores:
        if not card.silence:
            _write_score(pen, score, 10)
        elif score.target:
            pen.text(score.target.future, 6.5, MUTED)
    if card.never_mentioned:
        pen.text(card.never_mentioned, 6.5, MUTED, lines=3)


def _write_score(pen: "_Pen", score: MapScore, size: float) -> None:
    pen.pair(metric_name(score.metric), score.score, size)
    pen.text(score.score.note, 6.5, MUTED)
    if score.left_out:
        pen.text(score.left_out, 6.5, MUTED, lines=2)
    if score.shares:
        pen.bands(score.score.bands.parts)
        pen.spread([(share, WORDS[band]) for band, share, _ in score.shares])
    target = score.target
    if target is None:
        return
    pen.text(f"{target.now} → {target.future}" if target.now else target.future, 6.5, MUTED)
    if target.rest:
        color = WORDS["positive"] if target.state == "reached" else INK
        pen.text(target.rest, 6.5, color, is_bold=True)


class _Pen:
    """Writes line under line from (x, y) within a width; without axes it only moves on."""

    def __init__(self, axes: "Axes | None", x: float, y: float, width: float) -> None:
        self.axes, self.x, self.y, self.width = axes, x, y, width

    def text(
        self, text: str, size: float, color: str = INK, *, is_bold: bool = False, lines: int = 1
    ) -> None:
        for line in _fitted(text, self.width, (size, is_bold), lines):
            self._put(line, self.x, size, color, is_bold=is_bold)
            self.y += size * 1.35

    def pair(self, left: str, score: WrittenScore, size: float) -> None:
        """A small label at the left and the number at the right, on one line."""
        room = self.width - _wide(score.number, size, True) - 4
        color = INK if score.display == "shown" else MUTED
        self.y += 2
        self._put(score.number, self.x + self.width, size, color, is_bold=True, align="right")
        label = _fitted(left, room, (6.5, False), 1)[0]
        self.y += (size - 6.5) * 0.85
        self._put(label, self.x, 6.5, MUTED)
        self.y += size * 1.3 - (size - 6.5) * 0.85

    def bands(self, parts: Sequence[tuple[str, float, float]]) -> None:
        """The bands as one bar, each with the share it has."""
        if self.axes is not None:
            for band, start, share in parts:
                if share:
                    left, wide = start / 100 * self.width, share / 100 * self.width
                    edge = EDGE if band == "neutral" else None
                    _box(self.axes, self.x + left, self.y + 1, max(wide - 0.6, 0.2), 4,
                         FILLS[band], edge=edge)  # fmt: skip
        self.y += 7.5

    def spread(self, words: Sequence[tuple[str, str]]) -> None:
        """Three words: at the left, in the middle, at the right."""
        aligned = zip(words, ("left", "center", "right"), (0.0, 0.5, 1.0), strict=True)
        for (word, color), align, at in aligned:
            self._put(word, self.x + at * self.width, 6.5, color, align=align)
        self.y += 6.5 * 1.45

    def _put(
        self, text: str, x: float, size: float, color: str, *,
        is_bold: bool = False, align: str = "left",
    ) -> None:  # fmt: skip
        if self.axes is None:
            return
        weight = "bold" if is_bold else "normal"
        # A name may hold a dollar sign: it is no formula.
        self.axes.text(x, self.y + size * 0.8, text, size=size, color=color, weight=weight,
                       ha=align, va="baseline", parse_math=False)  # fmt: skip


def _box(
    axes: "Axes", x: float, y: float, width: float, height: float, fill: str,
    style: str = "-", edge: str | None = HAIRLINE,
) -> None:  # fmt: skip
    from matplotlib.patches import Rectangle

    edge = edge if edge is not None else fill
    line = EDGE if style == "--" else edge
    axes.add_patch(Rectangle((x, y), width, height, fc=fill, ec=line, lw=0.5, ls=style))


def _fitted(text: str, width: float, font: tuple[float, bool], lines: int) -> list[str]:
    """The text in at most so many lines, each of them no wider; the last one cut if it must be."""
    fitted: list[str] = []
    rest = text.split(" ")
    while rest and len(fitted) < lines - 1:
        taken = max(1, _words_within(rest, width, font))
        line = " ".join(rest[:taken])
        fitted.append(_cut(line, width, font))
        rest = rest[taken:]
    return [*fitted, _cut(" ".join(rest), width, font)] if rest else fitted


def _words_within(words: Sequence[str], width: float, font: tuple[float, bool]) -> int:
    count = 0
    while count < len(words) and _wide(" ".join(words[: count + 1]), *font) <= width:
        count += 1
    return count


def _cut(text: str, width: float, font: tuple[float, bool]) -> str:
    if _wide(text, *font) <= width:
        return text
    while text and _wide(text + ELLIPSIS, *font) > width:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _wide(text: str, size: float, is_bold: bool) -> float:
    """How wide the text is, in points: letter by letter, which is quick and never too little."""
    return size * sum(_advance(letter, is_bold) for letter in text)


@cache
def _advance(letter: str, is_bold: bool) -> float:
    """The width of one letter in a font of one point."""
    font = _font(is_bold)
    font.set_text(letter, 0.0)
    wide, _height = font.get_width_height()
    return float(max(wide, font.load_char(ord(letter)).linearHoriAdvance / 1024) / 64 / _MEASURED)


@cache
def _font(is_bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(weight="bold" if is_bold else "normal")))
    font.set_size(_MEASURED, 72)
    return font
