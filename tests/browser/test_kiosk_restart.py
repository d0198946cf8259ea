"""The kiosk's service worker in a real Chromium: the page opens again without a network."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Error, Page, expect

from feedback.db import Database
from tests.browser.acts import answers
from tests.browser.conftest import ARGUMENTS, PATIENCE, PageMaker, chromium
from tests.browser.gateway import Gateway
from tests.browser.kiosk import STAYS, staying
from tests.cast import TEXTS, Shop
from tests.waiting import until as waited

QUESTION = TEXTS["en"]["question"]
WATCH = """
window.wrong = [];
document.addEventListener("securitypolicyviolation", (e) => wrong.push(e.violatedDirective));
addEventListener("error", (event) => wrong.push(event.message));
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));
"""
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const kept = await (await caches.open(name)).keys();
    found[name] = kept.map(({ url }) => new URL(url).pathname);
  }
  return found;
}"""
REGISTERED = (
    """async () => (await navigator.serviceWorker.getRegistrations()).map((r) => r.scope)"""
)
# What becomes of the worker that the browser now finds.
UPDATE = """() => new Promise(async (done) => {
  const found = await navigator.serviceWorker.ready;
  found.addEventListener("updatefound", () => {
    const made = found.installing;
    made.addEventListener("statechange", () => done(made.state));
  }, { once: true });
  await found.update();
})"""
OLD = """async (text) => {
  const name = (await caches.keys()).find((each) => each.startsWith("feedback-kiosk-"));
  const headers = { "Content-Type": "text/html", "X-Feedback-Version": "old" };
  await (await caches.open(name)).put(location.href, new Response(`<h1>${text}</h1>`, { headers }));
}"""


@pytest.fixture
def open_page(open_page: PageMaker) -> PageMaker:
    return staying(open_page)


@pytest.fixture
def gateway(base: str) -> Iterator[Gateway]:
    made = Gateway(base)
    yield made
    made.close()


async def done(page: Page, script: str) -> Any:
    """What the script comes to; `evaluate` alone would wait for it for ever."""
    return await asyncio.wait_for(page.evaluate(script), PATIENCE / 1000)


async def is_kept(page: Page) -> None:
    """Wait until the worker has all it needs."""
    await done(page, "() => navigator.serviceWorker.ready")
    await page.wait_for_function("() => navigator.serviceWorker.controller")


async def until(page: Page, condition: str) -> None:
    """Wait for an asynchronous condition, which `wait_for_function` takes for met at once."""
    pause = "new Promise((done) => requestAnimationFrame(done))"
    await done(page, f"async () => {{ while (!({condition})) await {pause}; }}")


async def asks(page: Page) -> None:
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()


async def test_it_opens_after_a_restart_without_a_network(
    browser: Browser, gateway: Gateway, database: Database, shop: Shop, tmp_path: Path
) -> None:
    address = f"{gateway.base}/k/{shop.nps.key}?p_desk=3"

    async def start() -> Page:
        context = await browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=chromium(), args=ARGUMENTS, locale="en-GB"
        )
        context.set_default_timeout(PATIENCE)
        await context.add_init_script(WATCH + STAYS)
        return context.pages[0]

    page = await start()
    await page.goto(address)
    await is_kept(page)
    gateway.state = "away"
    await page.get_by_role("button", name="4 of 10", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    await page.context.close()  # the battery is empty

    page = await start()
    await page.goto(address)
    await page.get_by_role("button", name="9 of 10", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("sent later")
    font = "() => document.fonts.ready.then(() => document.fonts.check('600 16px Inter'))"
    assert await page.evaluate(font) and await page.evaluate("wrong") == []
    gateway.state = "open"
    await page.evaluate("() => dispatchEvent(new Event('online'))")
    await page.wait_for_function("() => localStorage.length === 0")
    await page.context.close()
    rows = await answers(database, shop)
    assert sorted((row.rating, row.properties) for row in rows) == [
        (4, {"desk": "3"}),
        (9, {"desk": "3"}),
    ]


async def test_without_the_worker_it_would_not(
    gateway: Gateway, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{gateway.base}/k/{shop.nps.key}", service_workers="block")
    await asks(page)
    gateway.state = "away"
    with pytest.raises(Error, match="ERR_EMPTY_RESPONSE"):
        await page.reload()


async def test_the_page_is_of_today_where_there_is_a_network(
    gateway: Gateway, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{gateway.base}/k/{shop.nps.key}")
    await is_kept(page)
    for state in ("away", "failing"):
        await page.evaluate(OLD, "What was asked last year")
        gateway.state = state
        await page.reload()
        await expect(page.get_by_role("heading", name="last year")).to_be_visible()
        gateway.state = "open"
        await page.reload()
        await asks(page)
        gateway.state = state
        await page.reload()  # and what the network said is kept
        await asks(page)


async def test_a_network_that_says_nothing_is_none(
    gateway: Gateway, open_page: PageMaker, shop: Shop
) -> None:
    gateway.edits["PATIENCE = 5000"] = "PATIENCE = 50"
    page = await open_page(f"{gateway.base}/k/{shop.nps.key}")
    await is_kept(page)
    gateway.state = "silent"
    await page.reload()
    await asks(page)


async def test_an_update_takes_the_place_of_what_was_kept(
    gateway: Gateway, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{gateway.base}/k/{shop.nps.key}?lang=fr")
    await is_kept(page)
    [(before, kept)] = (await page.evaluate(KEPT)).items()
    assert f"/k/{shop.nps.key}" in kept and "/static/kiosk.js" in kept
    # One that cannot be fetched whole changes nothing.
    gateway.edits = {before.removeprefix("feedback-kiosk-"): "half", '"/static/icon.svg': '"/k/no'}
    assert await done(page, UPDATE) == "redundant"
    gateway.state = "away"
    await page.reload()
    await expect(page.get_by_role("heading", name=TEXTS["fr"]["question"])).to_be_visible()
    gateway.state = "open"
    gateway.edits = {before.removeprefix("feedback-kiosk-"): "next"}
    await done(page, "async () => { await (await navigator.serviceWorker.ready).update(); }")
    await until(page, "(await caches.keys()).join() === 'feedback-kiosk-next'")
    assert set((await page.evaluate(KEPT))["feedback-kiosk-next"]) == set(kept)
    gateway.state = "away"
    await page.reload()
    await expect(page.get_by_role("heading", name=TEXTS["fr"]["question"])).to_be_visible()


async def test_what_a_bad_network_kept_back_comes_later(
    gateway: Gateway, open_page: PageMaker, shop: Shop
) -> None:
    gateway.edits = {'"/static/icon.svg': '"/k/no'}  # one of the files cannot be had
    page = await open_page("about:blank")
    await page.clock.install()
    await page.goto(f"{gateway.base}/k/{shop.nps.key}")
    await waited(lambda: any(path.startswith("/k/no") for path in gateway.seen))
    await until(page, f"!(await ({REGISTERED})()).length")
    gateway.edits = {}
    await page.clock.fast_forward(300_000)
    await is_kept(page)


async def test_no_other_page_is_controlled(base: str, open_page: PageMaker, shop: Shop) -> None:
    page = await open_page(f"{base}/k/{shop.nps.key}")
    await is_kept(page)
    assert await page.evaluate(REGISTERED) == [f"{base}/k/"]
    for path in ("/sign-in", f"/s/{shop.nps.key}", "/noise", "/k", "/widget.js", "/"):
        reply = await page.goto(f"{base}{path}")
        assert reply is not None and not reply.from_service_worker, path
        assert await page.evaluate("navigator.serviceWorker.controller") is None, path
    kept = [path for paths in (await page.evaluate(KEPT)).values() for path in paths]
    assert {path.split("/")[1] for path in kept} == {"k", "static"}


async def test_an_address_takes_it_away(base: str, open_page: PageMaker, shop: Shop) -> None:
    link = f"{base}/k/{shop.nps.key}"
    page = await open_page(link)
    await is_kept(page)
    await page.goto(f"{link}?offline=off")
    await until(page, "!(await caches.keys()).length")
    assert await page.evaluate(REGISTERED) == []
    await page.reload()
    await asks(page)
    assert await page.evaluate("navigator.serviceWorker.controller") is None
    assert await page.evaluate(KEPT) == {}


async def test_it_works_where_a_browser_has_no_workers(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    # By an address that is neither https nor localhost.
    page = await open_page(f"{base.replace('127.0.0.1', '0.0.0.0')}/k/{shop.nps.key}")
    assert await page.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
    await page.get_by_role("button", name="9 of 10", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    await page.wait_for_function("() => localStorage.length === 0")
    assert [row.rating for row in await answers(database, shop)] == [9]
