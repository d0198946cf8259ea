"""The trends as files: the rows of `feedback trend`, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.changes.files import changes_document
from feedback.changes.find import Told
from feedback.dashboards.files import RowKey, change_columns
from feedback.dashboards.mix.files import mix_document
from feedback.dashboards.rates import MonthRate, Rates, month_rates
from feedback.dashboards.read import Counts, changes_of
from feedback.filters import NotOursError
from feedback.offline.score_print import rows_csv
from feedback.readings.journey import JourneyInfo, journey_names, read_journey
from feedback.readings.queries import CountQuery, read_counts
from feedback.readings.scores import CURRENT, POOLED, TrendRow, counts_frame, pooled_rows
from feedback.rows import json_text
from feedback.scoring import Metric, ScoreRow, metric_dict, score, score_groups
from feedback.scoring.months import month_of, shift

if TYPE_CHECKING:
    import pandas as pd


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
    flag: `higher` or `lower`, more than 0.1 from usual, the mean of the three months before.
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
    return pooled_rows(counts.frame(), _rows_by(counts), counts.metric, counts.window.months[0])


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


# What `feedback trend` prints.


@dataclass(frozen=True, slots=True)
class TrendQuery:
    """What `feedback trend` was asked: blank means everything."""

    metric: Metric
    journey: str = ""
    by: Sequence[str] = ("month",)
    since: str = ""
    until: str = ""


async def load_trend(
    session: AsyncSession, workspace: Workspace, query: TrendQuery
) -> "pd.DataFrame":
    """The counts behind `feedback trend`: one journey by name, or all, archived ones too.

    By month, with the two months before the first, which `trend_rows` leaves out again.
    Raises NotOursError when no journey has that name.
    """
    names = await journey_names(session, workspace.id, archived=True)
    chosen = [name for name in names if query.journey in ("", name.name)]
    if query.journey and not chosen:
        raise NotOursError(", ".join(name.name for name in names))
    shapes = [await read_journey(session, workspace.id, name) for name in chosen]
    whole = JourneyInfo(
        workspace.id, workspace.name, tuple(stage for shape in shapes for stage in shape.stages)
    )
    series = tuple(line.id for _, _, line in whole.placed_series if line.metric == query.metric.key)
    rows = await read_counts(
        session,
        workspace.id,
        CountQuery(series, query.since and shift(query.since, 1 - POOLED), query.until),
        by_channel="channel" in query.by,
    )
    if "month" not in query.by:
        rows = tuple(row for row in rows if month_of(row.month) >= query.since)
    return counts_frame(whole, rows, workspace.time_zone)


def trend_rows(
    frame: "pd.DataFrame", metric: Metric, by: Sequence[str], since: str = ""
) -> list[ScoreRow]:
    """The rows of `feedback trend`, `/trends.json` and `/trends.csv`, one a group with answers.

    frame: counts of this metric only (see `scores.counts_frame`). Rows by month begin with
    `since` and carry their three months pooled; in the month of a seam the answers to the
    replaced wording are a row of their own, before the others.
    """
    if "month" not in by:
        return score_groups(frame, by, metric)
    return [*pooled_rows(frame, by, metric, since)]
