"""“What counted most?” on the hosted page in a real Chromium, JavaScript off."""

import pytest
from playwright.async_api import expect

from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.browser.acts import answers
from tests.browser.axe import audit_looks
from tests.browser.conftest import PageMaker
from tests.browser.measure import small_targets
from tests.cast import Shop

SMALL = {"width": 320, "height": 640}
LONG = "Waiting at the collection point"


@pytest.fixture
async def link(base: str, shop: Shop, database: Database) -> str:
    """The NPS survey about a journey of twelve touchpoints."""
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (shop.workspace.id, shop.nps.id)))
        for n in range(10):
            session.add(
                Touchpoint(
                    workspace_id=shop.workspace.id,
                    stage_id=(shop.checkout if n < 5 else shop.care).id,
                    name=f"{LONG} {n}",
                    position=n + 1,
                )
            )
    return f"{base}/s/{shop.nps.key}"


async def test_it_is_answered_by_keyboard_alone(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    for key in ("Tab", "Space", "Tab"):  # a rating of 0, then the comment
        await page.keyboard.press(key)
    for key in ("Tab", "Space", "Tab", "Tab", "Space"):
        await page.keyboard.press(key)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/thanks?*")
    [stored] = await answers(database, shop)
    assert stored.answers is not None and len(stored.answers["counted_most"]) == 2


async def test_a_third_box_is_said_where_the_reader_looks(link: str, open_page: PageMaker) -> None:
    page = await open_page(f"{link}?rating=3", viewport=SMALL, java_script_enabled=False)
    boxes = page.get_by_role("group", name="What counted most?").get_by_role("checkbox")
    for n in (2, 3, 4):
        await boxes.nth(n).check()
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_be_in_viewport()
    await expect(boxes.nth(2)).to_be_focused()
    assert [await boxes.nth(n).is_checked() for n in range(6)] == [False] * 2 + [True] * 3 + [False]
    await expect(page.get_by_role("radio", name="3 of 10")).to_be_checked()


async def test_axe_finds_nothing_in_a_long_list(link: str, open_page: PageMaker) -> None:
    page = await open_page(f"{link}?lang=fr")
    await audit_looks(page, "fr")
    assert len(await page.locator(".boxes label").all()) == 12
    assert await small_targets(page.locator("form")) == []
