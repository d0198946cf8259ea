"""An anonymous survey in a real browser: widget and kiosk send one message, which names nobody."""

from typing import Any

from playwright.async_api import expect

from feedback.db import Database
from feedback.responses.models import Response
from feedback.surveys.models import Survey
from tests.browser.acts import answers, messages
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.waiting import arrival

SAID = "We do not record who you are. Please name nobody."


async def make_anonymous(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.is_anonymous, survey.kept_properties = True, ["plan"]
        csat = await session.get_one(Survey, (shop.workspace.id, shop.csat.id))
        csat.state = "draft"


async def stored(database: Database, shop: Shop, n: int) -> list[Response]:
    """The answers as soon as there are so many."""

    async def found() -> list[Response]:
        rows = await answers(database, shop)
        return rows if len(rows) >= n else []

    return await arrival(found)


def given(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in messages if "rating" in each]


async def test_it_is_one_message_of_the_widget_and_of_the_kiosk(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, base: str
) -> None:
    await make_anonymous(database, shop)
    ours = tag('data-feedback-contact-id="canary-7" data-feedback-property-plan="pro"')
    page = await open_page(site.add(ours, "/orders/canary"))
    bodies = messages(page)
    await expect(page.get_by_text(SAID)).to_be_visible()
    await page.get_by_role("radio", name="3 of 10").click()
    await page.get_by_role("radio", name="4 of 10").click()
    await page.get_by_role("textbox").fill("Late")
    assert given(bodies) == [] and await answers(database, shop) == []
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [body] = given(bodies)
    assert (body["rating"], body["comment"]) == (4, "Late")
    assert "canary" not in str(body) and not {"contact", "page", "signature"} & set(body)
    assert await page.evaluate("localStorage['feedback-queue']") is None

    # Rated and left: what was given goes with the page, or by the next one.
    other = await open_page(site.add(ours, "/orders/other"))
    await other.get_by_role("radio", name="9 of 10").click()
    await expect(other.get_by_role("textbox")).to_be_visible()
    await other.goto("about:blank")
    rows = await stored(database, shop, 2)
    assert sorted((row.rating, row.comment) for row in rows) == [(4, "Late"), (9, None)]

    kiosk = await open_page(f"{base}/k/{shop.nps.key}?comment=on&p_plan=desk")
    bodies = messages(kiosk)
    await expect(kiosk.get_by_text(SAID)).to_be_visible()
    await kiosk.get_by_role("button", name="7 of 10").press("Enter")
    await kiosk.get_by_role("textbox").fill("Fine")
    assert given(bodies) == [] and await kiosk.evaluate("localStorage.length") == 0
    await expect(kiosk.get_by_text(SAID)).to_be_visible()
    await kiosk.get_by_role("button", name="Send").press("Enter")
    await expect(kiosk.get_by_role("heading", name="Thank you.")).to_be_visible()
    await kiosk.get_by_role("button", name="Start over").press("Enter")
    rows = await stored(database, shop, 3)
    assert [body["comment"] for body in given(bodies)] == ["Fine"]
    assert {(row.respondent_key, row.page) for row in rows} == {(None, None)}
    assert len({row.answered_at for row in rows}) == 1
