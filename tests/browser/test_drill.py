"""From a number to its answers by mouse, keyboard and finger: in two clicks, and back again."""

from urllib.parse import parse_qs, urlsplit

import pytest_asyncio
from playwright.async_api import expect

from feedback.db import Database
from tests.browser.conftest import PageMaker
from tests.cast import Shop
from tests.drill.world import World

MONTH = "2026-02"


@pytest_asyncio.fixture
async def world(database: Database, shop: Shop) -> World:
    made = World(shop, database)
    await made.build()
    return made


def asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_unhappy_comments_on_payment_are_one_click_from_the_board(
    sign_in: PageMaker, world: World
) -> None:
    """Whoever looks for those that hold a word types it there."""
    page = await sign_in(f"/board?month={MONTH}")
    row = page.locator("li", has=page.locator(f"#touchpoint_{world.shop.payment.id}_nps"))
    await row.get_by_role("link", name="Unhappy comments").first.click()
    await page.wait_for_url("**/comments?*")
    found = asked(page.url)
    assert found["touchpoint"] == str(world.shop.payment.id)
    assert (found["band"], found["since"], found["until"]) == ("negative", MONTH, MONTH)
    await expect(page.locator(".held")).to_contain_text("comments")
    held = await page.locator(".held").inner_text()
    await page.keyboard.press("/")
    await page.keyboard.type("said")  # as every comment of this world does
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=said*")
    await expect(page.locator(".held")).to_have_text(held)
    await expect(page.locator("mark").first).to_have_text("said")


async def test_a_point_of_a_line_opens_its_answers(sign_in: PageMaker, world: World) -> None:
    stage = world.shop.checkout.id
    page = await sign_in(f"/trends?stage={stage}&metric=nps&from=2025-03&to={MONTH}")
    chart = page.locator(f"#chart_{world.shop.payment.id}")
    tabbed = chart.locator("a.point[tabindex='0']")
    await expect(tabbed).to_have_count(1)  # the whole line is one stop
    await tabbed.focus()
    await page.keyboard.press("ArrowLeft")
    told = await page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert told.startswith("January 2026")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/responses?*")
    assert asked(page.url)["since"] == asked(page.url)["until"] == "2026-01"
    await page.go_back()
    await expect(chart).to_be_visible()


async def test_the_table_can_be_skipped(sign_in: PageMaker, world: World) -> None:
    page = await sign_in(f"/trends?metric=nps&to={MONTH}")
    await page.get_by_role("link", name="Skip the table").focus()
    await expect(page.get_by_role("link", name="Skip the table")).to_be_visible()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "under_numbers"


async def test_a_finger_sees_the_month_before_it_goes_there(
    sign_in: PageMaker, world: World
) -> None:
    address = f"/trends?touchpoint={world.shop.delivery.id}&metric=csat_5&from=2025-03&to={MONTH}"
    page = await sign_in(address, viewport={"width": 390, "height": 844}, has_touch=True)
    await page.locator(".narrow-only a.point").first.tap()
    readout = page.locator(".trend-panel [data-readout]").first
    await expect(readout).to_contain_text("March 2025")
    assert "/trends" in page.url
    await readout.tap()
    await page.wait_for_url("**/responses?*")
    assert asked(page.url)["since"] == "2025-03"
