"""How many answers a comparison of groups needs, and when it has them."""

from collections.abc import Sequence

from feedback.comparisons.groups import Groups
from feedback.scoring import (
    Metric,
    Score,
    ScoringError,
    net_difference_sample_size,
    share_difference_sample_size,
)


def judged_until(groups: Groups, planned: int, months: Sequence[str]) -> str:
    """The first of these months by which each group that has the planned answers at their end has
    them; blank as long as fewer than two have. It is chosen by how many answered, not by what they
    said, so that judging then is judging once."""
    arrived = []
    for monthly in groups.monthly.values():
        n = 0
        for month in months:
            n += sum(monthly.get(month, {}).values())
            if n >= planned:
                arrived.append(month)
                break
    return max(arrived) if len(arrived) > 1 else ""


def needed_answers(base: Score, metric: Metric, difference: float) -> int:
    """Answers in each group to find such a difference four times in five; 0 where unknown.

    From the base's own score: its spread for net scores and means, its share for shares.
    """
    if not difference or base.score is None:
        return 0
    try:
        if metric.headline == "top":
            share = base.score / 100
            other = (
                share - difference / 100 if share > difference / 100 else share + difference / 100
            )
            return share_difference_sample_size(share, min(other, 1.0))
        if metric.headline == "net":
            spread = (base.positive + base.negative) / base.n - (base.score / 100) ** 2
            return net_difference_sample_size(
                difference, variance_a=max(spread, 0.01), variance_b=max(spread, 0.01)
            )
        return _for_mean(base, metric, difference)
    except ScoringError:
        return 0


def _for_mean(base: Score, metric: Metric, difference: float) -> int:
    """The same formula on the scale stretched to 0..100, where a mean is a net score's kin."""
    span = metric.maximum - metric.minimum
    error = base.standard_error or 0.0
    spread = max(error * error * base.n / span**2, 0.001)
    return net_difference_sample_size(100 * difference / span, variance_a=spread, variance_b=spread)
