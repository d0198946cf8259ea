"""The kiosk for everybody: axe in each of its states, by keyboard, by screen reader."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change
from tests.browser.axe import audit, find_violations, violations
from tests.browser.conftest import PageMaker
from tests.browser.kiosk import ask_more, emptied, press, speak_arabic
from tests.cast import TEXTS, Shop
from tests.surveys.follow_ups import FOLLOW_UPS, RATING

PHONE, UPRIGHT, WIDE = (320, 640), (768, 1024), (1280, 800)
# Each size in light and dark, each direction in all sizes and both: colours know no direction.
LOOKS: dict[str, list[tuple[tuple[int, int], Any]]] = {
    "en": [(PHONE, "light"), (UPRIGHT, "dark"), (WIDE, "light")],
    "ar": [(PHONE, "dark"), (UPRIGHT, "light"), (WIDE, "dark")],
}
# What axe must have looked at.
SCALES = {"asking": 'name="rating" value="9"', "rating": 'name="choice" value="7"'}
FITS = "document.documentElement.scrollWidth <= innerWidth"
# Nobody's time runs out while the page is looked at.
HOLD = """
const run = window.setTimeout;
window.setTimeout = (act, delay, ...more) => run(act, delay < 5000 ? delay : 2 ** 30, ...more);
"""


@pytest.fixture
async def link(base: str, shop: Shop, database: Database) -> str:
    """Detractors are asked all kinds of questions, in English, French and Arabic."""
    await ask_more(database, shop)
    await change(database, shop.nps, follow_ups=[*FOLLOW_UPS[:3], RATING])
    await speak_arabic(database, shop)
    return f"{base}/k/{shop.nps.key}?comment&feedback-test"


async def states(page: Page) -> AsyncIterator[str]:
    """Each state of the page, one after another."""
    skip = page.locator("button[name=skip]")
    yield "asking"
    for kind, target in (
        ("comment", "textarea"),
        ("single", "[value=c1]"),
        ("multiple", "[role=checkbox]"),
        ("rating", "#body .scale"),
        ("counted most", "[value=none]"),
    ):
        if kind == "comment":
            await page.locator("button[name=rating][value='3']").press("Enter")
        else:
            await skip.press("Enter")
        await expect(page.locator(target).first).to_be_visible()
        if kind in ("multiple", "counted most"):
            await page.get_by_role("checkbox").first.press("Enter")
        yield kind
    await page.evaluate("() => { document.getElementById('still').hidden = false; }")
    yield "still there?"
    await page.context.set_offline(True)
    await page.get_by_role("checkbox").last.press("Enter")
    await page.locator("button[name=next]").press("Enter")
    await expect(page.get_by_role("status")).not_to_be_empty()
    yield "thanks, no network"
    await page.locator("#thanks button").press("Enter")
    await expect(page.locator("#ask")).to_be_visible()
    yield "asking, no network"


@pytest.mark.parametrize("language", ["en", "ar"], ids=["left to right", "right to left"])
async def test_axe_finds_nothing(link: str, open_page: PageMaker, language: str) -> None:
    page = await open_page("about:blank", reduced_motion="reduce")
    await page.add_init_script(HOLD)
    await page.goto(f"{link}&lang={language}")
    async for state in states(page):
        for (width, height), scheme in LOOKS[language]:
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=scheme)
            results = await audit(page)
            assert violations(results) == [], (state, width, scheme)
            seen = [node["html"] for rule in results["passes"] for node in rule["nodes"]]
            assert any(SCALES.get(state, "") in html for html in seen)
            assert await page.evaluate(FITS), (state, width)
    assert await page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_nobody_can_answer(
    base: str, open_page: PageMaker, database: Database, shop: Shop, scheme: str
) -> None:
    await change(database, shop.nps, state="closed")
    page = await open_page(f"{base}/k/{shop.nps.key}?lang=fr", color_scheme=scheme)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await find_violations(page) == []


async def test_each_question_is_answered_by_keyboard_alone(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await ask_more(database, shop)
    page = await open_page(f"{base}/k/{shop.nps.key}")
    for question, keys in (
        ("How likely", "Tab ArrowRight ArrowRight Enter"),  # a rating of 2
        ("What went wrong?", "Tab ArrowDown Enter"),
        ("What did you use?", "Tab Space Tab Space Tab Enter"),
        ("How was the staff?", "4"),
        ("What counted most?", "Tab Space Tab Tab Enter"),
        ("We are sorry.", "Tab Enter"),
        ("How likely", "Tab"),
    ):
        heading = page.get_by_role("heading", name=question, level=1)
        await expect(heading).to_be_visible()
        if question != "How likely":
            await expect(heading).to_be_focused()
        for key in keys.split():
            await page.keyboard.press(key)
    await expect(page.get_by_role("button", name="0 of 10", exact=True)).to_be_focused()
    await emptied(page)
    [stored] = await answers(database, shop)
    given = {"f2": "c2", "f3": ["c3", "c4"], "f5": 4, "counted_most": [str(shop.delivery.id)]}
    assert (stored.rating, stored.answers) == (2, given)


async def test_arrows_follow_the_eye_from_right_to_left(link: str, open_page: PageMaker) -> None:
    page = await open_page(f"{link}&lang=ar")
    await page.keyboard.press("Tab")
    for key, rating in (("ArrowLeft", 1), ("ArrowLeft", 2), ("ArrowRight", 1), ("ArrowDown", 2)):
        await page.keyboard.press(key)
        await expect(page.locator(f"button[name=rating][value='{rating}']")).to_be_focused()


ASKING = f"""
- banner:
  - paragraph: Alice's shop
- main:
  - heading "{TEXTS["en"]["question"]}" [level=1]
  - group "{TEXTS["en"]["question"]}":
    - button "0 of 10"
    - button "1 of 10"
    - button "2 of 10"
    - button "3 of 10"
    - button "4 of 10"
    - button "5 of 10"
    - button "6 of 10"
    - button "7 of 10"
    - button "8 of 10"
    - button "9 of 10"
    - button "10 of 10"
  - paragraph: Not at all likely Extremely likely
- contentinfo:
  - group "Languages":
    - button "English" [pressed]
    - button "Français"
  - status
"""
STEPS = {
    "comment": """
- heading "What happened?" [level=1]
- textbox "What happened?"
- paragraph:
  - button "Next"
  - button "Skip"
""",
    "single": """
- heading "What went wrong?" [level=1]
- group "What went wrong?":
  - button "Price"
  - button "Wait"
- paragraph:
  - button "Skip"
""",
    "multiple": """
- heading "What did you use?" [level=1]
- paragraph: Choose all that apply.
- group "What did you use?":
  - checkbox "Shop" [checked]
  - checkbox "App"
- paragraph:
  - button "Next"
  - button "Skip"
""",
    "rating": """
- heading "How was the staff?" [level=1]
- group "How was the staff?":
  - button "1 of 7"
  - button "2 of 7"
  - button "3 of 7"
  - button "4 of 7"
  - button "5 of 7"
  - button "6 of 7"
  - button "7 of 7"
- paragraph: Rude Kind
- paragraph:
  - button "Skip"
""",
    "counted most": """
- heading "What counted most?" [level=1]
- paragraph: up to two
- group "What counted most?":
  - checkbox "Delivery" [checked]
  - checkbox "None of these"
- paragraph:
  - button "Send"
  - button "Skip"
""",
    "still there?": """
- alert:
  - paragraph: Are you still there?
  - button "Continue"
""",
    "thanks, no network": """
- heading "We are sorry." [level=1]
- paragraph:
  - button "Start over"
""",
}
FOOTS = {
    "thanks, no network": """
- status: No connection. Answers are kept on this device and sent later.
""",
    "single": """
- status
- button "Start over"
""",
}


async def test_a_screen_reader_meets_each_state_as_it_is(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await ask_more(database, shop)
    await change(database, shop.nps, follow_ups=[*FOLLOW_UPS[:3], RATING])
    page = await open_page("about:blank")
    await page.add_init_script(HOLD)
    await page.goto(f"{base}/k/{shop.nps.key}?comment")
    async for state in states(page):
        if state == "asking":
            await expect(page.locator("body")).to_match_aria_snapshot(ASKING)
        if state in STEPS:
            await expect(page.locator("main")).to_match_aria_snapshot(STEPS[state])
        if state in FOOTS:
            await expect(page.locator("footer")).to_match_aria_snapshot(FOOTS[state])


async def test_each_question_is_named_and_described(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await ask_more(database, shop)
    page = await open_page(f"{base}/k/{shop.nps.key}")
    scale = page.get_by_role("group", name=TEXTS["en"]["question"])
    await expect(scale).to_have_accessible_description("Not at all likely Extremely likely")
    await press(page, "3 of 10")
    await press(page, "Skip")
    boxes = page.get_by_role("group", name="What did you use?")
    await expect(boxes).to_have_accessible_description("Choose all that apply.")
    await press(page, "Skip")
    staff = page.get_by_role("group", name="How was the staff?")
    await expect(staff).to_have_accessible_description("Rude Kind")
