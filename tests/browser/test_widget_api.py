"""`window.feedback`: what a page can tell the widget, before and after it has loaded."""

import json

import pytest
from playwright.async_api import expect

from feedback.db import Database
from tests.browser.acts import (
    PROPERTIES,
    answers,
    asked,
    change,
    heard_by_console,
    is_ready,
    messages,
    rate,
)
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

STUB = """<script>
  if (typeof window.feedback !== "function" || !window.feedback.q) {
    window.feedback = function () { window.feedback.q.push(arguments); };
    window.feedback.q = [];
  }
  %s
</script>"""
LISTEN = """
  window.heard = [];
  for (const kind of ["shown", "rated", "completed", "dismissed"])
    feedback("on", kind, (told) => heard.push([told.kind, told.survey, told.rating, told.test]));
"""


async def test_it_hears_what_was_said_before_it_loaded(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    early = STUB % (
        "feedback('identify', {id: '42', properties: {plan: 'pro', seats: 3}});"
        "feedback('identify', {name: 'Anna', signature: 'proof', properties: {plan: 'team'}});"
    )
    page = await open_page(site.add(early + tag()))
    async with page.expect_request("**/r/*") as request:
        await page.get_by_role("radio", name="8 of 10").click()
    sent = json.loads((await request.value).post_data or "")
    assert sent["contact"] == {"id": "42", "name": "Anna"}
    assert sent["properties"] == {"plan": "team", "seats": 3}
    assert sent["signature"] == "proof"


async def test_it_is_told_who_answers_later(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(tag('data-feedback-property-plan="pro"')))
    await is_ready(page)
    await page.evaluate("feedback('identify', {id: '42', properties: {country: 'FR'}})")
    async with page.expect_request("**/r/*") as request:
        await page.get_by_role("radio", name="8 of 10").click()
    sent = json.loads((await request.value).post_data or "")
    assert (sent["contact"], sent["properties"]) == ({"id": "42"}, {"plan": "pro", "country": "FR"})


@pytest.mark.parametrize(("given", "sent"), [("42", "42"), ("0", "0"), ("'aBc'", "aBc")])
async def test_an_id_is_sent_as_its_text(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, given: str,
    sent: str,
) -> None:  # fmt: skip
    page = await open_page(site.add(tag()))
    await is_ready(page)
    await page.evaluate(f"feedback('identify', {{id: {given}, about: {given}}})")
    async with page.expect_request("**/r/*") as request:
        await rate(page, 8)
    message = json.loads((await request.value).post_data or "")
    assert (message["contact"], message["about"]) == ({"id": sent}, sent)
    [stored] = await answers(database, shop)
    assert stored.respondent_key is not None


async def test_what_it_is_about_goes_with_each_message(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page(site.add(tag('data-feedback-about="order-7"')))
    await is_ready(page)
    sent = messages(page)
    await rate(page, 8)
    await page.evaluate("feedback('identify', {id: '42'})")
    await rate(page, 9)
    await page.evaluate("feedback('identify', {about: 'order-8'})")
    await rate(page, 8)
    about = [message.get("about") for message in sent if "rating" in message]
    assert about == ["order-7", "order-7", "order-8"]


async def test_reset_forgets_who_and_what_and_closes(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"event": "paid"})
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}" {PROPERTIES}')))
    await is_ready(page)
    await page.evaluate("feedback('identify', {id: '42', about: 'order-7', signature: 'x'})")
    await page.evaluate("feedback('track', 'paid')")
    assert await asked(page) == [shop.nps.key]
    await page.evaluate("feedback('reset')")
    assert await asked(page) == []
    said = await heard_by_console(page, "feedback.explain()")
    assert said == [f"{shop.nps.key}: waits for paid"]
    await page.evaluate("feedback('show')")
    async with page.expect_request("**/r/*") as request:
        await page.get_by_role("radio", name="8 of 10").click()
    sent = json.loads((await request.value).post_data or "")
    assert (sent["contact"], sent["properties"]) == ({}, {})
    assert "signature" not in sent and "about" not in sent


async def test_a_wrong_call_before_it_loaded_holds_up_none(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"event": "paid"})
    calls = "feedback('dance'); feedback('identify');" + LISTEN + "feedback('track', 'paid');"
    page = await open_page("about:blank")
    thrown: list[object] = []
    page.on("pageerror", lambda error: thrown.append(error))
    await page.goto(site.add(STUB % calls + tag(f'data-feedback-survey="{shop.nps.key}"')))
    await page.wait_for_function("heard.length")
    assert await asked(page) == [shop.nps.key] and thrown == []


async def test_an_event_is_waited_for(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"event": "order-paid"})
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await is_ready(page)
    await page.evaluate("feedback('track', 'order-opened')")
    assert await asked(page) == []
    await page.evaluate("feedback('track', 'order-paid')")
    assert await asked(page) == [shop.nps.key]


async def test_show_asks_whatever_the_rules_say_and_close_closes(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, rules={"paths": ["/nowhere"]})
    page = await open_page(site.add(STUB % f"feedback('show', '{shop.csat.key}')" + tag()))
    widget = page.locator("feedback-widget")
    await expect(widget).to_have_attribute("survey", shop.csat.key)
    await page.evaluate("key => feedback('show', key)", shop.csat.key)
    assert await widget.count() == 1
    await page.evaluate("feedback('close')")
    await expect(widget).to_have_count(0)


async def test_it_tells_what_happens(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(STUB % LISTEN + tag()))
    await page.wait_for_function("heard.length")
    await rate(page, 8)
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_function("heard.length > 2")
    assert await page.evaluate("heard") == [
        ["shown", shop.nps.key, None, False],
        ["rated", shop.nps.key, 8, False],
        ["completed", shop.nps.key, 8, False],
    ]


async def test_it_tells_of_a_dismissal(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(STUB % LISTEN + tag()))
    await page.wait_for_function("heard.length")
    await page.get_by_role("button", name="Close").click()
    assert await page.evaluate("heard.map(([kind]) => kind)") == ["shown", "dismissed"]


async def test_a_listener_that_throws_breaks_nothing(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    throwing = STUB % "feedback('on', 'shown', () => { throw new Error('of the page'); });"
    page = await open_page("about:blank")
    wrong: list[object] = []
    page.on("pageerror", lambda error: wrong.append(error))
    async with page.expect_console_message(lambda m: "of the page" in m.text):
        await page.goto(site.add(throwing + tag()))
    await rate(page, 8)
    assert wrong == []


@pytest.mark.parametrize("call", ["feedback()", "feedback('dance')", "feedback('identify')"])
async def test_a_wrong_call_is_one_line(
    site: Site, tag: Tag, open_page: PageMaker, call: str
) -> None:
    page = await open_page(site.add(tag()))
    await is_ready(page)
    assert len(await heard_by_console(page, call)) == 1


async def test_explain_says_of_each_survey_why(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, rules={"paths": ["/pay"]})
    page = await open_page(site.add(tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await heard_by_console(page, "feedback.explain()") == [
        f"{shop.nps.key}: asked on this page",
        f"{shop.csat.key}: not on /",
    ]


async def test_an_element_of_that_name_is_not_taken_for_it(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    html = '<div id="feedback">Feedback</div>' + STUB % "feedback('on', 'rated', () => {})"
    page = await open_page(site.add(html + tag()))
    await rate(page, 8)
    await page.goto(site.add(f'<div id="feedback">Feedback</div>{tag()}', "/bare"))
    await is_ready(page)
    await expect(page.locator("#feedback")).to_have_text("Feedback")


async def test_what_is_the_pages_own_is_left_alone(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    own = "<script>window.feedback = { of: 'the page' };</script>"
    async with page.expect_console_message(lambda m: m.text == "feedback: feedback is taken"):
        await page.goto(site.add(own + tag()))
    await rate(page, 8)
    assert await page.evaluate("feedback.of") == "the page"
    await page.goto(site.add(own + tag('data-feedback-global="ask"'), "/renamed"))
    await is_ready(page, "ask")
    assert await page.evaluate("feedback.of") == "the page"
    [first, *_] = await heard_by_console(page, "ask.explain()")
    assert "not asked again before" in first
    await page.evaluate("ask('show')")
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def test_it_follows_a_single_page_application(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"paths": ["/cart*"]})
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await is_ready(page)
    assert await asked(page) == []
    await page.evaluate("history.pushState({}, '', '/cart/2')")
    assert await asked(page) == [shop.nps.key]
    await page.evaluate("history.replaceState({}, '', '/pay')")
    assert await asked(page) == []
    await page.evaluate("sessionStorage.clear(), history.pushState({}, '', '/cart/3')")
    await rate(page, 8)
    await page.evaluate("history.pushState({}, '', '/thanks')")
    assert await asked(page) == [shop.nps.key]  # it is being answered


async def test_without_the_navigation_api_it_follows_the_way_back(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"paths": ["/cart*"]})
    page = await open_page("about:blank")
    await page.add_init_script("delete window.navigation")
    await page.goto(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await is_ready(page)
    await page.evaluate("history.pushState({}, '', '/cart/2'), feedback('track', 'moved')")
    assert await asked(page) == [shop.nps.key]
    await page.evaluate("history.back()")
    await expect(page.locator("feedback-widget")).to_have_count(0)
