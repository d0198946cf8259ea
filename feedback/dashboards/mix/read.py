"""Answers by channel, and how often people were asked: read for what stands under the table."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.readings.kept import while_counted
from feedback.readings.queries import (
    AskedRow,
    CountQuery,
    CountRow,
    asked_for,
    counts_table,
    rating_sums,
)
from feedback.responses.models import CHANNELS
from feedback.scoring.months import first_day

REST = ""  # the channels that asked in every month, together
OTHER = "other"  # all channels, where none asked


@dataclass(frozen=True, slots=True)
class Window:
    """Two periods that touch: from `first` to the month before `between`, and to `last`."""

    first: str
    between: str
    last: str


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """How many answered in a month by a channel; `REST` for those that surely asked."""

    month: date
    channel: str
    n: int


@dataclass(frozen=True)
class ByChannel:
    """periods: answers of each window by series and channel, the month being the first of its
    period. asked, answered: by month and channel, of the months shown and the three before."""

    periods: Mapping[Window, Sequence[CountRow]] = field(default_factory=dict)
    asked: Sequence[AskedRow] = ()
    answered: Sequence[AnsweredRow] = ()


async def read_periods(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    windows: Mapping[Window, Sequence[uuid.UUID]],
    channel: str,
) -> Mapping[Window, Sequence[CountRow]]:
    """The answers of each window's series, by channel and period, in one statement."""
    if not windows:
        return {}
    numbered = tuple((window, tuple(series)) for window, series in windows.items())
    months = [month for window in windows for month in (window.first, window.last)]
    return await _read_periods(
        session, workspace_id, Periods(numbered, channel, min(months), max(months))
    )


@dataclass(frozen=True, slots=True)
class Periods:
    """Windows with their series, and the months from the first of them to the last."""

    numbered: tuple[tuple[Window, tuple[uuid.UUID, ...]], ...]
    channel: str
    since: str
    until: str


@while_counted
async def _read_periods(
    session: AsyncSession, workspace_id: uuid.UUID, asked: Periods
) -> dict[Window, list[CountRow]]:
    numbered = asked.numbered
    parts = [
        _periods_query(workspace_id, number, pair, asked.channel)
        for number, pair in enumerate(numbered)
    ]
    found = await session.exec(sa.union_all(*parts))  # type: ignore[call-overload]
    rows: dict[Window, list[CountRow]] = {window: [] for window, _ in numbered}
    for number, series, name, is_after, *counts in found:
        window = numbered[number][0]
        month = first_day(window.between if is_after else window.first)
        rows[window].append(CountRow(series, month, name, tuple(counts)))
    return {
        window: sorted(of, key=lambda row: (row.series, row.month, row.channel))
        for window, of in rows.items()
    }


def _periods_query(
    workspace_id: uuid.UUID, number: int, part: tuple[Window, Sequence[uuid.UUID]], channel: str
) -> Any:
    window, series = part
    query = CountQuery(tuple(series), window.first, window.last)
    count = counts_table(query).c
    is_after = sa.case((count.month >= first_day(window.between), 1), else_=0).label("is_after")
    return (
        sa.select(
            sa.literal_column(str(number)).label("number"),
            count.series_id,
            count.channel,
            is_after,
            *rating_sums(),
        )
        .where(
            *asked_for(workspace_id, query, count),
            # Every channel by name, so that the key leads to the months wanted.
            count.channel.in_([channel] if channel else CHANNELS),
        )
        .group_by(count.series_id, count.channel, is_after)
        .having(sa.func.sum(count.n) > 0)
    )


@while_counted
async def read_answered(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery, channels: tuple[str, ...]
) -> list[AnsweredRow]:
    """Answers by month and channel over all series, of these channels only."""
    if not query.series or not channels:
        return []
    count = counts_table(query).c
    statement = (
        sa.select(count.month, count.channel, sa.func.sum(count.n))
        .where(*asked_for(workspace_id, query, count), count.channel.in_(channels))
        .group_by(count.month, count.channel)
        .having(sa.func.sum(count.n) > 0)
        .order_by(count.month, count.channel)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return [AnsweredRow(month, channel, int(n)) for month, channel, n in found]
