"""The counts that dashboards read: kept true by every write, proven by a recount.

Months whose texts retention has erased are sealed: their counts are what they were, and no recount
reads their rows any more, which may be fewer one day.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import RatingCount, Response, RetentionRun
from feedback.scoring.months import month_of
from feedback.versions import note_counts


@dataclass(frozen=True, slots=True)
class Difference:
    """A count that is not what the responses say; `excess` is the rollup minus the recount."""

    series_id: uuid.UUID
    channel: str
    month: date
    rating: int
    excess: int


async def sealed_before(session: AsyncSession, workspace_id: uuid.UUID) -> date:
    """The first month that is not sealed; `date.min` where none is."""
    latest = sa.select(sa.func.max(RetentionRun.before)).where(
        col(RetentionRun.workspace_id) == workspace_id
    )
    found = (await (await session.connection()).execute(latest)).scalar()
    return found or date.min


async def find_differences(session: AsyncSession, workspace_id: uuid.UUID) -> list[Difference]:
    """Every count that differs from a recount; one statement, so one snapshot of both."""
    since = await sealed_before(session, workspace_id)
    kept = sa.select(*_group(RatingCount), col(RatingCount.n).label("n")).where(
        col(RatingCount.workspace_id) == workspace_id, col(RatingCount.month) >= since
    )
    both = sa.union_all(kept, _recount(workspace_id, since, sign=-1)).subquery()
    excess = sa.cast(sa.func.sum(both.c.n), sa.BigInteger)
    group = [both.c.series_id, both.c.channel, both.c.month, both.c.rating]
    connection = await session.connection()
    found = await connection.execute(
        sa.select(*group, excess).group_by(*group).having(excess != 0).order_by(*group)
    )
    return [Difference(*row) for row in found]


async def rebuild(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    """Count every response of the workspace anew, in the caller's transaction."""
    since = await sealed_before(session, workspace_id)
    open_months = col(RatingCount.month) >= since
    await session.exec(
        delete(RatingCount).where(col(RatingCount.workspace_id) == workspace_id, open_months)
    )
    columns = ["workspace_id", "series_id", "channel", "month", "rating", "n"]
    counted = _recount(workspace_id, since, sign=1).subquery()
    rows = sa.select(sa.literal(workspace_id, Response.__table__.c.workspace_id.type), counted)  # type: ignore[attr-defined]
    connection = await session.connection()
    await connection.execute(sa.insert(RatingCount).from_select(columns, rows))
    await note_counts(session, workspace_id)


class Answers(NamedTuple):
    """How many answers there are, and the sums of their ratings and of these squared: other answers
    give other sums, but for those that make up for each other."""

    n: int = 0
    first: int = 0
    second: int = 0

    def plus(self, other: "Answers") -> "Answers":
        return Answers(self.n + other.n, self.first + other.first, self.second + other.second)


async def read_answers(
    session: AsyncSession, workspace_id: uuid.UUID
) -> dict[tuple[uuid.UUID, str], Answers]:
    """By series and month (YYYY-MM), over all channels, as they are counted."""
    n, rating = col(RatingCount.n), col(RatingCount.rating)
    sums = (sa.func.sum(each) for each in (n, n * rating, n * rating * rating))
    keys = (col(RatingCount.series_id), col(RatingCount.month))
    found = await (await session.connection()).execute(
        sa.select(*keys, *(sa.cast(each, sa.BigInteger) for each in sums))
        .where(col(RatingCount.workspace_id) == workspace_id)
        .group_by(*keys)
        .having(sa.func.sum(n) > 0)
    )
    return {(series, month_of(month)): Answers(*sums) for series, month, *sums in found}


class CountAt(NamedTuple):
    """Which count of a workspace an answer is in."""

    series_id: uuid.UUID
    channel: str
    month: date
    rating: int


async def shift_count(session: AsyncSession, response: Response, by: int) -> None:
    """Add one response to its count (`by=1`) or take it away (`by=-1`), whole and at once."""
    key = CountAt(response.series_id, response.channel, response.month, response.rating)
    await shift_counts(session, response.workspace_id, {key: by})


async def shift_counts(
    session: AsyncSession, workspace_id: uuid.UUID, by: Mapping[CountAt, int]
) -> None:
    """Change each count by so many answers, in the caller's transaction, as its last act."""
    rows = [
        {"workspace_id": workspace_id, **key._asdict(), "n": n}
        for key, n in sorted(by.items())  # as the writer takes its locks
        if n
    ]
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    made = insert(sa.inspect(RatingCount).local_table)
    added = made.on_conflict_do_update(
        index_elements=["workspace_id", *CountAt._fields],
        set_={"n": RatingCount.n + made.excluded.n},
    )
    await (await session.connection()).execute(added, rows)
    await note_counts(session, workspace_id, {key.month for key, n in by.items() if n})


def _recount(workspace_id: uuid.UUID, since: date, *, sign: int) -> Any:
    return (
        sa.select(*_group(Response), (sign * sa.func.count()).label("n"))
        .where(
            col(Response.workspace_id) == workspace_id,
            col(Response.state) == "counted",
            col(Response.month) >= since,
        )
        .group_by(*_group(Response))
    )


def _group(model: Any) -> tuple[Any, ...]:
    return (model.series_id, model.channel, model.month, model.rating)
