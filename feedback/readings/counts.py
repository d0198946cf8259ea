"""Where the counts stand that every score is made of, and which of them a reader asks for.

Every statement that reads counts begins here: a kind of counts that is kept apart (a persona's, a
shop's) is a field of `CountQuery` and a branch of `counts_table`.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import DisplayCount, RatingCount
from feedback.scoring.months import first_day


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
