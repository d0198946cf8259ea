"""Where a month and a value come to lie on a drawing."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from feedback.charts.lines import Axis, ComingBand, Point
from feedback.readings.answers import Answers

Piece = list[tuple[int, float]]  # unbroken run of (number of the month, value)
BAR = 6, 16  # how wide the band of a month to come may be, in SVG units


@dataclass(frozen=True, slots=True)
class Box:
    """The size of a drawing and the margins around its plot, in SVG units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A month that has a score: its place, its month's column for the pointer, and its words."""

    x: float
    y: float
    column_x: float
    column_width: float
    kind: str  # "full", "few", "running" or "apart"
    low_y: float
    high_y: float
    is_chosen: bool
    is_alone: bool
    label: str
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A band over one month, from its left edge, and its words."""

    x: float
    width: float
    top: float
    height: float
    label: str


@lru_cache(maxsize=256)
def _columns(box: Box, months: int) -> tuple[float, list[float]]:
    """How wide a month's column is, and where its middle lies."""
    step = (box.width - box.left - box.right) / max(months, 1)
    return step, [round(box.left + step * (number + 0.5), 1) for number in range(months)]


class Grid:
    """Where a month and a value come to lie."""

    def __init__(self, box: Box, axis: Axis, months: int) -> None:
        self.box = box
        self.step, self._columns = _columns(box, months)
        self._height = box.height - box.top - box.bottom
        self._low, self._span = axis.low, axis.high - axis.low

    def x(self, number: int) -> float:
        return self._columns[number]

    def y(self, value: float) -> float:
        share = min(max((value - self._low) / self._span, 0.0), 1.0)
        return round(self.box.top + self._height * (1 - share), 1)

    def day(self, number: int, day: date) -> float:
        """Where in its month's column a day lies."""
        share = (day.day - 0.5) / monthrange(day.year, day.month)[1]
        return round(self.box.left + self.step * (number + share), 1)

    def line(self, piece: Piece) -> str:
        return "M" + "L".join(f"{self.x(n)} {self.y(value)}" for n, value in piece)

    def ribbon(self, piece: Piece, points: Sequence[Point]) -> str:
        """The interval as a band; a lone month gets a band as wide as its column."""
        limits = [(n, *_limits(points[n], value)) for n, value in piece]
        if len(limits) == 1:
            (n, low, high), half = limits[0], round(min(self.step, 8) / 2, 1)
            x = self.x(n)
            return f"M{x - half:.1f} {self.y(high)}H{x + half:.1f}V{self.y(low)}H{x - half:.1f}Z"
        above = "L".join(f"{self.x(n)} {self.y(high)}" for n, _, high in limits)
        below = "L".join(f"{self.x(n)} {self.y(low)}" for n, low, _ in reversed(limits))
        return f"M{above}L{below}Z"

    def dot(self, number: int, point: Point, *, alone: bool) -> Dot:
        kind = "running" if point.is_running else "few" if point.is_few else "full"
        value = point.value or 0.0
        low, high = _limits(point, value)
        return Dot(
            x=self.x(number),
            y=self.y(value),
            column_x=round(self.box.left + self.step * number, 1),
            column_width=round(self.step, 1),
            kind=kind,
            low_y=self.y(low),
            high_y=self.y(high),
            is_chosen=point.is_chosen,
            is_alone=alone,
            label=point.label,
            answers=point.answers,
        )

    def bar(self, number: int, band: ComingBand) -> Bar:
        width = round(min(max(self.step, BAR[0]), BAR[1]), 1)
        top, bottom = self.y(band.high), self.y(band.low)
        height = round(bottom - top, 1)
        return Bar(round(self.x(number) - width / 2, 1), width, top, height, band.label)

    def dot_apart(self, number: int, point: Point) -> Dot:
        """To the left of the month's own dot, in the first half of its column."""
        dot = self.dot(number, point, alone=True)
        half = round(dot.column_width / 2, 1)
        return replace(dot, x=round(dot.x - half / 2, 1), column_width=half, kind="apart")


def _limits(point: Point, value: float) -> tuple[float, float]:
    return (
        value if point.low is None else point.low,
        value if point.high is None else point.high,
    )
