"""The trends as files: the rows of `feedback trend` (see `trend.py`), and what changed."""

from dataclasses import dataclass, fields
from typing import Any

from feedback.changes.files import changes_document
from feedback.changes.find import Told
from feedback.dashboards.files import RowKey, change_columns
from feedback.dashboards.mix.files import mix_document
from feedback.dashboards.rates import MonthRate, Rates, month_rates, rates_of
from feedback.dashboards.read import YEAR, Counts, changes_of
from feedback.dashboards.strands import Strand, read_strands
from feedback.offline.score_print import score_rows
from feedback.readings.scores import TrendRow
from feedback.rows import Table, json_text
from feedback.scoring import ScoreRow, metric_dict, score
from feedback.scoring.months import shift
from feedback.surveys.seams import CURRENT


def trends_json(counts: Counts) -> str:
    """{"metric", "rows", "changes", ...}: the rows of `feedback trend --by month,stage`, or by
    touchpoint too where one stage is looked at; beside them "beside" (`_beside_facts`), "mix"
    (`mix.files.mix_document`) and "response_rates" (`rates_document`)."""
    rates = rates_of(month_rates(counts.by_channel, counts.window.months, counts.window.running))
    document = {
        "metric": metric_dict(counts.metric),
        "rows": [row.as_dict() for row in _rows(counts)],
        **changes_document(changes_of(counts)),
        "beside": [_beside_facts(strand, counts) for strand in read_strands(counts)],
        "mix": mix_document(counts),
        "response_rates": rates_document(rates),
    }
    return json_text(document)


def _beside_facts(strand: Strand, counts: Counts) -> dict[str, Any]:
    """What stands beside the number of a line's last complete month, `month`, all unrounded.

    year_before_*: the same month a year earlier, where the same was asked and 30 answers came.
    usual_*: where the month `usual_month`, which runs, would usually lie: low and high of 95 %,
    the score, months and unrest (usual_rho, 0..1) that they rest on, the answers they are for.
    """
    stage, touchpoint = strand.spot
    month = strand.told_month(counts.window)
    names = {"stage": stage.name, "touchpoint": touchpoint.name if touchpoint else None}
    return names | {"month": month or None} | _beside_columns(strand, month)


def _beside_columns(strand: Strand | None, month: str) -> dict[str, Any]:
    """The same for a row of a CSV file; blank without a line."""
    before = strand.year_before(month) if strand and month else None
    coming = strand.coming if strand else None
    return {
        "year_before_month": shift(month, -YEAR) if before else None,
        "year_before_score": before and before.score,
        "year_before_n": before and before.n,
        "usual_month": coming and coming.month,
        "usual_low": coming and coming.low,
        "usual_high": coming and coming.high,
        "usual_score": coming and coming.score,
        "usual_months": coming and coming.months,
        "usual_n": coming and coming.n,
        "usual_rho": coming and coming.rho,
    }


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
    """The same rows, one line each; what changed stands in change_state and so on, what stands
    beside its number in year_before_score, usual_low and so on, in the last complete month of each
    line."""
    rows = _rows(counts)
    told = _told_by_name(counts)
    strands = {
        (stage.name, touchpoint.name if touchpoint else None, counts.metric.key): strand
        for strand in read_strands(counts)
        for stage, touchpoint in [strand.spot]
    }
    last = {
        _row_key(row, counts): row
        for row in rows
        if row.wording == CURRENT and row.group["month"] <= changes_of(counts).looked_at
    }
    printed = [
        _with_change(row, *((told.get(key), strands.get(key)) if row is last.get(key) else ()))
        for row in rows
        for key in [_row_key(row, counts)]
    ]
    return score_rows(
        counts.metric, _rows_by(counts), printed, like=_FileRow({}, score({}, counts.metric))
    )


@dataclass(frozen=True, slots=True)
class _FileRow(TrendRow):
    """A row of the file: a month of a line, with what is known of the line as of then."""

    told: Told | None = None
    strand: Strand | None = None

    def as_dict(self) -> dict[str, Any]:
        beside = _beside_columns(self.strand, str(self.group.get("month") or ""))
        return {**TrendRow.as_dict(self), **change_columns(self.told), **beside}


def _rows_by(counts: Counts) -> tuple[str, ...]:
    return ("month", "stage") if counts.focus.stage is None else ("month", "stage", "touchpoint")


def _rows(counts: Counts) -> list[TrendRow]:
    since = counts.window.months[0]
    return counts.grouped().pooled_rows(_rows_by(counts), counts.metric, since)


def _with_change(row: TrendRow, told: Told | None = None, strand: Strand | None = None) -> ScoreRow:
    kept = {field.name: getattr(row, field.name) for field in fields(row)}
    return _FileRow(**kept, told=told, strand=strand)


def _row_key(row: TrendRow, counts: Counts) -> RowKey:
    return row.group["stage"], row.group.get("touchpoint"), counts.metric.key


def _told_by_name(counts: Counts) -> dict[RowKey, Told]:
    return {
        (told.line.stage.name, place.name if place else None, told.line.metric.key): told
        for told in changes_of(counts).lines
        for place in told.line.shown_at
    }
