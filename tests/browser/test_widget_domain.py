"""One clock for several hosts of a domain, where the tag names it; without it each has its own."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.async_api import Page, expect

from feedback import clock
from tests.browser.acts import asked, is_ready, rate, storage
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

DOMAIN = 'data-feedback-domain="shop.localhost"'


@pytest.fixture
def hosts(site: Site) -> list[str]:
    """A shop's two hosts."""
    return [
        site.base.replace("127.0.0.1", host) for host in ("www.shop.localhost", "shop.localhost")
    ]


async def visit(page: Page, address: str, *, day: float = 0) -> Page:
    """A new tab so many days later, the one of before closed."""
    await page.context.clock.set_fixed_time(clock.now() + timedelta(days=day))
    tab = await page.context.new_page()
    await page.close()
    await tab.goto(address)
    await is_ready(tab)
    return tab


async def dismiss(page: Page) -> None:
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)


async def cookies(page: Page) -> dict[str, Any]:
    """What the cookies hold, by their names and domains."""
    found = await page.context.cookies()
    return {each["name"] + each["domain"]: json.loads(unquote(each["value"])) for each in found}


def only(tag: Tag, shop: Shop, attributes: str) -> str:
    # A name that ends in .localhost is a test otherwise.
    return tag(f'data-feedback-test="off" data-feedback-survey="{shop.nps.key}" {attributes}')


@pytest.mark.parametrize("domain", [DOMAIN, "", 'data-feedback-domain="else.localhost"'])
async def test_an_answer_rests_on_all_hosts_of_the_domain_that_is_named(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop, hosts: list[str], domain: str
) -> None:
    site.add(only(tag, shop, domain))
    page = await open_page(hosts[0])
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await cookies(page) == {}  # before an act nothing
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    told = json.loads(await page.evaluate("localStorage['feedback-asked']"))
    is_shared = domain == DOMAIN
    assert await cookies(page) == ({"feedback-asked.shop.localhost": told} if is_shared else {})
    page = await visit(page, hosts[0])
    assert await asked(page) == []  # its own clock holds whatever the cookie came to
    page = await visit(page, hosts[1])
    assert await asked(page) == ([] if is_shared else [shop.nps.key])
    assert "feedback-asked" not in await storage(page)  # nothing was done here
    page = await visit(page, hosts[1], day=91)
    assert await asked(page) == [shop.nps.key]


async def test_it_is_closed_twice_wherever_it_was_closed(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop, hosts: list[str]
) -> None:
    site.add(only(tag, shop, DOMAIN))
    page = await open_page(hosts[0])
    await dismiss(page)
    page = await visit(page, hosts[1], day=31)
    await dismiss(page)
    for host in hosts:
        page = await visit(page, host, day=10_000)
        assert await asked(page) == []


async def test_what_was_done_last_holds(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop, hosts: list[str]
) -> None:
    """A page that has no such attribute yet knows of an act that the cookie does not."""
    site.add(only(tag, shop, DOMAIN))
    site.add(only(tag, shop, ""), "/old")
    page = await open_page(hosts[0])
    await dismiss(page)
    page = await visit(page, hosts[0] + "/old", day=31)
    await dismiss(page)
    page = await visit(page, hosts[0], day=40)
    assert await asked(page) == []
    page = await visit(page, hosts[1], day=40)
    assert await asked(page) == [shop.nps.key]
