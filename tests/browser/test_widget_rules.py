"""When the widget asks and whom, and what it says when it does not.

In test mode rules decide as ever, and no clock does: one visitor may be asked again and again.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import (
    asked,
    change,
    displays,
    heard_by_console,
    is_ready,
    moments,
    stop_clock,
)
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

PARIS = ZoneInfo("Europe/Paris")  # the shop's
# Which of several rules fits, where all but one do.
FITTING: dict[str, Any] = {
    "paths": ["/cart*", "/pay"],
    "not_paths": ["/cart/empty"],
    "devices": ["desktop"],
    "languages": ["en", "de"],
    "properties": {"plan": ["pro", "team"]},
    "from": "2001-01-01",
    "to": "2999-01-01",
    "sample": 100,
}


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({}, ""),
        ({"paths": ["/help*"]}, "not on /cart/1"),
        ({"not_paths": ["/cart/*"]}, "not on /cart/1"),
        ({"devices": ["phone", "tablet"]}, "not for this @device"),
        ({"languages": ["fr"]}, "not for this @language"),
        ({"properties": {"plan": ["free"]}}, "not for this plan"),
        ({"properties": {"plan": ["pro"], "country": ["FR"]}}, "not for this country"),
        ({"sample": 0}, "not in the sample"),
        ({"from": "2999-01-01"}, "not at this date"),
        ({"to": "2001-01-01"}, "not at this date"),
        ({"event": "paid"}, "waits for paid"),
    ],
    ids=str,
)
async def test_a_rule_decides_and_says_why(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop,
    rules: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    await change(database, shop.nps, rules=FITTING | rules)
    attributes = f'data-feedback-survey="{shop.nps.key}" data-feedback-property-plan="pro"'
    page = await open_page("about:blank")
    address = site.add(tag(attributes), "/cart/1")
    if not reason:
        await page.goto(address)
        return await expect(page.get_by_role("radiogroup")).to_be_visible()
    async with page.expect_console_message(lambda m: m.text == f"feedback: {reason}"):
        await page.goto(address)
    assert await asked(page) == []
    said = await heard_by_console(page, "feedback.explain()")
    assert said == [f"{shop.nps.key}: {reason}"]


@pytest.mark.parametrize(
    ("path", "others"),
    [("/caf%C3%A9/x", ["/cafe/x"]), ("/caf%c3%a9/", ["/caf%E9/"]), ("/#/cart", ["/cart", "/#top"])],
)
async def test_a_path_is_fitted_as_it_is_read_and_a_route_after_the_hash_too(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop,
    path: str, others: list[str],
) -> None:  # fmt: skip
    await change(database, shop.nps, rules={"paths": ["/café/*", "#/cart"]})
    only = tag(f'data-feedback-test data-feedback-survey="{shop.nps.key}"')
    page = await open_page("about:blank")
    for address in [path, *others]:
        site.add(only, address.split("#")[0])
        await page.goto(site.base + address)
        await is_ready(page)
        assert await asked(page) == [shop.nps.key] * (address == path), address


async def test_a_route_after_the_hash_is_followed(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"paths": ["#/cart"]})
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')) + "#/")
    await is_ready(page)
    assert await asked(page) == []
    for route, expected in (("#/cart", [shop.nps.key]), ("#/help", [])):
        await page.evaluate(f"location.hash = '{route}'")
        await page.evaluate("new Promise((done) => setTimeout(done, 100))")
        assert await asked(page) == expected, route


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


async def test_phone_tablet_and_desktop_are_told_apart(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"devices": ["phone"]})
    await change(database, shop.csat, rules={"devices": ["tablet"]})
    address = site.add(tag())
    devices: list[tuple[dict[str, Any], list[str]]] = [
        ({"user_agent": PHONE, "has_touch": True}, [shop.nps.key]),
        ({"has_touch": True}, [shop.csat.key]),
        ({"user_agent": PHONE.replace("iPhone;", "iPad;"), "has_touch": True}, [shop.csat.key]),
        ({}, []),
    ]
    for options, expected in devices:
        page = await open_page(address, **options)
        await is_ready(page)
        assert await asked(page) == expected, options


async def test_the_language_is_the_tags_else_the_pages_else_the_browsers(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"languages": ["fr"]})
    await change(database, shop.csat, rules={"languages": ["en"]})
    page = await open_page("about:blank", locale="fr-CA")
    pages = [
        ('data-feedback-lang="fr"', "en", shop.nps.key),
        ('data-feedback-lang="en"', "fr", shop.csat.key),
        ("", "fr-FR", shop.nps.key),
        ("", "en-GB", shop.csat.key),
        ("", "", shop.nps.key),
        ("", "EN", shop.csat.key),
        ("", "en_GB", shop.csat.key),
        ('data-feedback-lang="Fr_ca"', "en", shop.nps.key),
    ]
    for attributes, language, expected in pages:
        html = f"<script>document.documentElement.lang = '{language}'</script>"
        await page.goto(site.add(html + tag(f"data-feedback-test {attributes}")))
        await is_ready(page)
        assert await asked(page) == [expected], (attributes, language)


async def test_a_property_that_is_told_later_decides_then(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"properties": {"seats": [3], "beta": [True]}})
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await is_ready(page)
    await page.evaluate("feedback('identify', {properties: {seats: 3, beta: false}})")
    assert await asked(page) == []
    await page.evaluate("feedback('identify', {properties: {beta: true}})")
    assert await asked(page) == [shop.nps.key]


async def test_the_first_and_the_last_day_belong_to_it(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"from": "2031-05-01", "to": "2031-05-02"})
    page = await open_page("about:blank")
    address = site.add(tag(f'data-feedback-test data-feedback-survey="{shop.nps.key}"'))
    minutes = [
        (datetime(2031, 4, 30, 23, 59, tzinfo=PARIS), []),
        (datetime(2031, 5, 1, tzinfo=PARIS), [shop.nps.key]),
        (datetime(2031, 5, 2, 23, 59, tzinfo=PARIS), [shop.nps.key]),
        (datetime(2031, 5, 3, tzinfo=PARIS), []),
    ]
    for minute, expected in minutes:
        await page.clock.set_fixed_time(minute)
        await page.goto(address)
        await is_ready(page)
        assert await asked(page) == expected, minute


async def test_it_waits_ten_seconds_over_the_page_and_not_at_all_in_it(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    usual = tag().replace('data-feedback-delay="0"', "")
    inline = tag('data-feedback-target="main"').replace('data-feedback-delay="0"', "")
    page = await _with_stopped_clock(open_page, site.add(usual))
    await page.clock.run_for(8_000)
    assert await asked(page) == []
    await page.clock.run_for(3_000)
    assert await asked(page) == [shop.nps.key]
    page = await _with_stopped_clock(open_page, site.add(f"<main></main>{inline}", "/inline"))
    assert await asked(page) == [shop.nps.key]


@pytest.mark.parametrize("route", ["/thanks", "/#/thanks"])
async def test_the_delay_counts_from_the_route(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, route: str
) -> None:
    await change(database, shop.nps, rules={"paths": ["/thanks", "#/thanks"], "delay": 20})
    usual = tag(f'data-feedback-survey="{shop.nps.key}"').replace('data-feedback-delay="0"', "")
    page = await _with_stopped_clock(open_page, site.add(usual))
    await page.clock.run_for(60_000)
    await page.evaluate(f"history.pushState({{}}, '', '{route}')")
    await page.clock.run_for(15_000)
    assert await asked(page) == []
    # A place in the page, or what is searched for, is no other page.
    await page.evaluate(f"history.replaceState({{}}, '', '{route}?q=1')")
    await page.clock.run_for(6_000)
    assert await asked(page) == [shop.nps.key]


async def test_its_own_delay_holds_after_the_event_too(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"event": "paid", "delay": 30})
    usual = tag(f'data-feedback-survey="{shop.nps.key}"').replace('data-feedback-delay="0"', "")
    page = await _with_stopped_clock(open_page, site.add(usual))
    await page.evaluate("feedback('track', 'paid')")
    await page.clock.run_for(28_000)
    assert await asked(page) == []
    await page.clock.run_for(3_000)
    assert await asked(page) == [shop.nps.key]


async def _with_stopped_clock(open_page: PageMaker, address: str) -> Page:
    page = await open_page("about:blank")
    await stop_clock(page)
    await page.goto(address)
    async with moments(page):
        await is_ready(page)
    return page


async def test_it_is_never_over_a_field_that_has_the_focus(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    fields = (
        "<input aria-label=name autofocus>",
        "<textarea aria-label=note></textarea>",
        "<select aria-label=size><option>S</option></select>",
        "<p aria-label=text contenteditable>Write</p>",
        "<web-field></web-field>",
    )
    inside = """<script>
      const field = document.createElement("input");
      field.ariaLabel = "inside";
      document.querySelector("web-field").attachShadow({ mode: "open" }).append(field);
    </script>"""
    page = await open_page(
        site.add(f"<h1>Cart</h1>{''.join(fields)}<button>Buy</button>{inside}{tag()}")
    )
    question = page.get_by_role("radiogroup")
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await expect(question).to_be_hidden()
    assert await displays(database, shop) == {}
    for name in ("name", "note", "size", "text", "inside"):
        await page.get_by_label(name, exact=True).focus()
        await expect(question).to_be_hidden()
        await page.get_by_role("button", name="Buy").focus()
        await expect(question).to_be_visible()
