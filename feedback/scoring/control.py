"""Limits drawn on a chart, within which a process that does not change stays nearly always.

====================  ================================================================
``xmr``               any score by month: natural limits from its moving ranges
``p_chart``           shares, by the variance of a share
``laney_p_chart``     shares from hundreds of answers each, whose customers vary too
``net_chart``         net scores, by their pooled variance
``Chart``             centre, limits and the places that stand out
====================  ================================================================

For the eye. What decides that a score has changed is `changes`, whose false alarms are counted
over a whole page; these are not. Leave months without answers out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt
from operator import index
from typing import Generic, TypeVar

from feedback.scoring.errors import ScoringError

# The rounded constants of the textbooks (Wheeler), so that limits agree with theirs to the digit.
XMR_LIMITS = 2.66
XMR_RANGE_LIMIT = 3.268
# Mean moving range of independent standard normal values.
MEAN_RANGE = 1.128
SIGMAS = 3
RUN = 8

Limits = TypeVar("Limits", float, list[float])


@dataclass(frozen=True, slots=True)
class Chart(Generic[Limits]):
    """Centre, limits and signals of a control chart, in the unit of the function that made it.

    lower, upper: one number for xmr, one a point for the others; not clipped.
    signals: places (from 0) that stand out, in order.
    range_limit: of xmr alone, what a step from one point to the next stays below.
    inflation: of laney_p_chart alone, how many times wider than p_chart it is.
    """

    center: float
    lower: Limits
    upper: Limits
    signals: list[int]
    range_limit: float | None = None
    inflation: float | None = None


def xmr(values: Iterable[float]) -> Chart[float]:
    """Individuals chart: mean -/+ 2.66 mean moving ranges (Shewhart; Wheeler 1993).

    values: one score a month, at least 2, better 12; it ignores how many answers each rests on.
    Signals: a point outside the limits, and from the eighth on every point of a run on one side
    of the centre. Raises ScoringError below two values, or if one is no number.

    >>> chart = xmr([10, 12, 11, 13, 12, 14])
    >>> chart.center, round(chart.lower, 4), round(chart.upper, 4), round(chart.range_limit, 4)
    (12.0, 7.744, 16.256, 5.2288)
    >>> xmr([9, 8, 9, 8, 9, 8, 9, 8, 5, 6]).signals
    [7]
    """
    values = [float(value) for value in values]
    if len(values) < 2 or not all(isfinite(value) for value in values):
        raise ScoringError("An XmR chart needs two numbers or more, without gaps.")
    center = fsum(values) / len(values)
    moving = _mean_range(values)
    lower, upper = center - XMR_LIMITS * moving, center + XMR_LIMITS * moving
    outside = _outside(values, center, [lower] * len(values), [upper] * len(values))
    return Chart(
        center=center,
        lower=lower,
        upper=upper,
        signals=sorted({*outside, *_runs(values, center)}),
        range_limit=XMR_RANGE_LIMIT * moving,
    )


def p_chart(successes: Iterable[int], n: Iterable[int]) -> Chart[list[float]]:
    """Chart of shares, 0..1: pooled share p -/+ 3 sqrt(p (1 - p) / n) (NIST e-Handbook 6.3.3.2).

    successes, n: of each month, n above 0. Signals: points outside. With more than about 300
    answers a month the limits are too tight, since customers differ too: laney_p_chart.
    Raises ScoringError without months, for an n of 0 and for successes outside 0..n.

    >>> chart = p_chart([12, 15, 8], [50, 50, 100])
    >>> chart.center, round(chart.lower[2], 4), round(chart.upper[2], 4), chart.signals
    (0.175, 0.061, 0.289, [])
    """
    center, shares, errors = _shares(successes, n)
    return _banded(center, shares, [SIGMAS * error for error in errors])


def laney_p_chart(successes: Iterable[int], n: Iterable[int]) -> Chart[list[float]]:
    """Laney's p' chart of shares, 0..1: the limits of p_chart times `inflation` (Laney 2002).

    inflation: mean moving range of the standardised shares, divided by 1.128: what the months
    vary among themselves beyond the chance of answers. For months with more than about 300
    answers. Raises ScoringError below two months, otherwise as p_chart.

    >>> chart = laney_p_chart([300, 330, 280, 340], [500, 500, 500, 500])
    >>> chart.center, round(chart.inflation, 4), chart.signals
    (0.625, 3.8217, [])
    """
    center, shares, errors = _shares(successes, n)
    if len(shares) < 2:
        raise ScoringError("A p' chart needs two months or more.")
    standard = [
        (share - center) / error if error else 0.0
        for share, error in zip(shares, errors, strict=True)
    ]
    inflation = _mean_range(standard) / MEAN_RANGE
    return _banded(center, shares, [SIGMAS * inflation * e for e in errors], inflation)


def net_chart(table: Iterable[Sequence[int]]) -> Chart[list[float]]:
    """Chart of net scores, in points: pooled net score -/+ 3 sqrt(pooled variance / n).

    table: (negative, neutral, positive) counts of each month, for NPS detractors, passives and
    promoters. Signals: points outside. It knows the chance of answers only, as p_chart does.
    Raises ScoringError without months, for a month without answers and for a count below zero.

    >>> chart = net_chart([(20, 30, 50), (40, 60, 100), (60, 30, 10)])
    >>> chart.center, round(chart.lower[0], 4), round(chart.upper[0], 4), chart.signals
    (10.0, -14.9199, 34.9199, [1, 2])
    """
    table = [_whole(month) for month in table]
    sizes = [sum(month) for month in table]
    if not table or any(len(month) != 3 or min(month) < 0 or not sum(month) for month in table):
        raise ScoringError("A net chart needs months with answers, three counts from 0 up each.")
    n = sum(sizes)
    difference = sum(month[2] - month[0] for month in table)
    decided = sum(month[2] + month[0] for month in table)
    spread = sqrt(n * decided - difference * difference) / n
    scores = [100 * (month[2] - month[0]) / size for month, size in zip(table, sizes, strict=True)]
    return _banded(100 * difference / n, scores, [100 * SIGMAS * spread / sqrt(s) for s in sizes])


def _shares(successes: Iterable[int], n: Iterable[int]) -> tuple[float, list[float], list[float]]:
    """The pooled share, each share, and the standard error of each."""
    successes, n = _whole(successes), _whole(n)
    if not n or len(n) != len(successes):
        raise ScoringError("Each month needs its successes and its n.")
    if not all(size > 0 and 0 <= x <= size for x, size in zip(successes, n, strict=True)):
        raise ScoringError("An n is above 0, and successes lie between 0 and n.")
    center = sum(successes) / sum(n)
    shares = [x / size for x, size in zip(successes, n, strict=True)]
    return center, shares, [sqrt(center * (1 - center) / size) for size in n]


def _whole(counts: Iterable[int]) -> list[int]:
    try:
        return [index(count) for count in counts]
    except TypeError as error:
        raise ScoringError("Counts are whole numbers.") from error


def _banded(
    center: float, values: list[float], margins: list[float], inflation: float | None = None
) -> Chart[list[float]]:
    lower = [center - margin for margin in margins]
    upper = [center + margin for margin in margins]
    return Chart(
        center=center,
        lower=lower,
        upper=upper,
        signals=_outside(values, center, lower, upper),
        inflation=inflation,
    )


def _mean_range(values: Sequence[float]) -> float:
    steps = [abs(later - earlier) for earlier, later in zip(values, values[1:], strict=False)]
    return fsum(steps) / len(steps)


def _outside(
    values: Sequence[float], center: float, lower: Sequence[float], upper: Sequence[float]
) -> list[int]:
    # Where nothing varies the limits are the centre: the last bit of a float is no signal.
    hair = 1e-9 * max(1.0, abs(center))
    return [
        place
        for place, (value, low, high) in enumerate(zip(values, lower, upper, strict=True))
        if value < low - hair or value > high + hair
    ]


def _runs(values: Sequence[float], center: float) -> list[int]:
    """Where `RUN` points in a row lie on one side of the centre; a point on it ends the run."""
    hair = 1e-9 * max(1.0, abs(center))
    found, length, before = [], 0, 0
    for place, value in enumerate(values):
        side = 0 if abs(value - center) <= hair else 1 if value > center else -1
        length = length + 1 if side and side == before else abs(side)
        before = side
        if length >= RUN:
            found.append(place)
    return found
