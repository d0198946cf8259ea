"""Many answers from one address, as the tests of bursts send them."""

from typing import Any

from feedback.db import Database
from tests import waiting
from tests.cast import Shop
from tests.forms import Client
from tests.surveys.hosted import answers
from tests.visiting import post, statuses

OFFICE, ELSEWHERE = "198.51.100.7", "198.51.100.8"


async def marked(client: Client) -> None:
    bursts = client.app.state.bursts
    await waiting.until(lambda: bursts.is_idle)


async def origins(database: Database, shop: Shop) -> list[bytes | None]:
    return [each.origin for each in await answers(database, shop)]


async def flood(client: Client, shop: Shop, n: int, peer: str = OFFICE, **body: Any) -> None:
    found = await post(client, f"/r/{shop.nps.key}", peer, [None] * n, **{"rating": 0, **body})
    assert statuses(found) == {201: n}
