"""The month in one look: what is seen without scrolling, what a phone opens, what is printed."""

import uuid
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from feedback import clock
from feedback.calendar.models import Action
from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.scoring.months import first_day, month_at, months_between, shift
from feedback.surveys.models import Series
from tests import cast
from tests.browser.axe import assert_well
from tests.browser.conftest import Gallery
from tests.cast import Shop, open_shop
from tests.dashboards.counted import Counted
from tests.dashboards.test_month import answer

MORE = {
    "Consideration and comparison": ("Comparing the coffees of the month", "Advice by chat"),
    "Retention": ("Customer service", "Returns", "Delivery to a pick-up point"),
    "Recommendation": ("One month later",),
}
BOTTOM = """selector => [...document.querySelectorAll(selector)]
    .map((one) => one.getBoundingClientRect().bottom)"""
SEEN = "selector => [...document.querySelectorAll(selector)].map((one) => one.checkVisibility())"


async def fill(database: Database, shop: Shop) -> None:
    """Two years of five stages; two fell two months ago, one lies far below its target."""
    running = month_at(clock.now(), "Europe/Paris")
    months = months_between(shift(running, -24), running)
    series: list[Series] = []
    at: dict[str, Any] = {"workspace_id": shop.workspace.id}
    async with database.write() as session:
        for position, (name, places) in enumerate(MORE.items(), start=2):
            stage = Stage(
                **at, id=new_id(), journey_id=shop.journey.id, name=name, position=position
            )
            session.add(stage)
            await session.flush()
            for place in places:
                touchpoint = Touchpoint(**at, id=new_id(), stage_id=stage.id, name=place)
                session.add(touchpoint)
                await session.flush()
                metric = "nps" if name == "Recommendation" else "csat_5"
                key = touchpoint.id.hex[-20:]
                made = await cast._open_survey(session, shop.workspace, touchpoint, metric, key)
                series.append(made[1])
        for row, target in ((shop.checkout, 60.0), (shop.care, 90.0)):
            (await session.get_one(Stage, (row.workspace_id, row.id))).target = target
        session.add(
            Action(
                **at,
                id=new_id(),
                journey_id=shop.journey.id,
                touchpoint_id=shop.payment.id,
                title="A shorter payment form, with the card's number asked for once",
                done_on=first_day(shift(running, -4)),
                author_id=shop.alice.id,
                created_at=clock.now(),
            )
        )
    counted = Counted(database, shop)
    old, new = months[:-3], months[-3:]
    await counted.monthly(shop.nps_series, old, {3: 20, 8: 60, 10: 220})
    await counted.monthly(shop.nps_series, new, {3: 120, 8: 60, 10: 120})
    await counted.monthly(shop.csat_series, old, {2: 20, 5: 380})
    await counted.monthly(shop.csat_series, new, {2: 160, 5: 240})
    for each in series:
        ratings = {3: 30, 10: 170} if each.metric == "nps" else {2: 30, 4: 170}
        await counted.monthly(each, months, ratings)
    said = "The payment page kept me waiting, then asked for my card a second time."
    await answer(database, shop.nps_series, shift(running, -1), {1: 1}, said)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def board(gallery: Gallery) -> Page:
    shop = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    await fill(gallery.database, shop)
    return await gallery.sign_in("/board", shop)


async def speak(page: Page, language: str) -> None:
    button = page.locator(f"button[name=language][value={language}]")
    if await button.count():
        async with page.expect_navigation():
            await button.click()


async def size(page: Page, width: int, height: int) -> None:
    await page.set_viewport_size({"width": width, "height": height})


@pytest.mark.parametrize("query", ["", "?show=unhappy"])
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_headline_to_do_and_five_scores_are_seen_on_a_desk(
    board: Page, language: str, query: str
) -> None:
    await size(board, 1280, 800)
    await speak(board, language)
    await board.goto(board.url.split("?")[0] + query)
    headline = await board.evaluate(BOTTOM, ".headline .said-text")
    lines = await board.evaluate(BOTTOM, ".to-do li")
    scores = await board.evaluate(BOTTOM, ".stage .score")
    assert (len(headline), len(lines), len(scores)) == (2, 3, 5)
    assert all(await board.evaluate(SEEN, ".headline .said-text, .to-do li, .stage .score"))
    assert max(*headline, *lines, *scores) <= 800


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_headline_and_five_scores_are_seen_on_a_phone(board: Page, language: str) -> None:
    await size(board, 390, 844)
    await speak(board, language)
    await board.goto(board.url.split("?")[0])
    [bar] = await board.evaluate("[document.querySelector('.places').getBoundingClientRect().top]")
    headline = await board.evaluate(BOTTOM, ".headline .said-text")
    scores = await board.evaluate(BOTTOM, ".stage .score")
    assert (len(headline), len(scores)) == (2, 5)
    assert max(*headline, *scores) <= bar <= 844
    assert await board.evaluate("document.documentElement.scrollHeight") < 1200


async def test_a_phone_opens_stage_by_stage_by_keyboard(board: Page) -> None:
    await size(board, 390, 844)
    await board.goto(board.url.split("?")[0])
    assert not any(await board.evaluate(SEEN, ".touchpoints, .stage-body, .to-do ul"))
    handle = board.locator(".stage .opens > summary").nth(1)
    await handle.focus()
    await board.keyboard.press("Enter")
    assert await board.evaluate(SEEN, ".touchpoints") == [False, True, False, False, False]
    await board.keyboard.press("Enter")
    assert not any(await board.evaluate(SEEN, ".touchpoints"))


async def test_a_desk_and_paper_show_all_of_it(board: Page) -> None:
    await board.goto(board.url.split("?")[0])
    await size(board, 1280, 800)
    assert all(await board.evaluate(SEEN, ".touchpoints, .stage-body, .to-do ul"))
    await size(board, 390, 844)
    await board.emulate_media(media="print")
    assert all(await board.evaluate(SEEN, ".touchpoints, .stage-body, .to-do ul"))
    assert not any(await board.evaluate(SEEN, ".opens, .filters, .to-comments"))
    await board.emulate_media(media="screen")


async def test_all_that_opens_is_readable_by_everybody(board: Page) -> None:
    await size(board, 390, 844)
    await board.goto(board.url.split("?")[0])
    for handle in await board.locator(".opens > summary").all():
        await handle.click()
    await assert_well([board], 320, "dark")
    await assert_well([board], 320, "light")
    await assert_well([board], 1280, "light")


async def test_a_click_leads_to_the_unhappy_comments_of_a_stage(board: Page) -> None:
    await size(board, 1280, 800)
    await speak(board, "en")
    await board.goto(board.url.split("?")[0])
    await board.locator(".stage-comments a").first.click()
    await board.wait_for_url("**/comments?**")
    assert "band=negative" in board.url and "comment=1" in board.url
    assert "kept me waiting" in await board.inner_text("li.comment")
    await board.go_back()


async def test_forty_long_names_fit_a_phone_and_a_desk(gallery: Gallery) -> None:
    shop = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    running = month_at(clock.now(), "Europe/Paris")
    counted = Counted(gallery.database, shop)
    for n in range(40):
        name = f"{n}" + ("Rechnungsabschlusskontrolle" if n % 2 else " a long way to say it") * 3
        place = Touchpoint(
            workspace_id=shop.workspace.id, id=new_id(), stage_id=shop.care.id, name=name[:80]
        )
        async with gallery.database.write() as session:
            session.add(place)
            await session.flush()
            made = await cast._open_survey(
                session, shop.workspace, place, ("csat_5", "ces_effort_5", "nps")[n % 3],
                place.id.hex[-20:],
            )  # fmt: skip
        await counted.answers(made[1], shift(running, -1), {2: 3, 4: 1000 * n + 4})
    page = await gallery.sign_in("/board", shop)
    for width in (1280, 390, 320):
        await size(page, width, 800)
        for handle in await page.locator(".opens:not([open]) > summary").all():
            if await handle.is_visible():
                await handle.click()
        assert await page.locator(".touchpoints li").count() >= 40
        assert await page.evaluate("document.documentElement.scrollWidth") == width
