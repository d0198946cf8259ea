"""What goes wrong around the widget: the page works as if it were absent, one line says why."""

import asyncio
import re

import pytest
from playwright.async_api import ConsoleMessage, Page, Route, expect

from feedback.db import Database
from tests.browser.acts import answers, asked, is_ready, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

# The page's own work, before the tag and after it.
BEFORE = "<script>window.bought = 0</script><button onclick='bought++'>Buy</button>"
PICTURE = "<img src='/picture.png' alt=''>"
AFTER = "<script>addEventListener('load', () => { document.title = 'Ready'; })</script>"


class Heard:
    """What the page's console says of us, and what nobody caught."""

    def __init__(self, page: Page) -> None:
        self.lines: list[str] = []
        self.thrown: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.thrown.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        if message.text.startswith("feedback:"):
            self.lines.append(message.text)


async def assert_works(page: Page, heard: Heard) -> None:
    """The page's own script ran and its button works; nothing of ours is there or was thrown."""
    await page.wait_for_function("document.title === 'Ready'")
    await page.get_by_role("button", name="Buy").click()
    assert await page.evaluate("bought") == 1
    assert await asked(page) == [] and heard.thrown == []


WRONG = {
    "unknown site": ('data-feedback-site="nothing"', "there is no site with this key"),
    "no site": ('data-feedback-site=""', ""),
    "site that is an address": ('data-feedback-site="../../x?y#z"', ""),
    "unknown survey": ('data-feedback-survey="nothing"', "no such live survey"),
    "survey that is no key": ('data-feedback-survey="a&b c/%"', "no such live survey"),
    "delay that is no number": ('data-feedback-delay="soon"', "no usable delay"),
    "delay longer than a browser can wait": ('data-feedback-delay="3e6"', "no usable delay"),
    "target that matches nothing": ('data-feedback-target="#no"', "nothing matches #no"),
    "target that is no selector": ('data-feedback-target="!!"', ""),
}


async def _load_picture_last(page: Page, address: str, reason: str) -> None:
    """The page is not whole before the widget has said its line: it must not say it again then."""
    said = asyncio.Event()

    async def wait(route: Route) -> None:
        await said.wait()
        await route.abort()

    await page.route("**/picture.png", wait)
    async with page.expect_console_message(lambda m: m.text.startswith("feedback: " + reason)):
        await page.goto(address, wait_until="commit")
    said.set()
    await page.wait_for_load_state()


@pytest.mark.parametrize(("attribute", "reason"), WRONG.values(), ids=WRONG.keys())
async def test_a_wrong_attribute_is_one_line(
    site: Site, tag: Tag, open_page: PageMaker, attribute: str, reason: str
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    wrong = tag(attribute)
    if "data-feedback-site" in attribute:
        wrong = re.sub(r'data-feedback-site="\w+"', "", wrong, count=1)
    await _load_picture_last(page, site.add(BEFORE + PICTURE + wrong + AFTER), reason)
    await assert_works(page, heard)
    assert len(heard.lines) == 1


async def test_a_value_that_only_colours_the_question_is_passed_over(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    await page.goto(site.add(tag('data-feedback-lang="zz &x=%" data-feedback-colour="red"')))
    await rate(page, 8)
    assert heard.lines == heard.thrown == []


# Of a script that is not there only the browser can speak.
BLOCKED = {"script": ("widget.js", "Failed to load", 0), "configuration": ("w/*", "feedback:", 1)}


@pytest.mark.parametrize(("path", "line", "ours"), BLOCKED.values(), ids=BLOCKED.keys())
async def test_a_blocked_network_leaves_the_page_alone(
    site: Site, tag: Tag, open_page: PageMaker, path: str, line: str, ours: int
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    await page.route(f"**/{path}*", lambda route: route.abort("blockedbyclient"))
    async with page.expect_console_message(lambda m: m.text.startswith(line)):
        await page.goto(site.add(BEFORE + tag() + AFTER))
    await assert_works(page, heard)
    assert len(heard.lines) == ours


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("r/*", "Saved on this device. It will be sent."),
        ("widget-after.js", "Not sent yet. We keep trying."),
        ("d/*", "You chose 8. Tap another number to change it."),
    ],
    ids=["answers", "second script", "displays"],
)
async def test_what_is_blocked_later_is_told_to_the_visitor(
    site: Site, tag: Tag, open_page: PageMaker, path: str, told: str
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    await page.route(f"**/{path}*", lambda route: route.abort("blockedbyclient"))
    await page.goto(site.add(tag()))
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("status")).to_have_text(told)
    assert heard.thrown == []


STORAGE = {
    "disabled": """for (const name of ["localStorage", "sessionStorage"]) {
      const get = () => { throw new DOMException("", "SecurityError"); };
      Object.defineProperty(window, name, { get });
    }""",
    "absent": """for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { value: null });
    }""",
    "full": """Storage.prototype.setItem = () => {
      throw new DOMException("", "QuotaExceededError");
    };""",
    "another's": """for (const name of ["asked", "queue", "visit"]) {
      localStorage["feedback-" + name] = sessionStorage["feedback-" + name] = "not ours";
    }""",
}


@pytest.mark.parametrize("storage", STORAGE.values(), ids=STORAGE.keys())
async def test_it_works_with_a_storage_that_is(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, storage: str
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    await page.add_init_script(storage)
    await page.goto(site.add(tag()))
    await rate(page, 8)
    await page.get_by_role("textbox").fill("Good")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (8, "Good")
    assert heard.lines == heard.thrown == []


# A page's own patches that throw, and what older browsers lack.
MISSING = {
    "fetch that throws": "window.fetch = () => { throw new Error('of the page'); }",
    "elements that throw": "Element.prototype.attachShadow = () => { throw new Error('no'); }",
    "reader that throws": "Response.prototype.json = () => { throw new Error('of the page'); }",
    "no fetch": "delete window.fetch",
    "no IntersectionObserver": "delete window.IntersectionObserver",
    "no style sheets by call": "window.CSSStyleSheet = () => { throw new TypeError('old'); }",
    "no Object.hasOwn": "delete Object.hasOwn",
}


@pytest.mark.parametrize("patch", MISSING.values(), ids=MISSING.keys())
async def test_a_throwing_page_or_an_old_browser_is_one_line(
    site: Site, tag: Tag, open_page: PageMaker, patch: str
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    await page.add_init_script(patch)
    async with page.expect_console_message(lambda m: m.text.startswith("feedback:")):
        await page.goto(site.add(BEFORE + tag() + AFTER))
    await assert_works(page, heard)
    assert len(heard.lines) == 1


async def test_what_cannot_be_sent_is_refused_and_the_answer_kept(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    heard = Heard(page)
    await is_ready(page)
    await page.evaluate("cart = {}; cart.self = cart")
    for value in ("cart", "1n"):
        await page.evaluate(f"feedback('identify', {{properties: {{ value: {value} }}}})")
    await page.evaluate("feedback('identify', {properties: {plan: 'pro'}})")
    await rate(page, 8)
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.properties) == (8, {"plan": "pro"})
    assert len(heard.lines) == 2 and heard.thrown == []


async def test_what_it_can_do_without_is_not_missed(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    heard = Heard(page)
    lacking = ("window.navigation", "Navigator.prototype.locks", "Navigator.prototype.sendBeacon")
    await page.add_init_script("".join(f"delete {name};" for name in lacking))
    await page.goto(site.add(tag()))
    assert await page.evaluate("!window.navigation && !navigator.locks && !navigator.sendBeacon")
    await rate(page, 8)
    await page.goto(site.add("<p>Bye</p>", "/bye"))
    assert [row.rating for row in await answers(database, shop)] == [8]
    assert heard.lines == heard.thrown == []
