"""The board as files: the same rows as the page, every number unrounded."""

from collections.abc import Iterator, Sequence
from typing import Any

from feedback.changes.find import Told, change_facts, changes_document
from feedback.dashboards.board import BoardSource, StageReading, board_metrics, board_rows
from feedback.readings.queries import RATINGS
from feedback.readings.seams import CURRENT
from feedback.rows import dicts_csv, json_text

CHANGE_COLUMNS = ("state", "signalled", "began", "difference", "low", "high", "named_from")
Place = tuple[str, str | None, str]  # names of stage and touchpoint, and the metric's key


def board_json(readings: Sequence[StageReading], source: BoardSource) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...], "changes": [...], ...}; a stage's own
    row has no touchpoint."""
    rows = board_rows(readings, source)
    document = {"journey": source.journey.name, "metrics": board_metrics(rows), "rows": rows}
    document |= changes_document(source.changes) if source.changes else {}
    return json_text(document)


def board_csv(readings: Sequence[StageReading], source: BoardSource) -> str:
    """The same rows, one line each; the counts stand in count_0 to count_10, what changed in
    change_state and so on, in the row of the period read."""
    told = {place: told for place, told in _told(readings)}
    return counts_csv(
        [
            row | change_columns(told.get(_place(row)) if _is_read(row, source) else None)
            for row in board_rows(readings, source)
        ]
    )


def change_columns(told: Told | None) -> dict[str, Any]:
    """What is known of a line's changes, for a row of a CSV file; blank without a line."""
    facts = {} if told is None else change_facts(told)
    return {f"change_{name}": facts.get(name) for name in CHANGE_COLUMNS}


def _told(readings: Sequence[StageReading]) -> Iterator[tuple[Place, Told | None]]:
    for stage in readings:
        if stage.headline is not None:
            yield (stage.stage.name, None, stage.headline.metric.key), stage.headline.told
        for place in stage.touchpoints:
            for reading in place.readings:
                name = place.touchpoint.name
                yield (stage.stage.name, name, reading.metric.key), reading.told


def _place(row: dict[str, Any]) -> Place:
    return row["stage"], row["touchpoint"], row["metric"]


def _is_read(row: dict[str, Any], source: BoardSource) -> bool:
    return bool(row["month"] == source.period and row["wording"] == CURRENT)


def counts_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of scores as CSV; one without a score has no counts."""
    return dicts_csv([_flat(row) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = row["counts"] or {}
    kept = {name: value for name, value in row.items() if name != "counts"}
    return kept | {f"count_{rating}": counts.get(str(rating)) for rating in RATINGS}


BOARD_FILES = {"csv": board_csv, "json": board_json}
