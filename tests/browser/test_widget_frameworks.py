"""Pages that tag managers and frameworks build, with the real React 18 and Turbo.

The tag put in again, a place that a server's page brings, that comes later or is drawn anew.
"""

import re

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from feedback.resources import PACKAGE
from tests.browser.acts import answers, asked, change, displays, is_ready, messages, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.browser.test_widget_api import STUB
from tests.cast import Shop

LIBRARIES = PACKAGE / "widget" / "node_modules"
REACT = ("react/umd/react.production.min.js", "react-dom/umd/react-dom.production.min.js")
TURBO = ("@hotwired/turbo/dist/turbo.es2017-umd.js",)
# As a tag manager fires its tag: with what the page is about by now.
FIRE = """<script>
  window.fire = (path, more = {}) => {
    history.pushState({}, "", path);
    const again = document.createElement("script");
    for (const { name, value } of document.querySelector("script[data-feedback-site]").attributes)
      again.setAttribute(name, value);
    for (const name in more) again.setAttribute("data-feedback-" + name, more[name]);
    document.head.append(again);
  };
</script>"""
A = "{id: 'A', email: 'a@example.org', signature: 'proof', properties: {plan: 'pro'}}"
# What a server's page holds, and what React makes of the same, whenever it comes.
HYDRATES = """<div id="root"><main><h1>Thanks</h1><div id="after-order"></div></main></div>%s
<script>
  const e = React.createElement;
  const Shop = () => {
    const [order, next] = React.useState(1);
    window.next = next;
    return e("main", { key: order }, e("h1", null, "Thanks"), e("div", { id: "after-order" }));
  };
  window.wrong = [];
  window.hydrate = () => {
    const onRecoverableError = (error) => wrong.push(error.message);
    ReactDOM.hydrateRoot(document.getElementById("root"), e(Shop), { onRecoverableError });
  };
  const keys = (selector) => Object.keys(document.querySelector(selector));
  const isHydrated = () => keys("main").some((key) => /^__react/.test(key));
</script>"""


def scripts(*names: str) -> str:
    if not all((LIBRARIES / name).exists() for name in names):
        pytest.skip("no packages of the widget's build: `make test` brings them")
    return "".join(f"<script>{(LIBRARIES / name).read_text()}</script>" for name in names)


def at_place(shop: Shop, more: str = "") -> str:
    return f'data-feedback-target="#after-order" data-feedback-survey="{shop.csat.key}" {more}'


async def type_half(page: Page, name: str = "8 of 10") -> None:
    async with page.expect_response("**/r/*"):
        await page.get_by_role("radio", name=name).click()
    await page.get_by_role("textbox").fill("half a comm")


async def is_half_typed(page: Page) -> None:
    await expect(page.get_by_role("textbox")).to_have_value("half a comm")
    await expect(page.locator("feedback-widget section")).to_have_count(1)  # a copy is empty


async def test_the_tag_of_a_tag_manager_is_fired_at_each_route(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    said = STUB % f"feedback('identify', {A}); feedback('show')"
    page = await open_page(site.add(said + FIRE + tag('data-feedback-storage="after-act"')))
    await type_half(page)
    await page.evaluate("fire('/next')")
    await is_ready(page, tags=2)
    await is_half_typed(page)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)
    await page.evaluate("fire('/next/2')")
    await is_ready(page, tags=3)
    assert await asked(page) == []
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (8, "half a comm")
    assert await displays(database, shop) == {"shown": 1}


async def test_the_tag_is_read_again_where_it_says_something_else(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    first = tag('data-feedback-about="order-7" data-feedback-property-page="shop"')
    page = await open_page(site.add(STUB % f"feedback('identify', {A})" + FIRE + first))
    await is_ready(page)
    await page.evaluate("fire('/cart', {about: 'order-8', 'property-page': 'cart'})")
    await is_ready(page, tags=2)
    sent = messages(page)
    await rate(page, 8)
    [message] = [message for message in sent if "rating" in message]
    assert (message["about"], message["contact"]["id"]) == ("order-8", "A")
    assert message["properties"] == {"page": "cart", "plan": "pro"}


async def test_another_tag_that_comes_later_neither_closes_nor_opens_again(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    html = '<div id="after-order"></div>' + FIRE + tag(f'data-feedback-survey="{shop.nps.key}"')
    page = await open_page(site.add(html))
    await is_ready(page)
    await page.evaluate(f"feedback('show'); feedback('identify', {A})")
    await page.evaluate("feedback('reset'); feedback('close'); feedback('show')")
    await type_half(page)
    other = f"{{survey: '{shop.csat.key}', target: '#after-order'}}"
    await page.evaluate(f"fire('/next', {other})")
    await is_ready(page, tags=2)
    assert sorted(map(str, await asked(page))) == sorted([shop.nps.key, shop.csat.key])
    await expect(page.get_by_role("textbox")).to_have_value("half a comm")


async def test_another_visitor_without_a_reset(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(STUB % f"feedback('identify', {A})" + tag()))
    await is_ready(page)
    sent = messages(page)
    await page.evaluate("feedback('identify', {id: 'B'})")
    await type_half(page)
    await page.evaluate("feedback('identify', {id: 'C'})")
    await expect(page.locator("feedback-widget")).to_have_count(0)  # B's own, unfinished
    [message] = [message for message in sent if "rating" in message]
    assert message["contact"] == {"id": "B"} and message["properties"] == {}
    assert "signature" not in message
    [stored] = await answers(database, shop)
    assert not stored.properties


async def test_reset_by_a_page_whose_visitor_is_nobody(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    """As our own recipe for React did, at its first drawing."""
    await change(database, shop.nps, rules={"properties": {"checkout": ["B"]}})
    only = f'data-feedback-survey="{shop.nps.key}" data-feedback-property-checkout="B"'
    page = await open_page(site.add(STUB % "feedback('reset')" + tag(only)))
    await type_half(page)
    await page.evaluate("feedback('reset')")
    await is_half_typed(page)
    [stored] = await answers(database, shop)
    assert stored.properties == {"checkout": "B"}


async def test_react_takes_over_a_place_that_a_server_made_and_draws_it_anew(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    html = HYDRATES % scripts(*REACT) + tag(at_place(shop))
    page = await open_page(site.add(html))
    await expect(page.locator("#after-order feedback-widget")).to_have_count(1)
    await page.evaluate("hydrate()")
    await page.wait_for_function("isHydrated()")
    await type_half(page, "4 of 5")
    await page.evaluate("window.before = document.querySelector('main'); next(2)")
    await page.wait_for_function("!before.isConnected")
    await expect(page.locator("#after-order feedback-widget")).to_have_count(1)
    await is_half_typed(page)
    # What was said of one order is not shown, and not changed, at the next.
    await page.evaluate("before = document.querySelector('main')")
    await page.evaluate("history.pushState({}, '', '/order/2'); next(3)")
    await page.wait_for_function("!before.isConnected")
    await page.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert await asked(page) == []
    assert await page.evaluate("wrong") == []
    assert [row.rating for row in await answers(database, shop)] == [4]


@pytest.mark.parametrize("drawn", ["Thanks", "another than the server's"])
async def test_react_takes_over_the_whole_document(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop, drawn: str
) -> None:
    found = re.search(r'src="([^"]+)" data-feedback-site="(\w+)"', tag())
    assert found
    ours = f"{{src: '{found[1]}', 'data-feedback-site': '{found[2]}', 'data-feedback-delay': '0'}}"
    hydrate = f"""const e = React.createElement;
      window.wrong = [];
      window.hydrate = () => ReactDOM.hydrateRoot(document, e("html", {{lang: "en"}},
        e("head", null, e("title", null, "Shop"), e("script", {{src: "/react.js"}})),
        e("body", null, e("h1", null, {drawn!r}), e("script", {ours}))),
        {{onRecoverableError: (error) => wrong.push(error.message)}});"""
    code = scripts(*REACT).replace("</script><script>", ";")[len("<script>") : -len("</script>")]
    site.add_file("/react.js", f"{code};{hydrate}", "text/javascript")
    html = f"""<!doctype html><html lang="en"><head><title>Shop</title>
      <script src="/react.js"></script></head><body><h1>Thanks</h1><script src="{found[1]}"
      data-feedback-site="{found[2]}" data-feedback-delay="0"></script></body></html>"""
    page = await open_page(site.add_file("/", re.sub(r">\s+<", "><", html), "text/html"))
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await page.evaluate("hydrate()")
    keys = "(key) => /^__react/.test(key)"
    await page.wait_for_function(f"Object.keys(document.querySelector('h1')).some({keys})")
    await type_half(page)
    await is_half_typed(page)
    assert bool(await page.evaluate("wrong")) is (drawn != "Thanks")


async def test_turbo_replaces_the_body(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    turbo = scripts(*TURBO)
    await change(database, shop.nps, look={"place": "tab"})
    tags = tag(f'data-feedback-survey="{shop.nps.key}"') + tag(at_place(shop))
    # Turbo takes the head of such pages as one, and runs the tags of each body again.
    order = '<body><h1>%s</h1><a href="/next">Next</a><div id="after-order"></div>' + tags
    site.add(turbo + order % "Next", "/next")
    page = await open_page(site.add(turbo + order % "First"))
    await is_ready(page, tags=2)
    await type_half(page, "4 of 5")
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_role("heading")).to_have_text("Next")
    await is_ready(page, tags=4)
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await page.locator("feedback-widget summary").click()
    await type_half(page, "9 of 10")
    await page.go_back()
    await expect(page.get_by_role("heading")).to_have_text("First")
    await is_half_typed(page)  # and no empty copy out of Turbo's cache
    assert sorted(row.rating for row in await answers(database, shop)) == [4, 9]


async def test_a_place_that_comes_later_with_a_route_and_anew(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    html = """<main></main><script>
      const main = document.querySelector("main");
      const draw = () => { main.innerHTML = '<p>Thanks</p><div id="after-order"></div>'; };
    </script>"""
    page = await open_page("about:blank")
    said: list[str] = []
    page.on("console", lambda line: said.append(line.text) if "feedback:" in line.text else None)
    await page.goto(site.add(html + tag(at_place(shop))))
    await is_ready(page)
    widget = page.locator("#after-order feedback-widget")
    assert said == ["feedback: nothing matches #after-order"] and not await asked(page)
    await page.evaluate("draw()")
    await expect(widget).to_have_count(1)
    await page.evaluate("draw()")
    await expect(widget).to_have_count(1)
    await page.evaluate("history.pushState({}, '', '/done'); main.innerHTML = ''")
    await page.evaluate("setTimeout(draw, 300)")
    await expect(widget).to_have_count(1)
    await type_half(page, "4 of 5")
    await page.evaluate("draw()")
    await expect(widget).to_have_count(1)
    await is_half_typed(page)
    assert len(said) == 1


async def test_an_application_switches_its_language_before_the_delay_ends(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add("<main></main>" + tag('data-feedback-delay="1.5"')))
    await is_ready(page)
    await page.evaluate("document.documentElement.lang = 'fr'")
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await expect(page.locator("#question")).to_contain_text("Recommanderiez")
    await page.evaluate("feedback('close'); document.documentElement.lang = 'en'; feedback('show')")
    await expect(page.locator("#question")).to_contain_text("recommend")


async def test_a_place_that_can_have_no_shadow_gets_it_as_its_last_child(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    html = '<ul id="after-order"><li>Beans</li></ul>'
    page = await open_page(site.add(html + tag(at_place(shop))))
    await expect(page.locator("#after-order > li + feedback-widget")).to_have_count(1)
    await rate(page, 4)
    assert [row.rating for row in await answers(database, shop)] == [4]
