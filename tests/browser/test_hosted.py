"""The hosted page in a real Chromium, JavaScript off."""

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers
from tests.browser.asking import ask_everything
from tests.browser.conftest import PageMaker
from tests.cast import Shop

SMALL = {"width": 320, "height": 640}


@pytest.fixture
def link(base: str, shop: Shop) -> str:
    return f"{base}/s/{shop.nps.key}"


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/thanks?*")


async def test_it_works_without_javascript(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?rating=8&channel=email&id=c-7", java_script_enabled=False)
    await expect(page.get_by_role("radio", name="8 of 10")).to_be_checked()
    await page.get_by_role("radio", name="9 of 10").check()
    await page.get_by_role("textbox").fill("Fast")
    await send(page)
    await expect(page.get_by_role("heading")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.channel) == (9, "Fast", "email")


async def test_it_is_answered_by_keyboard_alone(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    for key in ("Tab", "Space", *["ArrowRight"] * 9, "Tab"):
        await page.keyboard.press(key)
    await page.keyboard.type("Good")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/thanks?*")
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(9, "Good")]


async def test_going_back_changes_the_same_answer(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    await page.get_by_role("radio", name="9 of 10").check()
    await page.get_by_role("textbox").fill("Good")
    await send(page)
    await page.go_back()
    await expect(page.get_by_role("textbox")).to_have_value("Good")
    await page.get_by_role("radio", name="3 of 10").check()
    await send(page)
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(3, "Good")]


async def test_nothing_is_sent_without_a_rating(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    await page.get_by_role("button", name="Send").click()
    assert page.url == link
    assert await answers(database, shop) == []


async def test_a_browser_that_only_looks_writes_nothing(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?rating=9&id=c-7")
    await page.wait_for_load_state("networkidle")
    assert await answers(database, shop) == []
    assert await page.context.cookies() == []


@pytest.mark.parametrize("language", ["en", "he"])
async def test_eleven_numbers_fit_a_small_phone_in_one_row(
    link: str, open_page: PageMaker, database: Database, shop: Shop, language: str
) -> None:
    await ask_everything(database, shop)
    page = await open_page(f"{link}?lang={language}", viewport=SMALL)
    boxes = [await cell.bounding_box() for cell in await page.get_by_role("radio").all()]
    assert len(boxes) == 11 and len({box["y"] for box in boxes if box}) == 1
    assert all(box and box["width"] >= 28 and box["height"] >= 44 for box in boxes)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
