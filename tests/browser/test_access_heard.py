"""What a screen reader is told: the accessibility tree of the widget and of the hosted page."""

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.asking import ask_everything
from tests.browser.axe import audit_looks
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

QUESTION = "How likely are you to recommend Alice to a friend or colleague?"
SCALE = "\n".join(f'    - radio "{n} of 10"' for n in range(11))
CHOSEN = SCALE.replace('"9 of 10"', '"9 of 10" [checked]')
ASKING = f"""
- region "{QUESTION}":
  - text: {QUESTION}
  - radiogroup "{QUESTION}":
{SCALE}
  - text: Not at all likely Extremely likely
  - status
  - button "Close"
"""
AFTER = f"""
- region "{QUESTION}":
  - text: {QUESTION}
  - radiogroup "{QUESTION}":
{CHOSEN}
  - text: Not at all likely Extremely likely
  - status: You chose 9. Tap another number to change it.
  - group {{group}}
  - button "{{button}}"
  - button "Close"
"""
STEPS = {
    "f1": """"What went wrong?":
    - radio "Price" [checked]
    - radio "Delivery"
    - radio "Advice\"""",
    "f2": """"What was missing?":
    - checkbox "Price" [checked]
    - checkbox "Delivery"
    - checkbox "Advice\"""",
    "f3": """"How was the box?":
    - radio "1 of 5" [checked]
    - radio "2 of 5"
    - radio "3 of 5"
    - radio "4 of 5"
    - radio "5 of 5"
    - text: /Broken Whole/""",
    "counted_most": """"What counted most? (up to two)":
    - checkbox "Rindfleischetikettierungsüberwachung" [checked]
    - checkbox "Delivery"
    - checkbox "None of these\"""",
}
THANKS = """
- region "{question}":
  - status: Thank you, tell others.
  - paragraph:
    - link "Write a review"
  - button "Close"
"""
HOSTED = f"""
- banner:
  - paragraph: Alice's shop
- main:
  - group "{QUESTION}":
    - heading "{QUESTION}" [level=1]
{SCALE}
    - paragraph: Not at all likely Extremely likely
  - button "Send"
- contentinfo:
  - navigation "Languages":
    - link "العربية"
    - link "עברית"
"""
MORE = f"""
- main:
  - group "{QUESTION}":
    - heading "{QUESTION}" [level=1]
{CHOSEN}
    - paragraph: Not at all likely Extremely likely
  - status: You chose 9. Tap another number to change it.
  - group "What went wrong? (optional)":
    - radio "Price"
    - radio "Delivery"
    - radio "Advice"
  - group "What was missing? (optional)":
    - paragraph: Choose all that apply.
    - checkbox "Price"
    - checkbox "Delivery"
    - checkbox "Advice"
  - group "How was the box? (optional)":
    - radio "1 of 5"
    - radio "2 of 5"
    - radio "3 of 5"
    - radio "4 of 5"
    - radio "5 of 5"
    - paragraph: Broken Whole
  - group "What counted most? (up to two)":
    - checkbox "Rindfleischetikettierungsüberwachung"
    - checkbox "Delivery"
    - checkbox "None of these"
  - button "Send"
"""


@pytest.fixture(autouse=True)
async def everything(database: Database, shop: Shop) -> None:
    await ask_everything(database, shop)


async def test_the_widget_is_heard_from_the_question_to_the_thanks(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    widget = page.locator("feedback-widget")
    await expect(widget).to_match_aria_snapshot(ASKING)
    scale = page.get_by_role("radiogroup")
    await expect(scale).to_have_accessible_description("Not at all likely Extremely likely")
    await scale.get_by_role("radio", name="9 of 10").click()
    for kind, group in STEPS.items():
        await widget.locator(f"[name={kind}]").first.check()
        button = "Send" if kind == "counted_most" else "Next"
        await expect(widget).to_match_aria_snapshot(AFTER.format(group=group, button=button))
        ends = "Broken Whole" if kind == "f3" else ""
        await expect(widget.get_by_role("group")).to_have_accessible_description(ends)
        await widget.get_by_role("button", name=button).click()
    await expect(widget).to_match_aria_snapshot(THANKS.format(question=QUESTION))


async def test_an_answer_that_waits_is_announced(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(
        site.add("<main><h1>Shop</h1></main>" + tag(f'data-feedback-survey="{shop.nps.key}"'))
    )
    await page.route("**/r/*", lambda route: route.abort())
    await page.get_by_role("radio", name="9 of 10").click()
    await expect(page.get_by_role("status")).to_have_text("Saved on this device. It will be sent.")
    await audit_looks(page, "en", 'role="radio"')


async def test_the_hosted_page_is_heard_from_the_question_to_the_thanks(
    base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{base}/s/{shop.nps.key}", java_script_enabled=False)
    body = page.locator("body")
    await expect(body).to_match_aria_snapshot(HOSTED)
    first, last = page.get_by_role("radio").first, page.get_by_role("radio").last
    await expect(first).to_have_accessible_description("Not at all likely")
    await expect(last).to_have_accessible_description("Extremely likely")
    await send(page, 9)
    await expect(body).to_match_aria_snapshot(MORE)
    await send(page, 9)
    await expect(body).to_match_aria_snapshot(
        """
        - main:
          - heading "Thank you, tell others." [level=1]
          - paragraph:
            - link "Write a review"
          - paragraph: Your 9 is recorded. To change it, go back and send it again.
        """
    )


async def send(page: Page, rating: int) -> None:
    await page.get_by_role("radio", name=f"{rating} of 10").check()
    async with page.expect_navigation():
        await page.get_by_role("button", name="Send").click()
