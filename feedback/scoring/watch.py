"""Which of several lines have really changed, when months differ by more than their answers do?

===================  ===================================================================
``watch``            lines of monthly counts -> Watched: each line's changes, and the unrest
``Watched``          changes by line, rho, how many lines were watched in each month
``watch_scores``     the same of the months' scores, for whoever keeps them
``Held``             what a month of a line was held to
``usual``            how far scores come and go by themselves
``watch_height``     how far a sum must run, from the shipped table
===================  ===================================================================

The rule of `changes`, with one thing more: other people come in December, a mix wanders. So the
months of all lines together tell how much of an answer's variance belongs to its month (rho), and a
month must stray beyond that, too. Nothing in a later month takes back what an earlier one named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt

from feedback.scoring.changes import check_watched, height_from
from feedback.scoring.cusum import YEAR, Baseline, Line, Signal, pseudo, sums_of, total_of
from feedback.scoring.errors import ScoringError
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import FEW_BELOW, Score, score
from feedback.scoring.sizes import SomeChange, sized
from feedback.scoring.thresholds import WATCH_THRESHOLDS

Lines = Mapping[str, tuple[Metric, Sequence[Mapping[int, int]]]]


@dataclass(frozen=True, slots=True)
class Held:
    """What a month was held to: the unrest, and how many lines were watched with it. times: how
    many times one person's repeated answers widen it, see `watch`."""

    lines: int
    rho: float
    times: float = 1.0


MOST = 200  # lines the thresholds know
HeldTo = Mapping[str, Sequence[Held | None]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What `watch` found. Months of `changes` are indexes into that line's own months.

    changes: of every line, oldest first. rho: 0..1, as of the last month. lines_at, rho_at: how
    many lines were watched in each month and the rho they were held to, counted from the longest
    line's first month; nothing in them changes when later months are added. signals, held: of
    every line what named its changes, and what each of its months was held to.
    """

    changes: dict[str, list[SomeChange]]
    rho: float
    lines_at: list[int]
    rho_at: list[float]
    signals: dict[str, list[Signal]]
    held: dict[str, list[Held]]


def watch(
    lines: Lines,
    *,
    baseline: int = 12,
    repeats: Mapping[str, Sequence[float]] | None = None,
) -> Watched:
    """The changes of lines that are watched together, month by month as they come.

    lines: by name, its metric and how many gave each rating, one entry a calendar month, oldest
    first, empty for a month without answers; all lines end in the same month, a younger one has
    fewer entries. baseline: months (6..24) with 30 answers before a line is watched. repeats: by
    name, for each of its months how many times one person's repeated answers widen the variance
    (1 where everybody answered once): such a month counts for n / that many answers.

    Watched in a month are the lines with 30 answers in it and a complete baseline before it; as
    many lines decide the height a sum must reach. With Q = sum n (x - m)^2 / v over the months of
    a line's baseline and d = sum n - sum n^2 / sum n, rho = max(0, sum(Q - (months - 1)) / sum d)
    over the lines; a month is z = (x - m) / sqrt(v (1 / n + rho)). Of quiet pages of 5 or 20 lines
    at most 8 % name a change in a year, whatever the unrest: docs/scoring.md has the table.

    A change has its direction (`up`) at once. Its size is measured in the months after the one that
    named it, up to three of them: None until there are three, or 90 answers, and for good where
    another change came first. The months that named it would overstate it: it is named when chance
    helps. difference: after less baseline, headline units; low, high: 95 %, unrest included.
    Raises ScoringError for more than 200 lines, a baseline out of range, a rating off its scale, a
    count that is negative or no integer, repeats of another length or below 1.
    Source: Page 1954, Laney 2002, DerSimonian and Laird 1986; heights by our simulation,
    scripts/change_thresholds.py.

    >>> from feedback.scoring import METRICS
    >>> year, after = [{3: 20, 7: 30, 10: 50}] * 12, [{3: 30, 7: 30, 10: 40}] * 6
    >>> found = watch({"Pay": (METRICS["nps"], [*year, *after])})
    >>> [change] = found.changes["Pay"]
    >>> change.signalled, change.began, change.up, change.difference
    (14, 12, False, -20.0)
    >>> found.rho, found.lines_at[11:16]
    (0.0, [0, 1, 1, 1, 0])
    """
    scored = {
        name: (metric, [score(counts, metric) for counts in monthly])
        for name, (metric, monthly) in lines.items()
    }
    return watch_scores(scored, baseline=baseline, repeats=repeats)


def watch_scores(
    lines: Mapping[str, tuple[Metric, Sequence[Score]]],
    *,
    baseline: int = 12,
    repeats: Mapping[str, Sequence[float]] | None = None,
    held: HeldTo | None = None,
    ended: Mapping[str, int] | None = None,
) -> Watched:
    """The same of the months' scores, for whoever keeps them.

    held: by name, what months were held to when they were judged before, which is what they are
    held to now, but for repeats; None for a month that was not. ended: by name, how many months
    before the others a line ended; from then on it is not there.
    """
    check_watched(baseline, max(len(lines) - len(ended or {}), 1))
    read = {
        name: _Read(
            metric, scores, baseline, _times(name, len(scores), repeats),
            ((held or {}).get(name, ()), (ended or {}).get(name, 0)),
        )
        for name, (metric, scores) in lines.items()
    }  # fmt: skip
    length = max((len(line.sizes) + line.ended for line in read.values()), default=0)
    lines_at, rho_at = [], []
    last: list[Baseline | None] = []
    rho = 0.0
    for at in range(-length, 0):
        baselines = [line.line.baseline if line.is_there(at) else None for line in read.values()]
        if baselines != last:  # most months hold the lines against what the last one did
            last, rho = baselines, _rho(baselines)
        now = Held(sum(line.is_watched(at) for line in read.values()), rho)
        for line in read.values():
            line.take(at, now)
        lines_at.append(now.lines)
        rho_at.append(rho)
    return Watched(
        changes={name: line.changes() for name, line in read.items()},
        rho=rho_at[-1] if rho_at else 0.0,
        lines_at=lines_at,
        rho_at=rho_at,
        signals={name: line.found for name, line in read.items()},
        held={name: line.held for name, line in read.items()},
    )


@lru_cache(maxsize=1024)
def watch_height(series: int, baseline: int) -> float:
    """How far a sum must run when so many lines (1..200) are watched, rho estimated from them, each
    against a baseline of so many months (6..24).

    >>> watch_height(1, 12) < watch_height(5, 12) < watch_height(5, 6)
    True
    """
    return height_from(WATCH_THRESHOLDS, series, baseline)


def usual(
    before: Score,
    metric: Metric,
    *,
    months: float,
    n: int,
    spans: int = 1,
    rho: float = 0.0,
    times: float = 1.0,
) -> float:
    """Half the width of the band that holds 95 % of the scores to come, in headline units, while
    nothing happens.

    before: the answers (1 or more) of the months so far, pooled; months: how many (1..), or as how
    many alike they count, N^2 / sum n^2; rho: their unrest. n: answers (1..) of the score to come,
    pooled from so many months (spans, 1..). times: how many times one person's repeated answers
    widen the answers' part (1..).
    2 sqrt(v ((times / n + rho / spans) + (times / N + rho / months))).
    Source: SCORING 3.9; simulation ours.

    >>> from feedback.scoring import METRICS
    >>> year = score({3: 240, 7: 360, 10: 600}, METRICS["nps"])
    >>> round(usual(year, METRICS["nps"], months=12, n=100), 1)
    16.3
    """
    sums = sums_of(before, metric)
    padded = total_of([sums, pseudo(sums, metric)])
    variance = padded.second / padded.n - (padded.first / padded.n) ** 2
    unit = 1 if metric.headline == "mean" else 100
    answers, of_months = times * (1 / n + 1 / before.n), rho * (1 / spans + 1 / months)
    return unit * 2 * sqrt(variance * (answers + of_months))


def _times(
    name: str, months: int, repeats: Mapping[str, Sequence[float]] | None
) -> Sequence[float]:
    times = (repeats or {}).get(name, [1.0] * months)
    if len(times) != months:
        raise ScoringError(f"{name}: {months} months and repeats of {len(times)}.")
    if not all(each >= 1 for each in times):
        raise ScoringError(f"{name}: repeats widen a variance, so none is below 1.")
    return times


def _rho(baselines: Sequence[Baseline | None]) -> float:
    """The part of an answer's variance that belongs to its month, 0..1, over all lines."""
    complete = [each for each in baselines if each is not None]
    weight = sum(each.weight for each in complete)
    if not weight:
        return 0.0
    beyond = sum(each.apart - (len(each.months) - 1) for each in complete)
    return min(1.0, max(0.0, beyond / weight))


class _Read:
    """One line while its months are taken; months are counted from the end of all, -1 the last."""

    def __init__(
        self,
        metric: Metric,
        scores: Sequence[Score],
        baseline: int,
        times: Sequence[float],
        before: tuple[Sequence[Held | None], int],
    ) -> None:
        self.before, self.ended = before
        self.metric, self.scores, self.times = metric, scores, times
        self.sizes = [month.n for month in scores]
        sums = [
            sums_of(month, metric).shared(each)
            for month, each in zip(scores, self.times, strict=True)
        ]
        # A baseline shorter than a year is renewed when there is a year.
        self.line = Line(sums, metric, baseline, YEAR - baseline if baseline < YEAR else YEAR)
        self.found: list[Signal] = []
        self.held: list[Held] = []

    def at(self, back: int) -> int | None:
        """Which of its months that is; None where it has not begun, or is over."""
        at = len(self.sizes) + self.ended + back
        return at if 0 <= at < len(self.sizes) else None

    def is_there(self, back: int) -> bool:
        return self.at(back) is not None

    def is_watched(self, back: int) -> bool:
        at = self.at(back)
        return at is not None and self.sizes[at] >= FEW_BELOW and self.line.baseline is not None

    def take(self, back: int, now: Held) -> None:
        at = self.at(back)
        if at is None:
            return
        held = self.before[at] if at < len(self.before) else None
        held = replace(held or now, times=self.times[at])
        self.held.append(held)
        if self.sizes[at] < FEW_BELOW:
            return
        # A month that was few answers then, and is none now, was held to nothing.
        watched = min(max(1, held.lines), MOST)
        if signal := self.line.take(at, lambda months: watch_height(watched, months), held.rho):
            self.found.append(signal)

    def changes(self) -> list[SomeChange]:
        rhos = [self.held[signal.signalled].rho for signal in self.found]
        return sized(self.metric, self.scores, self.found, rhos, self.times)
