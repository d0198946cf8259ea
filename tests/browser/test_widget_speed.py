"""What the widget costs the page: nothing moves, and no task holds up a slow phone."""

import json

from playwright.async_api import Browser, Page, expect

from tests.browser.acts import rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site

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
# Runs the widget from its file to the comment field.
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
  await rest(300);
}"""
ATTRIBUTES = """(html) => {
  const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
  return Object.fromEntries([...content.firstChild.attributes].map((a) => [a.name, a.value]));
}"""
BUSY = "() => { for (let n = 0; n < 3e8; n++) Math.sqrt(n); }"
TASKS = "disabled-by-default-devtools.timeline"
SLOWDOWN = 6
LONG = 50  # milliseconds
TRIES = 5


async def test_a_long_page_stays_where_it_is(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(ROWS + ROWS, "/before"))
    await page.add_init_script(SHIFT)
    later = tag('data-feedback-delay="1"')
    await page.goto(site.add(f"<body>{ROWS}{later}{ROWS}"))
    await page.evaluate("scrollTo(0, 900)")
    before = await page.evaluate(BOXES)
    assert before[1] == 900 and await page.locator("feedback-widget").count() == 0
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done), 200))")
    assert await page.evaluate("shift") == 0
    await rate(page, 8)
    await expect(page.get_by_role("textbox")).to_be_visible()
    assert await page.evaluate(BOXES) == before
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    assert await page.evaluate(BOXES) == before


async def test_it_makes_no_long_task_on_a_slow_phone(
    site: Site, tag: Tag, browser: Browser, open_page: PageMaker
) -> None:
    tried: list[float] = []
    while not tried or tried[-1] * SLOWDOWN > LONG:
        assert len(tried) < TRIES, f"milliseconds of the longest task, each time: {tried}"
        page = await open_page(site.add(ROWS))
        attributes = await page.evaluate(ATTRIBUTES, tag())
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
