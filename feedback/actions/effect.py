"""Before and after an action: the pooled answers of the months around it, and their difference.

Only answers to the same question are compared, and the action's own month counts on neither
side. What is found is linked in time with the action; nothing here can say that it caused it.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from feedback.actions.places import AskedLine
from feedback.readings.journey import SeriesInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.scoring import FEW_BELOW, Comparison, Metric, Score, compare_scores, score
from feedback.scoring.months import month_at, month_of, months_between, shift

SIDE = 6  # complete months on each side, at most
LEAST = FEW_BELOW  # answers on each side before a difference is named
LEVEL = 0.95

Tally = Mapping[uuid.UUID, Mapping[str, Sequence[int]]]  # series -> month -> n of each rating


def tally_of(rows: Iterable[CountRow]) -> Tally:
    tally: dict[uuid.UUID, dict[str, Sequence[int]]] = {}
    for row in rows:
        tally.setdefault(row.series, {})[month_of(row.month)] = row.counts
    return tally


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months around the day of an action, on the workspace's calendar."""

    done_on: date
    today: date
    time_zone: str

    @property
    def month(self) -> str:
        return month_of(self.done_on)

    @property
    def running(self) -> str:
        return month_of(self.today)

    @property
    def is_planned(self) -> bool:
        return self.done_on > self.today

    @property
    def before(self) -> list[str]:
        last = min(shift(self.month, -1), shift(self.running, -1))
        return months_between(shift(self.month, -SIDE), last)

    @property
    def after(self) -> list[str]:
        last = min(shift(self.month, SIDE), shift(self.running, -1))
        return months_between(shift(self.month, 1), last)

    @property
    def is_over(self) -> bool:
        """All months after it are complete: nothing more will be counted."""
        return self.running > shift(self.month, SIDE)


@dataclass(frozen=True, slots=True)
class Side:
    """The pooled answers of one side; the months from the first to the last that has any."""

    first: str
    last: str
    score: Score


@dataclass(frozen=True, slots=True)
class Effect:
    """What one line shows around an action.

    verdict: better, worse or unclear once both sides have `LEAST` answers, and only then with a
    comparison (after minus before); else planned, early, few_before, few_after or anew (the
    question was worded anew, so that nothing compares). again: the month to look again, if any.
    own: answers of the action's own month; left_out: to questions asked on one side only,
    left_before: of these, before it.
    """

    asked: AskedLine
    before: Side
    after: Side
    own: int
    left_out: int
    left_before: int
    verdict: str = ""
    again: str = ""
    comparison: Comparison | None = None

    @property
    def metric(self) -> Metric:
        return self.asked.metric

    @property
    def is_readable(self) -> bool:
        return self.before.score.n >= LEAST and self.after.score.n >= LEAST


def read_effects(
    lines: Sequence[Sequence[AskedLine]], calendar: Calendar, tally: Tally
) -> list[Effect]:
    """One effect for each line (see `places.asked_at`), in their order.

    Lines read together are one family: each of k differences gets an interval of level
    1 - 0.05 / k, so that a quiet journey shows a clear difference once in twenty (Bonferroni).
    """
    gathered = [_gathered(ways, calendar, tally) for ways in lines]
    family = sum(each.is_readable for each in gathered)
    level = 1 - (1 - LEVEL) / max(family, 1)
    return [_judged(each, calendar, level) for each in gathered]


def _gathered(ways: Sequence[AskedLine], calendar: Calendar, tally: Tally) -> Effect:
    """The first way in which people had answered before; the usual one when there is none."""
    found = [_gather(asked, calendar, tally) for asked in ways]
    answered = [each for each in found if each.before.score.n]
    replaced = [each for each in found if each.left_before]
    return [*answered, *replaced, *found][0]


def _gather(asked: AskedLine, calendar: Calendar, tally: Tally) -> Effect:
    kept = _same_questions(asked, calendar, tally)
    others = [series for series in asked.series if series not in kept]
    before = _side(kept, calendar.before, asked.metric, tally)
    after = _side(kept, calendar.after, asked.metric, tally)
    left_before = _n(others, calendar.before, tally)
    return Effect(
        asked=asked,
        before=before,
        after=after,
        own=_n(kept, [calendar.month], tally),
        left_out=left_before + _n(others, calendar.after, tally),
        left_before=left_before,
    )


def _same_questions(asked: AskedLine, calendar: Calendar, tally: Tally) -> list[SeriesInfo]:
    """The series answered before and still asked after the action's month.

    As soon as any of them is answered after it, only those: what fell silent is left out.
    """
    kept = [
        each
        for each in asked.series
        if _n([each], calendar.before, tally) and not _is_replaced(each, asked.around, calendar)
    ]
    return [each for each in kept if _n([each], calendar.after, tally)] or kept


def _is_replaced(series: SeriesInfo, among: Sequence[SeriesInfo], calendar: Calendar) -> bool:
    """Whether its survey was worded anew before the months after the action began."""
    return any(
        other.survey_id == series.survey_id
        and other.number > series.number
        and month_at(other.opened_at, calendar.time_zone) <= calendar.month
        for other in among
    )


def _n(series: Iterable[SeriesInfo], months: Iterable[str], tally: Tally) -> int:
    wanted = list(months)
    return sum(sum(tally.get(s.id, {}).get(month, ())) for s in series for month in wanted)


def _side(
    series: Sequence[SeriesInfo], months: Sequence[str], metric: Metric, tally: Tally
) -> Side:
    counts: Counter[int] = Counter()
    answered = []
    for month in months:
        for each in series:
            if found := tally.get(each.id, {}).get(month):
                answered.append(month)
                counts.update(dict(zip(RATINGS, found, strict=True)))
    result = score({rating: n for rating, n in counts.items() if n}, metric)
    return Side(answered[0] if answered else "", answered[-1] if answered else "", result)


def _judged(found: Effect, calendar: Calendar, level: float) -> Effect:
    comparison = None
    if found.is_readable and not calendar.is_planned:
        comparison = compare_scores(
            found.after.score, found.before.score, found.metric, level=level
        )
    verdict = _verdict(found, calendar, comparison)
    again = _again(found.after.score.n, calendar) if verdict == "early" else ""
    return replace(found, verdict=verdict, again=again, comparison=comparison)


def _verdict(found: Effect, calendar: Calendar, comparison: Comparison | None) -> str:
    if calendar.is_planned:
        return "planned"
    if comparison is not None:
        return _direction(comparison, found.metric)
    if not found.before.score.n and found.left_before:
        return "anew"
    if found.before.score.n < LEAST:
        return "few_before"
    return "few_after" if calendar.is_over else "early"


def _direction(comparison: Comparison, metric: Metric) -> str:
    low, high = comparison.low, comparison.high
    if low is None or high is None or low <= 0 <= high:
        return "unclear"
    return "better" if (low > 0) is not metric.low_is_good else "worse"


def _again(n: int, calendar: Calendar) -> str:
    """The month in which enough answers will be there at the pace so far, or all there will be."""
    complete = len(calendar.after)
    missing = ceil((LEAST - n) * complete / n) if n else 1
    soonest = max(calendar.running, shift(calendar.month, 1))
    return min(shift(soonest, missing), shift(calendar.month, SIDE + 1))
