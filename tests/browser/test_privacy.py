"""SAFETY E1: what stays on a visitor's device, told by a dump of all of the browser's storage."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from litestar.routes import HTTPRoute
from playwright.async_api import Page, expect

from feedback.app import create_app
from feedback.db import Database
from feedback.settings import Settings
from feedback.web.page import FLASH_COOKIE
from tests.browser.acts import change, heard_by_console
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.conftest import KEY

# All that a page may keep, in any frame. The browser itself denies it to some: to a sandboxed frame
# always, to a frame of another site by its own settings.
STORES = """async () => {
  const read = async (stores) => { try { return await stores(); } catch { return undefined; } };
  const { serviceWorker } = navigator;
  return {
    cookies: document.cookie,
    local: await read(() => ({ ...localStorage })),
    session: await read(() => ({ ...sessionStorage })),
    databases: await read(() => indexedDB.databases()),
    caches: await read(() => caches.keys()),
    workers: await read(async () => (await serviceWorker.getRegistrations()).map((w) => w.scope)),
  };
}"""
CACHED = "async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)"
EMPTY = "async () => !(await caches.keys()).length"
NOTHING: dict[str, Any] = {}
GUIDE = Path(__file__).parents[2] / "docs" / "embed.md"
MARKS = {"at", "dismissals", "until"}


async def kept(page: Page) -> dict[str, Any]:
    """Every store that is not empty, over all frames and, for cookies, all sites."""
    found: dict[str, Any] = {}
    for frame in page.frames:
        for name, values in (await frame.evaluate(STORES)).items():
            if values:
                found[name] = values
    if cookies := await page.context.cookies():
        found["cookies"] = cookies
    return found


def told(stores: dict[str, Any], name: str) -> Any:
    """What the widget keeps under this name, in either storage."""
    both = stores.get("local", {}) | stores.get("session", {})
    return json.loads(both[f"feedback-{name}"])


def assert_one_mark(stores: dict[str, Any], shop: Shop) -> None:
    """At most the visit: which survey was shown, and the draw of the sample."""
    assert stores.keys() <= {"session"}
    if stores:
        assert stores["session"].keys() == {"feedback-visit"}
        visit = told(stores, "visit")
        assert visit.keys() <= {"survey", "draw"}
        assert visit.get("survey", shop.nps.key) == shop.nps.key
        assert 0 <= visit.get("draw", 0) <= 100


async def test_before_an_act_at_most_one_mark_of_the_visit_is_kept(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"sample": 99.9999})
    page = await open_page("about:blank")
    only = tag(f'data-feedback-survey="{shop.nps.key}"')
    later = only.replace("data-feedback-site", 'data-feedback-delay="600" data-feedback-site')
    async with page.expect_response("**/w/*"):
        await page.goto(site.add(later, "/before"))
    assert_one_mark(await kept(page), shop)
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(only))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert_one_mark(await kept(page), shop)
    await page.evaluate("history.pushState({}, '', '/another')")
    assert_one_mark(await kept(page), shop)
    async with page.expect_console_message(lambda line: "asked in this visit" in line.text):
        await page.goto(site.add(only, "/another"))
    assert_one_mark(stores := await kept(page), shop)
    assert stores, "the dump sees nothing"


@pytest.mark.parametrize("place", ["popup", "bar", "tab", "inline", "frame"])
async def test_nothing_at_all_is_kept_before_an_act_where_that_is_wanted(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, place: str
) -> None:
    origin = site.base.replace("127.0.0.1", "localhost")  # which frames of ours may be shown on
    look = {"place": place, "target": "main", "origins": [origin]}
    await change(database, shop.nps, look=look, rules={"sample": 99.9999})
    wanted = 'data-feedback-storage="after-act" data-feedback-test="off"'
    html = f"<main></main>{tag(f'{wanted} data-feedback-survey={shop.nps.key}')}"
    page = await open_page("about:blank")
    because = "asked on this page" if place in ("inline", "tab") else "waits for an event"
    for address in (site.add(html), site.add(html, "/again")):
        await page.goto(address.replace(site.base, origin))
        await page.wait_for_function("window.feedback?.runs.length")
        said = await heard_by_console(page, "feedback.explain()")
        assert said == [f"{shop.nps.key}: {because}"]
        await page.evaluate("feedback('show')")
        where = page.frame_locator("iframe") if place == "frame" else page
        await expect(where.locator("[role=radio], [type=radio]").first).to_be_attached()
        await page.evaluate("history.pushState({}, '', '/elsewhere')")
        assert await kept(page) == NOTHING


async def test_after_an_act_only_marks_with_an_end_and_what_is_not_sent(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    only = tag(f'data-feedback-storage="after-act" data-feedback-survey="{shop.nps.key}"')
    closed, page = [await open_page(site.add(only)) for _ in range(2)]
    for each in (closed, page):
        await each.wait_for_function("window.feedback?.runs.length")
        await each.evaluate("feedback('identify', { id: 'c-7', email: 'eve@shop.example' })")
        await each.evaluate("feedback('show')")
    await closed.get_by_role("button", name="Close").click()
    await expect(closed.locator("feedback-widget")).to_have_count(0)
    assert_marks(await kept(closed), shop)
    await page.route("**/r/*", lambda route: route.abort())
    await page.get_by_role("radio", name="8 of 10").click()
    await expect(page.get_by_role("textbox")).to_be_visible()
    stores = await kept(page)
    [waiting] = told(stores, "queue").values()
    assert (waiting["to"], waiting["body"]["rating"]) == (shop.nps.key, 8)
    del stores["local"]["feedback-queue"]
    assert_marks(stores, shop)
    await page.unroute("**/r/*")
    async with page.expect_response("**/r/*"):
        await page.get_by_role("button", name="Send").click()
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert_marks(await kept(page), shop)


def assert_marks(stores: dict[str, Any], shop: Shop) -> None:
    """When this survey and any other may be asked again: moments, and nobody's name or number."""
    assert stores.keys() == {"local"} and stores["local"].keys() == {"feedback-asked"}
    marks = told(stores, "asked")
    assert marks.keys() == {shop.nps.key, "*"}
    for mark in marks.values():
        assert mark.keys() <= MARKS and mark["until"] > 0
        assert all(isinstance(value, int) for value in mark.values())


async def test_the_page_of_a_survey_keeps_nothing(
    base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{base}/s/{shop.nps.key}?rating=8&id=c-7&email=eve@shop.example")
    assert await kept(page) == NOTHING
    await page.get_by_role("textbox").fill("Fast")
    await page.get_by_role("button", name="Send").click()
    await page.wait_for_url("**/thanks?*")
    assert await kept(page) == NOTHING


async def test_the_kiosk_keeps_itself_and_what_is_not_sent(
    base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{base}/k/{shop.nps.key}?offline=off")
    assert await kept(page) == NOTHING
    await page.goto(f"{base}/k/{shop.nps.key}")
    await page.evaluate("() => navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await page.get_by_role("button", name="8 of 10").press("Enter")
    stores = await kept(page)
    [answer] = json.loads(stores["local"].pop(f"feedback-kiosk-{shop.nps.key}"))
    assert answer["rating"] == 8
    assert (stores.pop("local"), stores.pop("workers")) == ({}, [f"{base}/k/"])
    [name] = stores.pop("caches")
    assert name.startswith("feedback-kiosk-") and stores == NOTHING
    files = await page.evaluate(CACHED, name)
    assert {re.sub(r"\w+$", "", urlsplit(each).path)[:8] for each in files} <= {"/k/", "/static/"}
    await page.context.set_offline(False)
    await page.wait_for_function("() => !localStorage.length")
    await page.goto(f"{base}/k/{shop.nps.key}?offline=off")
    await page.wait_for_function(EMPTY)
    assert await kept(page) == NOTHING


def respondent_paths() -> list[tuple[str, str]]:
    """Method and address of all that answers before the pages of the team are there, and ingest."""
    app = create_app(Settings(secret_key=KEY), pages_later=True)
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    found = [(m, route.path_format) for route in routes for m in route.methods]
    ingest = [(m, f"/{act}/{{survey_key}}") for act in "rd" for m in ("GET", "POST", "OPTIONS")]
    return sorted(found + ingest)


async def test_no_address_of_a_respondent_sets_a_cookie(base: str, shop: Shop) -> None:
    paths = respondent_paths()
    assert {"/s/{survey_key}", "/k/{survey_key}", "/w/{site_key}", "/widget.js"} <= {
        path for _, path in paths
    }
    values = {"survey_key": shop.nps.key, "site_key": "none", "file_path": "icon.svg"}
    values |= {"token": "none", "key": shop.nps.key}
    bodies: list[Any] = [
        {"json": {"rating": 9}},
        {"data": {"rating": "9"}},
        {"data": {"rating": "x"}},
    ]
    async with httpx.AsyncClient(base_url=base, cookies={FLASH_COOKIE: "7b7d"}) as client:
        assert "Set-Cookie" in (await client.get("/sign-in")).headers  # a page that does
        client.cookies.set(FLASH_COOKIE, "7b7d")
        for method, path in paths:
            for body in bodies if method == "POST" else [{}]:
                for address in (
                    path.format_map(values),
                    path.format_map(dict.fromkeys(values, "none")),
                ):
                    answer = await client.request(method, address, **body)
                    assert "Set-Cookie" not in answer.headers, (method, path)


def test_the_legal_note_names_all_that_is_kept() -> None:
    note = GUIDE.read_text(encoding="utf-8").split("### The legal note")[1]
    for name in ("feedback-visit", "feedback-asked", "feedback-queue", "kiosk", "ePrivacy"):
        assert name in note.split("\n## ")[0]
