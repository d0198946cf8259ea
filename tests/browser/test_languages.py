"""Every built-in language on a narrow phone: nothing to scroll sideways, the scale well turned."""

from feedback.db import Database
from feedback.surveys.languages import BUILT_IN, direction
from feedback.surveys.models import Question
from feedback.surveys.texts import suggested_texts
from tests.browser.conftest import PageMaker
from tests.cast import Shop

PHONE = {"viewport": {"width": 320, "height": 640}}
# The longest line of one end is three lines of 20 px.
MOST_LINES = 3 * 20 + 2
MEASURE = """() => {
  const cells = [...document.querySelectorAll(".scale label")].map((cell) => cell.offsetLeft);
  const ends = [...document.querySelectorAll(".ends span")].map((end) => end.offsetHeight);
  return [document.documentElement.scrollWidth, cells[0] < cells[1], Math.max(...ends)];
}"""


async def test_each_language_fits_a_narrow_phone(
    open_page: PageMaker, base: str, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        question = await session.get_one(Question, (shop.workspace.id, shop.nps.question_id))
        question.texts = suggested_texts("nps", "Alice's shop", BUILT_IN)
    address = f"{base}/s/{shop.nps.key}"
    page = await open_page(address, **PHONE)
    for code in BUILT_IN:
        await page.goto(f"{address}?lang={code}")
        width, runs_rightward, ends = await page.evaluate(MEASURE)
        assert width <= 320 and ends <= MOST_LINES, (code, width, ends)
        assert runs_rightward is (direction(code) == "ltr"), code
