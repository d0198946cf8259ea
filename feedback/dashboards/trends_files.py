"""The trends as files: the rows of `feedback trend` (see `trend.py`), and what changed."""

from dataclasses import dataclass, fields
from typing import Any

from feedback.changes.files import changes_document
from feedback.changes.find import Told
from feedback.dashboards.files import RowKey, change_columns
from feedback.dashboards.mix.files import mix_document
from feedback.dashboards.rates import MonthRate, Rates, month_rates
from feedback.dashboards.read import Counts, changes_of
from feedback.offline.score_print import score_rows
from feedback.readings.scores import TrendRow
from feedback.rows import Table, json_text
from feedback.scoring import ScoreRow, metric_dict, score
from feedback.surveys.seams import CURRENT


def trends_json(counts: Counts) -> str:
    """{"metric", "rows", "changes", ...}: the rows of `feedback trend --by month,stage`, or by
    touchpoint too where one stage is looked at; beside them "mix" (`mix.files.mix_document`) and
    "response_rates" (`rates_document`)."""
    rates = month_rates(counts.by_channel, counts.window.months, counts.window.running)
    document = {
        "metric": metric_dict(counts.metric),
        "rows": [row.as_dict() for row in _rows(counts)],
        **changes_document(changes_of(counts)),
        "mix": mix_document(counts),
        "response_rates": rates_document(rates),
    }
    return json_text(document)


def rates_document(found: Rates) -> dict[str, Any]:
    """What stands as "response_rates" beside the rows of `/trends.json`.

    {"months": [...], "overall": {...}}: rate, low, high (Wilson, 95 %) and usual are shares,
    0 to 1, null where there is none. left_out: answers by channels that asked nobody in the month.
    flag: `higher` or `lower`, 0.1 or more from usual, the rate of the three months before, and
    further than chance explains.
    """
    months = [{"month": each.month} | _rate_facts(each) for each in found.months]
    flags = [{"usual": each.usual, "flag": each.flag} for each in found.months]
    return {
        "months": [facts | flag for facts, flag in zip(months, flags, strict=True)],
        "overall": _rate_facts(found.overall),
    }


def _rate_facts(rate: MonthRate) -> dict[str, Any]:
    interval = rate.interval
    return {
        "shown": rate.shown,
        "invited": rate.invited,
        "dismissed": rate.dismissed,
        "answers": rate.answers,
        "left_out": rate.left_out,
        "rate": rate.share,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }


def trends_table(counts: Counts) -> Table:
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
    return score_rows(
        counts.metric, _rows_by(counts), printed, like=_FileRow({}, score({}, counts.metric))
    )


@dataclass(frozen=True, slots=True)
class _FileRow(TrendRow):
    """A row of the file: a month of a line, with what is known of the line's changes."""

    told: Told | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**TrendRow.as_dict(self), **change_columns(self.told)}


def _rows_by(counts: Counts) -> tuple[str, ...]:
    return ("month", "stage") if counts.focus.stage is None else ("month", "stage", "touchpoint")


def _rows(counts: Counts) -> list[TrendRow]:
    since = counts.window.months[0]
    return counts.grouped().pooled_rows(_rows_by(counts), counts.metric, since)


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
