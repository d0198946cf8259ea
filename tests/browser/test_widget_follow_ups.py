"""What the widget asks after the rating, step by step, and how it ends."""

import pytest_asyncio
from playwright.async_api import Page, expect

from feedback.db import Database
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.browser.acts import answers, change, messages, rate
from tests.browser.axe import audit, violations
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

FOLLOW_UPS = [
    {
        "id": "f1",
        "kind": "single",
        "bands": ["negative"],
        "texts": {"en": {"question": "What went wrong?"}},
        "choices": [
            {"id": "c1", "texts": {"en": "Price"}},
            {"id": "c2", "texts": {"en": "Delivery"}},
        ],
    },
    {
        "id": "f2",
        "kind": "multiple",
        "bands": ["negative", "neutral"],
        "texts": {"en": {"question": "What was missing?"}},
        "choices": [{"id": f"c{n}", "texts": {"en": f"Thing {n}"}} for n in (1, 2, 3)],
    },
    {
        "id": "f3",
        "kind": "rating",
        "bands": ["negative"],
        "texts": {"en": {"question": "How was the box?", "low": "Broken", "high": "Whole"}},
        "minimum": 1,
        "maximum": 5,
    },
]
ENDINGS = {
    "positive": {
        "texts": {"en": "Thank you, tell others"},
        "link": "https://reviews.example/shop",
        "link_texts": {"en": "Write a review"},
    },
    "negative": {"texts": {"en": "We are sorry"}},
}


@pytest_asyncio.fixture(loop_scope="session")
async def page(site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop) -> Page:
    await change(database, shop.nps, follow_ups=FOLLOW_UPS, endings=ENDINGS)
    script = tag(f'data-feedback-survey="{shop.nps.key}"')
    html = f"<main><h1>Shop</h1></main>{script}"
    return await open_page(site.add(html))


async def go_on(page: Page) -> None:
    await page.locator("feedback-widget button.send").click()


async def test_a_detractor_answers_step_by_step(page: Page, database: Database, shop: Shop) -> None:
    sent = messages(page)
    await rate(page, 2)
    await page.get_by_role("radio", name="Delivery").check()
    await go_on(page)
    assert violations(await audit(page)) == []
    for name in ("Thing 1", "Thing 3"):
        await page.get_by_role("checkbox", name=name).check()
    await go_on(page)
    await page.get_by_role("radio", name="4 of 5").check()
    await go_on(page)
    await expect(page.get_by_role("status")).to_have_text("We are sorry")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.seq) == (2, 4)
    assert stored.answers == {"f1": "c2", "f2": ["c1", "c3"], "f3": 4}
    assert [each["seq"] for each in sent if "seq" in each] == [1, 2, 3, 4]


async def test_what_was_answered_is_kept_when_the_visitor_leaves(
    page: Page, database: Database, shop: Shop
) -> None:
    await rate(page, 2)
    async with page.expect_response("**/r/*"):
        await page.get_by_role("radio", name="Price").check()
        await go_on(page)
    await page.goto("about:blank")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.answers) == (2, {"f1": "c1"})


async def test_another_band_is_asked_other_questions(page: Page) -> None:
    await rate(page, 2)
    await expect(page.get_by_text("What went wrong?")).to_be_visible()
    await rate(page, 7)
    await expect(page.get_by_text("What was missing?")).to_be_visible()
    assert await page.get_by_text("What went wrong?").count() == 0


async def test_a_band_without_questions_ends_at_once_with_its_link(page: Page) -> None:
    await rate(page, 9)
    await expect(page.get_by_role("status")).to_have_text("Thank you, tell others")
    link = page.get_by_role("link", name="Write a review")
    await expect(link).to_have_attribute("href", "https://reviews.example/shop")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)


async def test_a_question_is_left_out_by_going_on(
    page: Page, database: Database, shop: Shop
) -> None:
    await rate(page, 7)
    await go_on(page)
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.answers) == (7, None)


async def test_it_is_answered_by_keyboard_alone(page: Page, database: Database, shop: Shop) -> None:
    await page.get_by_role("radio").first.focus()
    async with page.expect_response("**/r/*"):
        await page.keyboard.press("7")
    await expect(page.get_by_role("checkbox").first).to_be_focused()
    await page.keyboard.press("Space")
    for _ in range(3):
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    assert [row.answers for row in await answers(database, shop)] == [{"f2": ["c1"]}]


async def test_the_overall_survey_asks_what_counted_most(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (shop.workspace.id, shop.nps.id)))
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await rate(page, 3)
    await page.get_by_role("textbox").fill("Slow")
    await go_on(page)
    await page.get_by_role("checkbox").first.check()
    await go_on(page)
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (3, "Slow")
    assert stored.answers is not None and len(stored.answers["counted_most"]) == 1
