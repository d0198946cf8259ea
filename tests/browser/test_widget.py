"""The widget in a real Chromium, on a page of somebody else's."""

import asyncio
import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, Request, Route, expect
from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import DisplayCount, Response
from tests import cast
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.widget.contract import PASSING, payload

PROPERTIES = (
    'data-feedback-property-plan="pro" data-feedback-property-cart-value="120" '
    'data-feedback-contact-id="customer-7"'
)


async def answers(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return list(found)


async def displays(database: Database, shop: Shop) -> dict[str, int]:
    async with database.read() as session:
        found = await session.exec(
            select(DisplayCount).where(DisplayCount.workspace_id == shop.workspace.id)
        )
        return {row.kind: row.n for row in found}


def messages(page: Page) -> list[dict[str, Any]]:
    """What the page sends from now on to `/r` and `/d`, in order."""
    sent: list[dict[str, Any]] = []

    def note(request: Request) -> None:
        if re.search(r"/[rd]/\w+$", request.url):
            sent.append(json.loads(request.post_data or "null"))

    page.on("request", note)
    return sent


async def rate(page: Page, rating: int) -> None:
    """Tap a rating and wait until the server has it."""
    async with page.expect_response("**/r/*") as reply:
        await page.get_by_role("radio", name=f"{rating} of", exact=False).first.click()
    assert (await reply.value).ok


async def storage(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(
        "() => [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie]"
    )
    return [key for key in found if key]


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
    page = await open_page(site.add(tag()))
    await page.get_by_role("radio").first.focus()
    async with page.expect_request("**/r/*") as request:
        await page.keyboard.type(keys)
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


async def test_it_waits_while_somebody_types(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(f"<input autofocus aria-label=name><p>Text</p>{tag()}"))
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    await page.get_by_text("Text").click()
    await expect(page.get_by_role("radiogroup")).to_be_visible()


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


async def test_it_sends_the_same_message_until_it_arrives(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    bodies: list[str] = []

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
            await route.continue_()

    await page.route("**/r/*", fail_twice)
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text("Not sent yet. We keep trying.")
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
    await page.get_by_role("radio", name="8 of 10").click()
    for _ in range(100):
        if stored := await answers(database, shop):
            break
        await asyncio.sleep(0.05)
    assert [(row.rating, row.properties) for row in stored] == [(8, None)]


async def test_it_stops_when_it_is_refused(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    sent = messages(page)
    refusal = {"error": "survey_closed", "reason": "this survey is closed"}
    await page.route("**/r/*", lambda route: route.fulfill(status=410, json=refusal))
    async with page.expect_console_message(lambda m: m.text == "feedback: this survey is closed"):
        await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text("This answer could not be stored.")
    assert [message for message in sent if "rating" in message] == sent[-1:]


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


async def test_the_page_hears_what_happens(site: Site, tag: Tag, open_page: PageMaker) -> None:
    listener = (
        "<script>window.heard = []; document.addEventListener('feedback', "
        "(event) => heard.push(event.detail.kind + ' ' + event.detail.rating))</script>"
    )
    page = await open_page(site.add(listener + tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.wait_for_function("heard.length")
    await rate(page, 8)
    await page.wait_for_function("heard.length > 1")
    assert await page.evaluate("heard") == ["shown undefined", "answered 8"]
