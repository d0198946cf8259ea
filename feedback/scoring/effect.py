"""Did it help? The months after an action beside the same months of the year before.

============  =====================================================================
``effect``    months of counts and the month of the action -> Effect
``Effect``    the verdict, the difference with its interval, or from when there is one
============  =====================================================================

Actions follow bad months, and part of what comes after a bad month comes by itself. Six months
after against six before say "better" in up to 99 % of years in which nothing happened. The same
months a year before share the season and not the bad spell; months, not answers, are the units,
so that months which differ for other reasons count as what they are.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from feedback.scoring.distributions import normal_quantile, t_quantile
from feedback.scoring.errors import ScoringError
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import FEW_BELOW, Score, score

YEAR = 12
LEAST, MOST = 3, 6  # months after the action, each with its own of the year before
HISTORY = 11  # months before the action
ALIKE = 1e-12  # of differences in headline units: what floating point makes of none
SPELLS = (1, 3, 6)  # months before it that may be the worst stretch of its year
Verdict = Literal["better", "worse", "unclear", "early"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the months after an action show; indexes are those of the months given.

    verdict: better or worse (in the metric's own direction), unclear, or early: none yet.
    difference: the mean of the months' differences, after less the year before, in headline units;
    low, high: its interval. All three None when early. compared: "year", or None when early.
    after_bad_spell: the month, quarter or half-year before the action was the worst of its year.
    known_from: the month whose answers give the first verdict, which may be still to come; None
    where there will never be one. months: those after the action that have a pair.
    """

    verdict: Verdict
    difference: float | None
    low: float | None
    high: float | None
    compared: Literal["year"] | None
    after_bad_spell: bool
    known_from: int | None
    months: tuple[int, ...] = ()


def effect(
    monthly: Sequence[Mapping[int, int]], metric: Metric, at: int, *, level: float = 0.95
) -> Effect:
    """What one line shows of an action in month `at`.

    monthly: how many gave each rating, one entry a complete calendar month, oldest first, empty for
    a month without answers. at: the month of the action, 0.., which may be still to come; it
    counts on neither side. level: of the interval, and of the verdict, 0..1.

    Up to six months after the action are paired with the same months a year before, both of 30
    answers or more; from three pairs on there is a verdict: the mean difference d, and d -+
    t s / sqrt(k) with k - 1 degrees of freedom, better or worse where 0 lies outside. Where all
    pairs differ alike, the interval is what their answers alone leave open. It needs 11 months
    before the action. How often it says "better" where nothing happened: docs/scoring.md.
    Raises ScoringError for a negative month of the action, a level outside 0..1, a rating off the
    scale, or a count that is negative or no integer.
    Source: Barnett, van der Pols, Dobson 2005; simulation ours, scripts/effect_grid.py.

    >>> from feedback.scoring import METRICS
    >>> usual, better = {3: 20, 7: 30, 10: 50}, {3: 15, 7: 30, 10: 55}
    >>> months = [usual] * 14 + [better, {3: 16, 7: 30, 10: 54}, better]
    >>> found = effect(months, METRICS["nps"], 13)
    >>> found.verdict, round(found.difference, 1), found.known_from
    ('better', 9.3, 16)
    >>> effect(months[:-1], METRICS["nps"], 13).verdict
    'early'
    """
    if at < 0:
        raise ScoringError(f"The month of an action is 0 or later, not {at}.")
    if not 0 < level < 1:
        raise ScoringError(f"A level lies between 0 and 1, not at {level}.")
    scores = [score(counts, metric) for counts in monthly]
    spell = _follows_bad_spell(scores, metric, at)
    pairs = _pairs(scores, at)
    known_from = _known_from(scores, at)
    months = tuple(pairs)
    if len(pairs) < LEAST or at < HISTORY:
        return Effect("early", None, None, None, None, spell, known_from, months)
    difference, margin = _paired(list(pairs.values()), level)
    low, high = difference - margin, difference + margin
    verdict = _verdict(low, high, metric)
    return Effect(verdict, difference, low, high, "year", spell, known_from, months)


def _pairs(scores: Sequence[Score], at: int) -> dict[int, tuple[Score, Score]]:
    """Each month after the action that can be paired, and its own of the year before."""
    return {
        month: (scores[month], scores[month - YEAR])
        for month in range(at + 1, min(at + MOST + 1, len(scores)))
        if _has(scores, month) and _has(scores, month - YEAR)
    }


def _known_from(scores: Sequence[Score], at: int) -> int | None:
    """The month of the third pair, if every month to come brings 30 answers."""
    if at < HISTORY:
        return None
    paired = 0
    for month in range(at + 1, at + MOST + 1):
        is_there = month >= len(scores) or _has(scores, month)
        was_there = month - YEAR >= len(scores) or _has(scores, month - YEAR)
        paired += is_there and was_there
        if paired == LEAST:
            return month
    return None


def _has(scores: Sequence[Score], month: int) -> bool:
    return month >= 0 and scores[month].n >= FEW_BELOW


def _paired(pairs: Sequence[tuple[Score, Score]], level: float) -> tuple[float, float]:
    """The mean difference, and half the width of its interval."""
    k = len(pairs)
    differences = [(after.score or 0.0) - (before.score or 0.0) for after, before in pairs]
    mean = sum(differences) / k
    variance = sum((each - mean) ** 2 for each in differences) / (k - 1)
    if variance > ALIKE:
        return mean, t_quantile(level, k - 1) * sqrt(variance / k)
    # Months that all differ by the very same number tell nothing of how months differ: what is
    # left is what their answers alone leave open.
    errors = [one.standard_error or 0.0 for pair in pairs for one in pair]
    return mean, normal_quantile(level) * sqrt(sum(each**2 for each in errors)) / k


def _verdict(low: float, high: float, metric: Metric) -> Verdict:
    if low <= 0 <= high:
        return "unclear"
    return "better" if (low > 0) is not metric.low_is_good else "worse"


def _follows_bad_spell(scores: Sequence[Score], metric: Metric, at: int) -> bool:
    """Whether the last month, quarter or half-year before the action was the worst of its year."""
    year = scores[max(0, at - YEAR) : at]
    return any(_ends_worst(year, months, metric) for months in SPELLS)


def _ends_worst(year: Sequence[Score], months: int, metric: Metric) -> bool:
    spells = [_pooled(year[end - months : end], metric) for end in range(months, len(year) + 1)]
    if len(spells) < 2 or spells[-1] is None:
        return False
    sign = -1 if metric.low_is_good else 1
    others = [sign * each for each in spells[:-1] if each is not None]
    return bool(others) and sign * spells[-1] < min(others)


def _pooled(months: Iterable[Score], metric: Metric) -> float | None:
    """The score of pooled months; None below 30 answers."""
    counts: Counter[int] = Counter()
    for month in months:
        counts.update(month.counts)
    pooled = score(counts, metric)
    return pooled.score if pooled.n >= FEW_BELOW else None
