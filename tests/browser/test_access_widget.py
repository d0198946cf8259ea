"""The widget for everybody, from the question to the thanks: axe, the keyboard, what is heard."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change
from tests.browser.asking import ask_everything, speak
from tests.browser.axe import audit_looks, find_violations
from tests.browser.conftest import PageMaker, Tag
from tests.browser.measure import SPACED, cut, small_targets
from tests.browser.sites import Site
from tests.cast import Shop

HEAD = '<meta name="viewport" content="width=device-width">'
SHOP = f"{HEAD}<main><h1>Shop</h1><p>Your order is on its way.</p></main>"
RADIO = 'role="radio"'
LOOKS: list[dict[str, Any]] = [
    {"place": "tab", "corner": "bottom-right", "art": "faces", "logo": "Alice and her daughters"},
    {"place": "bar", "art": "stars", "color": "#ffd54a"},
    {"place": "inline", "target": "main"},
]
Ask = Callable[..., Awaitable[Page]]


@pytest.fixture
async def ask(site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop) -> Ask:
    """Opens a page whose widget asks everything, in a language."""
    await ask_everything(database, shop)

    async def ask(language: str, **options: Any) -> Page:
        named = f'data-feedback-survey="{shop.nps.key}" data-feedback-lang="{language}"'
        page = await open_page(site.add(SHOP + tag(named)), **options)
        await expect(page.get_by_role("radiogroup")).to_be_visible()
        return page

    return ask


async def walk(page: Page, look: Callable[[], Awaitable[None]]) -> None:
    """Answer all there is with a mouse, looking at each step on the way."""
    await page.get_by_role("radio").nth(9).click()
    for kind in ("f1", "f2", "f3", "counted_most"):
        choice = page.locator(f"feedback-widget [name={kind}]").nth(1)
        await choice.check()
        await look()
        await page.locator("feedback-widget button.send").click()
    await expect(page.locator("[href*='reviews.example']")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_from_the_question_to_the_thanks(ask: Ask, language: str) -> None:
    page = await ask(language)
    await audit_looks(page, language, RADIO)
    await walk(page, lambda: audit_looks(page, language, RADIO))
    await audit_looks(page, language, "<a href")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look["place"])
async def test_axe_finds_nothing_wherever_it_stands(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, look: Any
) -> None:
    await speak(database, shop)
    await change(database, shop.csat, look=look)
    for language in ("en", "he"):
        named = f'data-feedback-survey="{shop.csat.key}" data-feedback-lang="{language}"'
        page = await open_page(site.add(SHOP + tag(named)))
        if look["place"] == "tab":
            await expect(page.locator("summary")).to_be_visible()
            await audit_looks(page, language, "<summary")
            await page.locator("summary").click()
        await expect(page.get_by_role("radiogroup")).to_be_visible()
        await audit_looks(page, language, RADIO)
        await page.get_by_role("radio").nth(3).click()
        await expect(page.get_by_role("textbox")).to_be_visible()
        await audit_looks(page, language, RADIO)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_nothing_is_cut_and_every_target_is_large_on_a_phone(ask: Ask, language: str) -> None:
    page = await ask(language, viewport={"width": 320, "height": 256})
    await page.locator("feedback-widget").evaluate(SPACED)

    async def look() -> None:
        panel = page.locator("feedback-widget section")
        assert await cut(panel) == []
        assert await small_targets(panel) == []
        assert await panel.evaluate("e => e.clientHeight <= innerHeight")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await look()
    cells = [await cell.bounding_box() for cell in await page.get_by_role("radio").all()]
    assert len(cells) == 11 and len({cell["y"] for cell in cells if cell}) == 1
    await walk(page, look)
    await look()


async def test_arabic_is_answered_by_keyboard_alone(
    ask: Ask, database: Database, shop: Shop
) -> None:
    page = await ask("ar")
    press = page.keyboard.press
    for key in ("Tab", *["ArrowLeft"] * 9, "ArrowRight", "ArrowLeft", "Enter"):
        await press(key)
    for kind, keys in {
        "f1": ("ArrowLeft", "Tab", "Enter"),
        "f2": ("Space", "Tab", "Tab", "Space", "Tab", "Enter"),
        "f3": ("ArrowLeft", "ArrowLeft", "ArrowRight", "Tab", "Enter"),
        "counted_most": ("Tab", "Space", "Tab", "Tab", "Enter"),
    }.items():
        await expect(page.locator(f"feedback-widget [name={kind}]").first).to_be_focused()
        for key in keys:
            await press(key)
    await expect(page.locator("[href*='reviews.example']")).to_be_visible()
    await press("Tab")
    await expect(page.locator("[href*='reviews.example']")).to_be_focused()
    await press("Escape")
    await expect(page.locator("feedback-widget")).to_have_count(0)
    [stored] = await answers(database, shop)
    chosen = {"f1": "c2", "f2": ["c1", "c3"], "f3": 2, "counted_most": [str(shop.delivery.id)]}
    assert (stored.rating, stored.answers) == (9, chosen)


async def test_axe_finds_nothing_around_a_framed_page_and_in_it(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await speak(database, shop)
    origin = site.base.replace("127.0.0.1", "localhost")
    await change(database, shop.csat, look={"place": "frame", "origins": [origin]})
    for language in ("en", "he"):
        named = f'data-feedback-survey="{shop.csat.key}" data-feedback-lang="{language}"'
        page = await open_page(site.add(SHOP + tag(named)).replace(site.base, origin))
        frame = page.frame_locator("feedback-widget iframe")
        await expect(frame.get_by_role("radio")).to_have_count(5)
        await audit_looks(page, language, 'class="close"')
        for inside in page.frames[1:]:
            assert await find_violations(inside) == []
            assert await inside.evaluate("document.documentElement.scrollWidth <= innerWidth")
