"""The widget on every page: small screens, strict and hostile hosts."""

from typing import Any

import pytest
from playwright.async_api import expect

from feedback.db import Database
from tests.browser.acts import answers, rate
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
SMALL: Any = {"width": 320, "height": 640}


@pytest.mark.parametrize(
    "attributes", ["", 'data-feedback-target="main"'], ids=["pop-up", "inline"]
)
async def test_eleven_numbers_fit_a_small_phone_in_one_row(
    site: Site, tag: Tag, open_page: PageMaker, attributes: str
) -> None:
    html = f'<meta name="viewport" content="width=device-width"><main></main>{tag(attributes)}'
    page = await open_page(site.add(html), viewport=SMALL)
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    boxes = [await cell.bounding_box() for cell in await page.get_by_role("radio").all()]
    assert len(boxes) == 11
    assert len({box["y"] for box in boxes if box}) == 1
    least = 28 if not attributes else 24
    assert all(box and box["width"] >= least and box["height"] >= 44 for box in boxes)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_focus_is_seen_and_does_not_move_by_itself(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page(site.add(f"<button>Buy</button>{tag()}"))
    await page.get_by_role("button", name="Buy").focus()
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    await expect(page.get_by_role("button", name="Buy")).to_be_focused()
    await page.keyboard.press("Tab")
    first = page.get_by_role("radio").first
    await expect(first).to_be_focused()
    await expect(first).to_have_css("outline-style", "solid")
    await expect(first).to_have_css("outline-width", "2px")


async def test_nothing_on_the_page_moves(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(SHOP + tag()))
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    shift = await page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((e) => { sum += e.value; }))
            .observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 200);
        })"""
    )
    assert shift == 0


async def test_it_works_under_the_strictest_policy(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    policy = (
        f"default-src 'none'; script-src {base}; connect-src {base}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    await page.goto(
        site.add(
            SHOP + tag(),
            Content_Security_Policy=policy,
            Cross_Origin_Embedder_Policy="require-corp",
            Cross_Origin_Opener_Policy="same-origin",
        )
    )
    await rate(page, 9)
    await page.get_by_role("textbox").fill("Good")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    assert await page.get_by_role("status").evaluate("e => getComputedStyle(e).fontSize") == "15px"
    assert await page.evaluate("wrong") == []
    assert [row.comment for row in await answers(database, shop)] == ["Good"]


async def test_it_stands_a_hostile_page(site: Site, tag: Tag, open_page: PageMaker) -> None:
    hostile = """
    <style>
      section, div, button, textarea, span { display: none !important; opacity: 0 !important; }
      * { position: static !important; color: red !important; font-size: 3px !important; }
    </style>
    <script>
      Object.prototype.extra = { everywhere: true };
      Array.prototype.toJSON = () => "broken";
      Array.prototype.extra = () => "too";
      document.addEventListener("feedback", () => { throw new Error("of the page itself"); });
    </script>
    """
    page = await open_page("about:blank")
    await page.add_init_script(WATCH)
    await page.goto(site.add(hostile + tag()))
    await rate(page, 9)
    await expect(page.get_by_role("textbox")).to_be_visible()
    radio = page.get_by_role("radio", name="9 of 10")
    assert await radio.evaluate("e => getComputedStyle(e).fontSize") == "15px"
    assert set(await page.evaluate("wrong")) == {"Uncaught Error: of the page itself"}


async def test_it_takes_the_pages_font(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(f'<body style="font-family: Georgia, serif">{tag()}'))
    question = page.get_by_role("radiogroup").locator("xpath=preceding-sibling::div[1]")
    await expect(question).to_have_css("font-family", "Georgia, serif")
