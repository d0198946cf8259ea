"""Scores straight from a file, grouped by its columns and by month, without a database."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from feedback.errors import FeedbackError
from feedback.offline.labels import Labels, number_in
from feedback.offline.months import Months
from feedback.offline.tables import Problems, Row, Table, open_table
from feedback.offline.words import plain_number
from feedback.scoring import (
    METRICS,
    Metric,
    ScoreRow,
    parse_ratings,
    row_dict,
    score,
    weighted_score,
)

MONTH = "month"
# What ScoreRow.as_dict puts beside the group's values.
_RESERVED = {"weighted_score", "effective_n", "weighted_low", "weighted_high"} | row_dict(
    score({}, METRICS["nps"])
).keys()

Group = tuple[str | None, ...]


@dataclass(slots=True)
class _Pile:
    """What one group holds: how many of each rating, "missing" and "invalid"; what was weighted."""

    tally: Counter[int | str] = field(default_factory=Counter)
    ratings: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)


class _Meanings(dict[str, int | str]):
    """Cell text -> its rating, "missing" or "invalid"; each text is looked at once.

    by_number: those of words that were read by the number in them, and how often they stand there.
    """

    def __init__(self, metric: Metric, codes: Sequence[str], labels: Labels) -> None:
        self.metric, self.codes, self.labels = metric, codes, labels
        self.by_number: Counter[str] = Counter()

    def __missing__(self, cell: str) -> int | str:
        said = self.labels.said(cell)
        meaning = self._meaning(plain_number(cell.strip()) if said is None else said)
        if meaning == "invalid" and (number := number_in(cell)) is not None:
            meaning = self._meaning(number)
            if isinstance(meaning, int):
                self.by_number[cell] = 0
        self[cell] = meaning
        return meaning

    def _meaning(self, value: int | str) -> int | str:
        found = parse_ratings([value], self.metric, self.codes)
        rating = next((rating for rating, n in found.counts.items() if n), None)
        return rating if rating is not None else "missing" if found.missing else "invalid"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where to look in a row's cells; month is a place in `by`."""

    rating: int
    weight: int | None
    by: tuple[int, ...]
    month: int | None


def score_file(
    path: Path | str,
    *,
    metric: Metric,
    rating: str,
    by: Sequence[str] = (),
    time: str | None = None,
    missing: Sequence[str] = (),
    weight: str | None = None,
    labels: Labels | None = None,
    months: Months | None = None,
) -> list[ScoreRow]:
    """One ScoreRow for each combination of the `by` columns, in order; one in all without `by`.

    rating, time, weight, by: column names; "month" in `by` is the month of `time` as `months`
    reads it, None where the cell is blank. missing: codes that stand for no answer. labels: what
    words stand for; `10 - Extremely likely` is read by its number, and `labels` counts that.
    Cells that are no rating are counted as invalid, never raised.
    Raises FeedbackError for a file that cannot be read, a column that is not there, and, naming
    the lines, for a broken date and for a weight that is no number from 0 up.
    """
    table = open_table(path)
    places = _columns(table, rating=rating, by=by, time=time, weight=weight)
    labels = labels or Labels()
    said = _Meanings(metric, missing, labels)
    piles = _read(table, places, said, months or Months())
    for cell, times in said.by_number.items():
        labels.count(rating, cell, int(said[cell]), times)
    if not by:
        piles.setdefault((), _Pile())
    return [
        _score_row(dict(zip(by, group, strict=True)), piles[group], metric, weight is not None)
        for group in sorted(piles, key=_natural)
    ]


def find_metric(key: str) -> Metric:
    """The built-in metric called `key`. Raises FeedbackError, listing them, if there is none."""
    if key not in METRICS:
        raise FeedbackError(f"There is no metric {key}. The metrics are: {', '.join(METRICS)}.")
    return METRICS[key]


def _columns(
    table: Table, *, rating: str, by: Sequence[str], time: str | None, weight: str | None
) -> _Columns:
    if len(set(by)) < len(by):
        raise FeedbackError(f"--by names a column twice: {','.join(by)}.")
    if taken := sorted(_RESERVED.intersection(by)):
        raise FeedbackError(f"--by cannot be {taken[0]}: the scores have a number of that name.")
    if MONTH in by and time is None:
        raise FeedbackError("--by month needs --time COLUMN, the column that holds the date.")
    if time is not None:
        table.position(time)
    columns = [time if time is not None and name == MONTH else name for name in by]
    return _Columns(
        rating=table.position(rating),
        weight=None if weight is None else table.position(weight),
        by=table.positions(columns),
        month=list(by).index(MONTH) if MONTH in by else None,
    )


def _read(table: Table, places: _Columns, said: _Meanings, months: Months) -> dict[Group, _Pile]:
    piles: dict[Group, _Pile] = {}
    problems = Problems(table.path)
    for row in table.rows():
        group = _group(row, places, months, problems)
        pile = piles.get(group) or piles.setdefault(group, _Pile())
        cell = row.cells[places.rating]
        rating = said[cell]
        if cell in said.by_number:
            said.by_number[cell] += 1
        pile.tally[rating] += 1
        if places.weight is not None and isinstance(rating, int):
            pile.ratings.append(rating)
            pile.weights.append(_weight(row, places.weight, problems))
    problems.raise_if_any()
    return piles


def _group(row: Row, places: _Columns, months: Months, problems: Problems) -> Group:
    group = [row.cells[place].strip() or None for place in places.by]
    if places.month is not None and (written := group[places.month]):
        group[places.month] = months.of(written)
        if group[places.month] is None:
            problems.add(row.line, f'"{written}" is no date ({months.expected})')
    return tuple(group)


def _weight(row: Row, place: int, problems: Problems) -> float:
    text = row.cells[place].strip()
    try:
        weight = float(text)
    except ValueError:
        weight = -1.0
    if isfinite(weight) and weight >= 0:
        return weight
    problems.add(row.line, f'the weight "{text}" is no number from 0 up')
    return 0.0


def _score_row(
    group: dict[str, str | None], pile: _Pile, metric: Metric, weighted: bool
) -> ScoreRow:
    tally = pile.tally
    counts = {rating: n for rating, n in tally.items() if isinstance(rating, int)}
    return ScoreRow(
        group,
        score(counts, metric, missing=tally["missing"], invalid=tally["invalid"]),
        weighted_score(pile.ratings, pile.weights, metric) if weighted else None,
    )


def _natural(group: Group) -> list[tuple[bool, float, str]]:
    """Numbers by size, then texts by letter, then blanks."""
    return [(value is None, _number(value), value or "") for value in group]


def _number(value: str | None) -> float:
    try:
        number = float(value or "")
    except ValueError:
        return float("inf")
    return number if number == number else float("inf")
