"""The trends as files: the rows of `feedback trend`, and what changed."""

from dataclasses import dataclass, fields
from typing import Any

from feedback.changes.find import Told, changes_document
from feedback.dashboards.files import Place, change_columns
from feedback.dashboards.mix.files import mix_document
from feedback.dashboards.rates import month_rates, rates_document
from feedback.dashboards.trends import TrendsSource
from feedback.offline.score_print import rows_csv
from feedback.readings.pooled import TrendRow, pooled_rows
from feedback.readings.seams import CURRENT
from feedback.rows import json_text
from feedback.scoring import ScoreRow, metric_dict, score


def trends_json(source: TrendsSource) -> str:
    """{"metric", "rows", "changes", ...}: the rows of `feedback trend --by month,stage`, or by
    touchpoint too where one stage is looked at; beside them "mix" (`mix_files.mix_document`) and
    "response_rates" (`rates.rates_document`)."""
    rates = month_rates(source.by_channel, source.window.months, source.window.running)
    document = {
        "metric": metric_dict(source.metric),
        "rows": [row.as_dict() for row in _rows(source)],
        **changes_document(source.changes),
        "mix": mix_document(source),
        "response_rates": rates_document(rates),
    }
    return json_text(document)


def trends_csv(source: TrendsSource) -> str:
    """The same rows, one line each; what changed stands in change_state and so on, in the last
    complete month of each line."""
    rows = _rows(source)
    told = _told_by_name(source)
    last = {
        _place(row, source): row
        for row in rows
        if row.wording == CURRENT and row.group["month"] <= source.changes.looked_at
    }
    printed = [
        _with_change(row, told.get(place) if row is last.get(place) else None)
        for row in rows
        for place in [_place(row, source)]
    ]
    return rows_csv(source.metric, source.by, printed, like=_FileRow({}, score({}, source.metric)))


@dataclass(frozen=True, slots=True)
class _FileRow(TrendRow):
    """A row of the file: a month of a line, with what is known of the line's changes."""

    told: Told | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**TrendRow.as_dict(self), **change_columns(self.told)}


def _rows(source: TrendsSource) -> list[TrendRow]:
    return pooled_rows(source.frame, source.by, source.metric, source.window.months[0])


def _with_change(row: TrendRow, told: Told | None) -> ScoreRow:
    kept = {field.name: getattr(row, field.name) for field in fields(row)}
    return _FileRow(**kept, told=told)


def _place(row: TrendRow, source: TrendsSource) -> Place:
    return row.group["stage"], row.group.get("touchpoint"), source.metric.key


def _told_by_name(source: TrendsSource) -> dict[Place, Told]:
    return {
        (told.line.stage.name, place.name if place else None, told.line.metric.key): told
        for told in source.changes.lines
        for place in told.line.shown_at
    }


TRENDS_FILES = {"csv": trends_csv, "json": trends_json}
