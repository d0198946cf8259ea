"""What the widget sends, and that it arrives."""

import asyncio
import re
from typing import Any

from playwright.async_api import Route, expect

from feedback.db import Database
from tests.browser.acts import PROPERTIES, answers, displays, messages, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.widget.contract import PASSING, payload


async def test_it_sends_the_same_message_until_it_arrives(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    bodies: list[str] = []
    is_told = asyncio.Event()

    async def fail_twice(route: Route) -> None:
        bodies.append(route.request.post_data or "")
        if len(bodies) == 1:
            await route.abort()
        elif len(bodies) == 2:
            await route.fulfill(
                status=503,
                headers={
                    "Retry-After": "0.1",
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Expose-Headers": "Retry-After",
                },
            )
        else:
            await is_told.wait()
            await route.continue_()

    await page.route("**/r/*", fail_twice)
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text("Saved on this device. It will be sent.")
    is_told.set()
    await expect(page.get_by_role("status")).to_contain_text("You chose 8.")
    assert len(bodies) == 3 and len(set(bodies)) == 1
    assert [row.rating for row in await answers(database, shop)] == [8]


async def test_it_rather_loses_a_detail_than_the_rating(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    long = f'data-feedback-property-note="{"x" * 501}"'
    page = await open_page("about:blank")
    await page.clock.install(time="2020-01-01T00:00:00Z")  # far behind: 422 answered_at_too_old
    await page.goto(site.add(tag(long)))
    await page.clock.run_for(1000)
    async with page.expect_response(lambda reply: "/r/" in reply.url and reply.ok):
        await page.get_by_role("radio", name="8 of 10").click()
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.properties) == (8, None)


async def test_it_stops_when_it_is_refused(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    sent = messages(page)
    refusal = {"error": "survey_unknown", "reason": "there is no survey with this key"}
    await page.route("**/r/*", lambda route: route.fulfill(status=404, json=refusal))
    async with page.expect_console_message(lambda m: m.text.startswith("feedback: there is no")):
        await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text("This answer could not be stored.")
    assert len([message for message in sent if "rating" in message]) == 1


async def test_it_sends_the_messages_that_ingest_is_tested_with(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    sent = messages(page)
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(tag(PROPERTIES)))
    await rate(page, 8)
    await rate(page, 9)
    await page.get_by_role("textbox").fill("Fast, and the box was whole.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    _assert_as_promised(sent, ["shown", "rating", "changed_rating", "comment"])
    assert len({message.get("submission_id") for message in sent[1:]}) == 1


async def test_it_sends_a_dismissal_as_ingest_is_tested_with(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    sent = messages(page)
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(tag()))
    async with page.expect_response("**/d/*"):
        await page.get_by_role("button", name="Close").click()
    _assert_as_promised(sent, ["shown", "dismissed"])
    assert await displays(database, shop) == {"shown": 1, "dismissed": 1}


def _assert_as_promised(sent: list[dict[str, Any]], names: list[str]) -> None:
    assert len(sent) == len(names)
    for message, name in zip(sent, names, strict=True):
        expected = payload(name)
        for key in PASSING.keys() & expected.keys():
            assert re.fullmatch(PASSING[key], message.pop(key)), key
            del expected[key]
        assert message == expected
