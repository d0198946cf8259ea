"""How the widget sends: without a preflight, past the end of the page, and as slowly as asked."""

import asyncio

from playwright.async_api import Page, Request, Route, expect

from feedback.db import Database
from tests.browser.acts import (
    answers,
    arriving,
    is_ready,
    messages,
    moments,
    rate,
    stop_clock,
)
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.test_widget_offline import SAVED, is_empty, item, leave_in_queue
from tests.cast import Shop
from tests.waiting import PATIENCE

READABLE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
}


# What Chromium does not tell of a request: whether it may outlive its page.
OUTLIVES = """
  const plain = fetch;
  window.outlives = [];
  window.fetch = (to, options) => {
    if (options.method === "POST") outlives.push(new Request(to, options).keepalive);
    return plain(to, options);
  };
"""


async def test_it_sends_text_which_needs_no_preflight_no_cookie_and_no_page(
    site: Site, tag: Tag, open_page: PageMaker, base: str
) -> None:
    page = await open_page("about:blank")
    await page.context.add_cookies([{"name": "of", "value": "the visitor", "url": base}])
    network = await page.context.new_cdp_session(page)
    kinds: list[str] = []
    network.on("Network.requestWillBeSent", lambda event: kinds.append(event["type"]))
    await network.send("Network.enable")
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))
    await page.add_init_script(OUTLIVES)
    await page.goto(site.add(tag()))
    await rate(page, 8)
    assert await page.evaluate("outlives") == [True, True]
    ours = [request for request in requests if request.url.startswith(base)]
    posts = [request for request in ours if request.method == "POST"]
    assert [request.url.split("/")[3] for request in posts] == ["d", "r"]
    assert {request.headers["content-type"] for request in posts} == {"text/plain;charset=UTF-8"}
    assert [(await request.all_headers()).get("cookie") for request in posts] == [None, None]
    assert "Fetch" in kinds and "Preflight" not in kinds


async def test_an_answer_of_the_pages_last_moment_arrives(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    bye = site.add("<p>Bye</p>", "/bye")
    leaves = """<script>addEventListener("feedback", ({ detail }) => {
      if (detail.kind === "rated") location.assign("/bye");
    })</script>"""
    page = await open_page(site.add(leaves + tag()))
    await page.get_by_role("radio", name="8 of 10").click()
    await page.wait_for_url(bye)
    assert [row.rating for row in await arriving(database, shop)] == [8]


async def test_it_waits_as_long_as_the_server_asks(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await stop_clock(page)
    tries = []

    async def busy_once(route: Route) -> None:
        tries.append(route.request)
        headers = {**READABLE, "Retry-After": "120"}
        await (route.fulfill(status=429, headers=headers) if len(tries) == 1 else route.continue_())

    await page.route("**/r/*", busy_once)
    await _open(page, site.add(tag()))
    async with moments(page):
        await page.get_by_role("radio", name="8 of 10").click()
        await expect(page.get_by_role("status")).to_have_text(SAVED)
    await page.clock.run_for(115_000)
    assert len(tries) == 1
    async with page.expect_response("**/r/*"):
        await page.clock.run_for(6_000)
    await expect(page.get_by_role("status")).to_contain_text("You chose 8.")
    assert [row.rating for row in await answers(database, shop)] == [8]


async def test_the_queue_of_an_earlier_page_waits_for_the_longest_time_asked(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    items = [item(shop.nps.key, rating=1), item(shop.csat.key, rating=2)]
    await leave_in_queue(page, site, items)
    await stop_clock(page)
    tries = []
    is_refused = asyncio.Event()

    async def busy_twice(route: Route) -> None:
        tries.append(route.request)
        if len(tries) > 2:
            return await route.continue_()
        headers = {**READABLE, "Retry-After": "120" if len(tries) == 1 else "60"}
        await route.fulfill(status=503, headers=headers)
        if len(tries) == 2:
            is_refused.set()

    await page.route("**/r/*", busy_twice)
    await page.goto(site.add(tag()))
    async with moments(page):
        await asyncio.wait_for(is_refused.wait(), PATIENCE)
    seconds = 0
    while len(tries) == 2 and seconds < 10_000:
        await page.clock.run_for(10_000)
        seconds += 10
    assert seconds >= 110
    async with moments(page):
        await is_empty(page)
    assert sorted(row.rating for row in await answers(database, shop)) == [1, 2]


async def _open(page: Page, address: str) -> None:
    await page.goto(address)
    async with moments(page):
        await is_ready(page)


async def test_fifty_answers_of_a_month_are_sent_at_once_and_the_rest_by_the_next_page(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    items = [item(shop.nps.key, rating=n % 11, days=6.9) for n in range(52)]
    old, older = (item(shop.nps.key, rating=0, days=days) for days in (29.9, 30.1))
    await leave_in_queue(page, site, [*items, old, older])
    sent = messages(page)
    address = site.add(tag())
    await page.goto(address)
    await page.wait_for_function(
        "Object.keys(JSON.parse(localStorage['feedback-queue'])).length === 4"
    )
    assert len(await answers(database, shop)) == 49
    await page.goto(address)
    await is_empty(page)
    assert len(await answers(database, shop)) == 53
    [late] = [message for message in sent if message.get("late")]
    assert late["submission_id"] == old["body"]["submission_id"] and "answered_at" not in late
