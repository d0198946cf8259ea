"""The journey map in a real browser: moved by hand and by keyboard, printed on one page."""

import re
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.scoring.months import month_at, shift
from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.cast import Shop
from tests.dashboards.counted import Counted

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}


async def fill(database: Database, shop: Shop) -> None:
    """A cart beside payment, a target, and last month's answers at two of three touchpoints."""
    month = shift(month_at(clock.now(), "Europe/Paris"), -1)
    counted = Counted(database, shop)
    await counted.answers(shop.nps_series, month, {3: 20, 8: 30, 10: 50})
    await counted.answers(shop.csat_series, month, {2: 1, 5: 3})
    async with database.write() as session:
        payment = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        payment.target, payment.owner = 50.0, "Ada"
        at: dict[str, Any] = {"workspace_id": shop.workspace.id, "stage_id": shop.checkout.id}
        session.add(Touchpoint(**at, id=new_id(), name="Cart", place="app", position=1))


async def order(page: Page) -> list[list[str]]:
    """The names as they stand, one list a stage, the stage's own first."""
    found: list[list[str]] = await page.evaluate(
        """() => [...document.querySelectorAll(".map > [data-part]")].map((stage) => [
            stage.dataset.name,
            ...[...stage.querySelectorAll("[data-part]")].map((card) => card.dataset.name)])"""
    )
    return found


async def drag(page: Page, name: str, to: str) -> None:
    """Drag the part of that name by its handle onto the middle of what `to` selects."""
    start = await page.get_by_label(f"Move {name}", exact=True).bounding_box()
    end = await page.locator(to).bounding_box()
    assert start and end
    await page.mouse.move(start["x"] + 8, start["y"] + 8)
    await page.mouse.down()
    x, y = end["x"] + end["width"] / 2, end["y"] + end["height"] - 4
    await page.mouse.move(x, y, steps=8)
    await page.mouse.up()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    """The map, a month that is none, and the map with a touchpoint about to move."""
    await fill(gallery.database, gallery.shop)
    found = [await gallery.sign_in(path) for path in ("/map", "/map?month=2020-13", "/map")]
    await found[-1].get_by_label("Move Payment", exact=True).click()
    return found


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)


async def test_a_touchpoint_is_dragged_into_another_stage_and_back_by_undo(
    sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    await fill(database, shop)
    page = await sign_in("/map", **DESK)
    await drag(page, "Payment", f'[data-stage="{shop.care.id}"]')
    await expect(page.locator("#map_live")).to_contain_text("Payment now stands in After-sales")
    assert await order(page) == [["Checkout", "Cart"], ["After-sales", "Delivery", "Payment"]]
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#map_live")).to_contain_text("Payment now stands in Checkout")
    assert await order(page) == [["Checkout", "Payment", "Cart"], ["After-sales", "Delivery"]]


async def test_a_stage_is_dragged(sign_in: PageMaker, database: Database, shop: Shop) -> None:
    await fill(database, shop)
    page = await sign_in("/map", **DESK)
    await drag(page, "After-sales", f'[data-part="{shop.checkout.id}"] h2 .ordinal')
    await expect(page.locator("#map_live")).to_contain_text("After-sales is now stage 1 of 2.")
    assert (await order(page))[0] == ["After-sales", "Delivery"]
    await page.reload()
    assert (await order(page))[0] == ["After-sales", "Delivery"]


async def test_arrow_keys_move_and_enter_keeps(
    sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    await fill(database, shop)
    page = await sign_in("/map", **DESK)
    live = page.locator("#map_live")
    await page.get_by_label("Move Payment", exact=True).focus()
    await page.keyboard.press("ArrowDown")
    await expect(live).to_contain_text("Payment: Checkout, place 2 of 2. Enter keeps it there")
    await page.keyboard.press("ArrowRight")
    await expect(live).to_contain_text("Payment: After-sales, place 2 of 2.")
    await page.keyboard.press("Enter")
    await expect(live).to_contain_text("Payment now stands in After-sales, place 2 of 2")
    focused = page.locator(":focus")
    await expect(focused).to_have_attribute("aria-label", "Move Payment")
    await page.reload()
    assert await order(page) == [["Checkout", "Cart"], ["After-sales", "Delivery", "Payment"]]


async def test_escape_takes_it_back(sign_in: PageMaker, database: Database, shop: Shop) -> None:
    await fill(database, shop)
    page = await sign_in("/map", **DESK)
    before = await order(page)
    await page.get_by_label("Move Checkout", exact=True).focus()
    await page.keyboard.press("ArrowRight")
    assert await order(page) == before[::-1]
    await page.keyboard.press("Escape")
    await expect(page.locator("#map_live")).to_contain_text("Checkout is back in its place.")
    assert await order(page) == before
    await page.reload()
    assert await order(page) == before


async def test_without_script_the_buttons_move(
    sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    await fill(database, shop)
    page = await sign_in("/map", java_script_enabled=False, **DESK)
    await page.get_by_label("Move Payment", exact=True).click()
    await page.get_by_role("button", name="Move Payment to After-sales").click()
    await expect(page.locator("[data-said]")).to_contain_text("Payment now stands in After-sales")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("[data-said]")).to_contain_text("Payment now stands in Checkout")


async def test_the_strict_policy_is_kept(
    sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    await fill(database, shop)
    page = await sign_in("/map", **DESK)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.reload()
    await drag(page, "Payment", f'[data-stage="{shop.care.id}"]')
    await expect(page.locator("#map_live")).to_contain_text("Payment now stands")
    assert said == []


async def test_it_prints_on_one_page(sign_in: PageMaker, database: Database, shop: Shop) -> None:
    await fill(database, shop)
    async with database.write() as session:
        for number in range(2, 8):
            at: dict[str, Any] = {"workspace_id": shop.workspace.id, "id": new_id()}
            stage = Stage(**at, journey_id=shop.journey.id, name=f"Stage {number}", position=number)
            session.add(stage)
            await session.flush()
            names = [f"A touchpoint of a long name, as they are {n}" for n in range(6)]
            for position, name in enumerate(names):
                card = Touchpoint(
                    workspace_id=shop.workspace.id, id=new_id(), stage_id=stage.id, name=name,
                    position=position, owner="Somebody with a long name",
                )  # fmt: skip
                session.add(card)
    page = await sign_in("/map", **DESK)
    printed = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
