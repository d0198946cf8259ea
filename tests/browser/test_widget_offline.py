"""What a visitor sent is kept until the server has it, and only that."""

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

from playwright.async_api import Page, Route, expect
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from tests.browser.acts import answers, arriving, messages, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.waiting import arrival

LOST = "Not sent yet. We keep trying."
SAVED = "Saved on this device. It will be sent."
OURS = "**/{r/*,widget-after.js*}"


def item(to: str, *, days: float = 0.01, **values: Any) -> dict[str, Any]:
    """One message as an earlier page left it in the queue."""
    answered_at = (clock.now() - timedelta(days=days)).isoformat(timespec="milliseconds")
    body = {"v": 1, "submission_id": str(uuid7()), "seq": 1, "rating": 8, "comment": ""}
    body |= {"answered_at": answered_at.replace("+00:00", "Z"), "channel": "widget"}
    return {"to": to, "body": body | values}


async def leave_in_queue(page: Page, site: Site, items: list[dict[str, Any]]) -> None:
    await page.goto(site.add("<p>Nothing here</p>", "/before"))
    queue = {each["body"]["submission_id"]: each for each in items}
    await page.evaluate("text => localStorage['feedback-queue'] = text", json.dumps(queue))


async def is_empty(page: Page) -> None:
    await page.wait_for_function("!localStorage['feedback-queue']")


async def test_an_answer_given_without_a_connection_is_sent_by_the_next_page(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.route(OURS, lambda route: route.abort())
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text(LOST)
    kept = await page.evaluate("Object.values(JSON.parse(localStorage['feedback-queue']))")
    assert [each["body"]["rating"] for each in kept] == [8]
    await page.unroute(OURS)
    await page.goto(site.add(tag(), "/next"))
    await is_empty(page)
    [stored] = await answers(database, shop)
    said = kept[0]["body"]["answered_at"].replace("Z", "+00:00")
    assert stored.rating == 8 and stored.answered_at.isoformat(timespec="milliseconds") == said
    assert stored.page == f"{site.base}/"


async def test_of_an_answer_that_changes_the_newest_is_kept_and_nothing_that_is_only_typed(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await page.route("**/r/*", lambda route: route.abort())
    for rating in (8, 9):
        await page.get_by_role("radio", name=f"{rating} of 10").click()
    await page.get_by_role("textbox").fill("Not said yet")
    [kept] = await page.evaluate("Object.values(JSON.parse(localStorage['feedback-queue']))")
    body = kept["body"]
    assert (body["rating"], body["seq"], body["comment"]) == (9, 2, "")
    await page.unroute("**/r/*")
    await page.goto(site.add(tag(), "/next"))
    await is_empty(page)
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.seq, stored.comment) == (9, 2, None)


async def test_what_is_not_sent_yet_is_sent_when_the_page_is_left(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    tries = 0

    async def busy_once(route: Route) -> None:
        nonlocal tries
        tries += 1
        headers = {"Retry-After": "600", "Access-Control-Expose-Headers": "Retry-After"}
        headers["Access-Control-Allow-Origin"] = "*"
        await (route.fulfill(status=503, headers=headers) if tries == 1 else route.continue_())

    await page.route("**/r/*", busy_once)
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text(SAVED)
    await page.goto(site.add("<p>Bye</p>", "/bye"))
    assert [row.rating for row in await arriving(database, shop)] == [8]
    assert tries == 1  # a beacon passes by the route


async def test_one_bad_answer_does_not_hold_up_the_others(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    wrong = [item("nothing"), item(shop.nps.key, rating=80), item(shop.nps.key, days=31)]
    wrong += [item(shop.nps.key, rating=6, submission_id="no id")]
    nameless = item(shop.nps.key, rating=7, submission_id=str(uuid.uuid4()), properties={"a": [1]})
    await leave_in_queue(page, site, [*wrong, nameless, item(shop.nps.key, rating=9)])
    await page.evaluate(
        """() => {
          const queue = JSON.parse(localStorage["feedback-queue"]);
          localStorage["feedback-queue"] = JSON.stringify({ of: "another program", ...queue });
        }"""
    )
    await page.goto(site.add(tag()))
    await page.wait_for_function(
        "Object.keys(JSON.parse(localStorage['feedback-queue'])).join() === 'of'"
    )
    assert {row.rating for row in await answers(database, shop)} == {7, 9}


QUEUES_UP = (
    "async () => (await navigator.locks.query()).pending.some(({ name }) => /queue/.test(name))"
)


async def test_two_tabs_take_turns_and_each_answer_is_stored_once(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await leave_in_queue(page, site, [item(shop.nps.key, rating=n) for n in range(6)])
    address = site.add(tag())
    second_waits = asyncio.Event()

    async def hold(route: Route) -> None:
        await second_waits.wait()
        await route.continue_()

    await page.route("**/r/*", hold)
    other = await page.context.new_page()
    sent, again = messages(page), messages(other)
    async with page.expect_request("**/r/*"):
        await page.goto(address)
    await other.goto(address)
    assert await arrival(lambda: other.evaluate(QUEUES_UP))
    assert _ratings(again) == []
    second_waits.set()
    await is_empty(page)
    await is_empty(other)
    assert sorted(row.rating for row in await answers(database, shop)) == [0, 1, 2, 3, 4, 5]
    # Two tabs are two processes, and the lock is faster than the storage: the second tab may not
    # know yet that the last was acknowledged. It sends that one again, the server stores it once.
    assert _ratings(sent) == [0, 1, 2, 3, 4, 5] and len(_ratings(again)) < 6


def _ratings(sent: list[dict[str, Any]]) -> list[int]:
    return [message["rating"] for message in sent if "rating" in message]


async def test_it_says_saved_only_of_what_is_saved(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.route("**/r/*", lambda route: route.abort())
    await leave_in_queue(page, site, [item(shop.nps.key)])
    full = "<script>Storage.prototype.setItem = () => { throw new Error('full'); };</script>"
    await page.goto(site.add(full + tag()))
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text(LOST)
    kept = await page.evaluate("Object.keys(JSON.parse(localStorage['feedback-queue']))")
    assert len(kept) == 1  # the older one


async def test_it_works_where_nothing_can_be_stored(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    full = "<script>Storage.prototype.setItem = () => { throw new Error('full'); };</script>"
    page = await open_page(site.add(full + tag()))
    await rate(page, 8)
    site.add(tag(), "/inside")
    await page.goto(
        site.add('<iframe title="Shop" sandbox="allow-scripts" src="/inside"></iframe>', "/frame")
    )
    frame = page.frame_locator("iframe")
    async with page.expect_response("**/r/*"):
        await frame.get_by_role("radio", name="9 of 10").click()
    await frame.get_by_role("textbox").fill("Good")
    await frame.get_by_role("button", name="Send").click()
    await expect(frame.get_by_role("status")).to_have_text("Thank you.")
    assert {row.rating for row in await answers(database, shop)} == {8, 9}
