"""What changed on a journey: said by the CUSUM rule of `feedback.scoring.changes` and nothing else.

`find_changes` takes rows read by `queries.read_counts` and knows no page; all that pages say of a
change comes from it:

    rows = await read_counts(session, workspace_id, CountQuery(series, until=until))
    found = find_changes(journey, rows, until, time_zone)
    [(told.line.stage.name, told.change.began) for told in found.changed]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from feedback.changes.watched import LineKey, WatchedLine, watched_lines
from feedback.readings.journey import JourneyInfo
from feedback.readings.queries import CountRow
from feedback.scoring import (
    FALSE_ALARMS_A_YEAR,
    FEW_BELOW,
    Metric,
    changes,
    changes_from,
    round_half_away,
    score,
)
from feedback.scoring.months import months_between, shift

BASELINE = 12  # months with 30 answers, before a change can be named
SHOWN_FOR = 12  # months after its signal that a change is still told
MOST_LINES = 200  # watched together: as far as the thresholds go


@dataclass(frozen=True, slots=True)
class NamedChange:
    """A change with its months, YYYY-MM; difference, low and high in headline units."""

    signalled: str
    began: str
    difference: float
    low: float
    high: float

    @property
    def is_up(self) -> bool:
        return self.difference > 0

    def is_better(self, metric: Metric) -> bool:
        return self.is_up != metric.low_is_good


@dataclass(frozen=True, slots=True)
class Told:
    """What can be said of one line: `change`, or nothing clear, or that it is too early.

    change: the latest one signalled within 12 months. named_from: the first month of which a
    change can be named, if every month to come brings 30 answers.
    """

    line: WatchedLine
    change: NamedChange | None
    named_from: str
    is_early: bool

    @property
    def state(self) -> str:
        if self.change is not None:
            return "changed"
        return "too early" if self.is_early else "no clear change"


@dataclass(frozen=True)
class JourneyChanges:
    """All that can be said of a journey as of the month `looked_at`; later months are not known.

    moves: from one month to the next, in the 12 months to `looked_at`; real: changes signalled
    in them. rate: in how many years a journey on which nothing happens is said to have changed.
    """

    looked_at: str
    lines: tuple[Told, ...]
    moves: int
    real: int
    rate: float = FALSE_ALARMS_A_YEAR

    @property
    def series(self) -> int:
        """How many lines are watched together."""
        return len(self.lines)

    @cached_property
    def changed(self) -> tuple[Told, ...]:
        """The lines that changed, the latest signal first."""
        found = [told for told in self.lines if told.change is not None]
        return tuple(sorted(found, key=_signalled, reverse=True))

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
    named = [_named(line, len(lines)) for line in lines]
    return JourneyChanges(
        looked_at=until,
        lines=tuple(_told(line, of, until) for line, of in zip(lines, named, strict=True)),
        moves=count_moves(lines, since, until),
        real=sum(change.signalled >= since for of in named for change in of),
    )


def _named(line: WatchedLine, series: int) -> list[NamedChange]:
    found = changes(line.monthly, line.metric, baseline=BASELINE, series=series)
    return [
        NamedChange(
            shift(line.since, change.signalled),
            shift(line.since, change.began),
            change.difference,
            change.low,
            change.high,
        )
        for change in found
    ]


def _told(line: WatchedLine, named: list[NamedChange], until: str) -> Told:
    latest = named[-1] if named and named[-1].signalled >= shift(until, 1 - SHOWN_FOR) else None
    first = changes_from(line.monthly, baseline=BASELINE)
    named_from = shift(line.since, first) if first is not None else ""
    return Told(line, latest, named_from, is_early=not named_from or named_from > until)


def _signalled(told: Told) -> str:
    return told.change.signalled if told.change else ""


def change_facts(told: Told) -> dict[str, Any]:
    """The JSON object of a line, all numbers unrounded and in headline units."""
    line, change = told.line, told.change
    return {
        "stage": line.stage.name,
        "touchpoint": line.touchpoint.name if line.touchpoint else None,
        "metric": line.metric.key,
        "state": told.state,
        "signalled": change and change.signalled,
        "began": change and change.began,
        "difference": change and change.difference,
        "low": change and change.low,
        "high": change and change.high,
        "named_from": told.named_from,
    }


def changes_document(found: JourneyChanges) -> dict[str, Any]:
    """What stands beside the rows of a `.json` page."""
    return {
        "changes": [change_facts(told) for told in found.lines],
        "looked_at": found.looked_at,
        "series": found.series,
        "false_alarms_a_year": found.rate,
        "moves": found.moves,
        "real": found.real,
    }


def count_moves(lines: Iterable[WatchedLine], since: str, until: str) -> int:
    """Moves into the months from `since` to `until`, both included, over all these lines.

    A move: two months in a row with 30 answers or more, whose scores differ as they are printed.
    """
    return sum(_moves(line, since, until) for line in lines)


def _moves(line: WatchedLine, since: str, until: str) -> int:
    months = months_between(line.since, until)
    pairs = pairwise(zip(months, line.monthly, strict=False))
    return sum(
        _printed(before, line.metric) != _printed(after, line.metric)
        for (_, before), (month, after) in pairs
        if month >= since and min(sum(before.values()), sum(after.values())) >= FEW_BELOW
    )


def _printed(counts: Mapping[int, int], metric: Metric) -> float:
    headline = score(counts, metric).score or 0.0
    return round_half_away(headline, 1 if metric.headline == "mean" else 0)
