"""Seen is seen: what is counted as shown can be tapped, whatever the page puts over it."""

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import change, moments, stop_clock
from tests.browser.conftest import PageMaker, Tag
from tests.browser.hostpage import TAPPABLE, HostPage
from tests.browser.sites import Site
from tests.cast import Shop

LONG = "<main style='height:4000px'>A long page</main>"
BODIES = [
    "filter:grayscale(1)", "transform:translateZ(0)", "perspective:1px", "will-change:transform",
    "contain:paint", "contain:strict;height:400px", "container-type:inline-size",
    "backdrop-filter:blur(1px)", "rotate:1deg", "scale:.5", "translate:0 -2000px",
    "pointer-events:none", "overflow:hidden;height:100px", "clip-path:inset(40%)", "opacity:.01",
    "mask:linear-gradient(#000,#0000)", "position:fixed;inset:0;overflow:auto;z-index:0",
    "content-visibility:auto", "zoom:2", "column-count:2",
]  # fmt: skip


MOVED = f"""([part, styles]) => styles.filter((style) => {{
  document[part].style.cssText = style;
  return !({TAPPABLE})();
}})"""


@pytest.mark.parametrize("style", ["filter:grayscale(1)", "contain:strict;height:400px"])
async def test_a_body_that_holds_what_is_fixed_does_not_hold_it(host: HostPage, style: str) -> None:
    await host.visit(f"<style>body{{{style}}}</style>{LONG}")
    assert await host.is_counted()


async def test_no_style_of_the_page_moves_it_away(host: HostPage) -> None:
    page = await host.visit(LONG)
    assert await host.is_counted()
    assert await page.evaluate(MOVED, ["body", BODIES]) == []
    roots = ["filter:blur(0)", "zoom:.5", "overflow:hidden", "will-change:transform"]
    assert await page.evaluate(MOVED, ["documentElement", roots]) == []


async def test_nothing_of_the_page_lies_over_it(host: HostPage) -> None:
    over = "position:fixed;inset:0;z-index:2147483647;background:#0008"
    await host.visit(f"<p popover=manual id=p>Note</p><div style='{over}'></div>")
    assert await host.is_counted()


# Each opens something that makes all else inert or covers it, and closes it again.
MODALS = {
    "dialog": ("<dialog id=d>Terms</dialog>", "d.showModal()", "d.close()"),
    "taken away": ("<dialog id=d>Terms</dialog>", "d.showModal()", "d.remove()"),
    "in another": (
        "<dialog id=d>Terms<dialog id=e>More</dialog></dialog>",
        "d.showModal(); e.showModal()",
        "e.close(); d.close()",
    ),
    "in a component": (
        "<p id=terms></p><script>terms.attachShadow({mode: 'open'})"
        ".append(window.d = document.createElement('dialog'))</script>",
        "d.showModal()",
        "d.close()",
    ),
    "inert": ("<p>Shop</p>", "document.body.inert = true", "document.body.inert = false"),
    "hidden": (
        "<style>.off { visibility: hidden } .off body { display: none }</style>",
        "document.documentElement.className = 'off'",
        "document.documentElement.className = ''",
    ),
}


@pytest.mark.parametrize("kind", MODALS.values(), ids=MODALS.keys())
async def test_what_cannot_be_tapped_is_not_counted_and_comes_when_it_can(
    host: HostPage, kind: tuple[str, str, str]
) -> None:
    html, opens, closes = kind
    page = await host.visit(f"{html}<script>{opens}</script>")
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert await page.evaluate("[heard, sessionStorage.length]") == [[], 0]
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    await page.evaluate(f"{closes}")
    assert await host.is_counted()


async def test_a_dialog_over_it_leaves_what_was_typed(host: HostPage) -> None:
    comment = await host.comment("<button onclick='d.showModal()'>Terms</button><dialog id=d>T")
    await comment.fill("half a comm")
    await host.page.get_by_role("button", name="Terms").click()
    await host.page.evaluate("d.close()")
    await expect(comment).to_be_visible()
    await expect(comment).to_have_value("half a comm")


@pytest.mark.parametrize("closes", ["d.close()", "d.remove()"])
async def test_a_dialog_may_show_it_and_close_while_it_is_answered(
    host: HostPage, closes: str
) -> None:
    html = "<dialog id=d><button onclick=\"feedback('show')\">Rate</button></dialog>"
    page = await host.visit(html, "data-feedback-storage=after-act")
    await page.evaluate("d.showModal()")
    await page.get_by_role("button", name="Rate").click()
    assert await host.is_counted()
    await page.get_by_role("radio", name="8 of 10").click()
    comment = page.locator("feedback-widget textarea")
    await comment.fill("half a comm")
    await page.evaluate(closes)
    await expect(comment).to_be_visible()
    await expect(comment).to_have_value("half a comm")
    assert await page.evaluate(TAPPABLE)


FILM = "<div id=film>Film <button onclick=\"feedback('show')\">Rate</button></div>"
START = "<button onclick='film.requestFullscreen()'>Start</button>"


async def put_tag(host: HostPage) -> None:
    """Bring the widget only now: what is asked by itself must not come before."""
    given = host.tag(f'data-feedback-survey="{host.survey}"')
    put = "(html) => document.head.append(document.createRange().createContextualFragment(html))"
    await host.page.evaluate(put, given)
    await expect(host.page.locator("feedback-widget")).to_have_count(1)


async def test_it_waits_for_the_end_of_a_film(host: HostPage) -> None:
    page = await host.visit(FILM + START, "data-feedback-delay=1e6")
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_function("document.fullscreenElement")
    await put_tag(host)
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    assert await page.evaluate("heard") == []
    await page.evaluate("document.exitFullscreen()")
    assert await host.is_counted()


async def test_in_full_screen_it_is_shown_where_the_page_says_so(host: HostPage) -> None:
    page = await host.visit(FILM + START, "data-feedback-storage=after-act")
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("button", name="Rate").click()
    assert await host.is_counted()
    await page.evaluate("document.exitFullscreen()")
    await page.get_by_role("radio", name="8 of 10").click()


async def test_an_application_in_full_screen_is_a_page_as_any(host: HostPage) -> None:
    start = START.replace("film", "document.documentElement")
    page = await host.visit(start, "data-feedback-delay=1e6")
    await page.get_by_role("button", name="Start").click()
    await page.wait_for_function("document.fullscreenElement")
    await put_tag(host)
    assert await host.is_counted()
    await page.evaluate("document.exitFullscreen()")


async def test_without_a_top_layer_it_waits_until_it_is_seen(host: HostPage) -> None:
    old = """<script>
      for (const name of ["popover", "togglePopover", "showPopover", "hidePopover"]) {
        delete HTMLElement.prototype[name];
      }
    </script><style>body { filter: grayscale(1) }</style>"""
    page = await host.visit(old + LONG)
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert await page.evaluate("heard") == []
    await page.evaluate("document.body.style.filter = 'none'")
    assert await host.is_counted()


async def test_an_inline_place_counts_when_nothing_lies_over_it(host: HostPage) -> None:
    html = "<main></main><div id=wall style='position:fixed;inset:0;background:#fff'></div>"
    page = await host.visit(html, 'data-feedback-target="main"')
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert await page.evaluate("heard") == []
    await page.evaluate("wall.remove()")
    assert await host.is_counted()


@pytest.mark.parametrize("target", ["", 'data-feedback-target="main"'], ids=["pop-up", "inline"])
async def test_it_is_not_printed(host: HostPage, target: str) -> None:
    page = await host.visit("<main>Invoice</main>", target)
    assert await host.is_counted()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    await page.emulate_media(media="screen")
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def panels(page: Page) -> list[int]:
    """How many stand in the page and in each of its frames."""
    return [await frame.locator("feedback-widget").count() for frame in page.frames]


FRAME = '<iframe src="/inner{}" width=700 height=500 title=Inner></iframe>'


@pytest.mark.parametrize("depth", [1, 2])
async def test_page_and_frame_of_one_site_ask_once(host: HostPage, depth: int) -> None:
    only = host.tag(f'data-feedback-survey="{host.survey}"')
    host.site.add("<p>Inner</p>" + only, f"/inner{depth}")
    for n in range(1, depth):
        host.site.add(FRAME.format(n + 1) + only, f"/inner{n}")
    page = await host.visit(FRAME.format(1))
    for frame in page.frames:
        await frame.wait_for_function("window.feedback?.runs?.length")
        await frame.evaluate("new Promise((done) => setTimeout(done, 200))")
    assert sum(await panels(page)) == 1
    assert await page.evaluate("JSON.parse(sessionStorage['feedback-visit']).survey") == host.survey


async def test_the_thanks_stay_until_they_are_read_and_the_pointer_has_left(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    long = "You said that payment was slow. It now takes four seconds. " * 4  # 44 words
    await change(database, shop.nps, endings={"positive": {"texts": {"en": long}}})
    page = await open_page("about:blank")
    await stop_clock(page)
    await page.goto(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    panel = page.locator("feedback-widget")
    async with moments(page):
        await page.get_by_role("radio", name="9 of 10").click()
        await panel.locator("button.send").click()
        await expect(page.get_by_role("status")).to_contain_text("payment was slow")
    await page.clock.run_for(15_000)
    await page.get_by_role("status").hover()
    await page.clock.run_for(15_000)
    await expect(panel).to_have_count(1)
    await page.mouse.move(0, 0)
    await page.clock.run_for(1_000)
    await expect(panel).to_have_count(0)
