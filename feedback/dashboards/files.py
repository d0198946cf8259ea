"""The board as files: the same rows as the page, every number unrounded."""

from collections.abc import Sequence
from typing import Any

from feedback.changes.find import Told, change_facts, changes_document
from feedback.dashboards.board import StageReading, board_metrics, board_rows
from feedback.dashboards.pages import changes_of
from feedback.dashboards.read import Counts
from feedback.readings.queries import RATINGS
from feedback.readings.scores import CURRENT
from feedback.rows import dicts_csv, json_text

CHANGE_COLUMNS = ("state", "signalled", "began", "difference", "low", "high", "named_from")
RowKey = tuple[str, str | None, str]  # names of stage and touchpoint, and the metric's key


def board_json(stages: Sequence[StageReading], counts: Counts) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...], "changes": [...], ...}; a stage's own
    row has no touchpoint."""
    rows = board_rows(stages, counts)
    document = {"journey": counts.journey.name, "metrics": board_metrics(rows), "rows": rows}
    document |= changes_document(changes_of(counts))
    return json_text(document)


def board_csv(stages: Sequence[StageReading], counts: Counts) -> str:
    """The same rows, one line each; the counts stand in count_0 to count_10, what changed in
    change_state and so on, in the row of the period read."""
    told = {
        (each.stage.name, each.touchpoint and each.touchpoint.name, each.metric.key): each.told
        for stage in stages
        for each in stage.readings
    }
    return counts_csv(
        [
            row | change_columns(told.get(_row_key(row)) if _is_read(row, counts) else None)
            for row in board_rows(stages, counts)
        ]
    )


def change_columns(told: Told | None) -> dict[str, Any]:
    """What is known of a line's changes, for a row of a CSV file; blank without a line."""
    facts = {} if told is None else change_facts(told)
    return {f"change_{name}": facts.get(name) for name in CHANGE_COLUMNS}


def _row_key(row: dict[str, Any]) -> RowKey:
    return row["stage"], row["touchpoint"], row["metric"]


def _is_read(row: dict[str, Any], counts: Counts) -> bool:
    return bool(row["month"] == counts.period and row["wording"] == CURRENT)


def counts_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of scores as CSV; one without a score has no counts."""
    return dicts_csv([_flat(row) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = row["counts"] or {}
    kept = {name: value for name, value in row.items() if name != "counts"}
    return kept | {f"count_{rating}": counts.get(str(rating)) for rating in RATINGS}


BOARD_FILES = {"csv": board_csv, "json": board_json}
