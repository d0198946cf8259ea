"""When the widget asks, when it does not, and what it says then."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, displays, rate, storage
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def test_nothing_is_kept_before_an_act(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await storage(page) == []


async def test_it_does_not_ask_again_after_an_answer(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await rate(page, 8)
    assert await storage(page) == [f"feedback-{shop.nps.key}"]
    await _assert_rests(page, shop, days=90)


async def test_it_does_not_ask_again_soon_after_a_dismissal(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)
    await _assert_rests(page, shop, days=30)


async def _assert_rests(page: Page, shop: Shop, *, days: int) -> None:
    until = await page.evaluate(
        "key => (localStorage.getItem(key) - Date.now()) / 864e5", f"feedback-{shop.nps.key}"
    )
    assert days - 0.1 < until <= days
    async with page.expect_console_message(lambda m: "not asked again before" in m.text):
        await page.reload()
    assert await page.locator("feedback-widget").count() == 0
    await page.evaluate("key => localStorage.setItem(key, 1)", f"feedback-{shop.nps.key}")
    await page.reload()
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def test_it_waits_while_somebody_types(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(f"<input autofocus aria-label=name><p>Text</p>{tag()}"))
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    await page.get_by_text("Text").click()
    await expect(page.get_by_role("radiogroup")).to_be_visible()


@pytest.mark.parametrize(
    ("attributes", "query"), [("data-feedback-test", ""), ("", "?feedback-test")]
)
async def test_a_test_is_shown_and_never_counted(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, attributes: str,
    query: str,
) -> None:  # fmt: skip
    page = await open_page(site.add(tag(attributes)) + query)
    await rate(page, 8)
    await page.reload()
    await rate(page, 3)
    await expect(page.get_by_text("Test, not counted")).to_be_visible()
    assert [row.state for row in await answers(database, shop)] == ["test", "test"]
    assert await displays(database, shop) == {} and await storage(page) == []


@pytest.mark.parametrize(
    ("host", "attributes", "is_test"),
    [
        ("localhost", "", True),
        ("shop.localhost", "", True),
        ("localhost", 'data-feedback-test="off"', False),
        ("127.0.0.1", "", False),
    ],
    ids=["localhost", "under localhost", "turned off", "address"],
)
async def test_localhost_means_test(
    site: Site, tag: Tag, open_page: PageMaker, host: str, attributes: str, is_test: bool
) -> None:
    address = site.add(tag(attributes)).replace("127.0.0.1", host)
    page = await open_page(address)
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await page.get_by_text("Test, not counted").count() == is_test


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ('data-feedback-survey="nothing"', "feedback: no such live survey"),
        ('data-feedback-target="#nowhere"', "feedback: nothing matches #nowhere"),
        ('data-feedback-target="!!"', "SyntaxError"),
    ],
)
async def test_it_says_in_one_line_why_it_does_not_ask(
    site: Site, tag: Tag, open_page: PageMaker, attributes: str, reason: str
) -> None:
    page = await open_page("about:blank")
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    async with page.expect_console_message(lambda m: reason in m.text):
        await page.goto(site.add(tag(attributes)))
    assert errors == [] and await page.locator("feedback-widget").count() == 0


async def test_an_unknown_site_is_one_line(site: Site, base: str, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    script = f'<script src="{base}/widget.js" data-feedback-site="nothing" async></script>'
    async with page.expect_console_message(
        lambda m: m.text == "feedback: there is no site with this key"
    ):
        await page.goto(site.add(script))


async def test_two_tags_ask_once(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    async with page.expect_console_message(lambda m: "already on this page" in m.text):
        await page.goto(site.add(tag() + tag()))
    assert await page.locator("feedback-widget").count() == 1
