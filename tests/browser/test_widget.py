"""The widget in a real Chromium, on a page of somebody else's."""

import json

import pytest
from playwright.async_api import expect

from feedback.db import Database
from tests import cast
from tests.browser.acts import PROPERTIES, answers, moments, rate, stop_clock
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def test_a_rating_and_a_comment_are_stored(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(f"<h1>Cart</h1>{tag(PROPERTIES)}", "/cart") + "?secret=1#top")
    await rate(page, 8)
    await expect(page.get_by_role("status")).to_have_text(
        "You chose 8. Tap another number to change it."
    )
    await rate(page, 9)
    await page.get_by_role("textbox").fill("Fast, and the box was whole.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (9, "Fast, and the box was whole.")
    assert (stored.channel, stored.state, stored.locale) == ("widget", "counted", "en")
    assert stored.page == f"{site.base}/cart"
    assert stored.properties == {"plan": "pro", "cart-value": "120"}
    assert stored.respondent_key is not None


async def test_it_is_answered_by_keyboard_alone(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(f"<button>Buy</button>{tag()}"))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.get_by_role("button", name="Buy").focus()
    await page.keyboard.press("Tab")
    for key, focused in (("ArrowRight", "1"), ("ArrowLeft", "0"), ("ArrowLeft", "10")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("radio", name=f"{focused} of 10", exact=True)).to_be_focused()
    async with page.expect_response("**/r/*"):
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox")).to_be_focused()
    async with page.expect_response("**/r/*"):
        await page.keyboard.type("Good")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (10, "Good")


@pytest.mark.parametrize(("keys", "rating"), [("7", 7), ("10", 10), ("1", 1), ("0", 0)])
async def test_a_number_key_chooses(
    site: Site, tag: Tag, open_page: PageMaker, keys: str, rating: int
) -> None:
    page = await open_page("about:blank")
    await stop_clock(page)
    await page.goto(site.add(tag()))
    async with moments(page):
        await page.get_by_role("radio").first.focus()
    async with page.expect_request("**/r/*") as request:
        await page.keyboard.type(keys)
        await page.clock.run_for(1_000)  # a 1 may be the beginning of 10
    assert json.loads((await request.value).post_data or "")["rating"] == rating


async def test_escape_closes_and_gives_the_focus_back(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page(site.add(f"<button>Buy</button>{tag()}"))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.get_by_role("button", name="Buy").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Escape")
    await expect(page.locator("feedback-widget")).to_have_count(0)
    await expect(page.get_by_role("button", name="Buy")).to_be_focused()


async def test_a_tap_leaves_the_phones_keyboard_closed(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page(site.add(tag()), has_touch=True)
    await page.get_by_role("radio", name="8 of 10").tap()
    await expect(page.get_by_role("textbox")).to_be_visible()
    await expect(page.get_by_role("textbox")).not_to_be_focused()


async def test_it_shows_inline_where_it_is_told(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    attributes = f'data-feedback-target="#here" data-feedback-survey="{shop.csat.key}"'
    page = await open_page(site.add(f'<main id="here"></main>{tag(attributes)}'))
    await expect(page.locator("#here feedback-widget")).to_have_count(1)
    assert await page.get_by_role("radio").count() == 5
    assert await page.get_by_role("button", name="Close").count() == 0


@pytest.mark.parametrize(
    ("attributes", "html", "locale", "language"),
    [
        ("", "", "fr-CA", "fr"),
        ("", "", "de-DE", "en"),
        ('data-feedback-lang="fr"', "", "en-GB", "fr"),
        ("", "<script>document.documentElement.lang = 'fr-FR'</script>", "en-GB", "fr"),
    ],
    ids=["browser", "no such language", "attribute", "page"],
)
async def test_it_speaks_the_visitors_language(
    site: Site, tag: Tag, open_page: PageMaker, attributes: str, html: str, locale: str,
    language: str,
) -> None:  # fmt: skip
    blank = html or "<script>document.documentElement.lang = ''</script>"
    page = await open_page(site.add(blank + tag(attributes)), locale=locale)
    await expect(page.get_by_role("region")).to_contain_text(cast.TEXTS[language]["question"])
    of = {"en": "9 of 10", "fr": "9 sur 10"}[language]
    await expect(page.get_by_role("radio", name=of, exact=True)).to_be_visible()


async def test_the_page_hears_what_happens(site: Site, tag: Tag, open_page: PageMaker) -> None:
    listener = (
        "<script>window.heard = []; document.addEventListener('feedback', "
        "(event) => heard.push(event.detail.kind + ' ' + event.detail.rating))</script>"
    )
    page = await open_page(site.add(listener + tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.wait_for_function("heard.length")
    await rate(page, 8)
    await page.wait_for_function("heard.length > 2")
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_function("heard.length > 3")
    assert await page.evaluate("heard") == [
        "shown undefined",
        "rated 8",
        "answered 8",
        "completed 8",
    ]
