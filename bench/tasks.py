"""The longest task of a page that asks, and of the same page by itself, on a slow phone."""

import json
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from bench import servers
from bench.databases import Shop
from bench.rows import OPEN, Row, at_most, note, spread
from bench.sizes import Sizes
from tests.browser.conftest import ARGUMENTS, chromium
from tests.browser.sites import Site

NAME = "widget, longest task on a slow phone / of the page alone"
LIMIT = 6.0
SLOWDOWN = 6
TASKS = "disabled-by-default-devtools.timeline"
ROOM = '<main style="min-height: 28em"></main>'
ROWS = "".join(f"<h2>Order {n}</h2><p>It is on its way.</p>" for n in range(40))
# Where a finger would come down, once it is drawn. No more of ours runs in the page than this.
WHERE = """async (what) => {
  const rest = (time) => new Promise((done) => setTimeout(done, time));
  const find = (root) => root.querySelector("feedback-widget")
    ?? [...root.querySelectorAll("*")].map((e) => e.shadowRoot && find(e.shadowRoot)).find(Boolean);
  const inside = () => find(document)?.shadowRoot.querySelector(what);
  for (let tries = 0; tries < 600 && !inside(); tries++) await rest(50);
  await rest(300);
  const { x, y, width, height } = inside().getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}"""
INSERT = """(attributes) => {
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  document.body.append(script);
}"""
TAPPED = ("[role=radio]", "textarea", "button.send")
Places = list[tuple[float, float]]


def longest_task(sizes: Sizes, shop: Shop) -> Iterator[Row]:
    """By the processor's own time, which other work on this machine hardly stretches: what the
    browser adds to slow a page down counts as that."""
    try:
        path = chromium()
    except RuntimeError as error:
        yield Row(NAME, str(error), OPEN, None)
        return
    asking, alone = [], []
    site = Site()
    with servers.feedback(shop.url) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        script = {
            "src": server.url("/widget.js"),
            "data-feedback-site": shop.site_key,
            "data-feedback-survey": shop.slots[0].key,
            "data-feedback-target": "main",
        }
        for n in range(sizes.starts):
            note(f"slow phone {n + 1} of {sizes.starts}")
            places: Places = []
            asking.append(_longest(browser, site, script, places))
            alone.append(_longest(browser, site, {}, places))
        browser.close()
    site.close()
    ratios = [a / b for a, b in zip(asking, alone, strict=True)]
    said = f"{spread(ratios)}; {median(asking):.0f} ms ({min(asking):.0f} to {max(asking):.0f}) "
    said += f"of {median(alone):.0f} ({min(alone):.0f} to {max(alone):.0f})"
    yield at_most(NAME, median(ratios), LIMIT, said)


def _longest(browser: Browser, site: Site, script: dict[str, str], places: Places) -> float:
    """Milliseconds of the page's longest task from the script's coming to the answer's end.

    places: where it was tapped, noted with a script and tapped again without one.
    """
    page = browser.new_page()
    page.goto(site.add(f"<body>{ROOM}{ROWS}"))
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.wait_for_timeout(500)
    browser.start_tracing(page=page, categories=[TASKS])
    if script:
        page.evaluate(INSERT, script)
    for n, what in enumerate(TAPPED):
        if script:
            places.append(page.evaluate(WHERE, what))
        _tap(page, *places[n])
        if what == "textarea":
            page.keyboard.insert_text("Fast")
    page.wait_for_timeout(1_000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.context.close()  # or the next page shares its process, and is slowed down twice
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    tasks = [e for e in events if e["name"] == "RunTask" and "tdur" in e]
    pages = [e for e in tasks if names.get((e["pid"], e["tid"])) == "CrRendererMain"]
    return max(float(e["tdur"]) for e in pages) / 1000


def _tap(page: Page, x: float, y: float) -> None:
    """As a finger does: it comes down, and up again a moment later."""
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(100)
    page.mouse.up()
