"""Moving on `/map`: one part to one place, its history with it, and back again."""

import re
from typing import Any

import pytest
from httpx import Response
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.readings.journey import find_journey
from feedback.surveys.models import Series
from tests import cast
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.forms import send

Client = AsyncTestClient[Any]


class Mover:
    """Alice at the map of her shop."""

    def __init__(self, client: Client, database: Database, shop: Shop) -> None:
        self.client, self.database, self.shop = client, database, shop

    async def seen(self) -> str:
        found = re.search('name="seen" value="(.*?)"', (await self.client.get("/map")).text)
        assert found
        return found[1]

    async def move(self, part: Any, to: str, *, seen: str = "", path: str = "/map") -> Response:
        seen = seen or await self.seen()
        return await send(self.client, path, block="map_page", part=str(part.id), to=to, seen=seen)

    async def order(self) -> dict[str, list[str]]:
        async with self.database.read() as session:
            journey = await find_journey(session, self.shop.workspace.id, self.shop.journey.id)
        assert journey is not None
        return {stage.name: [t.name for t in stage.active] for stage in journey.active}

    async def follow(self, answer: Response) -> str:
        assert answer.status_code == 303, answer.text
        return (await self.client.get(answer.headers["Location"])).text


@pytest.fixture
def mover(alice: Client, database: Database, shop: Shop) -> Mover:
    return Mover(alice, database, shop)


async def test_it_moves_a_touchpoint_to_another_stage(mover: Mover, shop: Shop) -> None:
    answer = await mover.move(shop.payment, f"{shop.care.id}.0")
    assert await mover.order() == {"Checkout": [], "After-sales": ["Payment", "Delivery"]}
    said = await mover.follow(answer)
    assert "Payment now stands in After-sales, place 1 of 2, with its history; 1 line" in said


async def test_history_comes_along_with_a_seam(
    mover: Mover, shop: Shop, years: Counted, database: Database
) -> None:
    await mover.move(shop.payment, f"{shop.care.id}.9")
    rows = (await mover.client.get("/map.json?month=2025-03")).json()["rows"]
    assert [row["n"] for row in rows if row["touchpoint"] == "Payment"] == [100]
    assert {row["stage"] for row in rows if row["touchpoint"] == "Payment"} == {"After-sales"}
    assert len(await series(database, shop)) == 2


async def test_what_the_seam_parts_from_this_months_number_is_said(
    mover: Mover, shop: Shop, years: Counted
) -> None:
    await mover.move(shop.payment, f"{shop.care.id}.9")
    page = (await mover.client.get("/map?month=2026-03")).text
    assert "100 answers from before this month&#39;s seam are left out" in page
    rows = (await mover.client.get("/map.json?month=2026-03")).json()["rows"]
    payment = [(row["wording"], row["n"]) for row in rows if row["touchpoint"] == "Payment"]
    assert payment == [("replaced", 100), ("current", 0)]


async def test_in_the_same_stage_no_line_breaks(
    mover: Mover, shop: Shop, database: Database
) -> None:
    await add_cart(database, shop)
    answer = await mover.move(shop.payment, f"{shop.checkout.id}.1")
    assert (await mover.order())["Checkout"] == ["Cart", "Payment"]
    assert "Payment now stands in Checkout, place 2 of 2." in await mover.follow(answer)
    assert len(await series(database, shop)) == 1


async def test_it_moves_a_stage(mover: Mover, shop: Shop) -> None:
    answer = await mover.move(shop.care, ".0")
    assert list(await mover.order()) == ["After-sales", "Checkout"]
    assert "After-sales is now stage 1 of 2." in await mover.follow(answer)


@pytest.mark.parametrize("part", ["payment", "care"])
async def test_it_can_be_undone(mover: Mover, shop: Shop, part: str) -> None:
    before = await mover.order()
    to = f"{shop.care.id}.0" if part == "payment" else ".0"
    said = await mover.follow(await mover.move(getattr(shop, part), to))
    form = said[said.index("map-undo") :]
    fields = dict(re.findall('name="(part|seen|to)" value="(.*?)"', form)[:3])
    assert (await send(mover.client, "/map", **fields)).status_code == 303
    assert await mover.order() == before


async def test_what_was_moved_is_told_once(mover: Mover, shop: Shop) -> None:
    answer = await mover.move(shop.care, ".0")
    assert "map-undo" in await mover.follow(answer)
    assert "map-undo" not in (await mover.client.get("/map")).text


async def test_the_filters_stay(mover: Mover, shop: Shop, years: Counted) -> None:
    answer = await mover.move(shop.care, ".0", path="/map?month=2025-03")
    assert answer.headers["Location"] == "/map?month=2025-03"


async def test_archived_siblings_do_not_count(mover: Mover, shop: Shop, database: Database) -> None:
    cart = await add_cart(database, shop)
    async with database.write() as session:
        found = await session.get_one(Touchpoint, (shop.workspace.id, cart.id))
        found.archived_at = clock.now()
    await mover.move(shop.delivery, f"{shop.checkout.id}.1")
    assert (await mover.order())["Checkout"] == ["Payment", "Delivery"]


async def test_it_refuses_an_order_that_stands_no_more(mover: Mover, shop: Shop) -> None:
    seen = await mover.seen()
    await mover.move(shop.care, ".0")
    answer = await mover.move(shop.care, ".1", seen=seen)
    assert answer.status_code == 422
    assert answer.text.startswith('<div id="map_page">')
    assert "The journey has been changed since you opened it." in answer.text
    assert list(await mover.order()) == ["After-sales", "Checkout"]


@pytest.mark.parametrize("to", ["", "0", ".", ".-1", ".99999", "shop.1", "..1"])
async def test_it_refuses_a_place_that_is_none(mover: Mover, shop: Shop, to: str) -> None:
    answer = await mover.move(shop.care, to)
    assert answer.status_code in (404, 422)
    assert list(await mover.order()) == ["Checkout", "After-sales"]


async def test_a_stage_is_no_touchpoint(mover: Mover, shop: Shop) -> None:
    assert (await mover.move(shop.care, f"{shop.checkout.id}.0")).status_code == 404
    assert (await mover.move(shop.payment, ".0")).status_code == 404


async def test_missing_parts(mover: Mover, shop: Shop) -> None:
    nobody = Stage(workspace_id=shop.workspace.id, id=new_id(), journey_id=new_id(), name="-")
    assert (await mover.move(nobody, ".0")).status_code == 404
    assert (await mover.move(shop.payment, f"{new_id()}.0")).status_code == 404


async def test_someone_elses_parts(mover: Mover, shop: Shop, database: Database) -> None:
    charlies = await cast.open_shop(database, key="charlie")
    assert (await mover.move(charlies.care, ".0")).status_code == 404
    assert (await mover.move(shop.payment, f"{charlies.care.id}.0")).status_code == 404
    path = f"/map?journey={charlies.journey.id}"
    assert (await mover.move(charlies.care, ".0", path=path)).status_code == 404


async def test_a_reader_cannot_move(
    client: Client, mover: Mover, shop: Shop, database: Database
) -> None:
    seen = await mover.seen()
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert "data-handle" not in (await client.get("/map")).text
    assert (await mover.move(shop.care, ".0", seen=seen)).status_code == 403


async def add_cart(database: Database, shop: Shop) -> Touchpoint:
    cart = Touchpoint(
        workspace_id=shop.workspace.id, id=new_id(), stage_id=shop.checkout.id, name="Cart",
        position=1,
    )  # fmt: skip
    async with database.write() as session:
        session.add(cart)
    return cart


async def series(database: Database, shop: Shop) -> list[Series]:
    async with database.read() as session:
        found = await session.exec(
            select(Series).where(
                Series.workspace_id == shop.workspace.id, Series.survey_id == shop.nps.id
            )
        )
        return list(found)
