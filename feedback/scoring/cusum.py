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
# A new level is watched as soon as it has this many months, the fewest the thresholds know.
RESTART = 6
# A baseline that saw nothing in a year is renewed, from two years at most.
RENEWED_AFTER, LONGEST = 12, 24


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
    it began, and is watched again from six months on. A baseline that was watched for its own
    length, or a year, and has nothing in suspicion (both sums at 0) gives way to the newest two
    years of its level: a baseline that is never renewed fails in its second year.
    """
    sums = [_sums(month, metric) for month in scores]
    level: list[int] = []
    needed, watch = baseline, None
    for at, month in enumerate(sums):
        if month.n < FEW_BELOW:
            continue
        level.append(at)
        if watch and (began := watch.take(at, month)) is not None:
            yield Signal(at, began, watch.baseline.months)
            level = [each for each in level if each >= began]
            needed, watch = RESTART, None
        if watch.is_due if watch else len(level) >= needed:
            held = level[-LONGEST:]
            watch = _Watch(_baseline(held, sums, metric), height(len(held)))


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
        return _of([(-1, month.negative), (0, month.neutral), (1, month.positive)])
    if metric.headline == "top":
        return _of([(0, month.n - month.positive), (1, month.positive)])
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
    answers = _total([sums[at] for at in months])
    total = _total([answers, _pseudo(answers, metric)])
    mean, square, cube = (part / total.n for part in (total.first, total.second, total.third))
    variance = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    return _Baseline(tuple(months), answers.n, mean, variance, third / variance**1.5)


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
    """Both sums against one baseline."""

    def __init__(self, baseline: _Baseline, threshold: float) -> None:
        self.baseline, self.threshold = baseline, threshold
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
    def is_due(self) -> bool:
        """Whether the baseline can be renewed: watched for long, and nothing in suspicion."""
        long = self.months >= min(len(self.baseline.months), RENEWED_AFTER)
        return long and not self.up.height and not self.down.height
