"""Who is drawn for a survey that asks a share of the visitors.

That the draws are a matter of chance, of each pair of surveys too: sample.test.js of the widget.
"""

from typing import Any

from playwright.async_api import Page

from feedback.db import Database
from tests.browser.acts import change, heard_by_console, is_ready, storage
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def test_the_same_person_is_always_in_the_sample_or_never(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"sample": 50})
    await change(database, shop.csat, rules={"sample": 50})
    address = site.add(tag('data-feedback-delay="600" data-feedback-contact-id="0"'))
    rounds = []
    # A number is drawn by as its text, 0 too.
    for told in (int, str):
        people = [{"id": told(n)} for n in range(20)]
        people += [{"email": f"{n}@shop.example"} for n in range(20)]
        page = await open_page(address)
        await is_ready(page)
        rounds.append([await _drawn(page, person) for person in people])
        assert "feedback-visit" not in await storage(page)
    assert rounds[0] == rounds[1]
    # Each of the four ways to be in two samples: missed by chance once in a hundred thousand times.
    assert len(set(map(str, rounds[0]))) == 4


async def _drawn(page: Page, person: dict[str, Any]) -> dict[str, bool]:
    """For each survey whether this person is in its sample; without one, whoever is there."""
    act = "(person) => { if (person) { feedback('reset'); feedback('identify', person); } }"
    await page.evaluate(act, person)
    said = await heard_by_console(page, "feedback.explain()")
    return {key: reason == "asks" for key, reason in (line.split(": ") for line in said)}


async def test_somebody_unknown_is_drawn_once_a_visit_over_all_its_tabs(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"sample": 50})
    await change(database, shop.csat, rules={"sample": 50})
    address = site.add(tag('data-feedback-delay="600"'))
    page = await open_page(address)
    await is_ready(page)
    mark = await page.evaluate("sessionStorage['feedback-visit']")
    first = await _drawn(page, {})
    await page.reload()
    await is_ready(page)
    tab = await page.context.new_page()
    await tab.goto(address)
    await is_ready(tab)
    for each in (page, tab):
        assert await each.evaluate("sessionStorage['feedback-visit']") == mark
        assert await _drawn(each, {}) == first
    visitor = await open_page(address)
    await is_ready(visitor)
    assert await visitor.evaluate("sessionStorage['feedback-visit']") != mark
