"""The board as files: the same rows as the page, every number unrounded."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from feedback.dashboards.board import BoardSource, StageReading, board_metrics, board_rows
from feedback.dashboards.queries import RATINGS
from feedback.scoreprint import harmless


def board_json(readings: Sequence[StageReading], source: BoardSource) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...]}; a stage's own row has no touchpoint."""
    rows = board_rows(readings, source)
    document = {"journey": source.journey.name, "metrics": board_metrics(rows), "rows": rows}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def board_csv(readings: Sequence[StageReading], source: BoardSource) -> str:
    """The same rows, one line each; the counts stand in count_0 to count_10."""
    return rows_csv(board_rows(readings, source))


def rows_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of scores as CSV; one without a score has no counts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows = [_flat(row) for row in rows]
    if rows:
        writer.writerow(rows[0])
    for row in rows:
        writer.writerow([harmless(value) for value in row.values()])
    return out.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = row["counts"] or {}
    kept = {name: value for name, value in row.items() if name != "counts"}
    return kept | {f"count_{rating}": counts.get(str(rating)) for rating in RATINGS}
