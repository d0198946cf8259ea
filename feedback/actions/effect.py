"""Did an action help? The months around it, and what `feedback.scoring.effect` says of them.

Only answers to the same question are compared, and the action's own month counts on neither
side. What is found is linked in time with the action; nothing here can say that it caused it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedback.actions.months import Calendar
from feedback.actions.places import AskedLine
from feedback.memory import memory
from feedback.readings.answers import NO_LIST, Answers, answers_at
from feedback.readings.journey import SeriesInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.scores import score_of
from feedback.scoring import Effect, Metric, Score, effect
from feedback.scoring.effect import HISTORY, MOST, YEAR
from feedback.scoring.months import month_at, month_number, month_of, months_between, shift

LEVEL = 0.95
NOBODY = (0,) * len(RATINGS)

Counts = tuple[int, ...]  # n of each of RATINGS
Tally = Mapping[uuid.UUID, Mapping[str, Counts]]  # series -> month -> counts


def tally_of(rows: Iterable[CountRow]) -> Tally:
    tally: dict[uuid.UUID, dict[str, Counts]] = {}
    for row in rows:
        if any(row.counts):
            tally.setdefault(row.series, {})[month_of(row.month)] = row.counts
    return tally


@dataclass(frozen=True, slots=True)
class Side:
    """The pooled answers of one side, and their list; the months from the first to the last that
    has any."""

    first: str
    last: str
    score: Score
    answers: Answers = NO_LIST


@dataclass(frozen=True, slots=True)
class Pair:
    """A month after the action beside the same month a year before. answers: before, after."""

    month: str
    before: Score
    after: Score
    answers: tuple[Answers, ...]

    @property
    def difference(self) -> float:
        return (self.after.score or 0.0) - (self.before.score or 0.0)


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What one line shows around an action: the plain numbers, and the verdict on them.

    before, after: the pooled answers of up to six months. monthly: what is compared, a month each
    from `first` on, `lists` their answers. found: what `effect` says of it, at `level`. known_from:
    the month, YYYY-MM, in which there is a first verdict; empty where there will be none. since:
    the first month with answers to what is compared, empty without any. own: answers of the
    action's own month;
    left_out: to questions asked on one side only; is_anew: worded anew since the year before.
    """

    asked: AskedLine
    calendar: Calendar
    before: Side
    after: Side
    own: int
    left_out: int
    is_anew: bool
    since: str
    first: str
    monthly: tuple[Counts, ...]
    lists: tuple[Answers, ...]
    found: Effect
    level: float
    known_from: str

    @property
    def metric(self) -> Metric:
        return self.asked.metric

    @property
    def pairs(self) -> list[Pair]:
        """The months that are compared, or will be."""
        return [
            Pair(
                shift(self.first, at),
                self._score(at - YEAR),
                self._score(at),
                (self.lists[at - YEAR], self.lists[at]),
            )
            for at in self.found.months
        ]

    def _score(self, at: int) -> Score:
        return score_of(self.metric.key, self.monthly[at])

    @property
    def verdict(self) -> str:
        """better, worse, unclear or early, as `effect` says; planned, or anew: the question was
        worded anew, so that nothing compares."""
        if self.calendar.is_planned:
            return "planned"
        return "anew" if self.is_anew and not self.since else self.found.verdict

    @property
    def has_verdict(self) -> bool:
        return self.verdict in ("better", "worse", "unclear")

    @property
    def is_young(self) -> bool:
        """Its answers begin too late for the months of the year before."""
        return not self.since or self.since > shift(self.calendar.month, -HISTORY)


def read_effects(
    lines: Sequence[Sequence[AskedLine]], calendar: Calendar, tally: Tally
) -> list[LineEffect]:
    """One for each line (see `places.asked_at`), in their order.

    Lines read together are one family: each of k verdicts has an interval of level 1 - 0.05 / k,
    so that a quiet journey shows a clear difference once in twenty (Bonferroni).
    """
    read = [_first_answered(ways, calendar, tally) for ways in lines]
    family = sum(each.has_verdict for each in read)
    if family < 2:
        return read
    level = 1 - (1 - LEVEL) / family
    return [
        replace(
            each, level=level, found=_effect(each.monthly, each.metric, each.first, calendar, level)
        )
        for each in read
    ]


def _first_answered(ways: Sequence[AskedLine], calendar: Calendar, tally: Tally) -> LineEffect:
    """The first way in which people had answered before; the usual one when there is none."""
    found = [_read(asked, calendar, tally) for asked in ways]
    answered = [each for each in found if each.since]
    replaced = [each for each in found if each.is_anew]
    return [*answered, *replaced, *found][0]


def _read(asked: AskedLine, calendar: Calendar, tally: Tally) -> LineEffect:
    answered = [series for series in asked.series if _n([series], _year(calendar), tally)]
    replaced = [each for each in answered if _is_replaced(each, asked, calendar, calendar.month)]
    kept = _still_answered([each for each in answered if each not in replaced], calendar, tally)
    shown = kept if kept or replaced else asked.series  # nothing compares: the numbers as such
    others = [series for series in asked.series if series not in shown]
    since = min((min(tally[series.id]) for series in kept), default="")
    # What was asked more than a year before was asked for long enough: further back counts nothing.
    begins = min(since or calendar.running, calendar.month)
    first = max(shift(calendar.month, -YEAR), begins)
    months = months_between(first, min(shift(calendar.month, MOST), calendar.complete))
    compared = [_compared(kept, month, calendar, tally) for month in months]
    monthly = tuple(
        _pooled(its, [month], tally) for its, month in zip(compared, months, strict=True)
    )
    found = _effect(monthly, asked.metric, first, calendar, LEVEL)
    known_from = "" if found.known_from is None else shift(first, found.known_from + 1)
    return LineEffect(
        asked=asked,
        calendar=calendar,
        before=_side(shown, calendar.before, asked, tally),
        after=_side(shown, calendar.after, asked, tally),
        own=_n(shown, [calendar.month], tally),
        left_out=_n(others, [*calendar.before, *calendar.after], tally),
        is_anew=bool(replaced),
        since=since,
        first=first,
        monthly=monthly,
        lists=tuple(
            _answers(its, [month], asked, tally)
            for its, month in zip(compared, months, strict=True)
        ),
        found=found,
        level=LEVEL,
        known_from="" if _comes_no_more(known_from, kept, asked, calendar) else known_from,
    )


def _year(calendar: Calendar) -> list[str]:
    """The year before the action, or the last complete month of a plan further ahead."""
    first, last = shift(calendar.month, -YEAR), shift(calendar.month, -1)
    return months_between(min(first, calendar.complete), min(last, calendar.complete))


def _effect(
    monthly: tuple[Counts, ...], metric: Metric, first: str, calendar: Calendar, level: float
) -> Effect:
    at = month_number(calendar.month) - month_number(first)
    return memory.keep_of(
        "effect",
        (metric.key, monthly, at, level),
        lambda: effect([_by_rating(each) for each in monthly], metric, at, level=level),
    )


def _comes_no_more(
    known_from: str, kept: Sequence[SeriesInfo], asked: AskedLine, calendar: Calendar
) -> bool:
    """Whether a verdict waits for answers to what nobody is asked any longer."""
    return known_from > calendar.running and not any(
        series in asked.in_use and not _is_replaced(series, asked, calendar, calendar.running)
        for series in kept or asked.series
    )


def _still_answered(series: list[SeriesInfo], calendar: Calendar, tally: Tally) -> list[SeriesInfo]:
    """As soon as any of them is answered after the action, only those: what fell silent is left
    out."""
    return [each for each in series if _n([each], calendar.after, tally)] or series


def _is_replaced(series: SeriesInfo, asked: AskedLine, calendar: Calendar, by: str) -> bool:
    """Whether its survey was worded anew in a month or before."""
    return any(
        other.survey_id == series.survey_id
        and other.number > series.number
        and month_at(other.opened_at, calendar.time_zone) <= by
        for other in asked.around
    )


def _compared(
    kept: Sequence[SeriesInfo], month: str, calendar: Calendar, tally: Tally
) -> Sequence[SeriesInfo]:
    """What counts in a month; what was asked in one month of a pair only is left out of both."""
    is_after = month > calendar.month
    twin = shift(month, -YEAR if is_after else YEAR)
    both = [each for each in kept if _n([each], [month], tally) and _n([each], [twin], tally)]
    if is_after or (twin in calendar.after and both):
        return both
    return kept


def _n(series: Iterable[SeriesInfo], months: Iterable[str], tally: Tally) -> int:
    wanted = list(months)
    return sum(sum(tally.get(s.id, {}).get(month, ())) for s in series for month in wanted)


def _pooled(series: Sequence[SeriesInfo], months: Iterable[str], tally: Tally) -> Counts:
    found = [tally[s.id][m] for m in months for s in series if m in tally.get(s.id, {})]
    return tuple(map(sum, zip(*found, strict=True))) if found else NOBODY


def _by_rating(counts: Counts) -> dict[int, int]:
    return {rating: n for rating, n in zip(RATINGS, counts, strict=True) if n}


def _side(
    series: Sequence[SeriesInfo], months: Sequence[str], asked: AskedLine, tally: Tally
) -> Side:
    answered = [month for month in months if _n(series, [month], tally)]
    result = score_of(asked.metric.key, _pooled(series, months, tally))
    if not answered:
        return Side("", "", result)
    span = months_between(answered[0], answered[-1])
    return Side(span[0], span[-1], result, _answers(series, span, asked, tally))


def _answers(
    series: Sequence[SeriesInfo], months: Sequence[str], asked: AskedLine, tally: Tally
) -> Answers:
    """Named by their series where others there were answered in the same months."""
    everything, n = _n(asked.series, months, tally), _n(series, months, tally)
    some = ",".join(str(each.id) for each in series) if everything > n else ""
    if asked.place is None or not n:
        return NO_LIST
    return answers_at(asked.place, months, n, metric=asked.metric.key, series=some)
