"""Score rows as JSON, CSV or a text table: what `feedback score` and `feedback trend` print and
what a page answers under `.json` and `.csv`, so that they cannot disagree."""

from collections.abc import Sequence
from typing import Any

from feedback.offline.text import aligned, fixed, left_out, signed
from feedback.rows import Table, csv_text, json_text
from feedback.scoring import (
    HIDDEN_BELOW,
    Metric,
    Score,
    ScoreRow,
    metric_dict,
    score,
    weighted_score,
)

_UNITS = {"net": "points, -100 to 100", "top": "% positive", "mean": "mean rating"}
_NOTES = {"hidden": "fewer than 5 answers", "few": "few answers", "shown": ""}
_COUNTS_ONLY = "counts only"  # a mean of fewer than 10 answers, or of answers all alike


def rows_json(metric: Metric, rows: Sequence[ScoreRow]) -> str:
    """The JSON document {"metric": {...}, "rows": [...]}, its numbers unrounded."""
    document = {"metric": metric_dict(metric), "rows": [row.as_dict() for row in rows]}
    return json_text(document)


def rows_csv(
    metric: Metric, by: Sequence[str], rows: Sequence[ScoreRow], *, like: ScoreRow | None = None
) -> str:
    """The same rows, one line each, unrounded; the counts stand in count_0, count_1, ...

    like: a row without answers that names the columns, where rows have more of them than usual.
    """
    return csv_text(*score_rows(metric, by, rows, like=like))


def score_rows(
    metric: Metric, by: Sequence[str], rows: Sequence[ScoreRow], *, like: ScoreRow | None = None
) -> Table:
    """What `rows_csv` writes."""
    head = [*by, *flat_row(like or without_answers(metric), metric)]
    cells = ([*map(row.group.get, by), *flat_row(row, metric).values()] for row in rows)
    return Table(head, cells)


def rows_table(metric: Metric, by: Sequence[str], rows: Sequence[ScoreRow]) -> str:
    """The rows for a reader: rounded once, limits clipped to the scale, few answers marked."""
    good = "low is good" if metric.low_is_good else "high is good"
    title = f"{metric.key}: {_UNITS[metric.headline]}, {good}"
    head = [*by, "n", "negative", "neutral", "positive", "score", "95 % interval"]
    weighted = any(row.weighted is not None for row in rows)
    lines = [_line(metric, by, row) for row in rows]
    head += ["weighted", "effective n"] if weighted else []
    table = aligned([[*head, "left out", ""], *lines], numbers=range(len(by), len(head)))
    return "\n".join([title, "", *table]) + "\n"


def without_answers(metric: Metric, *, weighted: bool = False) -> ScoreRow:
    """A row that names the columns."""
    return ScoreRow({}, score({}, metric), weighted_score([], [], metric) if weighted else None)


def flat_row(row: ScoreRow, metric: Metric) -> dict[str, Any]:
    """The columns of a row beside its group."""
    numbers: dict[str, Any] = {}
    for name, value in row.as_dict().items():
        if name == "counts":
            numbers |= {f"count_{rating}": value[str(rating)] for rating in metric.scale}
        elif name not in row.group:
            numbers[name] = value
    return numbers


def _line(metric: Metric, by: Sequence[str], row: ScoreRow) -> list[str]:
    result = row.score
    group = ["(blank)" if row.group[name] is None else str(row.group[name]) for name in by]
    cells = [*group, *map(str, (result.n, result.negative, result.neutral, result.positive))]
    hidden = not result.has_number
    cells += ["-", "-"] if hidden else [_shown(result.score, metric), _interval(result, metric)]
    if row.weighted is not None:
        alone = row.weighted.effective_n < HIDDEN_BELOW
        cells.append("-" if alone else _shown(row.weighted.score, metric))
        cells.append(fixed(row.weighted.effective_n, 1))
    is_counted = hidden and result.display != "hidden"
    note = _COUNTS_ONLY if is_counted else _NOTES[result.display]
    return [*cells, left_out(result.missing, result.invalid), note]


def _interval(result: Score, metric: Metric) -> str:
    if result.low is None or result.high is None:
        return "-"
    lowest, highest = {"net": (-100, 100), "top": (0, 100)}.get(
        metric.headline, (metric.minimum, metric.maximum)
    )
    low, high = max(result.low, lowest), min(result.high, highest)
    return f"{_shown(low, metric)} .. {_shown(high, metric)}"


def _shown(number: float | None, metric: Metric) -> str:
    """A net score with its sign and no % (it is no percentage), a mean with two decimals."""
    if number is None:
        return "-"
    if metric.headline == "mean":
        return fixed(number, 2)
    return signed(number, 1) if metric.headline == "net" else fixed(number, 1)
