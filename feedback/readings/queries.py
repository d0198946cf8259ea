"""What dashboards read: the counts behind every score, never a response.

The cost grows with stages, months and channels, not with responses: `rating_count` holds a few
rows a month for each series however many people answered.

Every statement that reads counts begins with `counts_table`: a kind of counts that is kept apart (a
persona's, a shop's) is a field of `CountQuery` and a branch there.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.readings.kept import while_counted
from feedback.responses.models import DisplayCount, RatingCount, Response
from feedback.scoring import METRICS
from feedback.scoring.months import first_day, month_of, shift
from feedback.versions import EVERY_MONTH, versions_of

# Every rating of any metric: the counts come with one column for each.
RATINGS = range(
    min(metric.minimum for metric in METRICS.values()),
    max(metric.maximum for metric in METRICS.values()) + 1,
)


@dataclass(frozen=True, slots=True)
class CountQuery:
    """Which counts to read: months both included, no channel meaning all of them."""

    series: tuple[uuid.UUID, ...]
    since: str = ""
    until: str = ""
    channel: str = ""


def counts_table(query: CountQuery | None = None) -> sa.FromClause:
    """How many gave each rating, by series, channel and month; without a query, of all answers.

    Columns: `workspace_id`, `series_id`, `channel`, `month`, `rating`, `n`.
    """
    table: sa.FromClause = sa.inspect(RatingCount).local_table
    return table


def displays_table(query: CountQuery) -> sa.FromClause:
    """How often people were asked. Columns as of `counts_table`, `kind` instead of `rating`."""
    table: sa.FromClause = sa.inspect(DisplayCount).local_table
    return table


def asked_for(workspace_id: uuid.UUID, query: CountQuery, count: Any) -> list[Any]:
    """The conditions of a query on `count`, the columns of one of the tables above."""
    conditions = [count.workspace_id == workspace_id, count.series_id.in_(query.series)]
    if query.since:
        conditions.append(count.month >= first_day(query.since))
    if query.until:
        conditions.append(count.month <= first_day(query.until))
    if query.channel:
        conditions.append(count.channel == query.channel)
    return conditions


@while_counted
async def counts_version(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> tuple[int, int]:
    """Others whenever answers that the query asks for came or went."""
    count = counts_table(query).c
    found = await session.exec(  # type: ignore[call-overload]
        sa.select(sa.func.sum(count.n), sa.func.sum(count.n * (count.rating + 1))).where(
            *asked_for(workspace_id, query, count)
        )
    )
    first, second = found.one()
    return int(first or 0), int(second or 0)


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many gave each of `RATINGS`, in one series and month; no channel means all of them."""

    series: uuid.UUID
    month: date
    channel: str
    counts: tuple[int, ...]


async def read_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery, *, by_channel: bool = False
) -> tuple[CountRow, ...]:
    """Counted responses by series and month (and channel), ordered by these.

    The newest month that answers came for is read apart: those before it are known already.
    """
    if not query.series:
        return ()
    versions = (await versions_of(session, workspace_id)).counts
    newest = month_of(versions[-1].month) if versions else ""
    if newest == month_of(EVERY_MONTH):
        newest = ""
    before = shift(newest, -1) if newest and query.since < newest else ""
    if not before or (query.until and query.until <= before):
        return await _read_counts(session, workspace_id, query, by_channel=by_channel)
    parts = replace(query, until=before), replace(query, since=newest)
    found = [
        row
        for part in parts
        for row in await _read_counts(session, workspace_id, part, by_channel=by_channel)
    ]
    return tuple(sorted(found, key=_place))


_place = attrgetter("series", "month", "channel")


@while_counted
async def _read_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery, *, by_channel: bool
) -> tuple[CountRow, ...]:
    """In one statement. The ratings are columns: eleven times fewer rows to carry than one row a
    rating. Ordered, so that equal data give equal rows."""
    found = await session.exec(_counts_query(workspace_id, query, by_channel=by_channel))
    return tuple([CountRow(row[0], row[1], row[2], tuple(row[3:])) for row in found])


def _counts_query(workspace_id: uuid.UUID, query: CountQuery, *, by_channel: bool) -> Any:
    count = counts_table(query).c
    keys = [count.series_id, count.month, *([count.channel] if by_channel else [])]
    return (
        sa.select(
            count.series_id,
            count.month,
            count.channel if by_channel else sa.literal_column("''").label("channel"),
            *rating_sums(),
        )
        .where(*asked_for(workspace_id, query, count))
        .group_by(*keys)
        .having(sa.func.sum(count.n) > 0)
        .order_by(*keys)
    )


def rating_sums() -> list[Any]:
    """The columns of a statement over `counts_table`, one for each of `RATINGS`."""
    return [sa.literal_column(sql) for sql in _RATING_COLUMNS]


# As text: built of expressions, the eleven take SQLAlchemy longer than the database.
_RATING_COLUMNS = [
    f"CAST(COALESCE(SUM(n) FILTER (WHERE rating = {rating}), 0) AS BIGINT) AS n_{rating}"
    for rating in RATINGS
]


@dataclass(frozen=True, slots=True)
class Span:
    """The oldest and the newest month with answers; both blank when there is none."""

    first: str = ""
    last: str = ""


def span_of(rows: Sequence[CountRow]) -> Span:
    """The span of counts that were read without limits."""
    if not rows:
        return Span()
    return Span(month_of(min(row.month for row in rows)), month_of(max(row.month for row in rows)))


@while_counted
async def answered_span(
    session: AsyncSession, workspace_id: uuid.UUID, series: tuple[uuid.UUID, ...]
) -> Span:
    """Between which months answers came."""
    if not series:
        return Span()
    query = CountQuery(series)
    count = counts_table(query).c
    statement = sa.select(sa.func.min(count.month), sa.func.max(count.month)).where(
        *asked_for(workspace_id, query, count), count.n > 0
    )
    first, last = (await session.exec(statement)).one()  # type: ignore[call-overload]
    return Span() if first is None else Span(month_of(first), month_of(last))


async def first_answered_at(
    session: AsyncSession, workspace_id: uuid.UUID, series: Sequence[uuid.UUID]
) -> datetime | None:
    """When the oldest response came, or None. Response ids run with time: the first one is it."""
    found = await session.exec(
        select(Response.answered_at)
        .where(
            Response.workspace_id == workspace_id,
            col(Response.series_id).in_(series),
            Response.state == "counted",
        )
        .order_by(col(Response.id))
        .limit(1)
    )
    return found.first()


@while_counted
async def asked_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> dict[uuid.UUID, int]:
    """How often each series was shown or sent: tells the silent touchpoint from the unasked."""
    if not query.series:
        return {}
    asked = displays_table(query).c
    statement = (
        sa.select(asked.series_id, sa.func.sum(asked.n))
        .where(*asked_for(workspace_id, query, asked), asked.kind.in_(("shown", "invited")))
        .group_by(asked.series_id)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return {series: int(n) for series, n in found}


@dataclass(frozen=True, slots=True)
class AskedRow:
    """How often people were asked in a month, over all series read.

    kind: `shown`, `invited`, or `dismissed` (shown and closed without an answer).
    """

    month: date
    channel: str
    kind: str
    n: int


@while_counted
async def read_asked(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> tuple[AskedRow, ...]:
    """Displays and invitations by month, channel and kind, in one statement, in that order."""
    if not query.series:
        return ()
    asked = displays_table(query).c
    keys = (asked.month, asked.channel, asked.kind)
    statement = (
        sa.select(*keys, sa.func.sum(asked.n))
        .where(*asked_for(workspace_id, query, asked))
        .group_by(*keys)
        .having(sa.func.sum(asked.n) > 0)
        .order_by(*keys)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return tuple(AskedRow(month, channel, kind, int(n)) for month, channel, kind, n in found)


@dataclass(frozen=True, slots=True)
class TwoPeriods:
    """Two periods that touch: from `first` to the month before `between`, and to `last`."""

    first: str
    between: str
    last: str


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """How many answered in a month by a channel; blank for those that surely asked."""

    month: date
    channel: str
    n: int


@dataclass(frozen=True)
class ByChannel:
    """periods: answers of each window by series and channel, the month being the first of its
    period. asked, answered: by month and channel, of the months shown and the three before."""

    periods: Mapping[TwoPeriods, Sequence[CountRow]] = field(default_factory=dict)
    asked: Sequence[AskedRow] = ()
    answered: Sequence[AnsweredRow] = ()
