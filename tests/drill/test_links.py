"""From each number to the answers it is made of: the list holds as many as were clicked."""

import os
import random
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from feedback.db import Database
from feedback.priorities.compute import Task, find_out
from feedback.priorities.findings import Selection
from tests.cast import Shop
from tests.drill.links import Link, Recount, links_of
from tests.drill.world import World
from tests.forms import Client

FOLLOWED = 20  # of each kind of database; all with TEST_LONG
RARE = ("wording", "series", "property", "band", "journey")


def pages(world: World) -> dict[str, int]:
    """Each page with how many lists its numbers lead to at least."""
    stage, point = world.shop.checkout.id, world.shop.payment.id
    cart, whole = world.touchpoints["Cart"].id, world.touchpoints["Whole"].id
    store = world.touchpoints["Queue"].stage_id
    return {
        "/board": 5,
        "/board?month=2025-09": 5,
        "/board?month=2025-10&channel=email": 5,
        f"/board?journey={world.store.id}": 2,
        "/board?show=unhappy": 5,
        "/board?show=unhappy&month=2025-09": 5,
        "/trends": 100,
        f"/trends?stage={stage}": 120,
        "/trends?channel=email": 100,
        f"/trends?metric=csat_5&touchpoint={point}": 40,
        f"/trends?metric=nps&touchpoint={cart}&to=2025-10": 35,
        f"/trends?metric=nps&touchpoint={whole}": 40,
        "/map": 20,
        "/map?month=2025-09": 20,
        "/map?month=2025-10&channel=email": 20,
        "/map?month=2026-03": 20,
        "/priorities": 4,
        "/compare": 2,
        "/compare?metric=csat_5&channel=widget": 2,
        f"/compare?kind=groups&property=plan&stage={stage}": 3,
        f"/compare?kind=groups&property=plan&channel=email&touchpoint={point}&metric=nps": 3,
        **{f"/actions/{each}": 20 for each in world.actions},
        f"/trends?stage={store}": 0,
    }


async def test_each_number_leads_to_its_answers(
    alice: Client, world: World, database: Database
) -> None:
    shop = world.shop
    await find_out(
        database, Task(shop.workspace.id, shop.journey.id, Selection()),
        datetime(2026, 3, 15, 12, tzinfo=UTC),
    )  # fmt: skip
    recount, found = await Recount.of(world, database), set[Link]()
    for address, least in pages(world).items():
        page = await alice.get(address)
        links = links_of(page.text)
        assert len(set(links.found)) >= least, address
        # What stands on no number: the comments of a place.
        assert all("comment=1" in href for href in links.bare), (address, links.bare)
        for link in set(links.found) - found:
            n = recount.count(link.href)
            assert n == link.n or (link.n is None and n), (address, link, n)
        found |= set(links.found)
    assert {name for link in found for name in names(link)} >= set(RARE)
    for link in some(found):
        page, n = await alice.get(link.href), link.n or recount.count(link.href)
        assert said(page.text) == n, link


async def test_where_all_answers_are_one_period(
    alice: Client, shop: Shop, database: Database
) -> None:
    world = World(shop, database, is_young=True)
    await world.build()
    recount = await Recount.of(world, database)
    for address in ("/board", "/board?show=unhappy", "/map", "/map?channel=widget"):
        page = (await alice.get(address)).text
        links = links_of(page).found
        assert len(set(links)) >= 4 and "30 days" in page, address
        assert all(recount.count(link.href) == link.n for link in links), address


def said(html: str) -> int:
    """How many answers the head of a list says that it holds."""
    (head,) = re.findall(r'<p class="answers-total">([^<]*)</p>', html)
    (n,) = re.findall(r"\d+", head.replace(",", ""))
    assert head.endswith(("answer", "answers")) and not head.startswith("at least")
    return int(n)


def names(link: Link) -> Iterable[str]:
    return parse_qs(urlsplit(link.href).query)


def some(found: set[Link]) -> list[Link]:
    """A sample, with some of each rare kind."""
    every = sorted(found, key=lambda link: link.href)
    if os.environ.get("TEST_LONG"):
        return every
    chance = random.Random(16)
    chance.shuffle(every)
    rare = [[link for link in every if name in names(link)][:3] for name in RARE]
    return [link for kind in (every[:FOLLOWED], *rare) for link in kind]
