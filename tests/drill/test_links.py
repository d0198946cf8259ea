"""From each number to the answers it is made of: the list holds as many as were clicked."""

from collections import Counter

from feedback.db import Database
from tests.drill.links import Recount, links_of
from tests.drill.world import World
from tests.forms import Client


def pages(world: World) -> dict[str, int]:
    """Each page with how many links it must have at least."""
    shop, stage, point = world.shop, world.shop.checkout.id, world.shop.payment.id
    cart = world.touchpoints["Cart"].id
    return {
        "/trends": 40,
        f"/trends?stage={stage}": 60,
        "/trends?channel=email": 30,
        f"/trends?metric=csat_5&touchpoint={point}": 10,
        f"/trends?metric=nps&touchpoint={cart}&to=2025-10": 10,
        "/map": 5,
        "/map?month=2025-09": 6,
        "/map?month=2025-10&channel=email": 4,
        "/priorities": 3,
        "/compare": 2,
        "/compare?metric=csat_5&channel=widget": 2,
        f"/compare?kind=groups&property=plan&stage={stage}": 3,
        "/actions": 0,
        **{f"/actions/{each}": 2 for each in world.actions},
    }


async def test_each_link_counts_what_was_clicked(
    alice: Client, world: World, database: Database
) -> None:
    recount = await Recount.of(world, database)
    wrong, followed = [], Counter[str]()
    for address, least in pages(world).items():
        page = await alice.get(address)
        assert page.status_code == 200
        links = links_of(page.text)
        assert not links.bare
        found = set(links.found)
        followed[address] = len(found)
        wrong += [
            (address, link, recount.count(link.href))
            for link in found
            if link.n is not None and recount.count(link.href) != link.n
        ]
    print(followed)
    assert not wrong, wrong[:5]
