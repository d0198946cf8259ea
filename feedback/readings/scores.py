"""From counts to scores: where a line breaks, the frame of counts, and its lines over the months.

A line breaks where a survey asks the same metric in other words, so that a new series begins.
The month of a seam holds answers to both wordings. They are never one point: from its month on a
line holds the answers to the new wording, and those that the old one still got in that month (or
later) stand apart, as answers to a replaced wording.

The light second line is three months pooled: the answers of the last three months as one sample, so
that a month with many answers weighs more. A seam is never pooled across.
"""

import asyncio
import sys
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from operator import add
from typing import TYPE_CHECKING, Any

from feedback.readings.journey import JourneyInfo, SeriesInfo
from feedback.readings.kept import scored, scored_line
from feedback.readings.queries import RATINGS, CountRow
from feedback.scoring import METRICS, Metric, Score, ScoreRow, score, score_groups
from feedback.scoring.months import month_at, month_of, months_between, shift

if TYPE_CHECKING:
    import pandas as pd

POOLED = 3  # months
CURRENT, REPLACED = "current", "replaced"  # what the field `wording` of a row says


@dataclass(frozen=True, slots=True)
class Window:
    """The months of a line; `running` is this month when among them, `chosen` stands out."""

    months: Sequence[str]
    running: str = ""
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Seams:
    """By series: the month in which it replaced another one, and the month it was replaced in."""

    began: Mapping[uuid.UUID, str]
    ended: Mapping[uuid.UUID, str]

    def is_replaced(self, series: uuid.UUID, month: str) -> bool:
        """Whether answers of this month were given to a wording that was no longer the last."""
        return month >= self.ended.get(series, "9999-12")

    def newest(self, series: Iterable[uuid.UUID], until: str) -> str:
        """The month of the newest seam of a line made of these series; blank without one."""
        months = [self.began[each] for each in series if each in self.began]
        return max((month for month in months if month <= until), default="")


def read_seams(series: Iterable[SeriesInfo], time_zone: str) -> Seams:
    """A seam stands wherever a survey asks a metric that it has asked before."""
    began, ended = {}, {}
    last: dict[tuple[uuid.UUID, str], SeriesInfo] = {}
    for line in sorted(series, key=lambda line: (line.opened_at, line.number)):
        before = last.get((line.survey_id, line.metric))
        if before is not None:
            began[line.id] = ended[before.id] = month_at(line.opened_at, time_zone)
        last[line.survey_id, line.metric] = line
    return Seams(began, ended)


def counts_frame(
    journey: JourneyInfo, rows: Sequence[CountRow], time_zone: str = "UTC", *, as_of: str = ""
) -> "pd.DataFrame":
    """The counts as a data frame, one row a series, month, channel and rating that was given.

    Columns: `stage_id`, `touchpoint_id` (text, in the order of the journey), `stage`, `touchpoint`
    (their names), `metric` (key), `seam` (the month in which the series replaced another, else
    blank), `month` (YYYY-MM), `channel`, `wording` (`replaced` or `current`, judged
    by the row's month, or by `as_of` where all months are one period), `rating`, `n`.
    """
    import numpy as np
    import pandas as pd

    placed = journey.placed_series
    seams = read_seams((series for _, _, series in placed), time_zone)
    number = {series.id: at for at, (_, _, series) in enumerate(placed)}
    table = np.array([row.counts for row in rows], dtype=np.int64).reshape(len(rows), len(RATINGS))
    at_row, at_rating = np.nonzero(table)
    at = np.array([number[row.series] for row in rows], dtype=np.intp)[at_row]
    names = {
        "stage_id": [str(stage.id) for stage, _, _ in placed],
        "touchpoint_id": [str(touchpoint.id) for _, touchpoint, _ in placed],
        "stage": [stage.name for stage, _, _ in placed],
        "touchpoint": [touchpoint.name for _, touchpoint, _ in placed],
        "metric": [series.metric for _, _, series in placed],
        "seam": [seams.began.get(series.id, "") for _, _, series in placed],
    }
    columns: dict[str, Any] = {name: _in_order(values, at) for name, values in names.items()}
    months = [month_of(row.month) for row in rows]
    columns["month"] = _in_order(months, at_row, sorted(set(months)))
    wordings = [
        REPLACED if seams.is_replaced(row.series, as_of or month) else CURRENT
        for row, month in zip(rows, months, strict=True)
    ]
    columns["wording"] = _in_order(wordings, at_row, (REPLACED, CURRENT))
    columns["channel"] = _in_order([row.channel for row in rows], at_row)
    columns["rating"] = at_rating + RATINGS.start
    columns["n"] = table[at_row, at_rating]
    return pd.DataFrame(columns)


def _in_order(values: list[str], at: Any, order: Sequence[str] = ()) -> Any:
    """`values` at the places `at`, sorting in this order, else in the order they stand in."""
    import numpy as np
    import pandas as pd

    order = list(order or dict.fromkeys(values))
    place = {value: code for code, value in enumerate(order)}
    codes = np.array([place[value] for value in values], dtype=np.intp)
    return pd.Categorical.from_codes(codes[at], categories=pd.Index(order, dtype="str"))


Line = Mapping[str, Score]  # by month, YYYY-MM; a month without answers is left out
Lines = Mapping[tuple[str, str], Line]  # by metric and id


class Tally:
    """The counts of a page summed up as its lines need them: plain sums, since a page has a few
    hundred of them, and a data frame costs more than it earns below many thousands.

    as_of: the month by which wordings are judged where all months are one period.
    """

    def __init__(
        self, journey: JourneyInfo, rows: Sequence[CountRow], time_zone: str, *, as_of: str = ""
    ) -> None:
        placed = journey.placed_series
        seams = read_seams((series for _, _, series in placed), time_zone)
        at = {series.id: (stage, point, series.metric) for stage, point, series in placed}
        self._sums: dict[tuple[str, str, str], dict[str, tuple[int, ...]]] = {}
        for row in rows:
            stage, touchpoint, metric = at[row.series]
            month = month_of(row.month)
            is_replaced = seams.is_replaced(row.series, as_of or month)
            wording = REPLACED if is_replaced else CURRENT
            for place in (stage.id, touchpoint.id):
                line = self._sums.setdefault((wording, metric, str(place)), {})
                line[month] = _sum(line[month], row.counts) if month in line else row.counts

    def lines(self, wording: str = CURRENT) -> Lines:
        """One line for each metric and each stage or touchpoint; different metrics never meet, nor
        do wordings: a line holds the answers to what was asked last in its month, or those that a
        "replaced" `wording` still got. The same object for the same counts, while it is kept."""
        return {
            (metric, place): scored_line(metric, line, _scored)
            for (of, metric, place), line in self._sums.items()
            if of == wording
        }

    def totals(self) -> Mapping[tuple[str, str], Score]:
        """One score over all months for each metric and place, last wording only."""
        return {
            (metric, place): _scored(metric, reduce(_sum, line.values()))
            for (of, metric, place), line in self._sums.items()
            if of == CURRENT
        }


def _sum(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(add, one, other))


def _scored(key: str, counts: tuple[int, ...]) -> Score:
    metric = METRICS[key]
    since = metric.minimum - RATINGS.start
    return scored(metric, counts[since : since + len(metric.scale)])


# Three months pooled.


@dataclass(frozen=True, slots=True)
class TrendRow(ScoreRow):
    """A month of a group, with its last three months pooled.

    wording: `replaced` for answers that a wording still got in the month it was replaced in
    (a row of its own; nothing is pooled with it), else `current`.
    """

    rolling: Score | None = None
    wording: str = CURRENT

    def as_dict(self) -> dict[str, Any]:
        """The score's JSON object, then `rolling_score`, `rolling_n` and `wording`."""
        return {
            **ScoreRow.as_dict(self),
            "rolling_score": None if self.rolling is None else self.rolling.score,
            "rolling_n": None if self.rolling is None else self.rolling.n,
            "wording": self.wording,
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
    line: Mapping[str, Score], seams: Iterable[str], metric: Metric
) -> dict[str, Score]:
    """The pooled score of each month that has answers, over that month and the two before.

    line: scores by month. seams: the months in which a new series began.
    """
    cuts = sorted(set(seams))
    return {month: _pooled(line, month, cuts, metric) for month in line}


def _pooled(line: Mapping[str, Score], month: str, cuts: Sequence[str], metric: Metric) -> Score:
    since = max([cut for cut in cuts if cut <= month] + [shift(month, 1 - POOLED)])
    months = (line[each] for each in months_between(since, month) if each in line)
    counts = [tuple(each.counts.values()) for each in months]
    return scored(metric, reduce(_sum, counts))


def pooled_rows(
    frame: "pd.DataFrame", by: Sequence[str], metric: Metric, since: str = ""
) -> list[TrendRow]:
    """One row a group and month, from `since` on; `by` names the month among others.

    frame: counts of this metric from two months before `since` (see `counts_frame`).
    """
    rows = score_groups(frame, [*by, "wording"], metric)
    lines: dict[tuple[Any, ...], dict[str, Score]] = {}
    for row in rows:
        if row.group["wording"] == CURRENT:
            lines.setdefault(_place(row, by), {})[row.group["month"]] = row.score
    seams = _seams(frame, by)
    pooled = {
        place: pooled_line(line, seams.get(place, ()), metric) for place, line in lines.items()
    }
    return [_row(row, by, pooled) for row in rows if row.group["month"] >= since]


def _row(
    row: ScoreRow, by: Sequence[str], pooled: Mapping[tuple[Any, ...], Mapping[str, Score]]
) -> TrendRow:
    group = {name: row.group[name] for name in by}
    wording = row.group["wording"]
    line = pooled.get(_place(row, by), {}) if wording == CURRENT else {}
    return TrendRow(group, row.score, None, line.get(group["month"]), wording)


def _place(row: ScoreRow, by: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row.group[name] for name in by if name != "month")


def _seams(frame: "pd.DataFrame", by: Sequence[str]) -> dict[tuple[Any, ...], list[str]]:
    names = [name for name in by if name != "month"]
    found: dict[tuple[Any, ...], list[str]] = {}
    pairs = frame[[*names, "seam"]][frame["seam"] != ""].drop_duplicates()
    for *place, seam in pairs.itertuples(index=False, name=None):
        found.setdefault(tuple(place), []).append(seam)
    return found


# What frames are made with.


async def import_pandas() -> None:
    """The first import takes seconds: in a thread, so that nobody else's answer waits for it."""
    if "pandas" not in sys.modules:
        await asyncio.to_thread(_import_pandas)


def _import_pandas() -> None:
    # Where pyarrow is installed pandas loads it, for columns of text: 40 MB for a few names.
    # The server never needs it; commands that read Parquet do, and import pandas themselves.
    is_loaded = "pyarrow" in sys.modules
    if not is_loaded:
        sys.modules["pyarrow"] = None  # type: ignore[assignment]  # "there is none"
    try:
        import_module("pandas")
    finally:
        if not is_loaded:
            del sys.modules["pyarrow"]
