"""Has a line of monthly scores changed, or is it the usual coming and going?

=========================  =============================================================
``changes``                months of counts -> each Change, oldest first
``changes_of_scores``      the same of the months' scores
``Change``                 when it was seen, when it began, how large it is
``changes_from``           the first month of which a change can be named
``threshold``              how far a sum must run, from the shipped table
``FALSE_ALARMS_A_YEAR``    how often a page of quiet lines says "changed": 0.05
=========================  =============================================================

The rule is a tabular CUSUM (Page 1954) of standardised months. What it takes for "changed" in one
month no later month takes back: only the size of the change is estimated anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Generic, SupportsIndex, TypeVar

from feedback.scoring.compare import compare_scores
from feedback.scoring.cusum import Signal, signals
from feedback.scoring.errors import ScoringError
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import FEW_BELOW, Score, score
from feedback.scoring.thresholds import SERIES, THRESHOLDS

FALSE_ALARMS_A_YEAR = 0.05
Heights = Mapping[int, Sequence[float]]
SHORTEST, LONGEST = min(THRESHOLDS), max(THRESHOLDS)


Size = TypeVar("Size", bound=float | None)


@dataclass(frozen=True, slots=True)
class Change(Generic[Size]):
    """One change of a line; months are indexes into what `changes` was given.

    signalled: the month whose answers showed it. began: the first month of the new level, by
    the CUSUM's own estimate. up: whether the score rose. difference: the answers since `began`
    (up to the next change) less those of the baseline, plainly, in headline units (net: points,
    top: percentage points, mean: scale units). low, high: its 95 % interval, by the
    method of compare_scores; both equal to the difference where all ratings of each side are
    alike. All three are None only where `watch` does not know the size yet. baseline: the months it
    was held against.
    """

    signalled: int
    began: int
    up: bool
    difference: Size
    low: Size
    high: Size
    baseline: tuple[int, ...] = ()


def changes(
    monthly: Sequence[Mapping[int, int]],
    metric: Metric,
    *,
    baseline: int = 12,
    series: int = 1,
) -> list[Change[float]]:
    """What changed in one line, oldest first; nothing, as long as chance explains it.

    monthly: how many gave each rating, one entry a calendar month, oldest first, empty for a
    month without answers; from the line's first month on (a window that moves would move the
    baseline), and without the running month.
    baseline: months (6..24) the first baseline pools. series: lines watched together (1..200),
    which is every line of the page whatever a filter shows.

    Months below 30 answers feed nothing. The first `baseline` others are pooled; each later month
    is z = (score - baseline) / sqrt(variance / n), corrected for skewness; the sums S+ = max(0,
    S+ + z - 1.25) and S- = max(0, S- - z - 1.25) name a change when one passes `threshold`. The
    level begins anew at the month after that sum last stood at 0. On a page of quiet lines any
    change is named in FALSE_ALARMS_A_YEAR of the years.
    Raises ScoringError for a baseline or series out of range, a rating off the scale, or a count
    that is negative or no integer.
    Source: Page 1954; the thresholds by our simulation, scripts/change_thresholds.py.

    >>> from feedback.scoring import METRICS
    >>> year, after = [{3: 20, 7: 30, 10: 50}] * 12, [{3: 30, 7: 30, 10: 40}] * 4
    >>> [change] = changes([*year, *after], METRICS["nps"], series=5)
    >>> change.signalled, change.began, change.difference
    (14, 12, -20.0)
    """
    scores = [score(counts, metric) for counts in monthly]
    return changes_of_scores(scores, metric, baseline=baseline, series=series)


def changes_of_scores(
    scores: Sequence[Score], metric: Metric, *, baseline: int = 12, series: int = 1
) -> list[Change[float]]:
    """The same of the months' scores, for whoever keeps them."""
    check_watched(baseline, series)
    found = list(signals(scores, metric, baseline, lambda months: threshold(series, months)))
    ends = [*(signal.began for signal in found[1:]), len(scores)]
    pairs = zip(found, ends, strict=False)  # a quiet line has an end and no signal
    return [_change(signal, end, scores, metric) for signal, end in pairs]


def changes_from(monthly: Iterable[Mapping[int, int]], *, baseline: int = 12) -> int | None:
    """The index of the first month of which a change can be named.

    It lies beyond the months given while the baseline is short of answers: then it is the month
    it will be if every month to come brings 30 answers. None when no month has brought them yet.

    >>> changes_from([{10: 30}] * 9), changes_from([{10: 30}] * 20), changes_from([{10: 5}] * 20)
    (12, 12, None)
    """
    check_watched(baseline, 1)
    sizes = [sum(counts.values()) for counts in monthly]
    enough = [at for at, n in enumerate(sizes) if n >= FEW_BELOW]
    if not enough:
        return None
    if len(enough) < baseline:
        return len(sizes) + baseline - len(enough)
    return enough[baseline - 1] + 1


@lru_cache(maxsize=1024)
def threshold(series: int, baseline: int) -> float:
    """How far a sum must run when so many lines (1..200) are watched, each against a baseline of
    so many months (6..24). Between the columns of the table it is linear in log(series).

    >>> threshold(1, 12) < threshold(5, 12) < threshold(5, 6)
    True
    """
    return height_from(THRESHOLDS, series, baseline)


def height_from(table: Heights, series: int, baseline: int) -> float:
    """The same from a table: heights for each of SERIES, by the months of the baseline."""
    check_watched(baseline, series)
    row = table[baseline]
    right = next(at for at, column in enumerate(SERIES) if column >= series)
    if SERIES[right] == series:
        return row[right]
    left = right - 1
    part = log(series / SERIES[left]) / log(SERIES[right] / SERIES[left])
    return row[left] + part * (row[right] - row[left])


def check_watched(baseline: int, series: int) -> None:
    """Raise ScoringError unless there are thresholds for so many months and lines."""
    if not (isinstance(baseline, SupportsIndex) and SHORTEST <= baseline <= LONGEST):
        raise ScoringError(f"A baseline has {SHORTEST} to {LONGEST} months, not {baseline}.")
    if not (isinstance(series, SupportsIndex) and 1 <= series <= SERIES[-1]):
        raise ScoringError(f"1 to {SERIES[-1]} lines can be watched together, not {series}.")


def _change(signal: Signal, end: int, scores: Sequence[Score], metric: Metric) -> Change[float]:
    """The size of a change, from all answers of its level up to the month `end`."""
    after = _pooled(scores[signal.began : end])
    before = _pooled([scores[at] for at in signal.baseline])
    found = compare_scores(after, before, metric)
    difference = found.observed or 0.0
    low, high = (difference if limit is None else limit for limit in (found.low, found.high))
    return Change(signal.signalled, signal.began, signal.up, difference, low, high, signal.baseline)


def _pooled(months: Iterable[Score]) -> Counter[int]:
    total: Counter[int] = Counter()
    for month in months:
        total.update(month.counts)
    return total
