"""Where the widget stands, and how it looks: by the settings of the survey."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change, displays, rate
from tests.browser.axe import audit, violations, visited
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

SMALL, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}
PHONE = '<meta name="viewport" content="width=device-width">'
SHOP = "<main><h1>Shop</h1><p>Your order is on its way.</p></main>"


@pytest.fixture
async def csat_tag(tag: Tag, shop: Shop) -> str:
    return tag(f'data-feedback-survey="{shop.csat.key}"')


async def panel_box(page: Page) -> dict[str, float]:
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    box: dict[str, float] = await page.locator("feedback-widget section").evaluate(
        "e => { const b = e.getBoundingClientRect(); "
        "return {left: b.left, top: b.top, right: innerWidth - b.right, "
        "bottom: innerHeight - b.bottom} }"
    )
    return box


@pytest.mark.parametrize("corner", ["bottom-right", "bottom-left", "top-right", "top-left"])
async def test_a_pop_up_stands_in_its_corner(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop, corner: str
) -> None:
    await change(database, shop.csat, look={"place": "popup", "corner": corner})
    page = await open_page(site.add(SHOP + csat_tag), viewport=WIDE)
    box = await panel_box(page)
    edge, side = corner.split("-")
    assert box[edge] == 0 and box[side] == 16
    assert min(box.values()) >= 0


async def test_a_bar_spans_a_phone_and_not_a_desk(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, look={"place": "bar", "corner": "bottom-right"})
    address = site.add(PHONE + SHOP + csat_tag)
    page = await open_page(address, viewport={"width": 600, "height": 800})
    box = await panel_box(page)
    assert box["left"] == box["right"] == box["bottom"] == 0
    wide = await open_page(address, viewport=WIDE)
    assert (await panel_box(wide))["left"] > 400


async def test_a_side_tab_waits_to_be_opened(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    look = {"place": "tab", "corner": "bottom-right", "tab": {"en": "Your opinion"}}
    await change(database, shop.csat, look=look)
    page = await open_page(site.add(SHOP + csat_tag))
    handle = page.get_by_text("Your opinion")
    await expect(handle).to_be_visible()
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    drawn = "e => [e.offsetWidth, e.offsetHeight]"  # what is drawn is within, and fixed
    assert await page.locator("feedback-widget details").evaluate(drawn) == [0, 0]
    assert await displays(database, shop) == {}
    async with page.expect_response("**/d/*"):
        await handle.click()
    await rate(page, 4)
    assert [row.rating for row in await answers(database, shop)] == [4]


async def test_the_survey_names_its_place_in_the_page(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, look={"place": "inline", "target": "#here"})
    page = await open_page(site.add(f'<div id="here"></div>{csat_tag}'))
    await expect(page.locator("#here feedback-widget")).to_have_count(1)


async def test_its_tokens_colour_what_is_chosen(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    look = {"place": "popup", "color": "#ffd54a", "radius": 20, "scheme": "dark", "logo": "Alice"}
    await change(database, shop.csat, look=look)
    page = await open_page(site.add(SHOP + csat_tag), color_scheme="light")
    await rate(page, 4)
    cell = page.get_by_role("radio", name="4 of 5")
    await expect(cell).to_have_css("background-color", "rgb(255, 213, 74)")
    await expect(cell).to_have_css("color", "rgb(0, 0, 0)")
    panel = page.locator("feedback-widget section")
    await expect(panel).to_have_css("color-scheme", "dark")
    await expect(panel).to_have_css("border-radius", "20px 20px 0px 0px")
    await expect(panel).to_contain_text("Alice")


async def test_a_side_tab_is_dark_where_its_survey_is(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, look={"place": "tab", "scheme": "dark"})
    page = await open_page(site.add(SHOP + csat_tag), color_scheme="light")
    for part in ("summary", "section"):
        found = page.locator(f"feedback-widget {part}")
        await expect(found).to_have_css("color-scheme", "dark")


# As shops name their own: such variables reach into any shadow.
VARIABLES = """<style>* {
  --color: red; --ink: red; --muted: red; --radius: 99px; --scheme: dark; --text: red; --bg: red;
}</style>"""
DRAWN = """[...document.querySelector("feedback-widget").shadowRoot.querySelectorAll("*")]
  .map((each) => Object.fromEntries([...getComputedStyle(each)]
    .filter((name) => !name.startsWith("--")).map((name) => [name, getComputedStyle(each)[name]])))
"""


async def test_the_pages_own_variables_change_nothing(
    site: Site, csat_tag: str, open_page: PageMaker
) -> None:
    drawn = []
    for address, style in (("/plain", ""), ("/own", VARIABLES)):
        page = await open_page(site.add(style + SHOP + csat_tag, address))
        await rate(page, 4)
        await page.get_by_role("textbox").focus()
        await page.mouse.move(0, 0)  # nothing is drawn as pointed at, now or a frame later
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        drawn.append(await page.evaluate(DRAWN))
        await page.context.close()
    assert len(drawn[0]) > 10 and drawn[0] == drawn[1]


@pytest.mark.parametrize("art", ["faces", "stars"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_pictures_change_neither_scale_nor_speech(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop, art: str,
    scheme: str,
) -> None:  # fmt: skip
    await change(database, shop.csat, look={"place": "popup", "art": art})
    page = await open_page(site.add(SHOP + csat_tag), viewport=SMALL, color_scheme=scheme)
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    names = [f"{n} of 5" for n in range(1, 6)]
    for radio, name in zip(await page.get_by_role("radio").all(), names, strict=True):
        await expect(radio).to_have_accessible_name(name)
        assert await radio.locator("svg").count() == 1
    await rate(page, 4)
    assert [row.rating for row in await answers(database, shop)] == [4]
    results = await audit(page)
    assert violations(results) == []
    assert any('role="radio"' in html for html in visited(results, "feedback-widget"))


async def test_what_is_read_from_the_right_is_laid_out_so(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")

    async def in_hebrew(route: Any) -> None:
        reply = await route.fetch()
        told = await reply.json()
        [language] = told["words"]
        told["words"][language]["dir"] = "rtl"
        await route.fulfill(response=reply, json=told)

    await page.route("**/w/*", in_hebrew)
    await page.goto(site.add(SHOP + csat_tag))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    first, last = page.get_by_role("radio").first, page.get_by_role("radio").last
    boxes = await first.bounding_box(), await last.bounding_box()
    assert boxes[0] and boxes[1] and boxes[0]["x"] > boxes[1]["x"]
    await first.focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("radio", name="2 of 5")).to_be_focused()


async def test_a_framed_survey_shows_and_answers_on_the_sites_it_names(
    site: Site, csat_tag: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    origin = site.base.replace("127.0.0.1", "localhost")
    await change(database, shop.csat, look={"place": "frame", "origins": [origin]})
    address = site.add(SHOP + csat_tag)
    page = await open_page(address.replace(site.base, origin))
    frame = page.locator("feedback-widget iframe").content_frame
    await frame.get_by_role("radio", name="4").check()
    await frame.get_by_role("button", name="Send").click()
    await expect(frame.get_by_text("Thank you")).to_be_visible()
    stored = await answers(database, shop)
    assert [(row.rating, row.state) for row in stored] == [(4, "test")]  # as all on localhost
    elsewhere = await open_page("about:blank")
    async with elsewhere.expect_event("requestfailed", lambda request: "/s/" in request.url):
        await elsewhere.goto(address)
    frame = elsewhere.locator("feedback-widget iframe").content_frame
    await expect(frame.get_by_role("radio")).to_have_count(0)
