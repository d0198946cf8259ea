"""Journey and survey pages in a real browser: readable, by keyboard, and without JavaScript."""

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.cast import Shop


def addresses(shop: Shop) -> list[str]:
    survey = f"/surveys/{shop.nps.id}"
    return [
        "/surveys",
        "/surveys/new",
        survey,
        f"{survey}/edit",
        f"{survey}/share",
        "/journeys",
        "/journeys/new",
        f"/journeys/{shop.journey.id}",
        f"/stages/{shop.care.id}",
        f"/touchpoints/{shop.payment.id}",
        "/surveys?q=nowhere&state=paused",
        "/settings/clock?begins=2026-03-15T13:05:00",
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    """All of them, loaded without a word in the console."""
    first = await gallery.sign_in("/")
    said: list[str] = []
    first.context.on("console", lambda message: said.append(message.text))
    loaded = []
    for path in addresses(gallery.shop):
        loaded.append(await first.context.new_page())
        await loaded[-1].goto(gallery.base + path)
    assert said == []
    return loaded


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)


async def test_a_button_pressed_by_keyboard_moves_and_keeps_the_focus(
    sign_in: PageMaker, shop: Shop
) -> None:
    page = await sign_in(f"/journeys/{shop.journey.id}")
    up = page.get_by_role("button", name="Move After-sales up")
    await up.press("Enter")
    await expect(page.locator(".stage-edit h2").first).to_contain_text("After-sales")
    await expect(up).to_be_focused()


async def test_touchpoints_are_added_one_after_the_other(sign_in: PageMaker, shop: Shop) -> None:
    page = await sign_in(f"/journeys/{shop.journey.id}")
    for name in ("Cart", "Receipt"):
        await page.get_by_label("New touchpoint in Checkout").fill(name)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
        await expect(page.get_by_label("New touchpoint in Checkout")).to_be_focused()


async def test_the_form_says_what_saving_does_as_one_types(sign_in: PageMaker, shop: Shop) -> None:
    page = await sign_in(f"/surveys/{shop.nps.id}/edit")
    effect = page.locator("#question_effect")
    await page.fill("#text_en_question", "Would you come back?")
    await page.keyboard.press("Tab")
    await expect(effect).to_contain_text("A new line begins in 1 survey.")
    await page.check("#is_typo")
    await expect(effect).to_contain_text("No new line.")


async def test_another_metric_suggests_its_texts(sign_in: PageMaker) -> None:
    page = await sign_in("/surveys/new")
    await page.select_option("#metric", "ces_effort_5")
    question = page.locator("#text_en_question")
    await expect(question).to_have_value("How much effort did it take you to do what you came for?")


async def test_the_mail_preview_keeps_its_looks_under_its_policy(
    sign_in: PageMaker, shop: Shop
) -> None:
    page = await sign_in(f"/surveys/{shop.nps.id}/share")
    cell = page.frame_locator(".mail-preview").locator("td > a").first
    await expect(cell).to_have_css("display", "block")


async def test_a_survey_is_made_without_javascript(
    sign_in: PageMaker, base: str, open_page: PageMaker
) -> None:
    page = await sign_in("/journeys/new?start=contact", java_script_enabled=False)
    await page.fill("#name", "Business customers")
    await page.get_by_role("button", name="Make the journey").click()
    await page.get_by_role("link", name="Ask here: First call").click()
    await page.select_option("#metric", "csat_5")
    await page.get_by_role("button", name="Suggest texts for this metric").click()
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator("h1")).to_contain_text("First call")
    await page.get_by_role("link", name="Share").click()
    link = await page.locator("#link").input_value()
    customer = await open_page(f"{base}/s/{link.rpartition('/')[2]}")
    await expect(customer.get_by_role("radio")).to_have_count(5)
