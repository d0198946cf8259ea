"""What the widget costs the page: two requests, nothing moves, no task holds up a slow phone."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Request, expect

from feedback.db import Database
from feedback.surveys.models import Survey
from tests.browser.acts import change, is_ready, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

# What is asked where: as a pop-up, in room that the page has left for it, as faces.
LOOKS: dict[str, tuple[Callable[[Shop], Survey], dict[str, Any]]] = {
    "pop-up": (lambda shop: shop.nps, {}),
    "inline": (lambda shop: shop.nps, {"place": "inline", "target": "main"}),
    "faces": (lambda shop: shop.csat, {"place": "popup", "art": "faces"}),
}
MOST_BYTES = 5_000
ROOM = '<main style="min-height: 28em"></main>'  # as the docs advise
ROWS = "".join(f"<h2>Order {n}</h2><p>It is on its way.</p>" for n in range(40))
SHIFT = """
window.shift = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => { shift += each.value; }))
  .observe({ type: "layout-shift", buffered: true });
"""
BOXES = """[scrollX, scrollY, ...[...document.querySelectorAll("h2, p")].flatMap((each) => {
  const { x, y, width, height } = each.getBoundingClientRect();
  return [x, y, width, height];
})]"""
# Runs the widget from its file over the tap to the thanks.
USE = """async (attributes) => {
  const rest = (time) => new Promise((done) => setTimeout(done, time));
  const widget = () => document.querySelector("feedback-widget")?.shadowRoot;
  const inside = (what) => widget()?.querySelector(what);
  const until = async (what) => { while (!inside(what)) await rest(50); };
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  document.body.append(script);
  await until("[role=radio]");
  await rest(300);
  setTimeout(() => inside("[role=radio]").click());
  await until("textarea");
  inside("textarea").value = "Fast";
  setTimeout(() => inside("textarea").closest("section").querySelector("button.send").click());
  const isDone = () => inside("[role=status]").textContent.startsWith("Thank");
  while (inside("textarea") || !isDone()) await rest(50);
  await rest(300);
}"""
ATTRIBUTES = """(html) => {
  const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
  return Object.fromEntries([...content.firstChild.attributes].map((a) => [a.name, a.value]));
}"""
# The task that answers the test may end after the tracing does: so the long one is not the last.
BUSY = """async () => {
  for (let n = 0; n < 3e8; n++) Math.sqrt(n);
  await new Promise((done) => setTimeout(done, 300));
}"""
TASKS = "disabled-by-default-devtools.timeline"
SLOWDOWN = 6
LONG = 50  # milliseconds
TRIES = 5


@pytest_asyncio.fixture(loop_scope="session", params=LOOKS.keys())
async def one(request: pytest.FixtureRequest, tag: Tag, database: Database, shop: Shop) -> Tag:
    """Makes the tag of one survey with one look."""
    choose, look = LOOKS[request.param]
    survey = choose(shop)
    await change(database, survey, look=look)
    return lambda more="": tag(f'data-feedback-survey="{survey.key}" {more}')


async def test_until_a_rating_can_be_given_it_loads_one_script_and_one_configuration(
    site: Site, one: Tag, base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    asked: list[Request] = []
    page.on("request", lambda found: asked.append(found) if base in found.url else None)
    async with page.expect_response("**/d/*"):  # its last one: that the question is in view
        await page.goto(site.add(ROOM + one()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    script, configuration, shown = asked
    assert [urlsplit(each.url).path[:3] for each in asked] == ["/wi", "/w/", "/d/"]
    assert script.resource_type == "script" and configuration.resource_type == "fetch"
    assert 0 < (await script.sizes())["responseBodySize"] <= MOST_BYTES
    assert shown.method == "POST"
    await rate(page, 4)
    await expect(page.get_by_role("textbox")).to_be_visible()
    after = [urlsplit(each.url).path for each in asked[3:]]
    assert sorted(path[:3] for path in after) == ["/r/", "/wi"] and "/widget-after.js" in after


async def test_a_long_page_stays_where_it_is(site: Site, one: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(ROWS + ROOM + ROWS, "/before"))
    await page.add_init_script(SHIFT)
    later = one('data-feedback-delay="600"')
    await page.goto(site.add(f"<body>{ROWS}{ROOM}{later}{ROWS}"))
    await is_ready(page)
    await page.evaluate("scrollTo(0, document.querySelector('main').offsetTop - 100)")
    before = await page.evaluate(BOXES)
    assert before[1] > 900 and await page.locator("feedback-widget").count() == 0
    await page.evaluate("feedback('show')")
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    drawn = "new Promise((done) => setTimeout(() => requestAnimationFrame(done), 200))"
    await page.evaluate(drawn)  # the browser tells what has moved after it has drawn
    assert await page.evaluate("shift") == 0
    await rate(page, 4)
    await expect(page.get_by_role("textbox")).to_be_visible()
    assert await page.evaluate(BOXES) == before
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    assert await page.evaluate(BOXES) == before


async def test_a_page_that_leaves_no_room_would_be_seen_to_move(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(SHIFT)
    inline = tag('data-feedback-target="main" data-feedback-delay="600"')
    await page.goto(site.add(f"<main></main>{ROWS}{inline}"))
    await is_ready(page)
    await page.evaluate("feedback('show')")
    await page.wait_for_function("shift > 0")


async def test_it_makes_no_long_task_on_a_slow_phone(
    site: Site, one: Tag, browser: Browser, open_page: PageMaker
) -> None:
    tried: list[float] = []
    while not tried or tried[-1] * SLOWDOWN > LONG:
        assert len(tried) < TRIES, f"milliseconds of the longest task, each time: {tried}"
        page = await open_page(site.add(f"<body>{ROWS}{ROOM}"))
        attributes = await page.evaluate(ATTRIBUTES, one())
        tried.append(await _longest_task(browser, page, USE, attributes))
    assert tried[-1] > 0


async def test_a_long_task_would_be_seen(
    site: Site, browser: Browser, open_page: PageMaker
) -> None:
    page = await open_page(site.add(ROWS))
    assert await _longest_task(browser, page, BUSY, {}) * SLOWDOWN > LONG


async def _longest_task(browser: Browser, page: Page, act: str, given: dict[str, str]) -> float:
    """Milliseconds of the processor's own time, which a busy machine hardly stretches."""
    await page.wait_for_timeout(300)
    await browser.start_tracing(page=page, categories=[TASKS])
    await page.evaluate(act, given)
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    tasks = [e for e in events if e["name"] == "RunTask" and "tdur" in e]
    pages = [e for e in tasks if names.get((e["pid"], e["tid"])) == "CrRendererMain"]
    return max(float(e["tdur"]) for e in pages) / 1000
