"""What the tests of the hosted page do with it, and what the database then holds."""

import re
from typing import Any

from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import RatingCount, Response
from tests.cast import Shop

Client = AsyncTestClient[Any]


async def answers(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return list(found)


async def counts(database: Database, shop: Shop) -> dict[int, int]:
    async with database.read() as session:
        found = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        return {row.rating: row.n for row in found if row.n}


def hidden(page: str) -> dict[str, str]:
    """What a browser would post besides what is typed."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


async def fill_in(client: Client, address: str, **typed: str) -> Any:
    """Open a link and press Send, as a browser does; the page comes without a session."""
    page = await client.get(address)
    assert page.status_code == 200
    return await client.post(
        address.split("?")[0],
        data=hidden(page.text) | typed,
        headers={"Origin": "null"},
        follow_redirects=False,
    )
