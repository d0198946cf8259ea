"""Several groups or periods read side by side: what may be said whichever two a reader picks.

==================  ==================================================================
``all_pairs``       the p-value of one pair, adjusted for all pairs and for looks
``pair_level``      the level of each pair's interval, so that it agrees with that
``share_touch``     the p-value at which Newcombe's interval of two shares touches 0
``student_wider``   how much farther Student's t reaches than the normal
``picked_from``     of how many groups two stretches of a row of months are the picked
==================  ==================================================================
"""

from collections.abc import Callable
from functools import lru_cache
from math import ceil, erfc, exp, expm1, log1p, pi, sqrt

from feedback.scoring.errors import ScoringError

_STEP, _REACH = 0.05, 9.0  # of the integral, in standard deviations: good to ten digits
_HALVINGS = 48
_FARTHEST = 38.0  # standard errors: beyond it a p-value is 0


def all_pairs(p_value: float, groups: int, looks: int = 1) -> float:
    """A two-sided p-value of two groups, picked from `groups` (2..) after looking at them all.

    The chance that the widest of all pairs is so far apart while no group differs: the studentized
    range at infinite degrees of freedom (Tukey 1953; for groups of unlike size at most that: Kramer
    1956, Hayter 1984). looks: months after which the same growing window was looked at (1..); so
    many looks are worth looks^0.8 independent ones (our simulation, scripts/compare_rates.py), and
    1 - (1 - p)^that is the chance in one of them. Of two groups looked at once, the p-value itself.
    Raises ScoringError for a p-value outside 0..1, fewer than two groups, or no look.

    >>> all_pairs(0.03, 2), round(all_pairs(0.03, 3), 4), round(all_pairs(0.03, 3, looks=12), 4)
    (0.03, 0.0764, 0.4401)
    """
    if not 0 <= p_value <= 1:
        raise ScoringError("A p-value lies between 0 and 1.")
    if groups < 2 or looks < 1:
        raise ScoringError("Two groups or more are compared, in one look or more.")
    once = p_value if groups == 2 else _range_beyond(sqrt(2) * _z(p_value), groups)
    # Never below the p-value itself, nor above what the sum of all pairs allows.
    once = min(max(once, p_value), groups * (groups - 1) / 2 * p_value, 1.0)
    return once if looks == 1 or once == 1 else -expm1(looks**0.8 * log1p(-once))


@lru_cache(maxsize=1024)
def pair_level(groups: int, looks: int = 1, level: float = 0.95) -> float:
    """The level (0..1) of a pair's interval: it leaves out 0 where `all_pairs` is below 1 - level.

    >>> pair_level(2), round(pair_level(3), 4), round(pair_level(20, looks=12), 5)
    (0.95, 0.9809, 0.99996)
    """
    if groups == 2 and looks == 1:
        return level
    return 1 - _where(lambda p: all_pairs(p, groups, looks) <= 1 - level, 0.0, 1 - level)


def share_touch(
    x1: int, n1: int, x2: int, n2: int, *, times: float = 1.0, degrees: float | None = None
) -> float:
    """The p-value that Newcombe's interval implies: 1 less the level at which it touches 0.

    times: how many times wider the interval is made. degrees: it is made wider yet, as Student's t
    of so many degrees is than the normal. Pearson's chi-square, which `compare_share` gives, may
    lie on the other side of 0.05. Raises ScoringError if an n is 0 or x lies outside 0..n.

    >>> round(share_touch(56, 70, 48, 80), 4), share_touch(5, 10, 5, 10)
    (0.0081, 1.0)
    """
    if not (0 <= x1 <= n1 and 0 <= x2 <= n2 and n1 and n2):
        raise ScoringError("A share is x of n, with x from 0 to n and n above 0.")
    if x1 * n2 < x2 * n1:
        x1, n1, x2, n2 = x2, n2, x1, n1
    if x1 * n2 == x2 * n1:
        return 1.0
    apart = x1 / n1 - x2 / n2

    def holds(z: float) -> bool:
        below, above = x1 / n1 - _wilson(x1, n1, -z), _wilson(x2, n2, z) - x2 / n2
        wider = times * student_wider(z, degrees)
        return wider * wider * (below * below + above * above) < apart * apart

    return erfc(_where(holds, 0.0, _FARTHEST) / sqrt(2))


def student_wider(z: float, degrees: float | None) -> float:
    """How many times farther Student's t of so many degrees reaches than a normal that reaches z
    (above 0) standard errors, at the same level; 1 without degrees.

    >>> student_wider(1.96, None), round(student_wider(1.96, 9), 3)
    (1.0, 1.154)
    """
    if degrees is None or z <= 0:
        return 1.0
    from scipy.special import stdtrit

    beyond = erfc(z / sqrt(2)) / 2
    return -float(stdtrit(degrees, beyond)) / z if beyond > 0 else float("inf")


def picked_from(months: int, shorter: int) -> int:
    """Two stretches of `shorter` months, picked from `months` for how they look, are as far apart
    as the best and the worst of so many groups (2..); by simulation, scripts/compare_rates.py.

    >>> picked_from(24, 1), picked_from(24, 3), picked_from(6, 3)
    (24, 20, 5)
    """
    return max(2, min(months, ceil(2.5 * months / max(shorter, 1))))


def _where(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The last number from low on at which it holds: it holds up to there and not beyond."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _wilson(x: int, n: int, z: float) -> float:
    p = x / n
    return (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)


def _z(p_value: float) -> float:
    """How far out a normal leaves so much on both sides."""
    return _where(lambda z: erfc(z / sqrt(2)) >= p_value, 0.0, _FARTHEST)


def _range_beyond(width: float, groups: int) -> float:
    """The chance that the range of so many standard normals is wider.

    k times the integral of phi(x) (P(x)^(k-1) - (P(x) - P(x - width))^(k-1)): the highest lies at
    x and not all others within the width below it. As a difference, so that it is exact far out.
    """
    others = groups - 1
    total = 0.0
    steps = round(2 * _REACH / _STEP)
    for at in range(steps + 1):
        x = -_REACH + at * _STEP
        below, far = _normal(x), _normal(x - width)
        if far < below:
            beyond = -(below**others) * expm1(others * log1p(-far / below))
        else:
            beyond = below**others
        total += exp(-x * x / 2) * beyond
    return min(1.0, groups * total * _STEP / sqrt(2 * pi))


def _normal(x: float) -> float:
    return erfc(-x / sqrt(2)) / 2
