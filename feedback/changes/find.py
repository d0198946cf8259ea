"""What changed on a journey: said by the rule of `feedback.scoring.watch` and nothing else.

`find_changes` takes rows read by `counted.read_counts` and knows no page; all that pages say of a
change comes from it:

    rows = await read_counts(session, workspace_id, CountQuery(series, until=until))
    found = find_changes(journey, rows, until, time_zone)
    [(told.line.stage.name, told.change.began) for told in found.changed]
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil

from feedback.changes.coming import Coming, coming_month
from feedback.changes.lines import LineKey, WatchedLine, line_key, watched_lines
from feedback.readings.journey import JourneyInfo, Spot
from feedback.readings.queries import CountRow
from feedback.scoring import (
    FEW_BELOW,
    Metric,
    Score,
    changes_from,
    round_half_away,
    score,
    usual,
    watch_scores,
)
from feedback.scoring.months import months_between, shift
from feedback.scoring.watch import SIZED_AFTER, SIZED_FROM, SomeChange

BASELINE = 6  # months with 30 answers, before a change can be named; renewed when there are 12
FALSE_ALARMS = 0.08  # of quiet years, at most, whatever the unrest: docs/scoring.md
SHOWN_FOR = 12  # months after its signal that a change is still told
MOST_LINES = 200  # watched together: as far as the thresholds go


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change with its months, YYYY-MM; all numbers in headline units.

    difference, low, high: its lasting size, measured after the month that named it; None until it
    is known, which is in the month `known_from` (empty once it is). before: the pooled answers of
    the `months` months it was held against. now: those of the month looked at, or of all months
    since it began where that month alone lies within the usual; usual: how far such a score comes
    and goes by itself, 95 % of the time, up or down.
    """

    signalled: str
    began: str
    is_up: bool
    difference: float | None
    low: float | None
    high: float | None
    known_from: str
    before: Score
    months: int
    now: Score
    is_month: bool
    usual: float

    def is_better(self, metric: Metric) -> bool:
        return self.is_up != metric.low_is_good


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of one line: `change`, or nothing clear, or that it is too early.

    change: the latest one signalled within 12 months. named_from: the first month of which a
    change can be named, if every month to come brings 30 answers. coming: where the next month
    would usually lie; coming_from: the first month of which that will be known, else blank.
    """

    line: WatchedLine
    change: NamedChange | None
    named_from: str
    is_early: bool
    coming: Coming | None = None
    coming_from: str = ""

    @property
    def state(self) -> str:
        if self.change is not None:
            return "changed"
        return "too early" if self.is_early else "no clear change"


@dataclass(frozen=True)
class JourneyChanges:
    """All that can be said of a journey as of the month `looked_at`; later months are not known.

    moves: from one month to the next, in the 12 months to `looked_at`; real: changes signalled
    in them. rate: in how many years, at most, a journey on which nothing happens is said to have
    changed.
    """

    looked_at: str
    lines: tuple[Told, ...]
    moves: int
    real: int
    rate: float = FALSE_ALARMS

    @property
    def series(self) -> int:
        """How many lines are watched together."""
        return len(self.lines)

    @cached_property
    def changed(self) -> tuple[Told, ...]:
        """The lines that changed, the latest signal first."""
        found = [told for told in self.lines if told.change is not None]
        return tuple(sorted(found, key=_signalled, reverse=True))

    def at(self, spot: Spot, metric: str) -> Told | None:
        """What is told of a place's line in that metric; None where it is not watched."""
        return self.by_key.get(line_key(spot, metric))

    @cached_property
    def by_key(self) -> dict[LineKey, Told]:
        return {key: told for told in self.lines for key in told.line.keys}


def find_changes(
    journey: JourneyInfo, rows: Iterable[CountRow], until: str, time_zone: str
) -> JourneyChanges:
    """What changed on the journey up to `until`, the last complete month looked at.

    rows: the counts of all its series in every month up to `until`, over all channels, whatever
    a page shows; later ones are passed over. time_zone: of the workspace, for the seams.
    """
    lines = watched_lines(journey, rows, until, time_zone)[:MOST_LINES]
    since = shift(until, 1 - SHOWN_FOR)
    watched = watch_scores(
        {str(at): (line.metric, line.scores) for at, line in enumerate(lines)}, baseline=BASELINE
    )
    found = [
        _Found(line, watched.changes[str(at)], watched.rho_at) for at, line in enumerate(lines)
    ]
    return JourneyChanges(
        looked_at=until,
        lines=tuple(_told(each, since, until) for each in found),
        moves=count_moves(lines, since, until),
        real=sum(each.month(change) >= since for each in found for change in each.changes),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found on one line; rho_at: the unrest in each month, the last one's last."""

    line: WatchedLine
    changes: Sequence[SomeChange]
    rho_at: Sequence[float]

    def month(self, change: SomeChange) -> str:
        return shift(self.line.since, change.signalled)

    def named(self, change: SomeChange) -> NamedChange:
        scores, metric = self.line.scores, self.line.metric
        rho = self.rho_at[change.signalled - len(scores)]
        before = _pooled([scores[at] for at in change.baseline], metric)
        months = len(change.baseline)
        now, since = scores[-1], scores[change.began :]
        spans, is_month = 1, now.n >= FEW_BELOW
        if is_month:
            band = usual(before, metric, months=months, n=now.n, rho=rho)
            is_month = abs((now.score or 0.0) - (before.score or 0.0)) > band
        if not is_month:
            now, spans = _pooled(since, metric), sum(score.n > 0 for score in since)
            band = usual(before, metric, months=months, n=now.n, spans=spans, rho=rho)
        return NamedChange(
            signalled=self.month(change),
            began=shift(self.line.since, change.began),
            is_up=change.up,
            difference=change.difference,
            low=change.low,
            high=change.high,
            known_from=self._known_from(change),
            before=before,
            months=months,
            now=now,
            is_month=is_month,
            usual=band,
        )

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
    first = changes_from([score.counts for score in line.scores], baseline=BASELINE)
    named_from = shift(line.since, first) if first is not None else ""
    level = line.scores[latest.began :] if latest else line.scores
    rho = found.rho_at[-1] if found.rho_at else 0.0
    coming = coming_month(level, line.scores, line.metric, rho, until)
    return Told(line, change, named_from, not named_from or named_from > until, *coming)


def _signalled(told: Told) -> str:
    return told.change.signalled if told.change else ""


def count_moves(lines: Iterable[WatchedLine], since: str, until: str) -> int:
    """Moves into the months from `since` to `until`, both included, over all these lines.

    A move: two months in a row with 30 answers or more, whose scores differ as they are printed.
    """
    return sum(_moves(line, since, until) for line in lines)


def _moves(line: WatchedLine, since: str, until: str) -> int:
    shown = len(months_between(since, until)) + 1  # the month before, too
    printed = [_printed(score, line.metric) for score in line.scores[-shown:]]
    return sum(
        before != after and None not in (before, after) for before, after in pairwise(printed)
    )


def _printed(score: Score, metric: Metric) -> float | None:
    """None where there are too few answers for a move."""
    if score.n < FEW_BELOW:
        return None
    return as_printed(score, metric)


def as_printed(score: Score, metric: Metric) -> float:
    """The number of a month as pages print it."""
    return round_half_away(score.score or 0.0, 1 if metric.headline == "mean" else 0)
