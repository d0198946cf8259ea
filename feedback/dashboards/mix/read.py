"""Reads what stands under the trends, once it is known what changed: answers by channel, and how
often people were asked."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.mix.lines import wanted_windows
from feedback.dashboards.rates import ASKING, RATES_BEFORE, REST
from feedback.dashboards.read import Counts, Scope
from feedback.kept import while_counted
from feedback.memory import memory
from feedback.readings.counted import months_of
from feedback.readings.queries import (
    AnsweredRow,
    AskedRow,
    ByChannel,
    CountQuery,
    CountRow,
    TwoPeriods,
    asked_for,
    counts_table,
    rating_sums,
    read_asked,
)
from feedback.responses.models import CHANNELS
from feedback.responses.small_groups import anonymous_series, in_large_cells, large_cells
from feedback.scoring.months import first_day, month_of, months_between, shift

OTHER = "other"  # all channels, where none asked


async def with_channels(session: AsyncSession, counts: Counts, scope: Scope) -> Counts:
    """The counts of the trends page, with its answers by channel and displays."""
    workspace_id, channel = scope.workspace.id, scope.asked.get("channel")
    months = months_between(shift(counts.window.months[0], -RATES_BEFORE), counts.window.months[-1])
    query = CountQuery(_in_view(counts), months[0], months[-1], channel)
    asked = await read_asked(session, workspace_id, query)
    answered = await _answered(session, workspace_id, query, (counts, asked))
    periods = await read_periods(session, workspace_id, wanted_windows(counts), channel)
    made = replace(counts, by_channel=ByChannel(periods, asked, answered))
    vars(made)["watched_version"] = counts.watched_version  # nothing of it is another
    return made


async def _answered(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    query: CountQuery,
    known: tuple[Counts, Sequence[AskedRow]],
) -> list[AnsweredRow]:
    """Answers by month and channel. Read are only the channels that did not ask in some month;
    what the others got is known: it is the rest."""
    counts, asked = known
    if not asked:
        return _rest(counts, query, (), OTHER)
    if query.channel:
        return await read_answered(session, workspace_id, query, (query.channel,))
    months = months_between(max(query.since, counts.span.first), query.until)
    found = await read_answered(session, workspace_id, query, tuple(_unsure(asked, months)))
    return found + _rest(counts, query, found, REST)


def _in_view(counts: Counts) -> tuple[uuid.UUID, ...]:
    return tuple(
        line.id
        for stage, touchpoint, line in counts.journey.placed_series
        if line.metric == counts.metric.key
        and counts.focus.stage in (None, stage)
        and counts.focus.touchpoint in (None, touchpoint)
    )


def _unsure(asked: Iterable[AskedRow], months: Sequence[str]) -> list[str]:
    """The channels that did not ask in some month, so that their answers may be left out."""
    found = {(row.channel, month_of(row.month)) for row in asked if row.kind in ASKING}
    return [name for name in CHANNELS if any((name, month) not in found for month in months)]


def _rest(
    counts: Counts, query: CountQuery, others: Iterable[AnsweredRow], name: str
) -> list[AnsweredRow]:
    """The answers of all but `others` together, under this name."""
    series = set(query.series)

    def totals(rows: Sequence[CountRow], since: str) -> Counter[date]:
        return _totals(row for row in months_of(rows, since, "") if row.series in series)

    if query.channel:
        found = totals(counts.rows, query.since)
    else:  # what is watched is every row until then, and most answers leave it as it is
        known = (counts.watched_version, counts.metric.key, counts.focus, query.since)
        watched = memory.keep_of("totals", known, lambda: totals(counts.watched, query.since))
        found = watched + totals(counts.rows, shift(counts.looked_at, 1))
    for row in others:
        found[row.month] -= row.n
    return [AnsweredRow(month, name, n) for month, n in sorted(found.items()) if n > 0]


def _totals(rows: Iterable[CountRow]) -> Counter[date]:
    found: Counter[date] = Counter()
    for row in rows:
        found[row.month] += sum(row.counts)
    return found


async def read_periods(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    windows: Mapping[TwoPeriods, Sequence[uuid.UUID]],
    channel: str,
) -> Mapping[TwoPeriods, Sequence[CountRow]]:
    """The answers of each window's series, by channel and period, in one statement."""
    if not windows:
        return {}
    numbered = tuple((window, tuple(series)) for window, series in windows.items())
    months = [month for window in windows for month in (*window.before, *window.after)]
    return await _read_periods(
        session, workspace_id, Periods(numbered, channel, min(months), max(months))
    )


@dataclass(frozen=True, slots=True)
class Periods:
    """Windows with their series, and the months from the first of them to the last."""

    numbered: tuple[tuple[TwoPeriods, tuple[uuid.UUID, ...]], ...]
    channel: str
    since: str
    until: str


@while_counted
async def _read_periods(
    session: AsyncSession, workspace_id: uuid.UUID, asked: Periods
) -> dict[TwoPeriods, list[CountRow]]:
    numbered = asked.numbered
    anonymous = await anonymous_series(session, workspace_id)
    parts = [
        _periods_query(workspace_id, number, pair, asked.channel, anonymous)
        for number, pair in enumerate(numbered)
    ]
    found = await session.exec(sa.union_all(*parts))  # type: ignore[call-overload]
    rows: dict[TwoPeriods, list[CountRow]] = {window: [] for window, _ in numbered}
    for number, series, name, is_after, *counts in found:
        window = numbered[number][0]
        month = first_day((window.after if is_after else window.before)[0])
        rows[window].append(CountRow(series, month, name, tuple(counts)))
    return {
        window: sorted(of, key=lambda row: (row.series, row.month, row.channel))
        for window, of in rows.items()
    }


def _periods_query(
    workspace_id: uuid.UUID,
    number: int,
    part: tuple[TwoPeriods, Sequence[uuid.UUID]],
    channel: str,
    anonymous: frozenset[uuid.UUID],
) -> Any:
    window, series = part
    query = CountQuery(tuple(series), window.before[0], window.after[-1], channel)
    count = counts_table(query).c
    after = first_day(window.after[0])
    is_after = sa.case((count.month >= after, 1), else_=0).label("is_after")
    months = [first_day(month) for month in (*window.before, *window.after)]
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
            count.month.in_(months),
            *([in_large_cells(anonymous, count)] if anonymous else []),
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
        .where(
            *asked_for(workspace_id, query, count),
            *await large_cells(session, workspace_id, count),
            count.channel.in_(channels),
        )
        .group_by(count.month, count.channel)
        .having(sa.func.sum(count.n) > 0)
        .order_by(count.month, count.channel)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return [AnsweredRow(month, channel, int(n)) for month, channel, n in found]
