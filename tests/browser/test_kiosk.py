"""The kiosk in a real Chromium: one visitor after another, with and without a network."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from feedback.responses.models import Response
from tests.browser.acts import answers, storage
from tests.browser.conftest import PageMaker
from tests.browser.kiosk import emptied, staying
from tests.cast import TEXTS, Shop
from tests.waiting import arrival

SMALL, WIDE, TALL = (
    {"width": 320, "height": 640},
    {"width": 1280, "height": 800},
    {"width": 768, "height": 1024},
)
QUESTION = TEXTS["en"]["question"]
Opener = Callable[..., Awaitable[Page]]


@pytest.fixture
def open_page(open_page: PageMaker) -> PageMaker:
    return staying(open_page)


@pytest.fixture
def link(base: str, shop: Shop) -> str:
    return f"{base}/k/{shop.nps.key}"


async def tap(page: Page, rating: int, of: int = 10) -> None:
    """One visitor, from the question to the thank-you."""
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    await page.get_by_role("button", name=f"{rating} of {of}", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Start over").press("Enter")


def told(rows: list[Response]) -> list[int]:
    return [row.rating for row in sorted(rows, key=lambda row: row.answered_at)]


async def test_it_asks_one_visitor_after_another(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?p_desk=3")
    assert await storage(page) == []
    for rating in (9, 10, 2):
        await tap(page, rating)
        await go_on(page)
    await emptied(page)
    rows = await answers(database, shop)
    assert told(rows) == [9, 10, 2]
    assert {(row.channel, row.locale, row.state) for row in rows} == {("kiosk", "en", "counted")}
    assert [row.properties for row in rows] == [{"desk": "3"}] * 3
    assert await storage(page) == []


async def test_answers_without_a_network_are_stored_once_each(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    for rating in (1, 2, 3):
        await tap(page, rating)
        await go_on(page)
    await emptied(page)
    await page.context.set_offline(True)
    for rating in (4, 5):
        await tap(page, rating)
        await go_on(page)
    await expect(page.get_by_role("status")).to_contain_text("sent later")
    kept = await page.evaluate("() => JSON.parse(Object.values(localStorage)[0])")
    assert [answer["rating"] for answer in kept] == [4, 5]
    assert len(await answers(database, shop)) == 3
    await page.context.set_offline(False)
    await emptied(page)
    await expect(page.get_by_role("status")).to_be_empty()
    rows = await answers(database, shop)
    assert told(rows) == [1, 2, 3, 4, 5]
    moments = {row.rating: row.answered_at for row in rows}
    for answer in kept:
        given = moments[answer["rating"]].isoformat(timespec="milliseconds")
        assert given.startswith(answer["answered_at"].removesuffix("Z"))


async def test_a_lost_reply_stores_no_second_answer(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, service_workers="block")  # only the page's own requests
    lost: list[str | None] = []

    async def lose(route: Any) -> None:
        await route.fetch()  # the server has it; its reply is lost, twice
        if len(lost) < 2:
            lost.append(route.request.post_data)
            await route.abort()
        else:
            await route.fulfill(response=await route.fetch())

    await page.route("**/r/*", lose)
    await tap(page, 7)
    await emptied(page)
    assert len(lost) == 2 and lost[0] == lost[1]
    assert told(await answers(database, shop)) == [7]


async def test_what_waits_survives_a_reload(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, service_workers="block")
    await page.route("**/r/*", lambda route: route.abort())
    await tap(page, 6)
    assert await storage(page) != []
    await page.unroute("**/r/*")
    await page.reload()
    await emptied(page)
    assert told(await answers(database, shop)) == [6]


async def test_a_bad_answer_holds_up_no_other(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    bad = [
        {"submission_id": "0", "seq": 1, "rating": 9},
        {
            "submission_id": "0198c5a0-0000-7000-8000-000000000001",
            "seq": 1,
            "rating": 8,
            "channel": "kiosk",
            "answered_at": "2020-01-01T00:00:00Z",
        },
    ]
    name = f"feedback-kiosk-{shop.nps.key}"
    await page.evaluate("([name, bad]) => localStorage.setItem(name, bad)", [name, json.dumps(bad)])
    await tap(page, 10)
    await emptied(page)
    # The one from a device with a wrong clock counts, as given when it came.
    assert sorted(row.rating for row in await answers(database, shop)) == [8, 10]


async def test_it_starts_over_by_itself(link: str, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    await page.clock.install()
    await page.goto(f"{link}?lang=en")
    await page.get_by_role("button", name="Français").press("Enter")
    await expect(page.get_by_role("heading", name=TEXTS["fr"]["question"])).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await page.get_by_role("button", name="9 sur 10").press("Enter")
    await expect(page.get_by_role("heading", name="Merci.")).to_be_visible()
    await page.clock.fast_forward(4_000)
    await expect(page.get_by_role("heading", name="Merci.")).to_be_visible()
    await page.clock.fast_forward(1_500)
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_focused()
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_a_comment_nobody_ends_leaves_the_rating(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.clock.install()
    await page.goto(f"{link}?comment")
    await page.get_by_role("button", name="3 of 10").press("Enter")
    await page.get_by_role("textbox").fill("Slow")
    await page.clock.fast_forward(21_000)
    await expect(page.get_by_role("alert")).to_contain_text("still there?")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("alert")).to_be_hidden()
    await page.clock.fast_forward(21_000)
    await page.clock.fast_forward(21_000)
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    await page.get_by_role("button", name="8 of 10").press("Enter")
    await expect(page.get_by_role("textbox")).to_have_value("")
    await page.get_by_role("textbox").fill("Fast")
    await page.get_by_role("button", name="Send").press("Enter")
    await emptied(page)
    rows = await answers(database, shop)
    assert {(row.rating, row.comment) for row in rows} == {(3, None), (8, "Fast")}


async def test_a_double_tap_is_one_answer(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    await page.get_by_role("button", name="5 of 10").dblclick()
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    await emptied(page)
    assert told(await answers(database, shop)) == [5]


async def test_it_is_answered_by_keyboard_alone(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    for key in ("Tab", "ArrowRight", "ArrowRight", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_focused()
    for key in ("Tab", "Enter", "1", "0"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_focused()
    await emptied(page)
    assert told(await answers(database, shop)) == [2, 10]


async def test_it_says_when_the_survey_has_closed_meanwhile(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.clock.install()
    await page.goto(link)
    async with database.write() as session:
        (await session.merge(shop.nps)).state = "closed"
    heading = page.get_by_role("heading", name="This survey is closed")
    for _attempt in range(10):  # the server may still know the survey as open for five seconds
        async with page.expect_response(lambda reply: reply.request.method == "HEAD"):
            await page.clock.fast_forward(300_000)
        if await heading.is_visible():
            break
        await page.wait_for_timeout(1_000)
    await expect(heading).to_be_visible()


async def test_nothing_breaks_where_storage_is_refused(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    await page.goto(link)
    await page.context.set_offline(True)
    for rating in (4, 5):
        await tap(page, rating)
        await go_on(page)
    assert await answers(database, shop) == []
    async with page.expect_response("**/r/*"):
        await page.context.set_offline(False)
    await tap(page, 6)
    await expect(page.get_by_role("status")).to_be_empty()

    async def all_three() -> list[Response]:  # nothing on the page tells when
        rows = await answers(database, shop)
        return rows if len(rows) > 2 else []

    assert told(await arrival(all_three)) == [4, 5, 6]


async def test_eleven_numbers_are_large_targets_in_one_row(link: str, open_page: PageMaker) -> None:
    for viewport, width, height in ((SMALL, 28, 64), (TALL, 60, 120), (WIDE, 96, 120)):
        page = await open_page(link, viewport=viewport)
        cells = await page.get_by_role("group", name=QUESTION).get_by_role("button").all()
        boxes = [await cell.bounding_box() for cell in cells]
        assert len(boxes) == 11 and len({box["y"] for box in boxes if box}) == 1
        assert all(box and box["width"] >= width and box["height"] >= height for box in boxes)


async def test_it_keeps_the_screen_awake(link: str, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(
        "window.locks = []; navigator.wakeLock.request = async (kind) => { locks.push(kind); };"
    )
    await page.goto(link)
    await page.wait_for_function("() => locks.join() === 'screen'")
    # A tablet that was put aside lets go of it.
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert await page.evaluate("locks") == ["screen", "screen"]
