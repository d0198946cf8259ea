"""Confidence intervals of one net score, one share, one mean.

====================  ==================================================================
``net_interval``      net score in points: adjusted_wald (default), wald, score
``share_interval``    share 0..1: wilson (default), agresti_coull, jeffreys,
                      clopper_pearson, wald
``mean_interval``     mean of ratings, in scale units: t
``Interval``          what they give back: low and high
====================  ==================================================================

The functions named ``..._limits`` hold the formulas, on the unit scale.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from operator import index
from typing import Literal

from feedback.scoring.distributions import beta_quantile, normal_quantile, t_quantile, tail
from feedback.scoring.errors import ScoringError

NetMethod = Literal["adjusted_wald", "wald", "score"]
ShareMethod = Literal["wilson", "agresti_coull", "jeffreys", "clopper_pearson", "wald"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Low and high limit, in the unit of the function that made it."""

    low: float
    high: float


def net_interval(
    negative: int,
    neutral: int,
    positive: int,
    *,
    level: float = 0.95,
    method: NetMethod = "adjusted_wald",
) -> Interval:
    """Interval of a net score such as NPS, in points, not clipped to -100..100.

    negative, neutral, positive: counts of answers, for NPS detractors, passives, promoters.
    adjusted_wald: three pseudo-answers (3/4, 3/2, 3/4) keep it honest from five answers up
    (Rocks 2016). wald: width 0 when all agree, for comparison only. score: inverts the score
    test of a trinomial (Tango 1998); never outside -100..100.
    Raises ScoringError if there is no answer, a count is below zero or the method is unknown.

    >>> limits = net_interval(20, 30, 50)
    >>> round(limits.low, 4), round(limits.high, 4)
    (14.0511, 44.2013)
    >>> limits = net_interval(0, 0, 5, method="score")
    >>> round(limits.low, 2), round(limits.high, 2)
    (13.1, 100.0)
    """
    _check(negative, neutral, positive)
    if method not in _NET_METHODS:
        raise ScoringError(f"No method {method}: there are {', '.join(_NET_METHODS)}.")
    limits = _NET_METHODS[method](negative, neutral, positive, normal_quantile(level))
    return Interval(100 * limits.low, 100 * limits.high)


def share_interval(
    successes: int, n: int, *, level: float = 0.95, method: ShareMethod = "wilson"
) -> Interval:
    """Interval of a share, 0..1, from `successes` out of `n` answers.

    wilson: Wilson 1927. agresti_coull: Agresti and Coull 1998, clipped. jeffreys: quantiles of
    Beta(x + 1/2, n - x + 1/2), also at x = 0 and x = n. clopper_pearson: exact, conservative.
    wald: clipped, for comparison only.
    Raises ScoringError if n is 0, successes lie outside 0..n or the method is unknown.

    >>> limits = share_interval(45, 50)
    >>> round(limits.low, 6), round(limits.high, 6)
    (0.786398, 0.956524)
    """
    _check(successes, n - successes)
    if method not in _SHARE_METHODS:
        raise ScoringError(f"No method {method}: there are {', '.join(_SHARE_METHODS)}.")
    return _SHARE_METHODS[method](successes, n, level)


def mean_interval(counts: Mapping[int, int], *, level: float = 0.95) -> Interval:
    """Student's t interval of the mean of ratings, in scale units, not clipped to the scale.

    counts: how many gave each rating. Raises ScoringError below two answers (one answer says
    nothing about the spread) or if a count is below zero.

    >>> limits = mean_interval({1: 1, 3: 1, 5: 1})
    >>> round(limits.low, 4), round(limits.high, 4)
    (-1.9683, 7.9683)
    """
    _check(*counts.values())
    n = sum(counts.values())
    if n < 2:
        raise ScoringError("The interval of a mean needs two answers or more.")
    return t_limits(mean_of(counts, n), variance_of(counts, n), n, level)


def mean_of(counts: Mapping[int, int], n: int) -> float:
    """The mean of n ratings, n above 0."""
    return sum(rating * count for rating, count in counts.items()) / n


def variance_of(counts: Mapping[int, int], n: int) -> float:
    """The sample variance (divided by n - 1) of n ratings, n above 1."""
    total = sum(rating * count for rating, count in counts.items())
    squares = sum(rating * rating * count for rating, count in counts.items())
    # Whole numbers up to the division: equal ratings give exactly zero.
    return (n * squares - total * total) / (n * (n - 1))


def t_limits(mean: float, variance: float, n: float, level: float) -> Interval:
    """Mean -/+ t sqrt(variance / n); n above 1, a fraction for weighted answers."""
    margin = t_quantile(level, n - 1) * sqrt(variance / n)
    return Interval(mean - margin, mean + margin)


def adjusted_wald_limits(negative: float, neutral: float, positive: float, z: float) -> Interval:
    """Rocks 2016, in -1..1; the counts are fractions for weighted answers."""
    return _wald_net_limits(negative + 0.75, neutral + 1.5, positive + 0.75, z)


def wilson_limits(successes: float, n: float, z: float) -> Interval:
    """Wilson 1927, in 0..1; the counts are fractions for weighted answers."""
    share, shrink = successes / n, z * z / n
    centre = share + shrink / 2
    margin = z * sqrt(share * (1 - share) / n + shrink / (4 * n))
    # The limits of nobody and of everybody are 0 and 1, which the sums miss by the last digit.
    low = (centre - margin) / (1 + shrink) if successes else 0.0
    high = (centre + margin) / (1 + shrink) if successes != n else 1.0
    return _clipped(low, high)


def _wald_net_limits(negative: float, neutral: float, positive: float, z: float) -> Interval:
    n = negative + neutral + positive
    net = (positive - negative) / n
    # n (p + d) - (p - d)^2 cannot cancel to a negative number, unlike P + D - (P - D)^2.
    margin = z * sqrt((n * (positive + negative) - (positive - negative) ** 2) / n) / n
    return Interval(net - margin, net + margin)


def _tango_limits(negative: float, neutral: float, positive: float, z: float) -> Interval:
    """The net scores t at which the score test of p - d just reaches z (Tango 1998)."""
    n = negative + neutral + positive
    net = (positive - negative) / n

    def excess(t: float) -> float:
        a = 2 * n
        b = -negative - positive + (2 * n - positive + negative) * t
        c = -negative * t * (1 - t)
        share = (sqrt(max(b * b - 4 * a * c, 0)) - b) / (2 * a)
        spread = sqrt(n * max(2 * share + t * (1 - t), 0))
        return abs(positive - negative - n * t) - z * spread

    return Interval(_crossing(excess, -1.0, net), _crossing(excess, 1.0, net))


def _crossing(excess: Callable[[float], float], outside: float, inside: float) -> float:
    """Halve the way between a value the test rejects and one it does not, down to the last bit."""
    if excess(outside) <= 0:
        return outside
    for _ in range(60):
        middle = (outside + inside) / 2
        if excess(middle) > 0:
            outside = middle
        else:
            inside = middle
    return inside


def _wald_share_limits(successes: float, n: float, z: float) -> Interval:
    share = successes / n
    margin = z * sqrt(share * (1 - share) / n)
    return _clipped(share - margin, share + margin)


def _agresti_coull_limits(successes: float, n: float, z: float) -> Interval:
    return _wald_share_limits(successes + z * z / 2, n + z * z, z)


def _jeffreys_limits(successes: int, n: int, level: float) -> Interval:
    a, b = successes + 0.5, n - successes + 0.5
    return Interval(beta_quantile(a, b, tail(level)), beta_quantile(a, b, 1 - tail(level)))


def _clopper_pearson_limits(successes: int, n: int, level: float) -> Interval:
    x, rest = successes, n - successes
    low = beta_quantile(x, rest + 1, tail(level)) if x else 0.0
    high = beta_quantile(x + 1, rest, 1 - tail(level)) if rest else 1.0
    return Interval(low, high)


def _by_level(
    limits: Callable[[float, float, float], Interval],
) -> Callable[[int, int, float], Interval]:
    return lambda successes, n, level: limits(successes, n, normal_quantile(level))


def _clipped(low: float, high: float) -> Interval:
    return Interval(max(low, 0.0), min(high, 1.0))


def _check(*counts: int) -> None:
    """Refuse counts that are no integers, below zero, or all zero."""
    try:
        counts = tuple(map(index, counts))
    except TypeError as error:
        raise ScoringError("Counts are whole numbers.") from error
    if any(count < 0 for count in counts):
        raise ScoringError("A count is below zero.")
    if not any(counts):
        raise ScoringError("Without answers there is no interval.")


_NET_METHODS: Mapping[str, Callable[[float, float, float, float], Interval]] = {
    "adjusted_wald": adjusted_wald_limits,
    "wald": _wald_net_limits,
    "score": _tango_limits,
}
_SHARE_METHODS: Mapping[str, Callable[[int, int, float], Interval]] = {
    "wilson": _by_level(wilson_limits),
    "agresti_coull": _by_level(_agresti_coull_limits),
    "jeffreys": _jeffreys_limits,
    "clopper_pearson": _clopper_pearson_limits,
    "wald": _by_level(_wald_share_limits),
}
