"""All that a workspace has counted, month by month: kept, and only those months are read again
whose counts have another name since.

Every page of numbers reads some months of some series. Whichever it asks for, what was read for one
serves the next: a month that nobody has looked at yet costs no statement.
"""

import uuid
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import READS_ONLY
from feedback.memory import memory
from feedback.readings.queries import RATINGS, CountQuery, CountRow, Span, query_counts, span_of
from feedback.scoring.months import first_day
from feedback.versions import EVERY_MONTH, Version, versions_of

ROW, MONTH = 260, 400  # bytes, about
Name = tuple[Version, ...]


@dataclass(frozen=True)
class Counted:
    """The rows of each month, as of the names that the months have beside that of `every` one."""

    every: Name
    names: Mapping[date, Name]
    months: Mapping[date, tuple[CountRow, ...]]

    @cached_property
    def rows(self) -> tuple[CountRow, ...]:
        """All of them, ordered by month and series."""
        return tuple(chain.from_iterable(self.months[month] for month in sorted(self.months)))

    def stale(self, names: Mapping[date, Name]) -> set[date]:
        known = {month: self.names.get(month, ()) for month in (*names, *self.names)}
        return {month for month, name in known.items() if name != names.get(month, ())}


async def read_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> Sequence[CountRow]:
    """Counted responses by month and series, ordered by these."""
    if not query.series:
        return ()
    kind = replace(query, series=(), since="", until="")
    rows = months_of(await _counted(session, workspace_id, kind), query.since, query.until)
    series = set(query.series)
    return tuple([row for row in rows if row.series in series])


def months_of(rows: Sequence[CountRow], since: str, until: str) -> Sequence[CountRow]:
    """Those of the months from one to another; a blank one is no limit."""
    month = attrgetter("month")
    begin = bisect_left(rows, first_day(since), key=month) if since else 0
    end = bisect_right(rows, first_day(until), key=month) if until else len(rows)
    return rows[begin:end]


async def answered_span(
    session: AsyncSession, workspace_id: uuid.UUID, series: tuple[uuid.UUID, ...]
) -> Span:
    """Between which months answers came."""
    return span_of(await read_counts(session, workspace_id, CountQuery(series)))


async def _counted(
    session: AsyncSession, workspace_id: uuid.UUID, kind: CountQuery
) -> tuple[CountRow, ...]:
    """kind: a query that names neither series nor months."""
    if READS_ONLY not in session.info:  # what it finds may still be undone
        return await query_counts(session, workspace_id, kind)
    versions = (await versions_of(session, workspace_id)).counts
    names = {month: tuple(of) for month, of in groupby(versions, attrgetter("month"))}
    every, key = names.pop(EVERY_MONTH, ()), ("counted", workspace_id, kind)
    held: Counted | None = memory.get(key)
    if held is None or held.every != every:
        rows = await query_counts(session, workspace_id, kind)
        held = Counted(every, names, _by_month(rows))
    elif stale := held.stale(names):
        rows = await query_counts(session, workspace_id, kind, min(stale), max(stale))
        fresh = dict.fromkeys(stale, ()) | _by_month(row for row in rows if row.month in stale)
        held = Counted(every, names, {**held.months, **fresh})
    else:
        return held.rows
    memory.put(key, held, ROW * len(held.rows) + MONTH * len(held.months))
    return held.rows


async def counts_version(
    session: AsyncSession, workspace_id: uuid.UUID, series: tuple[uuid.UUID, ...]
) -> tuple[int, int]:
    """Others whenever answers to these series came or went."""
    rows = await read_counts(session, workspace_id, CountQuery(series))
    sums = [sum(column) for column in zip(*(row.counts for row in rows), strict=True)]
    return sum(sums), sum(n * (rating + 1) for n, rating in zip(sums, RATINGS, strict=False))


def _by_month(rows: Iterable[CountRow]) -> dict[date, tuple[CountRow, ...]]:
    return {month: tuple(of) for month, of in groupby(rows, attrgetter("month"))}
