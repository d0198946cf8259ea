"""What may be said of two scores that were picked from several, or looked at several times."""

from dataclasses import replace

from feedback.scoring import (
    HIDDEN_BELOW,
    Comparison,
    Metric,
    Score,
    all_pairs,
    compare_scores,
    pair_level,
    share_touch,
)

Judged = tuple[Comparison, float | None]


def judge_pair(a: Score, b: Score, metric: Metric, groups: int = 2, looks: int = 1) -> Judged:
    """a minus b with an interval, and its p-value, that hold whichever two of so many groups were
    picked, after so many looks: the interval leaves out 0 where the p-value is below 0.05.

    Below five answers on a side, and where there is no spread, the plain difference alone.

    >>> from feedback.scoring import METRICS, score
    >>> nps = METRICS["nps"]
    >>> a, b = score({0: 20, 8: 35, 10: 45}, nps), score({0: 30, 8: 40, 10: 30}, nps)
    >>> [(found.is_clear, round(q, 3)) for found, q in (judge_pair(a, b, nps, k) for k in (2, 3))]
    [(True, 0.024), (False, 0.061)]
    """
    found = compare_scores(a, b, metric, level=pair_level(groups, looks))
    if min(a.n, b.n) < HIDDEN_BELOW or found.p_value is None:
        return unjudged(found), None
    is_share = metric.headline == "top"
    p_value = share_touch(a.positive, a.n, b.positive, b.n) if is_share else found.p_value
    return found, all_pairs(p_value, groups, looks)


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
