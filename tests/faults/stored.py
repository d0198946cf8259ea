"""What the database holds, through the models: works on both kinds."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.responses.models import RatingCount, Response, Submission
from feedback.responses.rollup import find_differences
from tests.cast import Shop
from tests.faults.clients import Ledger


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


async def assert_kept(database: Database, shop: Shop, ledger: Ledger) -> None:
    """Each submission has one response, the one that was acknowledged, in its newest state."""
    kept = await answers(database, shop)
    acked = ledger.final()
    assert acked.keys() == kept.keys()
    assert {key: (a.response_id, a.seq, a.rating) for key, a in acked.items()} == {
        key: (str(kept[key].response_id), kept[key].seq, kept[key].rating) for key in acked
    }
    assert await responses(database, shop) == len(kept)
    assert await counts(database, shop) == Counter(a.rating for a in kept.values())
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []


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
