"""The board as files: the same rows as the page, every number unrounded."""

from collections.abc import Iterator, Sequence
from typing import Any

from feedback.changes.files import change_facts, changes_document
from feedback.changes.find import Told
from feedback.dashboards.board import Reading, StageReading
from feedback.dashboards.read import Counts, changes_of
from feedback.readings.people import people_of
from feedback.readings.queries import RATINGS
from feedback.rows import Table, dicts_table, json_text
from feedback.scoring import METRICS, Score, metric_dict, row_dict
from feedback.surveys.seams import CURRENT, REPLACED

CHANGE_COLUMNS = (
    *("state", "signalled", "began", "difference", "low", "high", "named_from"),
    *("direction", "known_from", "before", "now"),
    *("taken_back", "taken_back_in", "taken_back_cause", "taken_back_answers_of"),
)
RowKey = tuple[str, str | None, str]  # names of stage and touchpoint, and the metric's key


def board_rows(stages: Sequence[StageReading], counts: Counts) -> list[dict[str, Any]]:
    """One row a number of the board: stage headlines (touchpoint null), then their touchpoints."""
    return [
        row for stage in stages for each in _readings(stage) for row in _file_rows(each, counts)
    ]


def _readings(stage: StageReading) -> Iterator[Reading]:
    """The headline, if any, and what each touchpoint is read by."""
    if stage.headline is not None:
        yield stage.headline
    for touchpoint in stage.touchpoints:
        yield from touchpoint.readings


def _file_rows(reading: Reading, counts: Counts) -> list[dict[str, Any]]:
    months = [(counts.period, reading.chosen, CURRENT)]
    if reading.replaced is not None:
        months.insert(0, (counts.period, reading.replaced, REPLACED))
    if reading.running is not None:
        months.append((counts.window.running, reading.running, CURRENT))
    return [
        {
            "month": month,
            "stage": reading.stage.name,
            "touchpoint": reading.touchpoint and reading.touchpoint.name,
            "metric": reading.metric.key,
            "target": reading.target,
            **row_dict(result),
            "wording": wording,
            "people": people_in(result, counts) if wording == CURRENT else None,
        }
        for month, result, wording in months
    ]


def people_in(result: Score, counts: Counts) -> int | None:
    """How many people gave the answers; None where that is not kept for what is shown."""
    return None if counts.repeats is None else people_of(result)


def board_metrics(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Every metric named in the rows, by key, with its scale, direction and bands."""
    keys = dict.fromkeys(row["metric"] for row in rows)
    return {key: metric_dict(METRICS[key]) for key in keys}


def board_json(stages: Sequence[StageReading], counts: Counts) -> str:
    """{"journey", "metrics": {key: {...}}, "rows": [...], "changes": [...], ...}; a stage's own
    row has no touchpoint."""
    rows = board_rows(stages, counts)
    document = {"journey": counts.journey.name, "metrics": board_metrics(rows), "rows": rows}
    document |= changes_document(changes_of(counts))
    return json_text(document)


def board_table(stages: Sequence[StageReading], counts: Counts) -> Table:
    """The same rows, one line each; the counts stand in count_0 to count_10, what changed in
    change_state and so on, in the row of the period read."""
    told = {
        (each.stage.name, each.touchpoint and each.touchpoint.name, each.metric.key): each.told
        for stage in stages
        for each in _readings(stage)
    }
    return counts_table(
        [
            row | change_columns(told.get(_row_key(row)) if _is_read(row, counts) else None)
            for row in board_rows(stages, counts)
        ]
    )


def change_columns(told: Told | None) -> dict[str, Any]:
    """What is known of a line's changes, for a row of a CSV file; blank without a line."""
    facts = {} if told is None else change_facts(told) | _unsaid(told)
    return {f"change_{name}": facts.get(name) for name in CHANGE_COLUMNS}


def _unsaid(told: Told) -> dict[str, Any]:
    """The newest change that was said of the line and is none."""
    if not told.taken_back:
        return {}
    said = told.taken_back[0]
    return {
        "taken_back": said.signalled,
        "taken_back_in": said.month,
        "taken_back_cause": said.cause,
        "taken_back_answers_of": said.changed,
    }


def _row_key(row: dict[str, Any]) -> RowKey:
    return row["stage"], row["touchpoint"], row["metric"]


def _is_read(row: dict[str, Any], counts: Counts) -> bool:
    return bool(row["month"] == counts.period and row["wording"] == CURRENT)


def counts_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Rows of scores for a file; one without a score has no counts."""
    return dicts_table([_flat(row) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = row["counts"] or {}
    kept = {name: value for name, value in row.items() if name != "counts"}
    return kept | {f"count_{rating}": counts.get(str(rating)) for rating in RATINGS}
