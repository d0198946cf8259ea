"""The tabular CUSUM behind `changes` and `watch`: months in, signals out, no month looked at twice.

==============  ===================================================================
``signals``     scores of months -> each Signal, as the months come
``Line``        one line whose months are taken one by one, by whoever watches several
``Signal``      when it was seen, when it began, the baseline it was seen against
``Sums``        a month, or several, as sums of what the headline makes of each answer
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


Height = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Signal:
    """A sum passed its threshold in month `signalled`; it last stood at 0 before `began`.

    up: whether the score rose. baseline: the months it was watched against. All are indexes.
    """

    signalled: int
    began: int
    up: bool
    baseline: tuple[int, ...]


def signals(
    scores: Sequence[Score], metric: Metric, baseline: int, height: Height
) -> Iterator[Signal]:
    """The signals of one line. `height`: the threshold against a baseline of so many months.

    Months with few answers are passed over. After a signal the level begins anew with the month
    the change began, is watched again from six months on, and its short baseline is renewed after
    six more. Any other is renewed after a year: one that never is fails in its second year.
    """
    line = Line([sums_of(month, metric) for month in scores], metric, baseline)
    for at, month in enumerate(scores):
        if month.n >= FEW_BELOW and (signal := line.take(at, height)) is not None:
            yield signal


@dataclass(frozen=True, slots=True)
class Sums:
    """n answers and the sums of their values, squares and cubes."""

    n: float = 0
    first: float = 0
    second: float = 0
    third: float = 0

    def shared(self, times: float) -> "Sums":
        """The same answers, worth so many times fewer, since one person gave several."""
        if times == 1:
            return self
        return Sums(*(part / times for part in (self.n, self.first, self.second, self.third)))


def _of(values: Iterable[tuple[float, float]]) -> Sums:
    """The sums of (value, how many)."""
    pairs = list(values)
    return Sums(*(sum(n * value**power for value, n in pairs) for power in range(4)))


def total_of(parts: Sequence[Sums]) -> Sums:
    return Sums(
        sum(part.n for part in parts),
        sum(part.first for part in parts),
        sum(part.second for part in parts),
        sum(part.third for part in parts),
    )


def sums_of(month: Score, metric: Metric) -> Sums:
    """Each answer as the headline sees it: -1, 0, 1 for a net score, 0, 1 for a share."""
    if metric.headline == "net":
        net, either = month.positive - month.negative, month.positive + month.negative
        return Sums(month.n, net, either, net)
    if metric.headline == "top":
        return Sums(month.n, month.positive, month.positive, month.positive)
    return _of(month.counts.items())


def pseudo(total: Sums, metric: Metric) -> Sums:
    """Answers added to a baseline, so that one in which all agree still has a variance."""
    if metric.headline == "net":
        return _of([(-1, 0.75), (0, 1.5), (1, 0.75)])
    if metric.headline == "top":
        return _of([(0, 2), (1, 2)])
    mean = total.first / total.n
    return _of([(mean - 1, 1), (mean + 1, 1)])


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a month is held against: the pooled answers of `months`, each as -1, 0, 1, 0, 1 or
    the rating. unrest: by how much months differ more than answers do, as a factor. apart: the
    months' spread around the mean in variances; weight: how much of it an unrest of 1 would make.
    """

    months: tuple[int, ...]
    n: float
    mean: float
    variance: float
    skewness: float
    unrest: float
    apart: float
    weight: float

    def surprise(self, month: Sums, rho: float | None) -> float:
        """How many standard errors the month's score lies above, as if it were normal.

        rho: the part of an answer's variance that belongs to its month; None: by `unrest`.
        """
        # A baseline is uncertain, and the thresholds allow for it as if its months were as large
        # as this one. In a larger month that error looms larger: four times what is beyond the
        # allowance keeps the false alarms at their rate up to ten times as large a month.
        beyond = max(0.0, 1 / self.n - 1 / (len(self.months) * month.n))
        factor, own = (self.unrest, 0.0) if rho is None else (1.0, rho)
        error = sqrt(self.variance * factor * (1 / month.n + own + 4 * beyond))
        skewness = self.skewness / sqrt(month.n) / (1 + month.n * own) ** 1.5
        return _unskewed((month.first / month.n - self.mean) / error, skewness)


def _baseline(months: Sequence[int], sums: Sequence[Sums], metric: Metric) -> Baseline:
    parts = [sums[at] for at in months]
    answers = total_of(parts)
    total = total_of([answers, pseudo(answers, metric)])
    mean, square, cube = (part / total.n for part in (total.first, total.second, total.third))
    variance = square - mean**2
    third = cube - 3 * mean * square + 2 * mean**3
    apart = sum(part.n * (part.first / part.n - mean) ** 2 for part in parts) / variance
    return Baseline(
        months=tuple(months),
        n=answers.n,
        mean=mean,
        variance=variance,
        skewness=third / variance**1.5,
        unrest=_unrest(parts, apart),
        apart=apart,
        weight=answers.n - sum(part.n**2 for part in parts) / answers.n,
    )


def _unrest(months: Sequence[Sums], apart: float) -> float:
    """By how much months differ more than their answers explain, as a factor of the variance.

    With many answers a month every small wave would be "more than chance": people differ between
    months, too. Above 300 answers the months' own spread counts, as in a p' chart (Laney 2002);
    the more amply the fewer months it is estimated from, which keeps the false alarms at bay.
    """
    if sum(month.n for month in months) <= MANY * len(months):
        return 1.0
    return max(1.0, (1 + 12 / len(months)) * apart / (len(months) - 1))


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

    def __init__(self, baseline: Baseline, held: int, due: int) -> None:
        self.baseline, self.held, self.due = baseline, held, due
        self.up, self.down = _Run(), _Run()
        self.months = 0

    def take(self, at: int, month: Sums, height: Height, rho: float | None) -> _Run | None:
        """The sum that shows a change in this month, if one does."""
        z = self.baseline.surprise(month, rho)
        self.up.add(at, z)
        self.down.add(at, -z)
        self.months += 1
        run = max(self.up, self.down, key=lambda run: run.height)
        return run if run.height > height(self.held) else None

    @property
    def suspected(self) -> int | None:
        """The oldest month that still stands in a sum."""
        return min((run.since for run in (self.up, self.down) if run.height), default=None)


class Line:
    """One line as its months come: the level it is on, and what watches it.

    needed: months of the first baseline. due: months after which it is renewed; before a year it
    is young, and begins afresh with all its months when there is a year of them.
    """

    def __init__(self, sums: Sequence[Sums], metric: Metric, needed: int, due: int = YEAR) -> None:
        self.sums, self.metric = sums, metric
        self.needed, self.most, self.due = needed, LONGEST, due
        self.level: list[int] = []
        self.watch: _Watch | None = None

    @property
    def baseline(self) -> Baseline | None:
        """What the next month will be held against; None while it is not complete."""
        return self.watch.baseline if self.watch else None

    def take(self, at: int, height: Height, rho: float | None = None) -> Signal | None:
        """The change that month `at` shows, if any. height: the threshold against a baseline of so
        many months. rho: as for `Baseline.surprise`."""
        self.level.append(at)
        if self.watch is None:
            self._settle()
            return None
        run = self.watch.take(at, self.sums[at], height, rho)
        if run is None and self.watch.months >= self.watch.due:
            run = self._renew(self.watch.suspected, height, rho)
        if run is None:
            return None
        signal = Signal(at, run.since, run is self.watch.up, self.watch.baseline.months)
        self.level = [month for month in self.level if month >= run.since]
        self.needed, self.most, self.due = RESTART, YEAR, RESTART
        self._settle()
        return signal

    def _settle(self) -> None:
        enough = len(self.level) >= self.needed
        self.watch = self._watch(self.level) if enough else None

    def _renew(self, suspected: int | None, height: Height, rho: float | None) -> _Run | None:
        """Watch against a newer baseline; months in suspicion stay out of it and are summed again,
        so that a change under way is not lost."""
        is_young = self.due < YEAR and self.most == LONGEST
        self.most, self.due = YEAR, YEAR
        if is_young:
            # Half of its months would stand in suspicion: a baseline of the other half misleads.
            suspected = None
        cut = len(self.level) if suspected is None else self.level.index(suspected)
        self.watch = watch = self._watch(self.level[:cut])
        run = None
        for month in self.level[cut:]:
            run = watch.take(month, self.sums[month], height, rho)
        return run

    def _watch(self, months: Sequence[int]) -> _Watch:
        held = months[-LONGEST:]
        return _Watch(_baseline(held, self.sums, self.metric), min(len(held), self.most), self.due)
