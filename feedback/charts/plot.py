"""What a trend is made of before it has a place: months, seams, flags, and the common scale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10


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
class FlagDay:
    """Something was done on this day: its words and the page that tells of it."""

    day: date
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What is drawn beside the line of months.

    pooled: the light second line, a value a month, None for a gap. apart: answers to a wording
    that was replaced in their month. is_changed: the series changed, so it alone has the accent.
    """

    pooled: Sequence[float | None] = ()
    apart: Sequence[Point] = ()
    seams: Sequence[Seam] = ()
    flags: Sequence[FlagDay] = ()
    is_changed: bool = False


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
