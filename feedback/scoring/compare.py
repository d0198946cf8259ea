"""Do two groups of answers differ, by how much, and could it be chance?

====================  ================================================================
``compare_net``       two net scores, in points: adjusted Wald
``compare_share``     two shares, 0..1: Newcombe's interval, Pearson's chi-square
``compare_mean``      two means, in scale units: Welch's t
``Difference``        what they give back
``compare_scores``    two counts of ratings, by the headline of their metric
``Comparison``        both scores and their difference, in headline units
====================  ================================================================

Always a minus b. Two intervals that overlap are no test: the scores may differ all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import SupportsIndex

from feedback.scoring.distributions import (
    chi_square_beyond,
    normal_quantile,
    t_quantile,
    two_sided_normal,
    two_sided_t,
    welch_degrees,
)
from feedback.scoring.errors import ScoringError
from feedback.scoring.intervals import mean_of, share_interval, variance_of
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import Score, row_dict, score

Table = tuple[int, int, int]
COMPARISONS = {"net": "adjusted_wald", "top": "newcombe", "mean": "welch"}
_PSEUDO = (0.75, 1.5, 0.75)


@dataclass(frozen=True, slots=True)
class Difference:
    """a minus b, in the unit of the function that made it.

    observed: the plain difference, the one to name in a sentence. difference: the one the
    interval and the test rest on (equal to observed unless pseudo-answers were added).
    low, high: interval of the difference. statistic, p_value: two-sided test of no difference.
    """

    observed: float
    difference: float
    low: float
    high: float
    statistic: float
    p_value: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two scores and their difference, a minus b, in headline units, unrounded.

    The fields of Difference; None where nothing can be said: all of them when a side has no
    answers; all but observed when two means have no spread, or one has a single answer.
    method: adjusted_wald, newcombe or welch.
    """

    a: Score
    b: Score
    observed: float | None
    difference: float | None
    low: float | None
    high: float | None
    statistic: float | None
    p_value: float | None
    standard_error: float | None
    method: str
    level: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0: what is said of it and what is printed agree."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    def as_dict(self) -> dict[str, object]:
        """The JSON object that `feedback compare` prints."""
        return {
            "a": row_dict(self.a),
            "b": row_dict(self.b),
            "observed": self.observed,
            "difference": self.difference,
            "low": self.low,
            "high": self.high,
            "statistic": self.statistic,
            "p_value": self.p_value,
            "method": self.method,
        }


def compare_net(a: Table, b: Table, *, adjusted: bool = True, level: float = 0.95) -> Difference:
    """The difference of two net scores such as NPS, in points, and its z test.

    a, b: (negative, neutral, positive) counts, for NPS detractors, passives, promoters.
    adjusted: each side gets three pseudo-answers (3/4, 3/2, 3/4) of its own, as the interval of
    one score does (Rocks 2016); without it this is Wald, for comparison only.
    statistic: the difference in standard errors.
    Raises ScoringError without answers on a side, for a count below zero, and, when not
    adjusted, if all answers of each side are alike (no spread, no test).

    >>> found = compare_net((30, 40, 30), (20, 35, 45))
    >>> found.observed, round(found.difference, 4), round(found.p_value, 6)
    (-25.0, -24.2718, 0.023573)
    """
    (net_a, var_a), (net_b, var_b) = _net(a, adjusted), _net(b, adjusted)
    error = sqrt(var_a + var_b)
    if not error:
        raise ScoringError("All answers of each side are alike: without spread there is no test.")
    difference = net_a - net_b
    margin = normal_quantile(level) * error
    return Difference(
        observed=100 * (a[2] - a[0]) / sum(a) - 100 * (b[2] - b[0]) / sum(b),
        difference=100 * difference,
        low=100 * (difference - margin),
        high=100 * (difference + margin),
        statistic=difference / error,
        p_value=two_sided_normal(difference / error),
        standard_error=100 * error,
    )


def compare_share(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Difference:
    """The difference of two shares, x1 of n1 less x2 of n2, in -1..1.

    low, high: hybrid score interval, from the Wilson limits of each share (Newcombe 1998,
    Stat Med 17:873, method 10). statistic, p_value: Pearson's chi-square, one degree of freedom,
    without continuity correction. standard_error: sqrt(p1 q1 / n1 + p2 q2 / n2).
    Two shares that are both 0, or both 1, do not differ: statistic 0, p 1.
    Raises ScoringError if an n is 0 or x lies outside 0..n.

    >>> found = compare_share(56, 70, 48, 80)
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4)
    (0.2, 0.0524, 0.3339)
    >>> round(found.statistic, 4), round(found.p_value, 6)
    (7.0234, 0.008045)
    """
    wilson1, wilson2 = share_interval(x1, n1, level=level), share_interval(x2, n2, level=level)
    p1, p2 = x1 / n1, x2 / n2
    difference = p1 - p2
    statistic = _chi_square(x1, n1, x2, n2)
    return Difference(
        observed=difference,
        difference=difference,
        low=difference - sqrt((p1 - wilson1.low) ** 2 + (wilson2.high - p2) ** 2),
        high=difference + sqrt((wilson1.high - p1) ** 2 + (p2 - wilson2.low) ** 2),
        statistic=statistic,
        p_value=chi_square_beyond(statistic),
        standard_error=sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2),
    )


def compare_mean(
    counts_a: Mapping[int, int], counts_b: Mapping[int, int], *, level: float = 0.95
) -> Difference:
    """The difference of two means of ratings, in scale units, by Welch's t (Welch 1947).

    counts_a, counts_b: how many gave each rating. The spread of each side counts for itself.
    Raises ScoringError below two answers on a side, for a count below zero, and if all ratings
    of each side are alike (no spread, no test).

    >>> found = compare_mean({1: 1, 2: 1, 3: 1}, {3: 1, 5: 1, 7: 1})
    >>> found.difference, round(found.statistic, 4), round(found.p_value, 4)
    (-3.0, -2.3238, 0.1045)
    """
    (mean_a, var_a, n_a), (mean_b, var_b, n_b) = _mean(counts_a), _mean(counts_b)
    error = sqrt(var_a + var_b)
    if not error:
        raise ScoringError("All ratings of each side are alike: without spread there is no test.")
    degrees = welch_degrees(var_a, n_a - 1, var_b, n_b - 1)
    difference = mean_a - mean_b
    margin = t_quantile(level, degrees) * error
    return Difference(
        observed=difference,
        difference=difference,
        low=difference - margin,
        high=difference + margin,
        statistic=difference / error,
        p_value=two_sided_t(difference / error, degrees),
        standard_error=error,
    )


def compare_scores(
    a: Score | Mapping[int, int],
    b: Score | Mapping[int, int],
    metric: Metric,
    *,
    level: float = 0.95,
) -> Comparison:
    """Two sides of one metric compared by its headline: what pages and `feedback compare` show.

    a, b: scores of `metric`, or counts (how many gave each rating). In headline units: net by
    compare_net, in points; top by compare_share, in percentage points; mean by compare_mean.
    Never raises for lack of answers: what cannot be said is None.
    Raises ScoringError for a rating off the scale or a count that is negative or no integer.

    >>> from feedback.scoring import METRICS
    >>> found = compare_scores({5: 56, 1: 14}, {4: 48, 2: 32}, METRICS["csat_5"])
    >>> round(found.difference, 4), round(found.low, 4), round(found.high, 4), found.method
    (20.0, 5.2431, 33.3873, 'newcombe')
    """
    one = a if isinstance(a, Score) else score(a, metric, level=level)
    other = b if isinstance(b, Score) else score(b, metric, level=level)
    found = _compared(one, other, metric, level)
    unit = 100 if metric.headline == "top" else 1
    # Of the scores as they are shown, so that the three numbers agree to the last bit.
    plain = None if one.score is None or other.score is None else one.score - other.score
    tested = found.difference if found and metric.headline == "net" else plain
    return Comparison(
        a=one,
        b=other,
        observed=plain,
        difference=None if found is None else tested,
        low=None if found is None else unit * found.low,
        high=None if found is None else unit * found.high,
        statistic=None if found is None else found.statistic,
        p_value=None if found is None else found.p_value,
        standard_error=None if found is None else unit * found.standard_error,
        method=COMPARISONS[metric.headline],
        level=level,
    )


def _compared(a: Score, b: Score, metric: Metric, level: float) -> Difference | None:
    """In the unit of the function; None where the test cannot be made."""
    if not a.n or not b.n:
        return None
    if metric.headline == "net":
        return compare_net(_bands(a), _bands(b), level=level)
    if metric.headline == "top":
        return compare_share(a.positive, a.n, b.positive, b.n, level=level)
    # No standard error: one answer. None above 0: no spread on either side.
    if a.standard_error is None or b.standard_error is None:
        return None
    if not a.standard_error and not b.standard_error:
        return None
    return compare_mean(a.counts, b.counts, level=level)


def _bands(result: Score) -> Table:
    return result.negative, result.neutral, result.positive


def _net(table: Table, adjusted: bool) -> tuple[float, float]:
    """A net score in -1..1 and its squared standard error."""
    if len(table) != 3:
        raise ScoringError("A net score is compared by its negative, neutral and positive counts.")
    _check(tuple(table))
    added = _PSEUDO if adjusted else (0.0, 0.0, 0.0)
    negative, neutral, positive = (count + more for count, more in zip(table, added, strict=True))
    n = negative + neutral + positive
    spread = n * (positive + negative) - (positive - negative) ** 2
    return (positive - negative) / n, spread / n**3


def _mean(counts: Mapping[int, int]) -> tuple[float, float, int]:
    """A mean, its squared standard error, and n."""
    _check(tuple(counts.values()))
    n = sum(counts.values())
    if n < 2:
        raise ScoringError("To compare means each side needs two answers or more.")
    return mean_of(counts, n), variance_of(counts, n) / n, n


def _chi_square(x1: int, n1: int, x2: int, n2: int) -> float:
    hits, total = x1 + x2, n1 + n2
    if hits in (0, total):
        return 0.0
    return total * (x1 * n2 - x2 * n1) ** 2 / (n1 * n2 * hits * (total - hits))


def _check(counts: tuple[int, ...]) -> None:
    if not all(isinstance(count, SupportsIndex) for count in counts):
        raise ScoringError("Counts are whole numbers.")
    if any(count < 0 for count in counts):
        raise ScoringError("A count is below zero.")
    if not any(counts):
        raise ScoringError("Without answers on both sides there is nothing to compare.")
