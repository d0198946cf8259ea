"""Geometry of a trend: plain numbers in, one `ChartData` out, ready to be drawn by any hand.

Templates draw it as inline SVG (`templates/dashboards/_chart.html`); nothing is computed there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from feedback.charts.grid import Bar, Box, Dot, Grid, Piece
from feedback.charts.lines import Axis, Beside, Point, Turn
from feedback.scoring.months import month_number, month_of

PANEL = Box(width=320, height=168, left=40, right=10, top=8, bottom=22)
WIDE = Box(width=960, height=280, left=44, right=12, top=10, bottom=24)
SPARK = Box(width=200, height=52, left=1, right=4, top=5, bottom=5)


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across the plot with its words: a tick, a seam or the target."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class FlagMark:
    """A flag on its day, with its words and the page that it leads to."""

    at: float
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class ChartData:
    """Everything a hand needs to draw one trend.

    verdict: `better` or `worse` where it changed, else blank; turn: the outline of the mark where
    one that got worse began to, so that both are told apart without colour.
    """

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
    pooled: tuple[str, ...] = ()
    flags: tuple[FlagMark, ...] = ()
    coming: Bar | None = None
    verdict: str = ""
    turn: str = ""

    @property
    def has_course(self) -> bool:
        """Whether there is more than one month to look at."""
        return bool(self.lines or self.running) or len(self.dots) > 1


NOTHING = Beside()


def draw(
    points: Sequence[Point],
    *,
    title: str,
    axis: Axis,
    box: Box = PANEL,
    beside: Beside = NOTHING,
    target: tuple[float, str] | None = None,
    month_label: Callable[[str], str] = str,
    level_label: Callable[[float], str] = str,
) -> ChartData:
    """The drawing of one series of consecutive months on a shared axis.

    A month without a score is a gap, a seam cuts the line, the running month hangs on by a dash.
    Answers to a wording that was replaced in their month are a dot beside the line.
    """
    grid, coming = Grid(box, axis, len(points)), beside.coming
    cuts = {seam.month for seam in beside.seams}
    pieces = list(_pieces(points, cuts))
    complete = _complete(pieces, points)
    column = {point.month: number for number, point in enumerate(points)}
    dots = _dots(grid, points, complete, all_of_them=box is not SPARK)
    apart = [(column[point.month], point) for point in beside.apart if point.month in column]
    return ChartData(
        box=box,
        title=title,
        lines=tuple(grid.line(piece) for piece in complete if len(piece) > 1),
        running=tuple(grid.line(piece) for piece in _dashed(pieces, points)),
        ribbons=tuple(grid.ribbon(piece, points) for piece in complete),
        dots=tuple(_with_apart(list(dots), [grid.dot_apart(*pair) for pair in apart])),
        months=tuple(
            Mark(grid.x(n), month_label(points[n].month))
            for n in _ticks(tuple([point.month for point in points]))
        ),
        levels=tuple(Mark(grid.y(level), level_label(level)) for level in axis.ticks),
        seams=tuple(
            Mark(grid.x(column[s.month]) - grid.step / 2, s.label)
            for s in beside.seams
            if s.month in column
        ),
        target=None if target is None else Mark(grid.y(target[0]), target[1]),
        pooled=tuple(
            grid.line(piece)
            for piece in _runs(_by_month(points, beside.pooled), cuts)
            if len(piece) > 1
        ),
        flags=tuple(
            FlagMark(grid.day(column[month_of(flag.day)], flag.day), flag.label, flag.href)
            for flag in beside.flags
            if month_of(flag.day) in column
        ),
        coming=grid.bar(column[coming.month], coming)
        if coming and coming.month in column
        else None,
        verdict=beside.turn.verdict if beside.turn else "",
        turn=_turn(grid, points, beside.turn),
    )


def _turn(grid: Grid, points: Sequence[Point], turn: Turn | None) -> str:
    """An arrow at the first month of a change for the worse, the way the number went."""
    if turn is None or turn.verdict != "worse":
        return ""
    after = [(at, p.value) for at, p in enumerate(points) if p.month >= turn.month]
    at, value = next(((at, value) for at, value in after if value is not None), (-1, 0.0))
    if at < 0 or points[0].month > turn.month:
        return ""
    x, y, down = grid.x(at), grid.y(value), -1 if turn.is_up else 1
    return f"M{x - 4:.1f} {y - 11 * down:.1f}H{x + 4:.1f}L{x:.1f} {y - 4.5 * down:.1f}Z"


def _pieces(points: Sequence[Point], cuts: set[str]) -> Iterator[Piece]:
    return _runs([(point.month, point.value) for point in points], cuts)


def _by_month(
    points: Sequence[Point], values: Sequence[float | None]
) -> list[tuple[str, float | None]]:
    """No values at all where there is no second line."""
    return [(point.month, value) for point, value in zip(points, values, strict=False)]


def _runs(values: Sequence[tuple[str, float | None]], cuts: set[str]) -> Iterator[Piece]:
    """The unbroken runs of months that have a value."""
    piece: Piece = []
    for number, (month, value) in enumerate(values):
        if value is None or month in cuts:
            if piece:
                yield piece
            piece = []
        if value is not None:
            piece.append((number, value))
    if piece:
        yield piece


def _dots(
    grid: Grid, points: Sequence[Point], pieces: Sequence[Piece], *, all_of_them: bool
) -> Iterator[Dot]:
    """Every month that has a score; for a small line only those that would not be seen else."""
    alone = {piece[0][0] for piece in pieces if len(piece) == 1}
    for number, point in enumerate(points):
        if point.value is None:
            continue
        if all_of_them or point.is_chosen or point.is_running or number in alone:
            yield grid.dot(number, point, alone=number in alone)


def _with_apart(dots: list[Dot], apart: list[Dot]) -> list[Dot]:
    """In the order of time; a month that has both shares its column."""
    halves = {dot.column_x for dot in apart}
    shared = [
        replace(
            dot, column_x=dot.column_x + dot.column_width / 2, column_width=dot.column_width / 2
        )
        if dot.column_x in halves
        else dot
        for dot in dots
    ]
    return sorted([*apart, *shared], key=lambda dot: dot.column_x)


def _complete(pieces: Sequence[Piece], points: Sequence[Point]) -> list[Piece]:
    kept = [[(n, value) for n, value in piece if not points[n].is_running] for piece in pieces]
    return [piece for piece in kept if piece]


def _dashed(pieces: Sequence[Piece], points: Sequence[Point]) -> Iterator[Piece]:
    for piece in pieces:
        for before, after in pairwise(piece):
            if points[after[0]].is_running:
                yield [before, after]


@lru_cache(maxsize=256)
def _ticks(months: tuple[str, ...]) -> list[int]:
    """Which months are named: Januaries, and what lies evenly between them."""
    steps = {6: 1, 9: 2, 15: 3, 30: 6, 72: 12, 150: 24}
    step = next((step for most, step in steps.items() if len(months) <= most), 60)
    return [at for at, month in enumerate(months) if month_number(month) % step == 0]
