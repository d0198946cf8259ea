"""From counts to scores: where a line breaks, its lines over the months, and the rows of files.

A line breaks where a survey asks the same metric in other words, so that a new series begins.
The month of a seam holds answers to both wordings. They are never one point: from its month on a
line holds the answers to the new wording, and those that the old one still got in that month (or
later) stand apart, as answers to a replaced wording.

The light second line is three months pooled: the answers of the last three months as one sample, so
that a month with many answers weighs more. A seam is never pooled across.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from feedback.kept import OF_LINE, scored, scored_line
from feedback.memory import memory
from feedback.readings.journey import JourneyInfo
from feedback.readings.people import by_people, line_by_people, people_of, place_ids
from feedback.readings.queries import RATINGS, CountRow
from feedback.repeats.lines import MONTH, QUARTER
from feedback.repeats.read import NONE, KnownRepeats, OfLine
from feedback.scoring import METRICS, Metric, Score, ScoreRow, score
from feedback.scoring.months import month_of, months_between
from feedback.surveys.seams import CURRENT, REPLACED, pooled_from, read_seams

POOLED = 3  # months


@dataclass(frozen=True, slots=True)
class Window:
    """The months of a line; `running` is this month when among them, `chosen` stands out."""

    months: Sequence[str]
    running: str = ""
    chosen: str = ""


Line = Mapping[str, Score]  # by month, YYYY-MM; a month without answers is left out
Lines = Mapping[tuple[str, str], Line]  # by metric and id


class Tally:
    """The counts of a page summed up as its lines need them: plain sums, since a page has a few
    hundred of them, and a data frame costs more than it earns below many thousands.

    as_of: the month by which wordings are judged where all months are one period, of three at most.
    repeats: by how many people the answers are; None where rows are not all of a line's.
    """

    def __init__(
        self,
        journey: JourneyInfo,
        rows: Sequence[CountRow],
        time_zone: str,
        *,
        as_of: str = "",
        repeats: KnownRepeats | None = None,
    ) -> None:
        placed = journey.placed_series
        seams = read_seams((series for _, _, series in placed), time_zone)
        self._as_of, self._repeats = as_of, repeats or KnownRepeats()
        at = {
            series.id: (str(stage.id), str(point.id), series.metric)
            for stage, point, series in placed
        }
        self._sums: dict[tuple[str, str, str], dict[str, tuple[int, ...]]] = {}
        for row in rows:
            *places, metric = at[row.series]
            month = month_of(row.month)
            wording = seams.wording(row.series, as_of or month)
            for place in places:
                line = self._sums.setdefault((wording, metric, place), {})
                line[month] = add_counts(line[month], row.counts) if month in line else row.counts

    def lines(self, wording: str = CURRENT) -> Lines:
        """One line for each metric and each stage or touchpoint; different metrics never meet, nor
        do wordings: a line holds the answers to what was asked last in its month, or those that a
        "replaced" `wording` still got. The same object for the same counts, while it is kept."""
        known = self._repeats if wording == CURRENT else KnownRepeats()
        return {
            (metric, place): line_by_people(
                scored_line(metric, line, score_of), known.of(place, metric, MONTH), METRICS[metric]
            )
            for (of, metric, place), line in self._sums.items()
            if of == wording
        }

    def totals(self) -> Mapping[tuple[str, str], Score]:
        """One score over all months for each metric and place, last wording only."""
        return {
            (metric, place): by_people(
                score_of(metric, reduce(add_counts, line.values())),
                self._repeats.of(place, metric, QUARTER).get(self._as_of),
                METRICS[metric],
            )
            for (of, metric, place), line in self._sums.items()
            if of == CURRENT
        }


def add_counts(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, one, other))


def score_of(key: str, counts: tuple[int, ...]) -> Score:
    """The score of a metric's counts by `RATINGS`; kept: whichever month is looked at, those before
    it are the same."""
    metric = METRICS[key]
    since = metric.minimum - RATINGS.start
    return scored(metric, counts[since : since + len(metric.scale)])


# Three months pooled.


@dataclass(frozen=True, slots=True)
class TrendRow(ScoreRow):
    """A month of a group, with its last three months pooled.

    wording: `replaced` for answers that a wording still got in the month it was replaced in
    (a row of its own; nothing is pooled with it), else `current`. people: how many gave the
    answers; None where that is not kept for such a group.
    """

    rolling: Score | None = None
    wording: str = CURRENT
    people: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The score's JSON object, then `rolling_score`, `rolling_n`, `wording` and `people`."""
        return {
            **ScoreRow.as_dict(self),
            "rolling_score": None if self.rolling is None else self.rolling.score,
            "rolling_n": None if self.rolling is None else self.rolling.n,
            "wording": self.wording,
            "people": self.people,
        }


def without_answers(by: Sequence[str], metric: Metric) -> ScoreRow:
    """A row that names the columns of a file."""
    return TrendRow({}, score({}, metric)) if "month" in by else ScoreRow({}, score({}, metric))


def named_wordings(by: Sequence[str], rows: Sequence[ScoreRow]) -> tuple[str, ...]:
    """`by`, and the wording where a printed table must tell two rows of one month apart."""
    replaced = [row for row in rows if isinstance(row, TrendRow) and row.wording == REPLACED]
    for row in rows if replaced else ():
        row.group["wording"] = row.wording if isinstance(row, TrendRow) else CURRENT
    return (*by, "wording") if replaced else tuple(by)


def pooled_line(
    line: Line, seams: Iterable[str], metric: Metric, repeats: OfLine = NONE
) -> dict[str, Score]:
    """The pooled score of each month that has answers, over that month and the two before.

    line: scores by month. seams: the months in which a new series began. repeats: of the windows of
    three months. The same object for the same line, as long as it is kept.
    """
    if not line:
        return {}
    cuts = tuple(sorted(set(seams)))
    return memory.keep_of(
        "pooled",
        (line, cuts, metric.key, repeats),
        lambda: {
            month: by_people(_pooled(line, month, cuts, metric), repeats.get(month), metric)
            for month in line
        },
        lambda pooled: OF_LINE * len(pooled),
    )


def _pooled(line: Mapping[str, Score], month: str, cuts: Sequence[str], metric: Metric) -> Score:
    since = pooled_from(month, POOLED, cuts)
    months = (line[each] for each in months_between(since, month) if each in line)
    counts = [tuple(each.counts.values()) for each in months]
    return scored(metric, reduce(add_counts, counts))


# The rows of the trends.

_Lines = Mapping[tuple[str, ...], Line]  # by their names

NAMES = ("month", "stage", "touchpoint", "channel", "wording")  # what rows can be made by


class GroupedCounts:
    """The counts of one metric, to be summed up by any of `NAMES`: plain sums, as in `Tally`.

    rows: with the two months before the first one wanted, where months are pooled.
    as_of, repeats: as in `Tally`.
    """

    def __init__(
        self,
        journey: JourneyInfo,
        rows: Sequence[CountRow],
        time_zone: str,
        *,
        as_of: str = "",
        repeats: KnownRepeats | None = None,
    ) -> None:
        placed = journey.placed_series
        self._placed, self._repeats = placed, repeats
        seams = read_seams((series for _, _, series in placed), time_zone)
        names = {series.id: (stage.name, touchpoint.name) for stage, touchpoint, series in placed}
        self._rows = []  # the values of NAMES, the seam that the series began with, the counts
        for row in rows:
            if any(row.counts):
                month = month_of(row.month)
                wording = seams.wording(row.series, as_of or month)
                values = (month, *names[row.series], row.channel, wording)
                self._rows.append((values, seams.began.get(row.series, ""), row.counts))
        self._order = {
            "stage": _places(stage.name for stage, _, _ in placed),
            "touchpoint": _places(touchpoint.name for _, touchpoint, _ in placed),
            "channel": _places(row.channel for row in rows),
            "wording": _places((REPLACED, CURRENT)),
        }

    def score_rows(self, by: Sequence[str], metric: Metric) -> list[ScoreRow]:
        """One row a group with answers; without `by` one over everything, also when it is empty.

        Ordered by `by`, the first one first: stages and touchpoints as in the journey, months as
        they came, answers to the replaced wording before the others. Same names are one group.
        """
        at = [NAMES.index(name) for name in by]
        sums: dict[tuple[str, ...], tuple[int, ...]] = {} if by else {(): (0,) * len(RATINGS)}
        for values, _, counts in self._rows:
            group = tuple([values[each] for each in at])
            sums[group] = add_counts(sums[group], counts) if group in sums else counts
        orders = [self._order.get(name) for name in by]

        def place(group: tuple[str, ...]) -> list[Any]:
            pairs = zip(orders, group, strict=True)
            return [value if order is None else order[value] for order, value in pairs]

        return [
            ScoreRow(dict(zip(by, group, strict=True)), score_of(metric.key, sums[group]))
            for group in sorted(sums, key=place)
        ]

    def pooled_rows(self, by: Sequence[str], metric: Metric, since: str = "") -> list[TrendRow]:
        """One row a group and month, from `since` on; `by` names the month among others."""
        rows = self.score_rows([*by, "wording"], metric)
        lines: dict[tuple[str, ...], dict[str, Score]] = {}
        for row in rows:
            if row.group["wording"] == CURRENT:
                lines.setdefault(_place(row, by), {})[row.group["month"]] = row.score
        names = [name for name in by if name != "month"]
        seams, ids = self._seams(names), place_ids(names, self._placed) if self._repeats else {}
        known = self._repeats or KnownRepeats()
        pooled = {
            place: pooled_line(
                line,
                seams.get(place, ()),
                metric,
                known.of(ids.get(place, ""), metric.key, QUARTER),
            )
            for place, line in lines.items()
        }
        apart = {
            place: line_by_people(line, known.of(ids[place], metric.key, MONTH), metric)
            for place, line in lines.items()
            if place in ids
        }
        return [_row(row, by, pooled, apart) for row in rows if row.group["month"] >= since]

    def _seams(self, by: Sequence[str]) -> dict[tuple[str, ...], set[str]]:
        at = [NAMES.index(name) for name in by]
        found: dict[tuple[str, ...], set[str]] = {}
        for values, seam, _ in self._rows:
            if seam:
                found.setdefault(tuple([values[each] for each in at]), set()).add(seam)
        return found


def _places(values: Iterable[str]) -> dict[str, int]:
    return {value: place for place, value in enumerate(dict.fromkeys(values))}


def _row(row: ScoreRow, by: Sequence[str], pooled: _Lines, apart: _Lines) -> TrendRow:
    """apart: the lines of which it is known by how many people their answers are."""
    group, place = {name: row.group[name] for name in by}, _place(row, by)
    month, wording = row.group["month"], row.group["wording"]
    if wording != CURRENT:
        return TrendRow(group, row.score, None, None, wording)
    known = apart.get(place, {}).get(month)
    people = None if known is None else people_of(known)
    rolling = pooled.get(place, {}).get(month)
    return TrendRow(group, known or row.score, None, rolling, wording, people)


def _place(row: ScoreRow, by: Sequence[str]) -> tuple[str, ...]:
    return tuple(row.group[name] for name in by if name != "month")
