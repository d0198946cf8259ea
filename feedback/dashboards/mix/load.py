"""Reads what stands under the trends, once it is known what changed."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.mix.lines import wanted_windows
from feedback.dashboards.mix.read import (
    OTHER,
    REST,
    AnsweredRow,
    ByChannel,
    read_answered,
    read_periods,
)
from feedback.dashboards.rates import ASKING, RATES_BEFORE
from feedback.dashboards.read import Counts, Scope
from feedback.readings.queries import AskedRow, CountQuery, CountRow, read_asked
from feedback.responses.models import CHANNELS
from feedback.scoring.months import first_day, month_of, months_between, shift


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
    series, since = set(query.series), first_day(query.since)
    rows = counts.rows if query.channel else (*counts.watched, *counts.rows)
    known = {id(row): row for row in rows if row.series in series}
    found = _totals(row for row in known.values() if row.month >= since)
    for row in others:
        found[row.month] -= row.n
    return [AnsweredRow(month, name, n) for month, n in sorted(found.items()) if n > 0]


def _totals(rows: Iterable[CountRow]) -> Counter[date]:
    found: Counter[date] = Counter()
    for row in rows:
        found[row.month] += sum(row.counts)
    return found
