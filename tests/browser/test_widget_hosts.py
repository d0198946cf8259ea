"""The widget on pages that make it hard: each is asked, answers once, and hears of no error."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import ConsoleMessage, FrameLocator, Page, Route, expect

from feedback.db import Database
from tests.browser.acts import answers
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.faults.proxy import BadNetwork, bad_network
from tests.serving import Served

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
  Array.prototype.last = function () { return this[this.length - 1]; };
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
NAMED = '<form id="feedback" name="feedback"><input name="q" value="Feedback"></form>'
# A stand-in for jQuery and its habits: delegated handlers, and properties on what it has seen.
DOLLAR = """<script>
  window.$ = window.jQuery = (found) => ({
    on: (kind, selector, work) => found.addEventListener(kind, (event) => {
      event.target.jQuery123 = { kind };
      if (event.target.closest(selector)) work(event);
    }),
  });
  $.fn = {};
  for (const kind of ["click", "focusin", "keydown"]) {
    $(document).on(kind, "feedback-widget, button", (event) => event.preventDefault());
  }
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
    "patched prototypes": Host(SHOP + PATCHES, holds="'last' in []"),
    "element named feedback": Host(SHOP + NAMED, holds="document.feedback.q.value === 'Feedback'"),
    "dollar": Host(SHOP + DOLLAR, holds="$ === jQuery && 'fn' in $"),
    "single-page application": Host(SHOP + MOVES, holds="visited > 1"),
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS.keys())
async def test_a_tap_is_stored_once_and_the_page_hears_of_no_error(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop,
    host: Host,
) -> None:  # fmt: skip
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if _is_error(line) else None)
    headers = {name: value.replace("{base}", base) for name, value in host.headers.items()}
    address = site.add(host.html + tag(), "/shop", **headers)
    if host.is_framed:
        frame = '<iframe title="Shop" sandbox="allow-scripts" width="600" height="500" src="/shop">'
        address = site.add(frame + "</iframe>")
    await page.goto(address)
    await _answer(page.frame_locator("iframe") if host.is_framed else page, page)
    assert await page.evaluate(f"(({{ body }}) => {host.holds})(document)")
    wrong = [await frame.evaluate("wrong") for frame in page.frames]
    assert (sum(wrong, []), said) == ([], [])
    await page.goto(site.add(tag(), "/next"))  # which would send what is still kept
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert [row.rating for row in await answers(database, shop)] == [9]


def _is_error(line: ConsoleMessage) -> bool:
    """Of the page, that is: the site has no icon, which Chromium asks for by itself."""
    return line.type == "error" and not line.location["url"].endswith("/favicon.ico")


async def _answer(where: Page | FrameLocator, page: Page) -> None:
    """One tap, on a question that is seen and of its usual size."""
    radio = where.get_by_role("radio", name="9 of 10")
    await expect(where.get_by_text("How likely are you to recommend")).to_be_visible()
    await expect(radio).to_have_css("font-size", "15px")
    async with page.expect_response("**/r/*") as reply:
        await radio.click()
    assert (await reply.value).ok
    await expect(where.get_by_role("textbox", name="What is the main")).to_be_visible()


async def test_cut_replies_neither_lose_nor_double_an_answer(
    site: Site, tag: Tag, server: tuple[Served, str], open_page: PageMaker, database: Database,
    shop: Shop,
) -> None:  # fmt: skip
    ratings = [n % 11 for n in range(20)]
    async with bad_network(server[0].port, share=0.3, seed=4) as network:
        page = await open_page("about:blank")
        await _load_whole(page, network, server[0].base)
        address = site.add(SHOP + tag().replace(server[0].base, network.base))
        for rating in ratings:
            await page.goto(address)
            await page.evaluate("localStorage.removeItem('feedback-asked')")
            await page.get_by_role("radio", name=f"{rating} of 10", exact=True).click()
            await page.wait_for_function("localStorage['feedback-asked']")
            await page.evaluate("localStorage.removeItem('feedback-asked'); sessionStorage.clear()")
        await page.wait_for_function("!localStorage['feedback-queue']")
        assert network.cut > 3
    assert sorted(row.rating for row in await answers(database, shop)) == sorted(ratings)


async def _load_whole(page: Page, network: BadNetwork, base: str) -> None:
    """The question itself always arrives: a page without it asks nothing."""

    async def past(route: Route) -> None:
        await route.continue_(url=route.request.url.replace(network.base, base))

    await page.route(re.compile(r"/widget\.js|/w/"), past)
