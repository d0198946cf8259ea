"""Board and trends in a real browser: readable by everybody, quick to walk through."""

import uuid

import pytest
import pytest_asyncio
from playwright.async_api import Page

from feedback import clock
from feedback.db import Database
from feedback.scoring.months import month_at, months_between, shift
from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.cast import Shop, open_shop
from tests.dashboards.counted import Counted

EMPTY_PAGES = ["/board", "/trends"]
PAGES = ["/board", "/trends", "/board?month=2020-13", "/trends?metric=nps", "/trends?metric=csat_3"]


@pytest.fixture
def running() -> str:
    return month_at(clock.now(), "Europe/Paris")


async def fill(database: Database, shop: Shop, running: str) -> Counted:
    """A year of answers, the running month included, the others at Delivery too few to show."""
    counted = Counted(database, shop)
    for at, month in enumerate(months_between(shift(running, -11), running)):
        await counted.answers(shop.nps_series, month, {3: 20 + at, 8: 30, 10: 50})
        if at % 4 != 2:
            await counted.answers(shop.csat_series, month, {2: 1, 5: 3 + at})
    return counted


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty_pages(gallery: Gallery) -> list[Page]:
    return [await gallery.sign_in(path) for path in EMPTY_PAGES]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    shop = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    await fill(gallery.database, shop, month_at(clock.now(), "Europe/Paris"))
    return [await gallery.sign_in(path, shop) for path in PAGES]


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_on_empty_pages(empty_pages: list[Page], scheme: Scheme) -> None:
    await assert_well(empty_pages, 1280, scheme)


async def test_the_strict_policy_is_kept(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    await fill(database, shop, running)
    page = await sign_in("/board")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(page.url.replace("/board", "/trends"))
    await page.goto(page.url.replace("/trends", "/board"))
    assert said == []


async def test_a_filter_changes_the_page_and_its_address(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    await fill(database, shop, running)
    page = await sign_in("/trends")
    await page.select_option("#stage", label="After-sales")
    await page.wait_for_selector("h3:text('Delivery')")
    assert f"stage={shop.care.id}" in page.url
    assert await page.evaluate("document.activeElement.id") in ("stage", "")
    await page.reload()
    assert await page.locator("h3:text('Delivery')").count() == 1
    await page.go_back()
    await page.wait_for_selector("h3:text('Checkout')")


async def test_a_new_answer_appears_by_itself(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    counted = await fill(database, shop, running)
    page = await sign_in(f"/board?month={running}")
    await counted.answers(shop.nps_series, running, {9: 1000}, "page")
    await page.wait_for_selector("text=1,111 answers")


async def test_a_chart_is_walked_with_the_arrow_keys(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    await fill(database, shop, running)
    page = await sign_in(
        f"/trends?stage={shop.checkout.id}", viewport={"width": 1280, "height": 800}
    )
    readout = page.locator("[data-readout]")
    await page.focus(".wide-only .point.running")
    assert "111 answers" in (await readout.text_content() or "")
    await page.keyboard.press("ArrowLeft")
    assert "110 answers" in (await readout.text_content() or "")
    await page.keyboard.press("Home")
    assert "100 answers" in (await readout.text_content() or "")


async def test_keys_go_to_the_pages(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    await fill(database, shop, running)
    page = await sign_in("/board")
    await page.keyboard.press("?")
    assert await page.locator("#keys[open]").count() == 1
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await page.wait_for_url("**/trends")


async def test_without_script_a_button_applies_the_filters(
    sign_in: PageMaker, database: Database, shop: Shop, running: str
) -> None:
    await fill(database, shop, running)
    page = await sign_in("/board", java_script_enabled=False)
    await page.select_option("#channel", value="email")
    await page.click("text=Show")
    assert "channel=email" in page.url
