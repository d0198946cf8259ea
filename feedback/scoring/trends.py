"""Many scores from one data frame of counts: by month, stage, touchpoint, anything.

====================  ================================================================
``score_groups``      a frame of counts -> one ScoreRow a group, in order
``ScoreRow``          the group's values and its Score
``rolling``           a frame of counts -> the answers of the last months, pooled
====================  ================================================================

For whoever has a frame. Pages, their files and `feedback trend` sum up a few hundred counts without
one (`readings/scores.py`): loading pandas costs more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedback.scoring.errors import ScoringError
from feedback.scoring.metrics import Metric
from feedback.scoring.months import month_number, numbered_month
from feedback.scoring.scores import Score, row_dict, score
from feedback.scoring.weighting import WeightedScore

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Codes = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One group (what each `by` column says) and its score."""

    group: dict[str, Any]
    score: Score
    weighted: WeightedScore | None = None

    def as_dict(self) -> dict[str, Any]:
        """The group's values, then the score's JSON object, then the weighted score if any."""
        row = {**self.group, **row_dict(self.score)}
        if self.weighted is not None:
            row["weighted_score"] = self.weighted.score
            row["effective_n"] = self.weighted.effective_n
            row["weighted_low"] = self.weighted.low
            row["weighted_high"] = self.weighted.high
        return row


def score_groups(
    frame: "pd.DataFrame", by: Sequence[str], metric: Metric, *, level: float = 0.95
) -> list[ScoreRow]:
    """One score for each combination of the `by` columns that stands in `frame`.

    frame: the `by` columns, `rating` (whole, on the scale) and `n` (how many answers gave it);
    without `n` each row is one answer. Rows of one group are pooled, never averaged.
    Ordered by the `by` columns, first one first; a categorical column in its categories' order;
    blanks last, given as None. With no `by`, one row over everything, also when it is empty.
    Raises ScoringError for a rating off the scale and for a negative or fractional n.

    >>> import pandas as pd
    >>> counts = pd.DataFrame(
    ...     {"month": ["2026-02", "2026-01", "2026-01"], "rating": [10, 10, 0], "n": [4, 3, 1]}
    ... )
    >>> from feedback.scoring import METRICS
    >>> [(row.group["month"], row.score.n, row.score.score)
    ...  for row in score_groups(counts, ["month"], METRICS["nps"])]
    [('2026-01', 4, 50.0), ('2026-02', 4, 100.0)]
    """
    group_of_row, groups = _groups(frame, by)
    table = _count_table(frame, group_of_row, len(groups), metric)
    return [
        ScoreRow(
            dict(zip(by, group, strict=True)),
            score(dict(zip(metric.scale, counts, strict=True)), metric, level=level),
        )
        for group, counts in zip(groups, table, strict=True)
    ]


def rolling(frame: "pd.DataFrame", months: int = 3) -> "pd.DataFrame":
    """The frame of counts with the answers of the last `months` months pooled into each month.

    frame: as score_groups takes it, with a column `month` (YYYY-MM); every other column but `n`
    is a group of its own. Answers are pooled, scores never averaged:
    score_groups(rolling(frame), ["month", "stage"], metric).
    A window is so many calendar months, with or without answers: a gap is not bridged by older
    ones, and a window without answers has no row. Windows that reach back before the first month
    of the frame have no row either: what was answered then is not known.
    Raises ScoringError for months below 1 or a month that is not written YYYY-MM.

    >>> import pandas as pd
    >>> counts = pd.DataFrame(
    ...     {"month": ["2026-01", "2026-02", "2026-05"], "rating": [9, 9, 9], "n": [1, 2, 4]}
    ... )
    >>> rolling(counts).to_dict("list")
    {'month': ['2026-03', '2026-04', '2026-05'], 'rating': [9, 9, 9], 'n': [3, 2, 4]}
    """
    import pandas as pd

    if months < 1:
        raise ScoringError(f"A window is 1 month or more, not {months}.")
    plain = frame.assign(n=frame.get("n", 1))
    written = plain["month"].astype(object)
    numbers = written.map({month: month_number(month) for month in written.unique()})
    if not len(plain):
        return plain
    later = [plain.assign(month=numbers + step) for step in range(months)]
    reached = pd.concat(later, ignore_index=True)
    whole = reached[reached["month"].between(numbers.min() + months - 1, numbers.max())]
    keys = ["month", *(name for name in plain.columns if name not in ("month", "n"))]
    pooled = whole.groupby(keys, observed=True, dropna=False)["n"].sum().reset_index()
    pooled["month"] = [numbered_month(number) for number in pooled["month"]]
    return pooled[list(plain.columns)]


def _groups(frame: "pd.DataFrame", by: Sequence[str]) -> tuple["Codes", list[tuple[Any, ...]]]:
    """The group number of each row, and what each group is."""
    import numpy as np

    if not by:
        return np.zeros(len(frame), dtype=np.intp), [()]
    columns = [_factorise(frame[name]) for name in by]
    group = np.zeros(len(frame), dtype=np.intp)
    first = group
    for codes, values in columns:
        _, first, group = np.unique(
            group * max(len(values), 1) + codes, return_index=True, return_inverse=True
        )
    picked = [[values[code] for code in codes[first]] for codes, values in columns]
    return group, list(zip(*picked, strict=True))


def _factorise(column: "pd.Series[Any]") -> tuple["Codes", list[Any]]:
    """Each row's place among the column's values in order, a blank's place after them all."""
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), column.cat.categories.tolist()
    else:
        found, uniques = pd.factorize(column, sort=True)
        codes, values = found, uniques.tolist()
    return np.where(codes < 0, len(values), codes).astype(np.intp), [*values, None]


def _count_table(
    frame: "pd.DataFrame", group_of_row: "Codes", groups: int, metric: Metric
) -> list[list[int]]:
    """For each group how many gave each rating of the scale."""
    import numpy as np

    width = len(metric.scale)
    place = _whole(frame["rating"], "rating") - metric.minimum
    if np.any((place < 0) | (place >= width)):
        raise ScoringError(f"A rating in the frame is off the scale of {metric.key}.")
    n = _whole(frame["n"], "n") if "n" in frame else np.ones(len(frame), dtype=np.int64)
    if np.any(n < 0):
        raise ScoringError("A count in the frame is negative.")
    table = np.zeros((groups, width), dtype=np.int64)
    np.add.at(table, (group_of_row, place), n)
    rows: list[list[int]] = table.tolist()
    return rows


def _whole(column: "pd.Series[Any]", name: str) -> "np.ndarray[Any, np.dtype[np.int64]]":
    import numpy as np

    numbers = column.to_numpy()
    if numbers.dtype.kind in "iu" or not numbers.size:
        return numbers.astype(np.int64)
    try:
        floats = numbers.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ScoringError(f"The column {name} holds what is no number.") from error
    if not np.all(floats == np.floor(floats)) or not np.all(np.isfinite(floats)):
        raise ScoringError(f"The column {name} holds blanks or fractions.")
    return floats.astype(np.int64)
