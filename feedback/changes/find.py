"""What changed on a journey: said by the rule of `feedback.scoring.watch` and nothing else.

`find_changes` takes rows read by `counted.read_counts` and what was said so far, and knows no page;
all that pages say of a change comes from it:

    rows = await read_counts(session, workspace_id, CountQuery(series, until=until))
    said = await read_ledger(session, workspace_id, journey.id)
    found = find_changes(journey, rows, until, time_zone, said, today)
    [(told.line.stage.name, told.change.began) for told in found.changed]
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from statistics import fmean

from feedback.changes.coming import Coming, coming_month
from feedback.changes.judge import BASELINE, is_as_judged, judge, most_watched
from feedback.changes.ledger import EMPTY, Judged, Ledger, LineId, TakenBack
from feedback.changes.lines import LineKey, WatchedLine, every_line, line_key
from feedback.changes.moves import count_moves
from feedback.readings.journey import JourneyInfo, Spot
from feedback.readings.queries import CountRow
from feedback.repeats.read import NOBODY, KnownRepeats
from feedback.scoring import FEW_BELOW, Metric, Score, changes_from, score, usual
from feedback.scoring.months import shift
from feedback.scoring.sizes import SIZED_AFTER, SIZED_FROM, SomeChange, sized, sized_months

FALSE_ALARMS = 0.08  # of quiet years, at most, whatever the unrest: docs/scoring.md
SHOWN_FOR = 12  # months after its signal that a change is still told


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change with its months, YYYY-MM; all numbers in headline units.

    difference, low, high: its lasting size, measured after the month that named it; None until it
    is known, which is in the month `known_from` (empty once it is). before: the pooled answers of
    the months it was held against, `held`. now: those of the months `after`: once the size is known
    those it was measured in, so that now less before is the difference; until then the month looked
    at, or all since it began where that month alone lies within the usual. usual: how far such a
    score comes and goes by itself, 95 % of the time, up or down.
    """

    signalled: str
    began: str
    is_up: bool
    difference: float | None
    low: float | None
    high: float | None
    known_from: str
    before: Score
    held: tuple[str, ...]
    now: Score
    after: tuple[str, ...]
    is_month: bool
    usual: float

    @property
    def months(self) -> int:
        """How many months it was held against."""
        return len(self.held)

    def is_better(self, metric: Metric) -> bool:
        return self.is_up != metric.low_is_good


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of one line: `change`, or nothing clear, or that it is too early.

    change: the latest one signalled within 12 months. named_from: the first month of which a
    change can be named, if every month to come brings 30 answers. joined: the month from which on
    it counts among the lines, blank where it always did. taken_back: what was said of it in the 12
    months and is true no longer, the latest first. coming: where the next month would usually lie;
    coming_from: the first month of which that will be known, else blank.
    """

    line: WatchedLine
    change: NamedChange | None
    named_from: str
    is_early: bool
    joined: str = ""
    taken_back: tuple[TakenBack, ...] = ()
    coming: Coming | None = None
    coming_from: str = ""

    @property
    def state(self) -> str:
        if self.change is not None:
            return "changed"
        return "too early" if self.is_early else "no clear change"


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What was said of a line and is true no longer."""

    line: WatchedLine
    said: TakenBack


@dataclass(frozen=True)
class JourneyChanges:
    """All that can be said of a journey as of the month `looked_at`; later months are not known.

    moves: from one month to the next, in the 12 months to `looked_at`; real: changes signalled
    in them. joined: lines that are watched from a later month on, so that what was said of this one
    was said without them. taken_back: what was said in the 12 months and is true no longer, the
    latest first. rate: in how many years, at most, a journey on which nothing happens is said to
    have changed.
    """

    looked_at: str
    lines: tuple[Told, ...]
    moves: int
    real: int
    joined: tuple[Told, ...] = ()
    taken_back: tuple[Unsaid, ...] = ()
    rate: float = FALSE_ALARMS

    @property
    def series(self) -> int:
        """How many lines are watched together."""
        return len(self.lines)

    @cached_property
    def changed(self) -> tuple[Told, ...]:
        """The lines that changed, the latest signal first."""
        return _newest_first(self.lines)

    @cached_property
    def joined_changed(self) -> tuple[Told, ...]:
        """The same of those that joined later."""
        return _newest_first(self.joined)

    def at(self, spot: Spot, metric: str) -> Told | None:
        """What is told of a place's line in that metric; None where it is not watched."""
        return self.by_key.get(line_key(spot, metric))

    @cached_property
    def by_key(self) -> dict[LineKey, Told]:
        return {key: told for told in (*self.joined, *self.lines) for key in told.line.keys}


def find_changes(
    journey: JourneyInfo,
    rows: Iterable[CountRow],
    until: str,
    time_zone: str,
    said: Ledger = EMPTY,
    today: str = "",
    repeats: KnownRepeats = NOBODY,
) -> JourneyChanges:
    """What changed on the journey up to `until`, the last complete month looked at.

    rows: the counts of all its series in every month up to `until`, over all channels, whatever
    a page shows; later ones are passed over. time_zone: of the workspace, for the seams. said: what
    was said of it so far; where the counts are others since, or the job has not judged the month
    yet, the lines are judged here as it will judge them. today: the running month.
    """
    every = every_line(journey, rows, until, time_zone, said.lines)
    there = most_watched([line for line in every if line.until == until], said.lines)
    judged: Mapping[LineId, Judged] = said.lines
    if not all(is_as_judged(line, judged.get(line.id)) for line in there):
        judged = judge(every, said, until, today, repeats)
    since = shift(until, 1 - SHOWN_FOR)
    found = [
        _Found(_as_said(line, judged[line.id]), judged[line.id])
        for line in there
        if line.id in judged
    ]
    told = [each for each in found if max(each.line.scores.answers) >= FEW_BELOW]
    main = [each for each in told if each.judged.joined <= until]
    return JourneyChanges(
        looked_at=until,
        lines=tuple(_told(each, since, until) for each in main),
        moves=count_moves([each.line for each in main], since, until),
        real=sum(each.month(change) >= since for each in main for change in each.changes),
        joined=tuple(_told(each, since, until) for each in told if each.judged.joined > until),
        taken_back=_unsaid(found, since, until),
    )


def _as_said(line: WatchedLine, judged: Judged) -> WatchedLine:
    """A touchpoint that was all of its stage's headline then is told as that."""
    if line.touchpoint is None or line.until > judged.whole_until:
        return line
    return replace(line, touchpoint=None, twin=line.touchpoint)


def _unsaid(found: Iterable["_Found"], since: str, until: str) -> tuple[Unsaid, ...]:
    taken = [Unsaid(each.line, said) for each in found for said in each.taken_back(since, until)]
    return tuple(sorted(taken, key=lambda each: each.said.signalled, reverse=True))


@dataclass(frozen=True)
class _Found:
    """One line and what is said of it."""

    line: WatchedLine
    judged: Judged

    @cached_property
    def changes(self) -> Sequence[SomeChange]:
        line, judged = self.line, self.judged
        signals = [each for each in judged.signals if each.signalled < len(line.scores)]
        rhos = [judged.held[each.signalled].rho for each in signals]
        return sized(line.metric, line.scores, signals, rhos, self.times)

    @property
    def times(self) -> Sequence[float]:  # repeats of one person widen each month
        return [held.times for held in self.judged.held]

    def taken_back(self, since: str, until: str) -> list[TakenBack]:
        found = [each for each in self.judged.taken_back if since <= each.signalled <= until]
        return sorted(found, key=lambda each: each.signalled, reverse=True)

    def month(self, change: SomeChange) -> str:
        return shift(self.line.since, change.signalled)

    def named(self, change: SomeChange) -> NamedChange:
        scores, metric = self.line.scores, self.line.metric
        before = _pooled([scores[at] for at in change.baseline], metric)
        after, is_month = self._after(change, before)
        now = _pooled([scores[at] for at in after], metric)
        return NamedChange(
            signalled=self.month(change),
            began=shift(self.line.since, change.began),
            is_up=change.up,
            difference=change.difference,
            low=change.low,
            high=change.high,
            known_from=self._known_from(change),
            before=before,
            held=tuple(shift(self.line.since, at) for at in change.baseline),
            now=now,
            after=tuple(shift(self.line.since, at) for at in after),
            is_month=is_month,
            usual=self._usual(change, before, now.n, len(after)),
        )

    def _usual(self, change: SomeChange, before: Score, n: int, spans: int = 1) -> float:
        """Half the band of a score of n answers in so many months, as what was said was held to."""
        rho, months = self.judged.held[change.signalled].rho, len(change.baseline)
        x = fmean(self.times[at] for at in change.baseline)
        return usual(before, self.line.metric, months=months, n=n, spans=spans, rho=rho, times=x)

    def _after(self, change: SomeChange, before: Score) -> tuple[Sequence[int], bool]:
        """The months that the change is shown by, and whether that is the one looked at."""
        scores, last = self.line.scores, len(self.line.scores) - 1
        if change.difference is not None:
            later = sized_months(change.signalled, len(scores))
            return [at for at in later if scores[at].n], False
        now = scores[last]
        moved = abs((now.score or 0.0) - (before.score or 0.0))
        if now.n >= FEW_BELOW and moved > self._usual(change, before, now.n):
            return [last], True
        return [at for at in range(change.began, last + 1) if scores[at].n], False

    def _known_from(self, change: SomeChange) -> str:
        """The month that follows the one in which the answers will be there, at this pace."""
        if change.difference is not None:
            return ""
        after = self.line.scores[change.signalled + 1 :]
        missing = SIZED_FROM - sum(month.n for month in after)
        soon = ceil(missing / max(1, self.line.scores[change.signalled].n))
        months = max(1, min(soon, SIZED_AFTER - len(after)))
        return shift(self.line.since, len(self.line.scores) + months)


def _pooled(months: Iterable[Score], metric: Metric) -> Score:
    counts: Counter[int] = Counter()
    for month in months:
        counts.update(month.counts)
    return score(counts, metric)


def _told(found: _Found, since: str, until: str) -> Told:
    line, latest = found.line, found.changes[-1] if found.changes else None
    change = found.named(latest) if latest and found.month(latest) >= since else None
    first = changes_from([{0: n} for n in line.scores.answers], baseline=BASELINE)
    named_from = shift(line.since, first) if first is not None else ""
    is_early = not named_from or named_from > until
    taken_back = tuple(found.taken_back(since, until))
    began, last = latest.began if latest else 0, len(line.scores)
    unrest = found.judged.held[last - 1].rho, fmean(found.times[began:last])
    coming = coming_month(line.scores[began:], line.scores, line.metric, unrest, until)
    return Told(line, change, named_from, is_early, found.judged.joined, taken_back, *coming)


def _newest_first(lines: Iterable[Told]) -> tuple[Told, ...]:
    found = [told for told in lines if told.change is not None]
    return tuple(sorted(found, key=_signalled, reverse=True))


def _signalled(told: Told) -> str:
    return told.change.signalled if told.change else ""
