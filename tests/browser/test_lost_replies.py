"""SAFETY A8 through the browser: three of ten replies are cut, and each answer is stored once."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Error, Page

from feedback.db import Database
from tests.browser.acts import answers
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.taps import tap
from tests.cast import Shop
from tests.faults.proxy import BadNetwork, bad_network
from tests.serving import Served

# `make test-long` sends more.
ANSWERS = 200 if os.environ.get("TEST_LONG") else 20
RATINGS = [n % 11 for n in range(ANSWERS)]
LOST = 0.3
TRIES = 100
PAUSE = 0.1


@pytest_asyncio.fixture(loop_scope="session")
async def network(server: tuple[Served, str]) -> AsyncIterator[BadNetwork]:
    async with bad_network(server[0].port, share=LOST, seed=4, method="POST") as made:
        yield made
        assert made.cut > ANSWERS * LOST / 2


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: PageMaker) -> Page:
    return await open_page("about:blank")


async def _assert_stored_once(database: Database, shop: Shop, channel: str) -> None:
    rows = await answers(database, shop)
    assert sorted(row.rating for row in rows) == sorted(RATINGS)
    assert {row.channel for row in rows} == {channel}


async def test_the_widget_neither_loses_nor_doubles_an_answer(
    page: Page, site: Site, tag: Tag, base: str, network: BadNetwork, database: Database, shop: Shop
) -> None:
    address = site.add(tag().replace(base, network.base))
    for rating in RATINGS:
        await page.goto(address)
        await page.get_by_role("radio", name=f"{rating} of 10", exact=True).click()
        await page.wait_for_function("localStorage['feedback-asked']")
        await page.evaluate("localStorage.removeItem('feedback-asked'); sessionStorage.clear()")
    await page.wait_for_function("!localStorage['feedback-queue']")
    await _assert_stored_once(database, shop, "widget")


async def test_the_kiosk_neither_loses_nor_doubles_an_answer(
    page: Page, network: BadNetwork, database: Database, shop: Shop
) -> None:
    await page.goto(f"{network.base}/k/{shop.nps.key}")
    await tap(page, RATINGS)
    # The network is said to be back again and again, rather than waiting for the next attempt.
    await page.evaluate("setInterval(() => dispatchEvent(new Event('online')), 50)")
    await page.wait_for_function("() => !localStorage.length")
    await _assert_stored_once(database, shop, "kiosk")


async def test_a_form_sent_again_is_one_answer(
    page: Page, network: BadNetwork, database: Database, shop: Shop
) -> None:
    for rating in RATINGS:
        await page.goto(f"{network.base}/s/{shop.nps.key}")
        await page.get_by_role("radio", name=f"{rating} of 10", exact=True).check()
        is_there = await _arrives(page, page.get_by_role("button", name="Send").click)
        for _ in range(TRIES):
            if is_there:
                break  # else the browser shows an error; its reload sends the form again
            is_there = await _arrives(page, page.reload)
        assert is_there
    # A reload that overtakes the browser's error page sends the form once more.
    assert network.requests >= ANSWERS + network.cut
    await _assert_stored_once(database, shop, "page")


async def _arrives(page: Page, act: Callable[[], Awaitable[Any]]) -> bool:
    """Whether this ends on the thanks."""
    try:
        async with page.expect_navigation():
            await act()
    except Error:
        # Until the browser's error page stands nothing can be reloaded, and each try fails at once.
        await asyncio.sleep(PAUSE)
        return False
    return "/thanks?" in page.url
