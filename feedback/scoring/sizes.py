"""How large a change is, once enough months have followed the one that named it.

====================  ===============================================================
``sized``             the changes of a line, of the signals that named them
``sized_months``      the months whose answers tell a size
``is_sized``          whether they are enough
====================  ===============================================================
"""

from collections.abc import Sequence
from math import sqrt

from feedback.scoring.changes import Change
from feedback.scoring.cusum import Signal, Sums, pseudo, sums_of, total_of
from feedback.scoring.distributions import normal_quantile
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import Score

SomeChange = Change[float | None]  # its size may not be known yet
SIZED_AFTER, SIZED_FROM = 3, 90  # months after the one that named a change; or answers in them


def sized(
    metric: Metric,
    scores: Sequence[Score],
    found: Sequence[Signal],
    rhos: Sequence[float],
    times: Sequence[float] | None = None,
) -> list[SomeChange]:
    """The changes of a line, each with its size as far as the months so far tell it.

    scores: its months; found: the signals that named the changes; rhos: the unrest at each; times:
    the repeats of each month, see `watch`.
    """
    ends = [*(signal.began for signal in found[1:]), len(scores)]

    def sums(at: int) -> Sums:
        own = sums_of(scores[at], metric)
        return own.shared(times[at]) if times else own

    def change(signal: Signal, end: int, rho: float) -> SomeChange:
        named = (signal.signalled, signal.began, signal.up)
        after = [at for at in sized_months(signal.signalled, end) if scores[at].n]
        if not is_sized([scores[at].n for at in after]):
            return Change(*named, None, None, None, signal.baseline)
        mean_after, error_after = _level([sums(at) for at in after], metric, rho)
        mean_before, error_before = _level([sums(at) for at in signal.baseline], metric, rho)
        unit = 1 if metric.headline == "mean" else 100
        difference = unit * (mean_after - mean_before)
        margin = unit * normal_quantile(0.95) * sqrt(error_after + error_before)
        return Change(*named, difference, difference - margin, difference + margin, signal.baseline)

    return [change(*each) for each in zip(found, ends, rhos, strict=False)]  # no signal: one end


def sized_months(signalled: int, end: int) -> range:
    """The months in which the size of a change is measured: those after it was named."""
    return range(signalled + 1, min(end, signalled + 1 + SIZED_AFTER))


def is_sized(answers: Sequence[int]) -> bool:
    """Whether months of so many answers are enough to tell a size."""
    return len(answers) >= SIZED_AFTER or sum(answers) >= SIZED_FROM


def _level(months: Sequence[Sums], metric: Metric, rho: float) -> tuple[float, float]:
    """The mean of pooled months, and its variance: of their answers, and of so many months."""
    answers = total_of(months)
    padded = total_of([answers, pseudo(answers, metric)])
    variance = padded.second / padded.n - (padded.first / padded.n) ** 2
    # Months of unlike size are as good as fewer: the largest one's unrest counts most.
    apart = sum(month.n**2 for month in months) / answers.n**2
    return answers.first / answers.n, variance * (1 / answers.n + rho * apart)
