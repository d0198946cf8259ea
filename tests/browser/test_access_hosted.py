"""The hosted page for everybody, from the question to the thanks, read from either side."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change
from tests.browser.asking import ask_everything
from tests.browser.axe import audit_looks
from tests.browser.conftest import PageMaker
from tests.browser.measure import SPACED, cut, small_targets
from tests.cast import Shop

SMALL = {"width": 320, "height": 256}
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar"])


@pytest.fixture
async def link(base: str, database: Database, shop: Shop) -> str:
    await ask_everything(database, shop)
    await change(database, shop.csat, state="closed")
    return f"{base}/s/{shop.nps.key}"


async def walk(page: Page, link: str, language: str) -> AsyncIterator[str]:
    """Each page there is between the question and the thanks, mistakes too, by its name."""
    await page.goto(f"{link}?lang={language}&feedback-test")
    yield "question"
    await page.locator("form").evaluate("(form) => { form.noValidate = true; }")
    await send(page)
    await expect(page.get_by_role("alert")).to_be_visible()
    yield "no rating"
    await page.goto(f"{link}?lang={language}&rating=9")
    yield "rating of the link"
    await send(page)
    yield "more"
    for box in await page.locator("[name=counted_most]").all():
        await box.check()
    await send(page)
    await expect(page.get_by_role("alert")).to_be_visible()
    yield "too many ticked"
    await page.locator("[name=counted_most]").last.uncheck()
    await send(page)
    await expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    yield "thanks"


async def send(page: Page) -> None:
    async with page.expect_navigation():
        await page.locator("button.primary").click()


@LANGUAGES
async def test_axe_finds_nothing_on_any_page(
    link: str, base: str, open_page: PageMaker, shop: Shop, language: str
) -> None:
    page = await open_page("about:blank", locale=language)
    async for _name in walk(page, link, language):
        await audit_looks(page, language)
    for address in (f"{base}/s/{shop.csat.key}", f"{base}/s/nothing"):
        await page.goto(address)
        await expect(page.get_by_role("heading")).to_be_visible()
        await audit_looks(page, language)


@LANGUAGES
async def test_nothing_is_cut_and_every_target_is_large_on_a_phone(
    link: str, open_page: PageMaker, language: str
) -> None:
    page = await open_page("about:blank", viewport=SMALL)
    async for name in walk(page, link, language):
        body = page.locator("body")
        await body.evaluate(SPACED)
        assert await cut(body) == [], name
        assert await small_targets(body) == [], name
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


async def test_arabic_is_answered_by_keyboard_alone(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?lang=ar", java_script_enabled=False)
    for key in ("Tab", "Space", *["ArrowLeft"] * 9, "ArrowRight", "ArrowLeft", "Tab", "Enter"):
        await page.keyboard.press(key)
    await page.wait_for_url("**/more?*")
    single = ("Tab", "Space", "ArrowLeft")
    several = ("Tab", "Space", "Tab", "Tab", "Space")
    rating = ("Tab", "Space", "ArrowLeft")
    counted = ("Tab", "Tab", "Space", "Tab")
    for key in (*single, *several, *rating, *counted, "Tab", "Enter"):
        await page.keyboard.press(key)
    await page.wait_for_url("**/thanks?*")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()
    [stored] = await answers(database, shop)
    chosen = {"f1": "c2", "f2": ["c1", "c3"], "f3": 2, "counted_most": [str(shop.delivery.id)]}
    assert (stored.rating, stored.answers) == (9, chosen)


async def test_a_mistake_is_marked_at_the_side_reading_begins(
    link: str, open_page: PageMaker
) -> None:
    page = await open_page(f"{link}?lang=ar")
    await page.locator("form").evaluate("(form) => { form.noValidate = true; }")
    await send(page)
    edge = "e => getComputedStyle(e).borderRightColor"
    assert await page.get_by_role("alert").evaluate(edge) == "rgb(166, 27, 43)"
