"""The tabular CUSUM behind `changes`: months in, signals out, no month ever looked at twice.

==============  ===================================================================
``signals``     scores of months -> each Signal, as the months come
``Signal``      when it was seen, when it began, the baseline it was seen against
``SLACK``       how far a month may stray and feed no sum
==============  ===================================================================
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cbrt, sqrt

from feedback.scoring.metrics import Metric
from feedback.scoring.scores import FEW_BELOW, Score

# In standard errors: the best slack for a lasting change of twice as much.
SLACK = 1.25
# A level that began with a change is watched from the fewest months the thresholds know.
RESTART = 6
# A baseline is renewed after a year, from two years at most; its threshold is that of one year,
# since it is watched on and on, not for one year from rest.
YEAR, LONGEST = 12, 24
# Answers a month above which months differ by more than sampling explains.
MANY = 300


@dataclass(frozen=True, slots=True)
class Signal:
    """A sum passed its threshold in month `signalled`; it last stood at 0 before `began`.

    baseline: the months it was watched against. All are indexes.
    """

    signalled: int
    began: int
    baseline: tuple[int, ...]


def signals(
    scores: Sequence[Score], metric: Metric, baseline: int, height: Callable[[int], float]
) -> Iterator[Signal]:
    """The signals of one line. `height`: the threshold against a baseline of so many months.

    Months with few answers are passed over. After a signal the level begins anew with the month
    the change began, is watched again from six months on, and its short baseline is renewed after
    six more. Any other is renewed after a year: one that never is fails in its second year.
    """
    line = _Line([_sums(month, metric) for month in scores], metric, baseline, height)
    for at, month in enumerate(scores):
        if month.n >= FEW_BELOW and (signal := line.take(at)) is not None:
            yield signal


@dataclass(frozen=True, slots=True)
class _Sums:
    """n answers and the sums of their values, squares and cubes."""

    n: float = 0
    first: float = 0
    second: float = 0
    third: float = 0


def _of(values: Iterable[tuple[float, float]]) -> _Sums:
    """The sums of (value, how many)."""
    pairs = list(values)
    return _Sums(*(sum(n * value**power for value, n in pairs) for power in range(4)))


def _total(parts: Sequence[_Sums]) -> _Sums:
    return _Sums(
        sum(part.n for part in parts),
        sum(part.first for part in parts),
        sum(part.second for part in parts),
        sum(part.third for part in parts),
    )


def _sums(month: Score, metric: Metric) -> _Sums:
    """Each answer as the headline sees it: -1, 0, 1 for a net score, 0, 1 for a share."""
    if metric.headline == "net":
        net, either = month.positive - month.negative, month.positive + month.negative
        return _Sums(month.n, net, either, net)
    if metric.headline == "top":
        return _Sums(month.n, month.positive, month.positive, month.positive)
    return _of(month.counts.items())


def _pseudo(total: _Sums, metric: Metric) -> _Sums:
    """Answers added to a baseline, so that one in which all agree still has a variance."""
    if metric.headline == "net":
        return _of([(-1, 0.75), (0, 1.5), (1, 0.75)])
    if metric.headline == "top":
        return _of([(0, 2), (1, 2)])
    mean = total.first / total.n
    return _of([(mean - 1, 1), (mean + 1, 1)])


@dataclass(frozen=True, slots=True)
class _Baseline:
    """What a month is held against: the pooled answers of `months`, each as -1, 0, 1, 0, 1 or
    the rating."""

    months: tuple[int, ...]
    n: float
    mean: float
    variance: float
    skewness: float

    def surprise(self, month: _Sums) -> float:
        """How many standard errors the month's score lies above, as if it were normal."""
        # A baseline is uncertain, and the thresholds allow for it as if its months were as large
        # as this one. In a larger month that error looms larger: four times what is beyond the
        # allowance keeps the false alarms at their rate up to ten times as large a month.
        beyond = max(0.0, 1 / self.n - 1 / (len(self.months) * month.n))
        error = sqrt(self.variance * (1 / month.n + 4 * beyond))
        return _unskewed((month.first / month.n - self.mean) / error, self.skewness / sqrt(month.n))


def _baseline(months: Sequence[int], sums: Sequence[_Sums], metric: Metric) -> _Baseline:
    parts = [sums[at] for at in months]
    answers = _total(parts)
    total = _total([answers, _pseudo(answers, metric)])
    mean, square, cube = (part / total.n for part in (total.first, total.second, total.third))
    variance = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    unrest = _unrest(parts, mean, variance)
    return _Baseline(tuple(months), answers.n, mean, variance * unrest, third / variance**1.5)


def _unrest(months: Sequence[_Sums], mean: float, variance: float) -> float:
    """By how much months differ more than their answers explain, as a factor of the variance.

    With many answers a month every small wave would be "more than chance": people differ between
    months, too. Above 300 answers the months' own spread counts, as in a p' chart (Laney 2002);
    the more amply the fewer months it is estimated from, which keeps the false alarms at bay.
    """
    if sum(month.n for month in months) <= MANY * len(months):
        return 1.0
    apart = sum(month.n * (month.first / month.n - mean) ** 2 for month in months)
    return max(1.0, (1 + 12 / len(months)) * apart / variance / (len(months) - 1))


def _unskewed(z: float, skewness: float) -> float:
    """z as a normal would have it: the cube root of a gamma variable is nearly normal (Wilson and
    Hilferty 1931). Where 90 % promote, months of 30 answers fall far much too often otherwise."""
    if abs(skewness) < 1e-6:
        return z
    return 6 / skewness * (cbrt(skewness * z / 2 + 1) - 1) + skewness / 6


@dataclass(slots=True)
class _Run:
    """One of the two sums, and the month it left 0."""

    height: float = 0.0
    since: int = 0

    def add(self, at: int, z: float) -> None:
        if not self.height:
            self.since = at
        self.height = max(0.0, self.height + z - SLACK)


class _Watch:
    """Both sums against one baseline, which is due to be renewed after so many months."""

    def __init__(self, baseline: _Baseline, threshold: float, due: int) -> None:
        self.baseline, self.threshold, self.due = baseline, threshold, due
        self.up, self.down = _Run(), _Run()
        self.months = 0

    def take(self, at: int, month: _Sums) -> int | None:
        """The month a change began, if this one shows it."""
        z = self.baseline.surprise(month)
        self.up.add(at, z)
        self.down.add(at, -z)
        self.months += 1
        run = max(self.up, self.down, key=lambda run: run.height)
        return run.since if run.height > self.threshold else None

    @property
    def suspected(self) -> int | None:
        """The oldest month that still stands in a sum."""
        return min((run.since for run in (self.up, self.down) if run.height), default=None)


class _Line:
    """One line as its months come: the level it is on, and what watches it."""

    def __init__(
        self, sums: Sequence[_Sums], metric: Metric, needed: int, height: Callable[[int], float]
    ) -> None:
        self.sums, self.metric, self.height = sums, metric, height
        self.needed, self.most, self.due = needed, LONGEST, YEAR
        self.level: list[int] = []
        self.watch: _Watch | None = None

    def take(self, at: int) -> Signal | None:
        self.level.append(at)
        if self.watch is None:
            self._settle()
            return None
        began = self.watch.take(at, self.sums[at])
        if began is None and self.watch.months >= self.watch.due:
            began = self._renew(self.watch.suspected)
        if began is None:
            return None
        signal = Signal(at, began, self.watch.baseline.months)
        self.level = [month for month in self.level if month >= began]
        self.needed, self.most, self.due = RESTART, YEAR, RESTART
        self._settle()
        return signal

    def _settle(self) -> None:
        enough = len(self.level) >= self.needed
        self.watch = self._watch(self.level) if enough else None

    def _renew(self, suspected: int | None) -> int | None:
        """Watch against a newer baseline; months in suspicion stay out of it and are summed again,
        so that a change under way is not lost."""
        self.most, self.due = YEAR, YEAR
        cut = len(self.level) if suspected is None else self.level.index(suspected)
        self.watch = watch = self._watch(self.level[:cut])
        began = None
        for month in self.level[cut:]:
            began = watch.take(month, self.sums[month])
        return began

    def _watch(self, months: Sequence[int]) -> _Watch:
        held = months[-LONGEST:]
        threshold = self.height(min(len(held), self.most))
        return _Watch(_baseline(held, self.sums, self.metric), threshold, self.due)
