"""A device that many people touch: nothing of one visitor is there for the next."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change
from tests.browser.conftest import PageMaker
from tests.browser.kiosk import asks, emptied, press
from tests.cast import TEXTS, Shop
from tests.surveys.follow_ups import FOLLOW_UPS

QUESTION = TEXTS["en"]["question"]
CANARY = "My name is Jane Doe"
# All that a page of this origin can read: what is drawn, what is in fields, what is stored.
READABLE = """async () => {
  const found = [document.documentElement.outerHTML, location.href, document.cookie];
  found.push(...[...document.querySelectorAll("input, textarea")].map((field) => field.value));
  found.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
  found.push(JSON.stringify(await indexedDB.databases()), String(getSelection()));
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const kept of await cache.matchAll()) found.push(kept.url, await kept.text());
  }
  return found.join("\\n");
}"""
LEAVE = "() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"


async def by_waiting(page: Page) -> None:
    await page.clock.fast_forward(21_000)
    await page.clock.fast_forward(21_000)


async def by_start_over(page: Page) -> None:
    await press(page, "Recommencer")


async def by_leaving(page: Page) -> None:
    """The browser keeps the page as it is, for "back"."""
    await page.evaluate(LEAVE)


async def by_back(page: Page) -> None:
    await page.goto("about:blank")
    await page.go_back()


async def by_reload(page: Page) -> None:
    await page.reload()


async def by_sleep(page: Page) -> None:
    """The tablet slept, and its timers with it."""
    await page.evaluate("() => { const now = Date.now; Date.now = () => now() + 41_000; }")
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.parametrize(
    "end", [by_waiting, by_start_over, by_leaving, by_back, by_reload, by_sleep]
)
async def test_nothing_of_a_visitor_stays(
    base: str,
    open_page: PageMaker,
    database: Database,
    shop: Shop,
    end: Callable[[Page], Awaitable[None]],
) -> None:
    await change(database, shop.nps, follow_ups=[FOLLOW_UPS[2], FOLLOW_UPS[0]])
    page = await open_page("about:blank")
    if end is by_waiting:
        await page.clock.install()
    await page.goto(f"{base}/k/{shop.nps.key}?comment&lang=en")
    history = await page.evaluate("history.length")
    await press(page, "Français")
    await press(page, "9 sur 10")
    await press(page, "L’appli", "checkbox")
    await press(page, "Suivant")
    await page.get_by_role("textbox").fill(CANARY)
    for keys in ("Control+A", "Control+C"):
        await page.keyboard.press(keys)
    assert CANARY in await page.evaluate(READABLE)
    await end(page)
    await asks(page, QUESTION)
    await emptied(page)
    assert CANARY not in await page.evaluate(READABLE)
    if end is not by_back:
        assert await page.evaluate("history.length") == history
    await press(page, "8 of 10")
    await page.get_by_role("textbox").press("Control+Z")
    await page.keyboard.press("Control+V")
    assert CANARY not in await page.evaluate(READABLE)
    await emptied(page)
    first, second = sorted(await answers(database, shop), key=lambda row: row.answered_at)
    assert (first.answers, second.answers) == ({"f3": ["c4"]}, None)


async def test_ticks_of_one_visitor_are_not_the_next_ones(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, follow_ups=[FOLLOW_UPS[2]])
    page = await open_page(f"{base}/k/{shop.nps.key}")
    await press(page, "9 of 10")
    await press(page, "App", "checkbox")
    await press(page, "Start over")
    await press(page, "10 of 10")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(0)
    await press(page, "Shop", "checkbox")
    await press(page, "Send")
    await emptied(page)
    rows = await answers(database, shop)
    assert {row.rating: row.answers for row in rows} == {9: {"f3": ["c4"]}, 10: {"f3": ["c3"]}}


async def test_the_browser_fills_nothing_in(base: str, open_page: PageMaker, shop: Shop) -> None:
    page = await open_page(f"{base}/k/{shop.nps.key}?comment")
    assert await page.locator("input, textarea, form").count() == 0
    await press(page, "3 of 10")
    field = page.get_by_role("textbox")
    for name, value in (("autocomplete", "off"), ("spellcheck", "false")):
        await expect(field).to_have_attribute(name, value)
    assert await field.get_attribute("name") is None


async def test_a_sent_comment_leaves_the_device(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{base}/k/{shop.nps.key}?comment")
    await press(page, "3 of 10")
    await page.get_by_role("textbox").fill(CANARY)
    await press(page, "Send")
    await emptied(page)
    await press(page, "Start over")
    assert CANARY not in await page.evaluate(READABLE)
    assert [row.comment for row in await answers(database, shop)] == [CANARY]
