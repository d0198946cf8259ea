"""The score of a count of ratings, with all that must travel with it.

=====================  =================================================================
``score``              counts of ratings -> Score
``Score``              n, counts, bands, headline, mean, error, interval, method, display
``row_dict``           a Score as the JSON object that every page and command prints
``metric_dict``        a Metric as its JSON object
``round_half_away``    rounding for display, once, at the very end
=====================  =================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite, sqrt
from operator import index
from typing import Literal

from feedback.scoring.distributions import normal_quantile
from feedback.scoring.errors import ScoringError
from feedback.scoring.intervals import (
    adjusted_wald_limits,
    mean_of,
    t_limits,
    variance_of,
    wilson_limits,
)
from feedback.scoring.metrics import Metric

Display = Literal["hidden", "few", "shown"]

HIDDEN_BELOW = 5
MEAN_FROM = 10
FEW_BELOW = 30
METHODS = {"net": "adjusted_wald", "top": "wilson", "mean": "t"}


@dataclass(frozen=True, slots=True)
class Score:
    """One score and what it rests on.

    counts: one entry for each rating of the scale. negative, neutral, positive: how many answers
    fell in each band. score, standard_error, low, high: in headline units (net: points,
    top: percent, mean: scale units), unrounded and not clipped; None where nothing can be said:
    all of them without answers, a mean's error and interval with one answer.
    missing, invalid: cells that were left out. people: how many gave the answers, where somebody
    is known to have given several (`with_people`); None where each is taken for another person's.
    """

    n: int
    counts: dict[int, int]
    negative: int
    neutral: int
    positive: int
    score: float | None
    mean: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    method: str
    level: float
    missing: int = 0
    invalid: int = 0
    people: int | None = None

    @property
    def display(self) -> Display:
        """What pages do with it: below 5 answers hide it, lest it be read for more than it is,
        below 30 show it marked "few answers", else show it."""
        if self.n < HIDDEN_BELOW:
            return "hidden"
        return "few" if self.n < FEW_BELOW else "shown"

    @property
    def has_number(self) -> bool:
        """Whether pages print the score: from 5 answers up. A mean needs 10, and answers that
        differ: else its interval says nothing, and the ratings themselves say more."""
        if self.n < HIDDEN_BELOW or self.method != METHODS["mean"]:
            return self.n >= HIDDEN_BELOW
        return self.n >= MEAN_FROM and bool(self.standard_error)

    @property
    def has_few_people(self) -> bool:
        """Whether people are fewer than nine tenths of the answers, as far as they are known."""
        return self.people is not None and 10 * self.people < 9 * self.n


def score(
    counts: Mapping[int, int],
    metric: Metric,
    *,
    missing: int = 0,
    invalid: int = 0,
    level: float = 0.95,
) -> Score:
    """The score of `counts` (how many gave each rating; ratings nobody gave may be left out).

    The interval is adjusted Wald for a net headline, Wilson for a top one, t for a mean.
    No answers is a Score with n 0 and score None, never 0.
    Raises ScoringError for a rating off the scale or a count that is negative or no integer.

    >>> from feedback.scoring import METRICS
    >>> nps = score({3: 20, 7: 30, 10: 50}, METRICS["nps"])
    >>> nps.score, round(nps.standard_error, 4), round(nps.low, 4), round(nps.high, 4)
    (30.0, 7.8102, 14.0511, 44.2013)
    >>> score({}, METRICS["nps"]).score is None
    True
    """
    full = _full(counts, metric)
    n = sum(full.values())
    negative, neutral, positive = (
        sum([full[rating] for rating in band])
        for band in (metric.negative, metric.neutral, metric.positive)
    )
    headline, error, low, high = _headline(metric, full, (negative, neutral, positive), n, level)
    return Score(
        n=n,
        counts=full,
        negative=negative,
        neutral=neutral,
        positive=positive,
        score=headline,
        mean=mean_of(full, n) if n else None,
        standard_error=error,
        low=low,
        high=high,
        method=METHODS[metric.headline],
        level=level,
        missing=missing,
        invalid=invalid,
    )


def row_dict(result: Score) -> dict[str, object]:
    """The JSON object of a score: what `feedback score`, `.json` pages and the API print.

    >>> from feedback.scoring import METRICS
    >>> row = row_dict(score({2: 1, 3: 4}, METRICS["csat_3"]))
    >>> row["n"], row["counts"], row["score"], row["display"]
    (5, {'1': 0, '2': 1, '3': 4}, 80.0, 'few')
    """
    return {
        "n": result.n,
        "missing": result.missing,
        "invalid": result.invalid,
        "counts": {str(rating): count for rating, count in result.counts.items()},
        "negative": result.negative,
        "neutral": result.neutral,
        "positive": result.positive,
        "score": result.score,
        "mean": result.mean,
        "standard_error": result.standard_error,
        "low": result.low,
        "high": result.high,
        "method": result.method,
        "level": result.level,
        "display": result.display,
    }


def metric_dict(metric: Metric) -> dict[str, object]:
    """The JSON object of a metric, its bands as sorted lists.

    >>> from feedback.scoring import METRICS
    >>> metric_dict(METRICS["csat_3"])["positive"]
    [3]
    """
    return {
        "key": metric.key,
        "minimum": metric.minimum,
        "maximum": metric.maximum,
        "low_is_good": metric.low_is_good,
        "negative": sorted(metric.negative),
        "neutral": sorted(metric.neutral),
        "positive": sorted(metric.positive),
        "headline": metric.headline,
    }


# Wide enough for every digit of the largest float; the default of 28 digits would refuse it.
_WIDE = Context(prec=1100, rounding=ROUND_HALF_UP)


def round_half_away(x: float, digits: int = 0) -> float:
    """x rounded to `digits` decimals, a half going away from zero, so that mirrored data give
    the mirrored score (Python's own round() goes to the even neighbour).

    The half is judged on the number as it is printed: 2.675 counts as a half although the
    nearest binary number lies below it. Never gives -0.0.

    >>> round_half_away(12.5), round_half_away(-12.5), round(12.5)
    (13.0, -13.0, 12)
    >>> round_half_away(39.8398, 1), round_half_away(2.675, 2)
    (39.8, 2.68)
    """
    if not isfinite(x):
        return x
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(x))).quantize(step, context=_WIDE)) + 0.0


_Estimate = tuple[float | None, float | None, float | None, float | None]


def _headline(
    metric: Metric, full: dict[int, int], bands: tuple[int, int, int], n: int, level: float
) -> _Estimate:
    """Score, standard error, low and high, in headline units."""
    if not n:
        return None, None, None, None
    if metric.headline == "net":
        return _net(*bands, n, normal_quantile(level))
    if metric.headline == "top":
        return _top(bands[2], n, normal_quantile(level))
    return _mean(full, n, level)


def _net(negative: int, neutral: int, positive: int, n: int, z: float) -> _Estimate:
    difference = positive - negative
    error = sqrt(n * (positive + negative) - difference * difference) / n / sqrt(n)
    limits = adjusted_wald_limits(negative, neutral, positive, z)
    return 100 * difference / n, 100 * error, 100 * limits.low, 100 * limits.high


def _top(positive: int, n: int, z: float) -> _Estimate:
    error = sqrt(positive * (n - positive)) / n / sqrt(n)
    limits = wilson_limits(positive, n, z)
    return 100 * positive / n, 100 * error, 100 * limits.low, 100 * limits.high


def _mean(full: dict[int, int], n: int, level: float) -> _Estimate:
    mean = mean_of(full, n)
    if n < 2:
        return mean, None, None, None
    variance = variance_of(full, n)
    limits = t_limits(mean, variance, n, level)
    return mean, sqrt(variance / n), limits.low, limits.high


def _full(counts: Mapping[int, int], metric: Metric) -> dict[int, int]:
    full = dict.fromkeys(metric.scale, 0)
    for rating, count in counts.items():
        if rating not in full:
            scale = f"{metric.minimum}-{metric.maximum}"
            raise ScoringError(f"{rating!r} is off the scale {scale} of {metric.key}.")
        full[rating] = _whole(count)
    return full


def _whole(count: int) -> int:
    try:
        whole = index(count)
    except TypeError as error:
        raise ScoringError(f"A count is a whole number, not {count!r}.") from error
    if whole < 0:
        raise ScoringError(f"A count cannot be negative: {count}.")
    return whole
