"""Scores of weighted answers.

====================  ================================================================
``weighted_net``      -1/0/1 codes and weights -> net score in points
``weighted_score``    ratings and weights -> the headline of any metric
``WeightedScore``     score, standard error, effective n, low, high
====================  ================================================================

Weights come from outside (how many people a stage serves), never from the answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, isfinite, sqrt

from feedback.scoring.distributions import normal_quantile
from feedback.scoring.errors import ScoringError
from feedback.scoring.intervals import Interval, adjusted_wald_limits, t_limits, wilson_limits
from feedback.scoring.metrics import Metric


@dataclass(frozen=True, slots=True)
class WeightedScore:
    """A weighted score in headline units, unrounded; None where nothing can be said.

    effective_n: how many equally weighted answers tell as much, (sum w)^2 / sum w^2 (Kish 1965).
    low, high: the interval an unweighted score would have, on the weighted shares of
    effective_n answers; with equal weights it is the unweighted one.
    """

    score: float | None
    standard_error: float | None
    effective_n: float
    low: float | None
    high: float | None


_NOTHING = WeightedScore(None, None, 0.0, None, None)


def weighted_net(
    codes: Iterable[float], weights: Iterable[float], *, level: float = 0.95
) -> WeightedScore:
    """The weighted net score of answers coded -1 negative, 0 neutral, 1 positive, in points.

    score = sum w c / sum w; SE^2 = n / (n - 1) sum (w (c - score))^2 / (sum w)^2.
    No answers, or none with weight, give score None. Raises ScoringError for another code, for
    a weight that is negative or no number, and for lists of different length.

    >>> found = weighted_net([-1, 0, 1, 1], [1, 1, 1, 1])
    >>> found.score, found.effective_n
    (25.0, 4.0)
    >>> weighted_net([-1, 1], [1, 3]).score
    50.0
    """
    return _weighted(list(codes), list(weights), "net", level)


def weighted_score(
    ratings: Iterable[int], weights: Iterable[float], metric: Metric, *, level: float = 0.95
) -> WeightedScore:
    """The weighted headline of `metric`: net score, share of positive ratings, or mean.

    ratings: valid ones, one for each weight. Raises ScoringError as weighted_net does, and for a
    rating off the scale.

    >>> from feedback.scoring import METRICS
    >>> weighted_score([5, 1], [3, 1], METRICS["csat_5"]).score
    75.0
    """
    coded = [_code(rating, metric) for rating in ratings]
    return _weighted(coded, list(weights), metric.headline, level)


def _code(rating: int, metric: Metric) -> int:
    if rating not in metric.scale:
        raise ScoringError(f"{rating!r} is off the scale of {metric.key}.")
    if metric.headline == "mean":
        return rating
    if rating in metric.positive:
        return 1
    return -1 if metric.headline == "net" and rating in metric.negative else 0


def _weighted(
    codes: Sequence[float], weights: Sequence[float], headline: str, level: float
) -> WeightedScore:
    _check(codes, weights, headline)
    total = fsum(weights)
    if not total:
        return _NOTHING
    n = len(codes)
    mean = fsum(w * c for w, c in zip(weights, codes, strict=True)) / total
    spread = fsum((w * (c - mean)) ** 2 for w, c in zip(weights, codes, strict=True))
    error = sqrt(n / (n - 1) * spread) / total if n > 1 else None
    effective_n = total * total / fsum(w * w for w in weights)
    limits = _limits(codes, weights, headline, effective_n, level)
    unit = 1 if headline == "mean" else 100
    return WeightedScore(
        score=unit * mean,
        standard_error=None if error is None else unit * error,
        effective_n=effective_n,
        low=None if limits is None else unit * limits.low,
        high=None if limits is None else unit * limits.high,
    )


def _limits(
    codes: Sequence[float], weights: Sequence[float], headline: str, n: float, level: float
) -> Interval | None:
    total = fsum(weights)

    def share(wanted: int) -> float:
        return fsum(w for w, c in zip(weights, codes, strict=True) if c == wanted) / total

    if headline == "net":
        counts = (n * share(-1), n * share(0), n * share(1))
        return adjusted_wald_limits(*counts, normal_quantile(level))
    if headline == "top":
        return wilson_limits(n * share(1), n, normal_quantile(level))
    # Weight on one answer alone says nothing about the spread.
    if n <= 1 + 1e-9:
        return None
    mean = fsum(w * c for w, c in zip(weights, codes, strict=True)) / total
    squares = fsum(w * (c - mean) ** 2 for w, c in zip(weights, codes, strict=True)) / total
    return t_limits(mean, squares * n / (n - 1), n, level)


def _check(codes: Sequence[float], weights: Sequence[float], headline: str) -> None:
    if len(codes) != len(weights):
        raise ScoringError(f"{len(codes)} answers cannot have {len(weights)} weights.")
    if headline == "net" and any(code not in (-1, 0, 1) for code in codes):
        raise ScoringError("Answers are coded -1, 0 or 1.")
    if any(not isfinite(weight) or weight < 0 for weight in weights):
        raise ScoringError("A weight is a number from 0 up.")
