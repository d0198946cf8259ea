"""Test mode: everything is shown, and nothing of it counts."""

import pytest
from playwright.async_api import expect

from feedback.db import Database
from tests.browser.acts import answers, displays, rate, storage
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


@pytest.mark.parametrize(
    ("attributes", "query"), [("data-feedback-test", ""), ("", "?feedback-test")]
)
async def test_a_test_is_shown_and_never_counted(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, attributes: str,
    query: str,
) -> None:  # fmt: skip
    page = await open_page(site.add(tag(attributes)) + query)
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    await page.reload()
    await rate(page, 3)
    await expect(page.get_by_text("Test, not counted")).to_be_visible()
    assert [row.state for row in await answers(database, shop)] == ["test", "test"]
    await page.wait_for_function("!localStorage['feedback-queue']")
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
