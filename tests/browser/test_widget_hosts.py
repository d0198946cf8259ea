"""The widget on pages that make it hard: each is asked, answers once, and hears of no error."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import ConsoleMessage, FrameLocator, Page, expect

from feedback.db import Database
from feedback.resources import PACKAGE
from tests.browser.acts import answers, change
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

WATCH = """
window.wrong = [];
document.addEventListener("securitypolicyviolation", (e) => wrong.push(e.violatedDirective));
addEventListener("error", (event) => wrong.push(event.message));
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));
"""
SHOP = "<main><h1>Shop</h1><p>Your order is on its way.</p></main>"
CSS = """<style>
  html, body { font-size: 90px; line-height: 4; letter-spacing: 1em; text-transform: uppercase; }
  body * { display: none !important; all: unset !important; font: 90px fantasy !important; }
  feedback-widget, body > * { visibility: hidden !important; height: 0 !important;
    transform: scale(0) !important; pointer-events: none !important; }
</style>"""
# As polyfills and error monitors do: the built-in still does its work, by another way.
PATCHES = """<script>
  Array.prototype.map = function (work, self) {
    const made = [];
    for (let at = 0; at < this.length; at++) made.push(work.call(self, this[at], at, this));
    return made;
  };
  Array.prototype.includes = function (wanted) { return this.indexOf(wanted) >= 0; };
  Array.prototype.last = function () { return this[this.length - 1]; };
  Object.prototype.extra = function () { return "everywhere"; };
  Element.prototype.append = function (...parts) {
    parts.forEach((part) => {
      this.appendChild(part instanceof Node ? part : document.createTextNode(String(part)));
    });
  };
  const { stringify } = JSON;
  JSON.stringify = (...given) => stringify.apply(JSON, given);
  const { fetch: plain } = window;
  window.fetch = function (input, options) {
    return plain.call(this, new Request(input, options)).then((reply) => {
      reply.clone().text();
      return reply;
    });
  };
</script>"""
# As libraries of 2008 do: values write themselves as JSON, built-ins do less than today's.
OLD = """<script>
  const quoted = function () { return '"' + this + '"'; };
  String.prototype.toJSON = Number.prototype.toJSON = Boolean.prototype.toJSON = quoted;
  Array.prototype.toJSON = function () { return "[" + this + "]"; };
  Array.prototype.toArray = Array.prototype.entries = function () { return this.slice(); };
  Array.prototype.find = function (test) { return this.filter((each) => test(each))[0]; };
  Array.from = (found) => Array.prototype.slice.call(found);
  Object.keys = (of) => {
    const found = [];
    for (const name in of) found.push(name);
    return found;
  };
  Object.values = (of) => Object.keys(of).map((name) => of[name]);
</script>"""
# As a library of before 2015 does: nothing of the browser's own is left in it.
PROMISES = """<script>
  (() => {
    const { resolve } = Promise;
    const Own = Promise;
    window.Promise = function (work) {
      const real = new Own(work);
      this.then = (...done) => new Promise((fulfil, fail) => real.then(...done).then(fulfil, fail));
      this.catch = (failed) => this.then(undefined, failed);
    };
    window.Promise.resolve = (value) => new Promise((done) => done(value));
    window.Promise.is = "replaced";
  })();
</script>"""
NAMED = '<form id="feedback" name="feedback"><input name="q" value="Feedback"></form>'
# The library itself, and the habits of its pages: handlers on the document, data on what they see.
JQUERY = PACKAGE / "widget" / "node_modules" / "jquery" / "dist" / "jquery.min.js"
HANDLERS = """<script>
  $(document).on("click focusin keydown", "a, button, input, label, section", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  setInterval(() => $("body *").addClass("seen").data("seen", Date.now()), 20);
</script>"""
MOVES = """<script>
  let visited = 0;
  setInterval(() => {
    if (visited > 40) return;
    history[visited % 2 ? "pushState" : "replaceState"]({}, "", "/page/" + visited++);
    document.querySelector("main").innerHTML = "<h1>Page " + visited + "</h1>";
  }, 50);
</script>"""


@dataclass(frozen=True)
class Host:
    """A page around the tag. `{base}` in its headers is our server's address."""

    html: str = SHOP
    headers: dict[str, str] = field(default_factory=dict)
    is_framed: bool = False
    holds: str = "true"  # said by the page itself: that it is as hard as meant


STRICT = (
    "default-src 'none'; script-src {base}; connect-src {base}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
ISOLATED = {
    "Cross_Origin_Embedder_Policy": "require-corp",
    "Cross_Origin_Opener_Policy": "same-origin",
}
HOSTS = {
    "strict policy": Host(headers={"Content_Security_Policy": STRICT}),
    "isolated": Host(headers=ISOLATED, holds="crossOriginIsolated"),
    "sandboxed frame": Host(is_framed=True),
    "hostile css": Host(SHOP + CSS, holds="getComputedStyle(body.firstChild).fontSize === '90px'"),
    "patched prototypes": Host(SHOP + PATCHES, holds="'last' in [] && 'extra' in {}"),
    "old library": Host(SHOP + OLD, holds="JSON.stringify([9]) === '\"[9]\"'"),
    "replaced promises": Host(SHOP + PROMISES, holds="Promise.is === 'replaced'"),
    "element named feedback": Host(SHOP + NAMED, holds="document.feedback.q.value === 'Feedback'"),
    "jquery": Host(SHOP + "{jquery}" + HANDLERS, holds="$ === jQuery && $('h1.seen').data('seen')"),
    "single-page application": Host(SHOP + MOVES, holds="visited > 1"),
}


WHO = {"id": "c-7", "properties": {"plan": "pro", "items": 3}}
FOLLOW_UPS: list[dict[str, Any]] = [
    {
        "id": "f1", "kind": "multiple", "texts": {"en": {"question": "What was missing?"}},
        "choices": [{"id": f"c{n}", "texts": {"en": f"Thing {n}"}} for n in (1, 2, 3)],
    },
    {
        "id": "f2", "kind": "rating", "minimum": 1, "maximum": 5,
        "texts": {"en": {"question": "How was the box?", "low": "Broken", "high": "Whole"}},
    },
    {"id": "f3", "kind": "comment", "texts": {"en": {"question": "What else?"}}},
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
async def test_the_whole_answer_is_stored_once_and_the_page_hears_of_no_error(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop,
    host: Host,
) -> None:  # fmt: skip
    await change(database, shop.nps, follow_ups=FOLLOW_UPS)
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if _is_error(line) else None)
    headers = {name: value.replace("{base}", base) for name, value in host.headers.items()}
    only = tag(f'data-feedback-survey="{shop.nps.key}"')
    address = site.add(_with_jquery(host.html) + only, "/shop", **headers)
    if host.is_framed:
        frame = '<iframe title="Shop" sandbox="allow-scripts" width="600" height="500" src="/shop">'
        address = site.add(frame + "</iframe>")
    await page.goto(address)
    await page.frames[-1].wait_for_function("() => window.feedback?.runs?.length")
    await page.frames[-1].evaluate("told => feedback('identify', told)", WHO)
    await _answer(page.frame_locator("iframe") if host.is_framed else page)
    assert await page.evaluate(f"(({{ body }}) => {host.holds})(document)")
    wrong = [await frame.evaluate("wrong") for frame in page.frames]
    assert (sum(wrong, []), said) == ([], [])
    await page.goto(site.add(tag(), "/next"))  # which would send what is still kept
    await page.wait_for_function("!localStorage['feedback-queue']")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.seq) == (9, "Fast", 4)
    assert stored.answers == {"f1": ["c1", "c3"], "f2": 4}
    assert stored.properties == WHO["properties"] and stored.respondent_key


def _with_jquery(html: str) -> str:
    """The library in its place, for the page that has one."""
    if "{jquery}" not in html:
        return html
    if not JQUERY.exists():
        pytest.skip("no jQuery: `make test` brings it")
    return html.replace("{jquery}", f"<script>{JQUERY.read_text()}</script>")


def _is_error(line: ConsoleMessage) -> bool:
    """Of the page, that is: the site has no icon, which Chromium asks for by itself."""
    return line.type == "error" and not line.location["url"].endswith("/favicon.ico")


async def _answer(where: Page | FrameLocator) -> None:
    """All questions, one by one, by a scale that is seen and of its usual size."""
    radio = where.get_by_role("radio", name="9 of 10")
    await expect(where.get_by_text("How likely are you to recommend")).to_be_visible()
    await expect(radio).to_have_css("font-size", "15px")
    await radio.click()
    onward = where.locator("feedback-widget button.send")
    for name in ("Thing 1", "Thing 3"):
        await where.get_by_role("checkbox", name=name).check()
    await onward.click()
    await where.get_by_role("radio", name="4 of 5").check()
    await onward.click()
    await where.get_by_role("textbox", name="What else?").fill("Fast")
    await onward.click()
    await expect(where.get_by_role("status")).to_have_text("Thank you.")


# As a client-side router of the old kind: it draws the whole body anew.
REPLACES = """<script>
  const visit = (path) => {
    history.pushState({}, "", path);
    document.body = document.createElement("body");
    document.body.append(Object.assign(document.createElement("h1"), { textContent: path }));
  };
</script>"""


async def test_an_application_may_replace_the_body_under_it(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    await page.goto(site.add(SHOP + REPLACES + tag(f'data-feedback-survey="{shop.nps.key}"')))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await page.evaluate("visit('/page/1')")
    await expect(page.locator("feedback-widget")).to_have_count(0)
    await page.evaluate("feedback('show')")
    await page.get_by_role("radio", name="9 of 10").click()
    await page.evaluate("visit('/page/2')")  # maybe before the answer has been acknowledged
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert [(row.rating, row.page) for row in await answers(database, shop)] == [
        (9, f"{site.base}/page/1")
    ]
    assert await page.evaluate("wrong") == []


@pytest.mark.parametrize("place", ["bar", "tab", "inline", "frame"])
async def test_wherever_it_stands_it_keeps_the_strictest_policy(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop,
    place: str,
) -> None:  # fmt: skip
    origin = site.base.replace("127.0.0.1", "localhost")  # which frames of ours may be shown on
    look = {"place": place, "target": "main", "origins": [origin], "art": "faces"}
    await change(database, shop.csat, look=look | {"color": "#1a7f37", "radius": 12})
    policy = STRICT.replace("{base}", base) + (f"; frame-src {base}" if place == "frame" else "")
    strict = ISOLATED | {"Content_Security_Policy": policy}
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if _is_error(line) else None)
    only = tag(f'data-feedback-survey="{shop.csat.key}"')
    await page.goto(site.add(SHOP + only, **strict).replace(site.base, origin))
    if place == "tab":
        await page.locator("feedback-widget summary").click()
    where = page.frame_locator("iframe") if place == "frame" else page
    await where.get_by_role("radio", name="4 of 5").click()
    if place == "frame":
        await where.get_by_role("button", name="Send").click()
        await expect(where.get_by_role("heading")).to_have_text("Thank you.")
    else:
        await expect(page.get_by_role("textbox")).to_be_visible()
    assert await page.evaluate("crossOriginIsolated")
    assert (await page.evaluate("wrong"), said) == ([], [])
