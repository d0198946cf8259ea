"""Follow-up questions in a real Chromium: answered without JavaScript, written with it."""

import pytest
from playwright.async_api import expect

from feedback.db import Database
from feedback.surveys.models import Survey
from tests.browser.acts import answers
from tests.browser.axe import audit_looks
from tests.browser.conftest import PageMaker
from tests.cast import Shop
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS, RATING


@pytest.fixture
async def link(base: str, shop: Shop, database: Database) -> str:
    """The NPS survey asks detractors one choice, several choices and a rating."""
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups = [*FOLLOW_UPS[1:3], RATING]
        survey.endings = ENDINGS
    return f"{base}/s/{shop.nps.key}"


async def test_it_is_answered_by_keyboard_alone(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    for key in ("Tab", "Space", "Tab", "Enter"):  # a rating of 0, then Send
        await page.keyboard.press(key)
    await page.wait_for_url("**/more?*")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.answers) == (0, None)
    await page.get_by_role("radio", name="0 of 10", exact=True).focus()
    for key in ("Tab", "Space", "Tab", "Space", "Tab", "Space", "Tab", "Space", "Tab", "Enter"):
        await page.keyboard.press(key)
    await page.wait_for_url("**/thanks?*")
    [stored] = await answers(database, shop)
    assert stored.answers == {"f2": "c1", "f3": ["c3", "c4"], "f5": 1}


async def test_back_keeps_one_answer(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link, java_script_enabled=False)
    for rating in ("3", "9"):
        await page.get_by_role("radio", name=f"{rating} of 10", exact=True).check(force=True)
        await page.get_by_role("button", name="Send").click()
        await page.wait_for_url("**/more?*")
        if rating == "3":
            await page.go_back()
    [stored] = await answers(database, shop)
    assert stored.rating == 9


async def test_axe_finds_nothing_where_questions_are_written(
    link: str, sign_in: PageMaker, shop: Shop
) -> None:
    editor = await sign_in(f"/surveys/{shop.nps.id}/follow-ups")
    await expect(editor.get_by_role("heading", name="After the rating")).to_be_visible()
    for looks in ("en", "ar"):
        await audit_looks(editor, looks)


async def test_a_question_is_written_without_loading_the_page(
    sign_in: PageMaker, shop: Shop
) -> None:
    page = await sign_in(f"/surveys/{shop.nps.id}/follow-ups")
    await page.get_by_role("button", name="One choice").press("Enter")
    question = page.get_by_role("group", name="1. One choice")
    await expect(question).to_be_focused()
    await page.fill("#question_0_en", "What went wrong?")
    await page.fill("#choice_0_0_en", "Price")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_role("alert")).to_be_focused()
    await expect(page.locator("#choices_0_error")).to_have_text("Write 2 to 12 choices.")
    await page.fill("#choice_0_1_en", "Wait")
    await page.get_by_role("button", name="Move choice 2 up").press("Enter")
    await expect(page.locator("#choice_0_0_en")).to_have_value("Wait")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_text("Wait · Price")).to_be_visible()
