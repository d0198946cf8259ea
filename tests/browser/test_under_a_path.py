"""FEEDBACK_BASE_URL with a path: the whole product behind a real proxy of the shop's own address.

The proxy serves the shop and, under /feedback alone, the server; what goes astray is a failure.
That each page is the same by either kind of proxy is shown in tests/web/test_under_a_path.py.
"""

import re
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, expect
from sqlalchemy.engine import make_url
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.widget.tag import embed_snippet
from tests import cast
from tests.browser.acts import answers, rate
from tests.browser.conftest import PageMaker
from tests.browser.proxy import Proxy
from tests.databases import SqliteMaker
from tests.serving import free_port, serve

PATH = "/feedback"
# The first-party address needs nothing more than what a strict shop allows itself.
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


class Behind:
    """The proxy, and a shop whose survey is asked through it."""

    def __init__(self, proxy: Proxy, site: str, database: Database, shop: cast.Shop) -> None:
        self.proxy, self.site, self.database, self.shop = proxy, site, database, shop
        self.base = site + PATH


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def behind(sqlite_maker: SqliteMaker) -> AsyncIterator[Behind]:
    url = sqlite_maker.make().render_as_string(hide_password=False)
    port = free_port()
    proxy = Proxy(port, PATH)
    site = f"http://127.0.0.1:{port}"
    database = Database(make_url(url.replace("sqlite:", "sqlite+aiosqlite:")))
    with serve(url, base_url=site + PATH) as served:
        proxy.server = served.base
        shop = await cast.open_shop(database, key="shop")
        yield Behind(proxy, site, database, shop)
    await database.close()
    proxy.close()


async def signed_in(behind: Behind, open_page: PageMaker, path: str) -> Page:
    cookie = await cast.session_cookie(behind.database, behind.shop.alice, behind.shop.workspace)
    page = await open_page("about:blank")
    await page.context.add_cookies([{**cookie, "domain": "127.0.0.1", "path": PATH}])  # type: ignore[typeddict-item]
    await page.goto(behind.base + path)
    return page


async def test_the_team_works_there(behind: Behind, open_page: PageMaker) -> None:
    behind.proxy.strips = True
    page = await signed_in(behind, open_page, "")
    assert page.url == f"{behind.base}/board"
    font = await page.evaluate("document.fonts.load('16px Inter').then((found) => found.length)")
    assert font
    await page.get_by_role("link", name="Surveys", exact=True).click()
    await page.get_by_role("link", name="Share", exact=False).first.click()
    snippet = await page.locator("pre, textarea, code").first.text_content()
    assert f'src="{behind.base}/widget.js"' in (snippet or "")
    frame = page.frame_locator("iframe.widget-preview")
    await page.locator("iframe.widget-preview").scroll_into_view_if_needed()
    await expect(frame.get_by_role("radiogroup")).to_be_visible()
    # htmx asks for a block, pushes its address, and a form redirects with a message.
    await page.goto(f"{behind.base}/trends")
    async with page.expect_response(re.compile("/feedback/trends\\?")):
        await page.locator("select[name=metric]").select_option(index=1)
    await page.wait_for_url(re.compile(r"/feedback/trends\?"))
    await page.get_by_role("button", name="Français").click()
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    paths = {cookie["path"] for cookie in await page.context.cookies()}
    assert paths == {PATH}
    await page.locator("form[action$='/sign-out'] button").click()
    assert page.url == f"{behind.base}/sign-in"
    assert behind.proxy.lost == []


async def test_a_visitor_answers_in_the_shop_on_a_page_of_its_own_and_at_the_till(
    behind: Behind, open_page: PageMaker
) -> None:
    behind.proxy.strips = False
    shop, base = behind.shop, behind.base
    async with behind.database.read() as session:
        site_key = (await session.exec(select(PublicKey.key).where(PublicKey.kind == "site"))).one()
    tag = embed_snippet(base, site_key, shop.nps.key).replace("async", 'data-feedback-delay="0"')
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    behind.proxy.pages["/cart"] = f"<!doctype html><html lang=en>{policy}<h1>Cart</h1>{tag}"
    page = await open_page(behind.site + "/cart")
    await rate(page, 9)
    await page.get_by_role("textbox").fill("Fast")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")

    await page.goto(f"{base}/s/{shop.csat.key}?rating=4")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading")).to_have_text("Thank you.")
    assert page.url.startswith(f"{base}/s/{shop.csat.key}/thanks")

    await page.goto(f"{base}/k/{shop.nps.key}")
    await page.evaluate("navigator.serviceWorker.ready")
    assert await page.evaluate(
        "navigator.serviceWorker.getRegistration().then((found) => new URL(found.scope).pathname)"
    ) == f"{PATH}/k/"  # fmt: skip
    async with page.expect_response(re.compile(f"{PATH}/r/")):
        await page.get_by_role("button", name="3 of 10").click()
    stored = await answers(behind.database, shop)
    assert sorted(row.rating for row in stored) == [3, 4, 9]
    assert [path for path in behind.proxy.lost if path != "/favicon.ico"] == []
