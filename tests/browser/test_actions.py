"""Actions in a real browser: readable by everybody, and written down without a detour."""

import pytest
from playwright.async_api import Page, expect

from feedback import clock
from feedback.db import Database
from feedback.scoring.months import month_at, months_between, shift
from tests.browser.axe import find_violations
from tests.browser.conftest import PageMaker
from tests.cast import Shop
from tests.dashboards.counted import Counted

LOOKS = [pytest.param(320, "dark", id="phone, dark"), pytest.param(1280, "light", id="desk, light")]


async def fill(database: Database, shop: Shop) -> str:
    """Two years of answers, better for the last half-year; the month in which it began."""
    counted = Counted(database, shop)
    running = month_at(clock.now(), shop.workspace.time_zone)
    for at, month in enumerate(months_between(shift(running, -23), running)):
        await counted.answers(shop.nps_series, month, {3: 40 if at < 17 else 10, 8: 30, 10: 50})
    return shift(running, -6)


async def write_down(page: Page, month: str) -> None:
    await page.get_by_label("What we did").fill("Wallets are in")
    await page.get_by_label("Day", exact=True).fill(f"{month}-10")
    await page.get_by_label("English", exact=True).fill("It now takes 4 seconds.")
    await expect(page.locator("#thanks_previews")).to_contain_text("Thank you.")


@pytest.mark.parametrize("width, scheme", LOOKS)
async def test_it_works_and_axe_finds_nothing(
    sign_in: PageMaker, database: Database, shop: Shop, base: str, width: int, scheme: str
) -> None:
    month = await fill(database, shop)
    page = await sign_in("/actions", viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert await find_violations(page) == []
    await page.goto(f"{base}/actions/new?touchpoint={shop.payment.id}")
    await write_down(page, month)
    assert await find_violations(page) == []
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Better: +36 points year on year")).to_be_visible()
    await page.get_by_text("How sure?").press("Enter")
    await expect(page.get_by_role("region", name="The months compared")).to_be_visible()
    assert await find_violations(page) == []
    for path in (page.url, f"{base}/actions"):
        await page.goto(path)
        await expect(page.get_by_text("Wallets are in").first).to_be_visible()
        assert await find_violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth") == width, path


async def test_a_refused_form_says_why_beside_the_field_and_undo_takes_back(
    sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    month = await fill(database, shop)
    page = await sign_in("/actions/new")
    await write_down(page, month)
    await page.get_by_label("Where").select_option(f"stage:{shop.checkout.id}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#public_en_error")).to_contain_text("one touchpoint")
    assert await find_violations(page) == []
    await page.get_by_label("English", exact=True).fill("")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Archive").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Restored: its flag is on the charts again.")).to_be_visible()


async def test_it_works_without_scripts(sign_in: PageMaker, database: Database, shop: Shop) -> None:
    month = await fill(database, shop)
    path = f"/actions/new?touchpoint={shop.payment.id}"
    page = await sign_in(path, java_script_enabled=False)
    await page.get_by_label("What we did").fill("Wallets are in")
    await page.get_by_label("Day", exact=True).fill(f"{month}-10")
    await page.get_by_label("English", exact=True).fill("It now takes 4 seconds.")
    await page.get_by_role("button", name="Show the thank-you").click()
    await expect(page.locator("#thanks_previews")).to_contain_text("It now takes 4 seconds.")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Better: +36 points year on year")).to_be_visible()
