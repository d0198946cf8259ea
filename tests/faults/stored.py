"""What the database holds, through the models: works on both kinds."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.responses.models import RatingCount, Response, Submission
from tests.cast import Shop


class Stored(NamedTuple):
    """A response as its submission finds it."""

    response_id: UUID
    seq: int
    rating: int
    comment: str | None


async def answers(database: Database, shop: Shop) -> dict[str, Stored]:
    """The response of each submission."""
    same = sa.and_(
        col(Response.workspace_id) == col(Submission.workspace_id),
        col(Response.id) == col(Submission.response_id),
    )
    async with database.read() as session:
        rows = await session.exec(
            select(Submission.submission_id, Response)
            .join(Response, same)
            .where(col(Submission.workspace_id) == shop.workspace.id)
        )
        return {str(id): Stored(r.id, r.seq, r.rating, r.comment) for id, r in rows}


async def responses(database: Database, shop: Shop) -> int:
    """How many rows of answers there are, found by a submission or not."""
    async with database.read() as session:
        wanted = select(sa.func.count()).where(col(Response.workspace_id) == shop.workspace.id)
        return (await session.exec(wanted)).one()


async def counts(database: Database, shop: Shop) -> Counter[int]:
    """How often each rating is counted."""
    async with database.read() as session:
        found = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        return Counter({row.rating: row.n for row in found if row.n})
