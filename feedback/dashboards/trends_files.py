"""The trends as files: the rows of `feedback trend`, and what changed."""

from dataclasses import dataclass, fields
from typing import Any

from feedback.changes.find import Told, changes_document
from feedback.dashboards.files import RowKey, change_columns
from feedback.dashboards.mix.files import mix_document
from feedback.dashboards.pages import changes_of
from feedback.dashboards.rates import month_rates, rates_document
from feedback.dashboards.read import Counts
from feedback.dashboards.trends import rows_by
from feedback.offline.score_print import rows_csv
from feedback.readings.scores import CURRENT, TrendRow, pooled_rows
from feedback.rows import json_text
from feedback.scoring import ScoreRow, metric_dict, score


def trends_json(counts: Counts) -> str:
    """{"metric", "rows", "changes", ...}: the rows of `feedback trend --by month,stage`, or by
    touchpoint too where one stage is looked at; beside them "mix" (`mix_files.mix_document`) and
    "response_rates" (`rates.rates_document`)."""
    rates = month_rates(counts.by_channel, counts.window.months, counts.window.running)
    document = {
        "metric": metric_dict(counts.metric),
        "rows": [row.as_dict() for row in _rows(counts)],
        **changes_document(changes_of(counts)),
        "mix": mix_document(counts),
        "response_rates": rates_document(rates),
    }
    return json_text(document)


def trends_csv(counts: Counts) -> str:
    """The same rows, one line each; what changed stands in change_state and so on, in the last
    complete month of each line."""
    rows = _rows(counts)
    told = _told_by_name(counts)
    last = {
        _row_key(row, counts): row
        for row in rows
        if row.wording == CURRENT and row.group["month"] <= changes_of(counts).looked_at
    }
    printed = [
        _with_change(row, told.get(key) if row is last.get(key) else None)
        for row in rows
        for key in [_row_key(row, counts)]
    ]
    return rows_csv(
        counts.metric, rows_by(counts), printed, like=_FileRow({}, score({}, counts.metric))
    )


@dataclass(frozen=True, slots=True)
class _FileRow(TrendRow):
    """A row of the file: a month of a line, with what is known of the line's changes."""

    told: Told | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**TrendRow.as_dict(self), **change_columns(self.told)}


def _rows(counts: Counts) -> list[TrendRow]:
    return pooled_rows(counts.frame(), rows_by(counts), counts.metric, counts.window.months[0])


def _with_change(row: TrendRow, told: Told | None) -> ScoreRow:
    kept = {field.name: getattr(row, field.name) for field in fields(row)}
    return _FileRow(**kept, told=told)


def _row_key(row: TrendRow, counts: Counts) -> RowKey:
    return row.group["stage"], row.group.get("touchpoint"), counts.metric.key


def _told_by_name(counts: Counts) -> dict[RowKey, Told]:
    return {
        (told.line.stage.name, place.name if place else None, told.line.metric.key): told
        for told in changes_of(counts).lines
        for place in told.line.shown_at
    }


TRENDS_FILES = {"csv": trends_csv, "json": trends_json}
