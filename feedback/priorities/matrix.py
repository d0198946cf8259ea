"""Geometry of the importance-performance matrix (Martilla and James 1977), for any hand to draw.

A quadrant has its name only where a touchpoint surely stands in it: the word alone is a verdict.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from feedback.i18n import gettext as _
from feedback.priorities.claims import Item, Verdict
from feedback.priorities.findings import Driver, Matrix
from feedback.priorities.words import verdict_name
from feedback.wording import write_share

WIDTH, HEIGHT = 560, 460
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 28, 44
_CORNERS: tuple[tuple[Verdict, bool, bool], ...] = (
    ("concentrate_here", False, True),
    ("keep_up", True, True),
    ("low_priority", False, False),
    ("possible_overkill", True, False),
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One touchpoint: its number in the ranked list, its place and its intervals."""

    number: int
    name: str
    x: float
    y: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float
    is_sure: bool
    is_first: bool
    label: str


@dataclass(frozen=True, slots=True)
class Corner:
    """The name of a quadrant, written into its outer corner."""

    name: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Level:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class MatrixChart:
    """The matrix in SVG units: across how touchpoints are rated, upwards how much they matter."""

    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM
    title: str
    cross_x: float
    cross_y: float
    spots: tuple[Spot, ...]
    corners: tuple[Corner, ...]
    has_first: bool
    across: tuple[Level, ...]
    upwards: tuple[Level, ...]
    across_name: str
    upwards_name: str


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        way = (inside - self.low) / (self.high - self.low)
        return round(self.start + way * (self.end - self.start), 1)


def draw_matrix(matrix: Matrix, ranked: Sequence[Item], names: Mapping[str, str]) -> MatrixChart:
    """The matrix of these findings, numbered as the list is; names by touchpoint id."""
    sure = {i.shown for i in ranked if i.driver and i.shown == i.driver.quadrant}
    across = _scale_around(
        [v for d in matrix.drivers for v in (d.performance, d.performance_low, d.performance_high)],
        matrix.performance_mean,
        20.0,
        LEFT,
        WIDTH - RIGHT,
    )
    upwards = _scale_around(
        [
            100 * value
            for d in matrix.drivers
            for value in (d.share, d.share_low, d.share_high)
            if value
        ],
        100 * matrix.share_mean,
        10.0,
        HEIGHT - BOTTOM,
        TOP,
    )
    return MatrixChart(
        title=_("Importance against performance"),
        cross_x=across.at(matrix.performance_mean),
        cross_y=upwards.at(100 * matrix.share_mean),
        spots=tuple(
            _spot(number, item, item.driver, names, across, upwards)
            for number, item in enumerate(ranked, start=1)
            if item.driver
        ),
        corners=tuple(_corners(sure)),
        has_first="concentrate_here" in sure,
        across=tuple(Level(across.at(v), f"{v:g}") for v in _ticks(across)),
        upwards=tuple(Level(upwards.at(v), write_share(v / 100)) for v in _ticks(upwards)),
        across_name=_("How it is rated, 0 to 100"),
        upwards_name=_("Share of what the overall score goes with"),
    )


def _scale_around(
    values: Iterable[float | None], middle: float, least: float, start: float, end: float
) -> _Scale:
    """A scale that holds every value and its cross-hair, with air around them."""
    known = [value for value in values if value is not None] + [middle]
    low, high = min(known), max(known)
    air = max((high - low) * 0.06, (least - (high - low)) / 2, 2.0)
    low, high = max(low - air, -air), min(high + air, 100.0)
    return _Scale(low, high, start, end)


def _ticks(scale: _Scale) -> list[float]:
    span = scale.high - scale.low
    step = next(step for step in (2.0, 5.0, 10.0, 20.0, 25.0, 50.0) if span / step <= 6)
    first = max(-(-scale.low // step), 0.0)
    return [step * (first + n) for n in range(int((scale.high - step * first) // step) + 1)]


def _spot(
    number: int,
    item: Item,
    driver: Driver,
    names: Mapping[str, str],
    across: _Scale,
    upwards: _Scale,
) -> Spot:
    performance = driver.performance or 0.0
    name = names.get(driver.touchpoint, "")
    share_low = driver.share if driver.share_low is None else driver.share_low
    share_high = driver.share if driver.share_high is None else driver.share_high
    low = performance if driver.performance_low is None else driver.performance_low
    high = performance if driver.performance_high is None else driver.performance_high
    return Spot(
        number=number,
        name=name,
        x=across.at(performance),
        y=upwards.at(100 * driver.share),
        x_low=across.at(low),
        x_high=across.at(high),
        y_low=upwards.at(100 * share_low),
        y_high=upwards.at(100 * share_high),
        is_sure=item.shown != "unclear",
        is_first=item.shown == "concentrate_here",
        label=_label(item, driver, name),
    )


def _label(item: Item, driver: Driver, name: str) -> str:
    return _("%(name)s: %(share)s, rated %(performance)s of 100. %(verdict)s") % {
        "name": name,
        "share": write_share(driver.share),
        "performance": round(driver.performance or 0.0),
        "verdict": verdict_name(item.shown),
    }


def _corners(sure: Collection[Verdict]) -> list[Corner]:
    return [
        Corner(
            name=verdict_name(verdict),
            x=WIDTH - RIGHT - 6 if is_right else LEFT + 6,
            y=TOP + 14 if is_top else HEIGHT - BOTTOM - 8,
            anchor="end" if is_right else "start",
        )
        for verdict, is_right, is_top in _CORNERS
        if verdict in sure
    ]
