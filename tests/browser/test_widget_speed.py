"""What the widget costs the page: two requests, nothing moves, a rest between its tasks."""

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
MOST_BYTES = 6_000
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
# What costs the browser something is a mark in its trace, in the task that does it.
MARK = """(() => {
  const mark = (what) => performance.mark("ours:" + what);
  const watch = (owner, name, what) => {
    const plain = owner[name];
    owner[name] = function (...given) {
      mark(what(...given));
      return plain.apply(this, given);
    };
  };
  const kept = { "feedback-queue": "queue", "feedback-asked": "rules", "feedback-visit": "rules" };
  watch(Storage.prototype, "getItem", (key) => kept[key]);
  watch(Storage.prototype, "setItem", (key) => kept[key]);
  watch(window, "fetch", (to) => "send " + new URL(to).pathname.split("/")[1]);
  watch(CSSStyleSheet.prototype, "replaceSync", () => "draw");
  const { json } = Response.prototype;
  Response.prototype.json = async function () {
    const found = await json.call(this);
    mark("configuration");
    return found;
  };
})()"""
# It also rests until a page is loaded: so the tag comes after that.
LATER = """<script>addEventListener("load", () => document.body.append(
  document.createRange().createContextualFragment(document.querySelector("template").innerHTML)
))</script>"""
NEVER_RESTS = "window.setTimeout = (act, _, ...more) => { queueMicrotask(() => act(...more)); };"
CATEGORIES = ["disabled-by-default-devtools.timeline", "blink.user_timing"]
UNTIL_ASKED = [{"queue"}, {"send w"}, {"configuration"}, {"rules"}, {"rules", "draw"}]
Tasks = list[set[str]]


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


async def test_it_rests_between_its_tasks(
    site: Site, one: Tag, browser: Browser, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    tasks = await _tasks(browser, page, site.add(ROOM + one()))
    asked = tasks.index({"rules", "draw"}) + 1
    assert tasks[:asked] == UNTIL_ASKED
    # A tap is answered on the screen first: what it keeps is one task, what it sends another.
    assert {"rules", "queue"} in tasks[asked:] and {"draw"} in tasks[asked:]
    assert [task for task in tasks if any("send" in act for act in task)] == [
        {"send w"}, {"send d"}, {"send r"}, {"send r"},
    ]  # fmt: skip


async def test_a_task_without_a_rest_would_be_seen(
    site: Site, tag: Tag, browser: Browser, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(NEVER_RESTS)
    inline = tag('data-feedback-target="main"')
    address = site.add(f"<body>{ROOM}<template>{inline}</template>{LATER}")
    tasks = await _tasks(browser, page, address)
    assert {"queue", "send w"} in tasks and {"configuration", "rules", "draw"} in tasks


async def _tasks(browser: Browser, page: Page, address: str) -> Tasks:
    """What the widget does in each of its tasks, in their order, until an answer is sent."""
    await page.add_init_script(MARK)
    await browser.start_tracing(page=page, categories=CATEGORIES)
    await page.goto(address)
    await page.get_by_role("radio").nth(4).click()
    await page.get_by_role("textbox").fill("Fast")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    events = json.loads(await browser.stop_tracing())["traceEvents"]
    tasks = [event for event in events if event["name"] == "RunTask" and "dur" in event]
    found: dict[float, set[str]] = {}
    for mark in sorted(events, key=lambda event: float(event["ts"])):
        if mark["name"].startswith("ours:"):
            [began] = [task["ts"] for task in tasks if _is_within(mark, task)]
            found.setdefault(began, set()).add(mark["name"].removeprefix("ours:"))
    return list(found.values())


def _is_within(mark: dict[str, Any], task: dict[str, Any]) -> bool:
    is_same_thread = (mark["pid"], mark["tid"]) == (task["pid"], task["tid"])
    return bool(is_same_thread and task["ts"] <= mark["ts"] <= task["ts"] + task["dur"])
