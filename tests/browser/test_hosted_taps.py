"""The hosted page keeps a tapped score at once, and Send is the same answer."""

import asyncio

import pytest
from playwright.async_api import Page, Request, Route, expect

from feedback.db import Database
from tests.browser.acts import answers, arriving
from tests.browser.asking import ask_everything
from tests.browser.conftest import PageMaker
from tests.cast import Shop
from tests.waiting import arrival

TOLD = "You chose {}. Tap another number to change it."


@pytest.fixture
def link(base: str, shop: Shop) -> str:
    return f"{base}/s/{shop.nps.key}"


def posts(page: Page) -> list[Request]:
    """What the page sends from now on."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request)

    page.on("request", note)
    return sent


async def tap(page: Page, rating: int) -> None:
    await page.get_by_role("radio", name=f"{rating} of 10").check()


async def is_told(page: Page, rating: int) -> None:
    await expect(page.get_by_role("status")).to_have_text(TOLD.format(rating))


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/thanks?*")


async def test_a_score_is_kept_though_the_tab_is_closed_at_once(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?channel=email&id=c-7&p_plan=pro")
    await tap(page, 9)
    await page.close()
    [stored] = await arriving(database, shop)
    assert (stored.rating, stored.channel, stored.properties) == (9, "email", {"plan": "pro"})


async def test_send_is_the_same_answer_whole(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    await tap(page, 3)
    await is_told(page, 3)
    await tap(page, 9)
    await is_told(page, 9)
    assert [row.rating for row in await answers(database, shop)] == [9]
    await page.get_by_role("textbox").fill("Fast")
    await send(page)
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(9, "Fast")]


async def test_what_is_typed_waits_for_send(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    await page.get_by_role("textbox").fill("Not said yet")
    await tap(page, 9)
    await is_told(page, 9)
    await page.close()
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(9, None)]


async def test_after_back_a_tap_takes_nothing_away(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    await tap(page, 9)
    await page.get_by_role("textbox").fill("Good")
    await send(page)
    await page.go_back()
    await tap(page, 3)
    await is_told(page, 3)
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(3, "Good")]


async def test_send_comes_after_a_tap_that_is_on_its_way(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    is_slow = asyncio.Event()

    async def hold(route: Route) -> None:
        if not route.request.is_navigation_request():
            await is_slow.wait()
        await route.continue_()

    await page.route("**/s/*", hold)
    sent = posts(page)
    await tap(page, 9)
    await page.get_by_role("textbox").fill("Fast")
    await page.get_by_role("button", name="Send").click()
    await page.evaluate("new Promise((done) => setTimeout(done, 300))")
    assert [request.is_navigation_request() for request in sent] == [False]
    is_slow.set()
    await page.wait_for_url("**/thanks?*")
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(9, "Fast")]


async def test_arrow_keys_send_the_number_they_end_at(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    sent = posts(page)
    for key in ("Tab", "Space", *["ArrowRight"] * 8):
        await page.keyboard.press(key)
    await is_told(page, 8)
    assert len(sent) < 8  # a busy machine may rest between two of them
    await page.keyboard.press("ArrowRight")
    await page.goto("about:blank")

    async def ninth() -> bool:
        return [row.rating for row in await answers(database, shop)] == [9]

    assert await arrival(ninth)


async def test_a_preselected_score_is_sent_by_a_tap_on_it(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?rating=8")
    await expect(page.get_by_role("status")).to_have_text("Press Send to record your choice.")
    await page.get_by_role("radio", name="8 of 10").click()
    await is_told(page, 8)
    assert [row.rating for row in await answers(database, shop)] == [8]


LOOKS = """() => {
  const box = document.querySelector("input[name=rating][value='9']");
  box.click();
  box.checked = true;
  for (const kind of ["pointerdown", "keydown", "click", "input", "change"]) {
    box.dispatchEvent(new Event(kind, { bubbles: true }));
  }
}"""


async def test_a_scanner_that_clicks_by_script_writes_nothing(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?rating=8&id=c-7")
    sent = posts(page)
    await page.evaluate(LOOKS)
    await page.goto("about:blank")
    assert sent == [] and await answers(database, shop) == []


async def test_a_tap_that_is_refused_leaves_it_to_send(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    is_busy = True

    async def refuse(route: Route) -> None:
        await (route.fulfill(status=503) if is_busy else route.continue_())

    await page.route("**/s/*", refuse)
    async with page.expect_response("**/s/*"):
        await tap(page, 9)
    is_busy = False
    await expect(page.locator("#told")).to_be_hidden()
    await send(page)
    assert [row.rating for row in await answers(database, shop)] == [9]


async def test_a_survey_that_asks_more_goes_on_as_before(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await ask_everything(database, shop)
    page = await open_page(link)
    await tap(page, 9)
    await is_told(page, 9)
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/more?*")
    await page.get_by_role("radio", name="Price").check()
    await send(page)
    assert [(row.rating, row.answers) for row in await answers(database, shop)] == [
        (9, {"f1": "c1"})
    ]
