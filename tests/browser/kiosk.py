"""What the browser tests do at a kiosk."""

from typing import Any

from playwright.async_api import Page, expect

from feedback.db import Database
from feedback.surveys.models import Question, Survey
from feedback.surveys.overall import mark_overall
from feedback.surveys.texts import suggested_texts
from tests.browser.conftest import PageMaker
from tests.cast import Shop
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS, RATING

ARABIC = {
    "What happened?": "ماذا حدث؟",
    "What went wrong?": "ما الذي لم يعجبكم؟",
    "What did you use?": "ماذا استخدمتم؟",
    "How was the staff?": "كيف كان الموظفون؟",
}


# The thanks stay until somebody goes on: on a busy machine a test may come too late to see them.
STAYS = """
const wait = window.setTimeout;
window.setTimeout = (act, ...more) => (act.name === "startOver" ? 0 : wait(act, ...more));
"""


def staying(open_page: PageMaker) -> PageMaker:
    """Opens a kiosk that does not start over by itself, where no clock of the page is stopped."""

    async def open_kiosk(address: str, **options: Any) -> Page:
        if address == "about:blank":
            return await open_page(address, **options)
        page = await open_page("about:blank", **options)
        await page.add_init_script(STAYS)
        await page.goto(address)
        return page

    return open_kiosk


async def ask_more(database: Database, shop: Shop) -> None:
    """The NPS survey asks detractors one choice, several, a rating; then what counted most."""
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (shop.workspace.id, shop.nps.id)))
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups = [*FOLLOW_UPS[1:3], RATING]
        survey.endings = ENDINGS


async def speak_arabic(database: Database, shop: Shop) -> None:
    """The NPS survey in English, French and Arabic, its questions too."""
    async with database.write() as session:
        question = await session.get_one(Question, (shop.workspace.id, shop.nps.question_id))
        question.texts = suggested_texts("nps", "Alice's shop", ("en", "fr", "ar"))
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups = [_in_arabic(each) for each in survey.follow_ups or ()]


def _in_arabic(follow_up: dict[str, Any]) -> dict[str, Any]:
    texts = follow_up["texts"]
    return follow_up | {"texts": texts | {"ar": {"question": ARABIC[texts["en"]["question"]]}}}


async def press(page: Page, name: str, role: Any = "button") -> None:
    """As by a key: a tap just after a screen has come is taken for the second of two."""
    await page.get_by_role(role, name=name, exact=True).press("Enter")


async def asks(page: Page, question: str) -> None:
    await expect(page.get_by_role("heading", name=question, level=1)).to_be_visible()


async def emptied(page: Page) -> None:
    """Wait until the server has acknowledged everything this device kept."""
    await page.wait_for_function("() => localStorage.length === 0")
