"""Where the next month of a line would usually lie, by what its level has been so far."""

from dataclasses import dataclass
from statistics import median_low

from feedback.changes.lines import Scores
from feedback.readings.scores import score_of
from feedback.scoring import FEW_BELOW, Metric, usual
from feedback.scoring.cusum import LONGEST, RESTART
from feedback.scoring.months import shift

LEAST = RESTART + 1  # months of a level: in the last of them it was watched, so its unrest is known
RECENT = 6  # months by which it is judged how many answers the next one will bring


@dataclass(frozen=True, slots=True)
class Coming:
    """The band of a month that is not over: 95 of 100 lie in it while nothing happens.

    score: of all answers of the `months` months that the level rests on; low, high: in headline
    units, not clipped. n: answers it is meant for; rho: the unrest of months, as it was watched.
    """

    month: str
    score: float
    low: float
    high: float
    n: int
    months: int
    rho: float


def coming_month(
    level: Scores, recent: Scores, metric: Metric, unrest: tuple[float, float], until: str
) -> tuple[Coming | None, str]:
    """The band of the month after `until`, else the first month that may have one.

    level: the months since the level began that the line is on. Those with 30 answers count,
    seven of them or more and the newest 24 at most. recent: the line's months up to `until`; where
    half of the last six brought no answer the line has stopped, and has no band and no month.
    unrest: rho, and how many times repeats of one person widen a month's variance.
    """
    rho, times = unrest
    known = [at for at, n in enumerate(level.answers) if n >= FEW_BELOW][-LONGEST:]
    n = median_low(recent.answers[-RECENT:] or [0])
    if not n:
        return None, ""
    if len(known) < LEAST:
        return None, shift(until, LEAST - len(known) + 1)
    pooled = tuple(map(sum, zip(*(level.counts[at] for at in known), strict=True)))
    before = score_of(metric.key, pooled)
    # Months of unlike size are as good as fewer: the largest one's unrest counts most.
    worth = before.n**2 / sum(level.answers[at] ** 2 for at in known)
    half = usual(before, metric, months=worth, n=n, rho=rho, times=times)
    middle = before.score or 0.0
    band = Coming(shift(until, 1), middle, middle - half, middle + half, n, len(known), rho)
    return band, ""
