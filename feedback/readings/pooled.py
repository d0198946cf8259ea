"""Three months pooled: the answers of the last three months as one sample, the light second line.

Pooled, not averaged: a month with many answers weighs more. A seam is never pooled across, and
answers to a replaced wording are left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedback.readings.scores import CURRENT, REPLACED
from feedback.scoring import Metric, Score, ScoreRow, score, score_groups
from feedback.scoring.months import months_between, shift

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 3


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
    since = max([cut for cut in cuts if cut <= month] + [shift(month, 1 - MONTHS)])
    counts: Counter[int] = Counter()
    for each in months_between(since, month):
        if each in line:
            counts.update(line[each].counts)
    return score(counts, metric)


def pooled_rows(
    frame: "pd.DataFrame", by: Sequence[str], metric: Metric, since: str = ""
) -> list[TrendRow]:
    """One row a group and month, from `since` on; `by` names the month among others.

    frame: counts of this metric from two months before `since` (see `scores.counts_frame`).
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
