"""Geometry of a trend: plain numbers in, one `ChartData` out, ready to be drawn by any hand.

Templates draw it as inline SVG (`templates/dashboards/_chart.html`); nothing is computed there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

Piece = list[tuple[int, float]]  # unbroken run of (number of the month, value)


@dataclass(frozen=True, slots=True)
class Point:
    """One month: value, low and high in headline units; no value is a gap. `label` says it all."""

    month: str
    value: float | None
    low: float | None
    high: float | None
    label: str
    is_few: bool = False
    is_running: bool = False
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Seam:
    """A new series began in this month: what is before and after was not asked alike."""

    month: str
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The vertical scale that several panels share, in headline units."""

    low: float
    high: float
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """The size of a drawing and the margins around its plot, in SVG units."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


PANEL = Box(width=320, height=168, left=40, right=10, top=8, bottom=22)
WIDE = Box(width=960, height=280, left=44, right=12, top=10, bottom=24)
SPARK = Box(width=200, height=52, left=1, right=4, top=5, bottom=5)


@dataclass(frozen=True, slots=True)
class Dot:
    """A month that has a score: its place, its month's column for the pointer, and its words."""

    x: float
    y: float
    column_x: float
    column_width: float
    kind: str  # "full", "few" or "running"
    low_y: float
    high_y: float
    is_chosen: bool
    is_alone: bool
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the plot with its words: a tick, a seam or the target."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class ChartData:
    """Everything a hand needs to draw one trend."""

    box: Box
    title: str
    lines: tuple[str, ...]
    running: tuple[str, ...]
    ribbons: tuple[str, ...]
    dots: tuple[Dot, ...]
    months: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    seams: tuple[Mark, ...]
    target: Mark | None

    @property
    def has_course(self) -> bool:
        """Whether there is more than one month to look at."""
        return bool(self.lines or self.running) or len(self.dots) > 1


def common_axis(
    series: Iterable[Sequence[Point]],
    *,
    minimum: float,
    maximum: float,
    least_span: float,
    targets: Iterable[float] = (),
    has_ticks: bool = True,
) -> Axis:
    """One scale for all panels: every score and sure interval fits, small noise is not blown up."""
    values = [v for points in series for point in points for v in _extent(point)]
    values += list(targets)
    if not values:
        values = [minimum, maximum]
    low, high = max(min(values), minimum), min(max(values), maximum)
    spare = max(least_span - (high - low), 0.0) / 2
    low, high = _inside(low - spare, high + spare, minimum, maximum)
    if not has_ticks:
        return Axis(low, high, ())
    step = _nice_step(high - low)
    low, high = max(floor(low / step) * step, minimum), min(ceil(high / step) * step, maximum)
    first = ceil(low / step)
    ticks = tuple(round(n * step, 6) for n in range(first, floor(high / step + 1e-9) + 1))
    return Axis(low, high, ticks)


def _extent(point: Point) -> list[float]:
    if point.value is None:
        return []
    if point.is_few or point.is_running or point.low is None or point.high is None:
        return [point.value]
    return [point.value, point.low, point.high]


def _inside(low: float, high: float, minimum: float, maximum: float) -> tuple[float, float]:
    """Shift a range that passes an end of the scale back inside, keeping its length if it fits."""
    if low < minimum:
        low, high = minimum, min(high + minimum - low, maximum)
    if high > maximum:
        low, high = max(low - (high - maximum), minimum), maximum
    return low, high


def _nice_step(span: float, wanted: int = 4) -> float:
    rough = span / wanted
    power: float = 10.0 ** floor(log10(rough))
    return next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= rough - 1e-9)


def draw(
    points: Sequence[Point],
    *,
    title: str,
    axis: Axis,
    box: Box = PANEL,
    seams: Sequence[Seam] = (),
    target: tuple[float, str] | None = None,
    month_label: Callable[[str], str] = str,
    level_label: Callable[[float], str] = str,
) -> ChartData:
    """The drawing of one series of consecutive months on a shared axis.

    A month without a score is a gap, a seam cuts the line, the running month hangs on by a dash.
    """
    place = _Place(box, axis, len(points))
    pieces = list(_pieces(points, {seam.month for seam in seams}))
    complete = _complete(pieces, points)
    column = {point.month: number for number, point in enumerate(points)}
    return ChartData(
        box=box,
        title=title,
        lines=tuple(place.line(piece) for piece in complete if len(piece) > 1),
        running=tuple(place.line(piece) for piece in _dashed(pieces, points)),
        ribbons=tuple(place.ribbon(piece, points) for piece in complete),
        dots=tuple(_dots(place, points, complete, all_of_them=box is not SPARK)),
        months=tuple(Mark(place.x(n), month_label(points[n].month)) for n in _ticks(points)),
        levels=tuple(Mark(place.y(level), level_label(level)) for level in axis.ticks),
        seams=tuple(
            Mark(place.x(column[s.month]) - place.step / 2, s.label)
            for s in seams
            if s.month in column
        ),
        target=None if target is None else Mark(place.y(target[0]), target[1]),
    )


def _pieces(points: Sequence[Point], cuts: set[str]) -> Iterator[Piece]:
    piece: Piece = []
    for number, point in enumerate(points):
        if point.value is None or point.month in cuts:
            if piece:
                yield piece
            piece = []
        if point.value is not None:
            piece.append((number, point.value))
    if piece:
        yield piece


def _dots(
    place: "_Place", points: Sequence[Point], pieces: Sequence[Piece], *, all_of_them: bool
) -> Iterator[Dot]:
    """Every month that has a score; for a small line only those that would not be seen else."""
    alone = {piece[0][0] for piece in pieces if len(piece) == 1}
    for number, point in enumerate(points):
        if point.value is None:
            continue
        if all_of_them or point.is_chosen or point.is_running or number in alone:
            yield place.dot(number, point, alone=number in alone)


def _complete(pieces: Sequence[Piece], points: Sequence[Point]) -> list[Piece]:
    kept = [[(n, value) for n, value in piece if not points[n].is_running] for piece in pieces]
    return [piece for piece in kept if piece]


def _dashed(pieces: Sequence[Piece], points: Sequence[Point]) -> Iterator[Piece]:
    for piece in pieces:
        for before, after in pairwise(piece):
            if points[after[0]].is_running:
                yield [before, after]


def _ticks(points: Sequence[Point]) -> list[int]:
    """Which months are named: Januaries, and what lies evenly between them."""
    steps = {6: 1, 9: 2, 15: 3, 30: 6, 72: 12, 150: 24}
    step = next((step for most, step in steps.items() if len(points) <= most), 60)
    index = [int(p.month[:4]) * 12 + int(p.month[5:]) - 1 for p in points]
    return [number for number, month in enumerate(index) if month % step == 0]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a month and a value come to lie."""

    box: Box
    axis: Axis
    months: int

    @property
    def step(self) -> float:
        return (self.box.width - self.box.left - self.box.right) / max(self.months, 1)

    def x(self, number: int) -> float:
        return round(self.box.left + self.step * (number + 0.5), 1)

    def y(self, value: float) -> float:
        height = self.box.height - self.box.top - self.box.bottom
        span = self.axis.high - self.axis.low
        share = min(max((value - self.axis.low) / span, 0.0), 1.0)
        return round(self.box.top + height * (1 - share), 1)

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
        )


def _limits(point: Point, value: float) -> tuple[float, float]:
    return (
        value if point.low is None else point.low,
        value if point.high is None else point.high,
    )
