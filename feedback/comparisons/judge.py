"""What may be said of two scores that were picked from several, or looked at several times."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from feedback.scoring import (
    HIDDEN_BELOW,
    Comparison,
    Metric,
    Score,
    all_pairs,
    compare_scores,
    pair_level,
    share_touch,
    student_wider,
)
from feedback.scoring.cusum import pseudo, sums_of, total_of
from feedback.scoring.distributions import (
    normal_quantile,
    two_sided_normal,
    two_sided_t,
    welch_degrees,
)

ONE_QUESTION = 0.95
Judged = tuple[Comparison, float | None]


def judge_pair(
    a: Score, b: Score, metric: Metric, groups: int = 2, looks: int = 1, times: float = 1.0
) -> Judged:
    """a minus b with an interval, and its p-value, that hold whichever two of so many groups were
    picked, after so many looks: the interval leaves out 0 where the p-value is below 0.05.

    times: how many times wider the interval is, for what the answers alone do not tell. statistic
    and p_value stay those of the plain test. Below five answers on a side, and where there is no
    spread, the plain difference alone.

    >>> from feedback.scoring import METRICS, score
    >>> nps = METRICS["nps"]
    >>> a, b = score({0: 20, 8: 35, 10: 45}, nps), score({0: 30, 8: 40, 10: 30}, nps)
    >>> [(found.is_clear, round(q, 3)) for found, q in (judge_pair(a, b, nps, k) for k in (2, 3))]
    [(True, 0.024), (False, 0.064)]
    """
    found = pair_interval(a, b, metric, groups, looks, times)
    if found.low is None or found.statistic is None:
        return found, None
    degrees = _degrees(a, b, metric, found.level)
    if metric.headline == "top":
        shares = (a.positive, a.n, b.positive, b.n)
        p_value = share_touch(*shares, times=times, degrees=degrees)
    elif degrees is None:
        p_value = two_sided_normal(found.statistic / times)
    else:
        p_value = two_sided_t(found.statistic / times, degrees)
    return found, all_pairs(p_value, groups, looks)


def pair_interval(
    a: Score, b: Score, metric: Metric, groups: int = 2, looks: int = 1, times: float = 1.0
) -> Comparison:
    """The same without its p-value, which takes longer."""
    level = pair_level(groups, looks)
    found = compare_scores(a, b, metric, level=level)
    if min(a.n, b.n) < HIDDEN_BELOW or found.p_value is None:
        return unjudged(found)
    if metric.headline == "mean":  # by Student's t already
        return _widened(found, times)
    degrees = _degrees(a, b, metric, level)
    return _widened(found, times * student_wider(normal_quantile(level), degrees))


def _degrees(a: Score, b: Score, metric: Metric, level: float) -> float | None:
    """Of Student's t; None for one question of net scores or shares, where a normal is right. Far
    out it promises too much of few answers."""
    if metric.headline != "mean" and level == ONE_QUESTION:
        return None
    errors = squared_error(a, metric), squared_error(b, metric)
    return welch_degrees(errors[0], a.n - 1, errors[1], b.n - 1)


def unrest_widens(sides: Sequence[tuple[Score, float]], metric: Metric, rho: float) -> float:
    """How many times the unrest of their months widens the interval of two periods.

    sides: each period's score, and the sum of its months' squared shares. An answer's variance v
    is worth v (1/n + rho x that sum), as in `feedback.scoring.usual`.

    >>> from feedback.scoring import METRICS, score
    >>> nps = score({0: 20, 8: 35, 10: 45}, METRICS["nps"])
    >>> unrest_widens([(nps, 1), (nps, 1)], METRICS["nps"], 0.03)
    2.0
    """
    plain = [squared_error(found, metric) for found, _ in sides]
    wide = [
        error * (1 + rho * apart * found.n)
        for error, (found, apart) in zip(plain, sides, strict=True)
    ]
    return sqrt(sum(wide) / sum(plain))


def squared_error(found: Score, metric: Metric) -> float:
    """The squared standard error, of the adjusted counts where all answers are alike; of one
    answer or more."""
    if found.standard_error:
        return found.standard_error**2
    sums = sums_of(found, metric)
    padded = total_of([sums, pseudo(sums, metric)])
    unit = 1 if metric.headline == "mean" else 100
    return unit**2 * (padded.second / padded.n - (padded.first / padded.n) ** 2) / padded.n


def _widened(found: Comparison, times: float) -> Comparison:
    middle, low, high = found.difference, found.low, found.high
    if times == 1 or middle is None or low is None or high is None:
        return found
    return replace(
        found, low=middle - times * (middle - low), high=middle + times * (high - middle)
    )


def unjudged(found: Comparison) -> Comparison:
    """The plain difference alone."""
    return replace(
        found,
        difference=None,
        low=None,
        high=None,
        statistic=None,
        p_value=None,
        standard_error=None,
    )
