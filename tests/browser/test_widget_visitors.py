"""What pages say of their visitors: no bad detail costs the rating, and one line names it."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page

from feedback.db import Database
from feedback.widget.tag import releases
from tests.browser.acts import answers, is_ready, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

KEPT = {"plan": "pro", "country": "FR"}
# What is identified, what is stored of its properties beside KEPT, and what the console names.
DETAILS: dict[str, tuple[str, dict[str, Any], str]] = {
    "half an emoji in a property": (
        "{properties: {nick: 'Anna 😀'.slice(0, 6)}}", {"nick": "Anna �"}, "properties.nick",
    ),
    "half an emoji in a property's name": (
        "{properties: {['a😀'.slice(0, 2)]: 1}}", {"a�": 1}, "properties.a�",
    ),
    "half an emoji in a name": ("{id: '42', name: 'Anna 😀'.slice(0, 6)}", {}, "contact.name"),
    "half an emoji in an id": ("{id: 'c-7 😀'.slice(0, 5)}", {}, "contact.id"),
    "a long property": ("{properties: {ref: 'x'.repeat(501)}}", {}, "properties.ref"),
    "a list": ("{properties: {roles: ['buyer', 'admin']}}", {}, "properties.roles"),
    "an object": ("{properties: {cart: {items: 3}}}", {}, "properties.cart"),
    "a zero byte": ("{properties: {nick: 'An\\u0000na'}}", {"nick": "Anna"}, "properties.nick"),
    "a long id": ("{id: 'x'.repeat(201)}", {}, "contact.id"),
    "a merge tag": ("{id: '{{ customer.id }}'}", {}, "contact.id"),
    "a long about": ("{id: '42', about: 'x'.repeat(201)}", {}, "about"),
}  # fmt: skip


def lines(page: Page) -> list[str]:
    """What the widget says in the console from now on."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    return said


@pytest.mark.parametrize(("who", "more", "named"), DETAILS.values(), ids=DETAILS.keys())
async def test_a_bad_detail_never_costs_the_rating(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, who: str,
    more: dict[str, Any], named: str,
) -> None:  # fmt: skip
    known = 'data-feedback-property-plan="pro" data-feedback-property-country="FR"'
    page = await open_page(site.add(tag(known)))
    await is_ready(page)
    said = lines(page)
    await page.evaluate(f"feedback('identify', {who})")
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.properties) == (8, KEPT | more)
    assert said == [f"feedback: mended or left out: {named}"]


async def test_an_id_as_a_number_and_as_its_text_are_one_person(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await is_ready(page)
    await page.evaluate("feedback('identify', {id: 42})")
    await rate(page, 8)
    for contact in ({"id": "42"}, {"id": 42}):
        body = {"rating": 3, "contact": contact}
        await page.request.post(f"{base}/r/{shop.csat.key}", data=json.dumps(body))
    assert len({row.respondent_key for row in await answers(database, shop)}) == 1


async def test_one_order_is_one_answer_and_another_is_another(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")

    async def visit(about: str, *ratings: int) -> None:
        who = f'data-feedback-contact-id="c-7" data-feedback-about="{about}"'
        await page.goto(site.add(tag(who)))
        for rating in ratings:
            await rate(page, rating)
            await page.wait_for_function("!localStorage['feedback-queue']")
        await page.evaluate("localStorage.clear(); sessionStorage.clear()")

    await visit("order-7", 8, 9)
    await visit("order-8", 5)
    await visit("order-7", 3)
    assert sorted(row.rating for row in await answers(database, shop)) == [3, 5]


TAGS = [release for release in releases() if release.is_tag]


@pytest.mark.parametrize("release", TAGS, ids=lambda release: release.version)
@pytest.mark.parametrize(
    "who",
    ["{id: '42', properties: {nick: 'Anna 😀'.slice(0, 6)}}", "{id: 42, properties: {a: [1]}}"],
    ids=["half an emoji", "a number and a list"],
)
async def test_nor_in_a_frozen_version(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop,
    release: Any, who: str,
) -> None:  # fmt: skip
    source = re.sub(r'src="[^"]*"', f'src="{base}{release.path}"', tag())
    page = await open_page(site.add(source))
    await is_ready(page)
    await page.evaluate(f"feedback('identify', {who})")
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    [stored] = await answers(database, shop)
    assert stored.rating == 8 and stored.respondent_key is not None


async def test_what_a_frozen_version_left_is_sent_by_the_one_of_today(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    source = re.sub(r'src="[^"]*"', f'src="{base}/widget/v1.js"', tag())
    page = await open_page(site.add(source))
    await is_ready(page)
    await page.route("**/r/*", lambda route: route.abort())
    async with page.expect_request("**/r/*"):
        await page.get_by_role("radio", name="8 of 10").click()
    await page.close(run_before_unload=False)
    page = await page.context.new_page()
    await page.goto(site.add(tag(), "/next"))
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert [row.rating for row in await answers(database, shop)] == [8]
