"""Two weighted scores compared.

======================  =========================================================
``compare_weighted``    two WeightedScore of one metric -> Difference
======================  =========================================================
"""

from math import sqrt

from feedback.scoring.compare import Difference
from feedback.scoring.distributions import (
    normal_quantile,
    t_quantile,
    two_sided_normal,
    two_sided_t,
    welch_degrees,
)
from feedback.scoring.metrics import Metric
from feedback.scoring.weighting import WeightedScore

WEIGHTED_COMPARISONS = {
    "net": "weighted_wald",
    "top": "weighted_wald",
    "mean": "weighted_welch",
}


def compare_weighted(
    a: WeightedScore, b: WeightedScore, metric: Metric, *, level: float = 0.95
) -> Difference | None:
    """The difference of two weighted scores of `metric`, a minus b, in headline units.

    Its squared standard error is the sum of theirs, as they do not share answers. A net score
    and a share are tested by the normal distribution, a mean by Student's t, whose degrees of
    freedom come from the effective n of each side (Satterthwaite 1946, Kish 1965).
    None where nothing can be said: a side without answers, or with one, or no spread at all.
    Made for samples: below about 30 effective answers a side it is too sure of itself.

    >>> from feedback.scoring import METRICS, weighted_score
    >>> nps = METRICS["nps"]
    >>> early = weighted_score([10] * 60 + [0] * 40, [1] * 100, nps)
    >>> late = weighted_score([10] * 50 + [0] * 50, [2] * 100, nps)
    >>> found = compare_weighted(early, late, nps)
    >>> found.difference, round(found.standard_error, 4), round(found.p_value, 4)
    (20.0, 14.0705, 0.1552)
    """
    if a.score is None or b.score is None:
        return None
    if a.standard_error is None or b.standard_error is None:
        return None
    error = sqrt(a.standard_error**2 + b.standard_error**2)
    if not error:
        return None
    difference = a.score - b.score
    reach, p_value = _test(a, b, metric, difference / error, level)
    return Difference(
        observed=difference,
        difference=difference,
        low=difference - reach * error,
        high=difference + reach * error,
        statistic=difference / error,
        p_value=p_value,
        standard_error=error,
    )


def _test(
    a: WeightedScore, b: WeightedScore, metric: Metric, statistic: float, level: float
) -> tuple[float, float]:
    """How many standard errors the interval reaches, and the p-value."""
    assert a.standard_error is not None and b.standard_error is not None
    if metric.headline != "mean":
        return normal_quantile(level), two_sided_normal(statistic)
    # Weights that lie on one answer alone leave next to no freedom, but some.
    freedom_a, freedom_b = max(a.effective_n - 1, 1e-9), max(b.effective_n - 1, 1e-9)
    degrees = welch_degrees(a.standard_error**2, freedom_a, b.standard_error**2, freedom_b)
    return t_quantile(level, degrees), two_sided_t(statistic, degrees)
