"""What dashboards read: the counts behind every score, never a response.

The cost grows with stages, months and channels, not with responses: `rating_count` holds a few
rows a month for each series however many people answered.

Every statement that reads counts begins with `counts_table`: a kind of counts that is kept apart (a
persona's, a shop's) is a field of `CountQuery` and a branch there. And it leaves out the
small groups of anonymous surveys (`large_cells`).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.erasure.ids import is_erased
from feedback.kept import while_counted
from feedback.responses.models import CHANNELS, DisplayCount, RatingCount, Response
from feedback.responses.small_groups import anonymous_series, in_large_cells, large_cells
from feedback.scoring import METRICS
from feedback.scoring.months import first_day, month_of, shift_day
from feedback.surveys.models import Series

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
    if query.channel or query.since:
        # Every channel by name, so that the key leads to the months wanted.
        conditions.append(count.channel.in_([query.channel] if query.channel else CHANNELS))
    return conditions


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many gave each of `RATINGS`, in one series and month; no channel means all of them."""

    series: uuid.UUID
    month: date
    channel: str
    counts: tuple[int, ...]


async def query_counts(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    kind: CountQuery,
    since: date | None = None,
    until: date | None = None,
) -> tuple[CountRow, ...]:
    """The counts of all series, or those of some months, ordered by month and series; in one
    statement. kind: a query that names neither series nor months.

    The ratings are columns: eleven times fewer rows to carry than one row a rating.
    """
    values = {"workspace": workspace_id, "since": since, "until": until}
    anonymous = await anonymous_series(session, workspace_id)
    statement = _counts_query(kind, anonymous, within=since is not None)
    found = await (await session.connection()).execute(statement, values)
    return tuple([CountRow(row[0], row[1], "", tuple(row[2:])) for row in found])


@lru_cache(maxsize=32)
def _counts_query(kind: CountQuery, anonymous: frozenset[uuid.UUID], *, within: bool) -> Any:
    count, series = counts_table(kind).c, sa.inspect(Series).local_table.c
    workspace: Any = sa.bindparam("workspace")
    statement = sa.select(count.series_id, count.month, *rating_sums()).where(
        count.workspace_id == workspace
    )
    if anonymous:
        statement = statement.where(in_large_cells(anonymous, count))
    if within:
        # Series and channels by name, so that the key leads to the months wanted.
        ours = sa.select(series.id).where(series.workspace_id == workspace)
        statement = statement.where(
            count.series_id.in_(ours),
            count.channel.in_([kind.channel] if kind.channel else CHANNELS),
            count.month.between(sa.bindparam("since"), sa.bindparam("until")),
        )
    elif kind.channel:
        statement = statement.where(count.channel == kind.channel)
    keys = (count.month, count.series_id)
    return statement.group_by(*keys).having(sa.func.sum(count.n) > 0).order_by(*keys)


async def read_by_channel(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> tuple[CountRow, ...]:
    """Counted responses by series, month and channel, ordered by these."""
    if not query.series:
        return ()
    count = counts_table(query).c
    keys = (count.series_id, count.month, count.channel)
    statement = (
        sa.select(*keys, *rating_sums())
        .where(
            *asked_for(workspace_id, query, count),
            *await large_cells(session, workspace_id, count),
        )
        .group_by(*keys)
        .having(sa.func.sum(count.n) > 0)
        .order_by(*keys)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return tuple([CountRow(row[0], row[1], row[2], tuple(row[3:])) for row in found])


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
    """The span of counts that were read without limits, ordered by month."""
    return Span(month_of(rows[0].month), month_of(rows[-1].month)) if rows else Span()


async def first_answered_at(
    session: AsyncSession, workspace_id: uuid.UUID, series: Sequence[uuid.UUID]
) -> datetime | None:
    """When the oldest response came, or None. Response ids run with time: the first one is it.

    Of erased ones, which stand first in their month, the month alone is known: the oldest of them
    counts as its last, unless another answer of the month is known to be older than that.
    """
    oldest = await _first_after(session, workspace_id, series, None)
    if oldest is None:
        return None
    response_id, answered_at, month = oldest
    if not is_erased(response_id):
        return answered_at
    end = datetime.combine(shift_day(month, 1), time(), UTC)
    known = await _first_after(session, workspace_id, series, answered_at)
    return end if known is None or is_erased(known[0]) else min(end, known[1])


async def _first_after(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    series: Sequence[uuid.UUID],
    after: datetime | None,
) -> tuple[uuid.UUID, datetime, date] | None:
    wanted: list[Any] = [
        Response.workspace_id == workspace_id,
        col(Response.series_id).in_(series),
        Response.state == "counted",
    ]
    if after is not None:
        wanted.append(Response.answered_at > after)
    of_each: Any = select(Response.id, Response.answered_at, col(Response.month))
    found = await session.exec(of_each.where(*wanted).order_by(col(Response.id)).limit(1))
    first: tuple[uuid.UUID, datetime, date] | None = found.first()
    return first


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
    """The months of two periods, each in order; `after` is all later than `before`."""

    before: tuple[str, ...]
    after: tuple[str, ...]


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
