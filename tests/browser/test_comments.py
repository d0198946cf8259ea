"""The comments by keyboard alone: read, searched, starred, tagged, undone, at both widths."""

import uuid
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.cast import Shop, open_shop

LONG = "We waited at the till for an hour. " * 40
WIDTHS = pytest.mark.parametrize("width", [320, 1280])


def give(base: str, shop: Shop, rating: int, comment: str, **more: Any) -> str:
    body = {"rating": rating, "comment": comment, **more}
    return str(httpx.post(f"{base}/r/{shop.nps.key}", json=body).json()["id"])


def current(page: Page) -> Any:
    return page.locator(".comment:focus")


@WIDTHS
async def test_comments_are_starred_tagged_done_and_undone_by_keyboard(
    sign_in: PageMaker, base: str, shop: Shop, width: int
) -> None:
    for n, text in enumerate(("Cold coffee", "Slow payment", "Lovely staff")):
        give(base, shop, 2 + n, text)
    page = await sign_in("/comments", viewport={"width": width, "height": 700})
    press = page.keyboard.press
    await press("j")
    await expect(current(page)).to_contain_text("Lovely staff")
    await press("j")
    await expect(current(page)).to_contain_text("Slow payment")

    await press("s")
    await expect(page.locator(".toast")).to_contain_text("1 comment is starred.")
    await expect(current(page).get_by_role("button", name="Star")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.locator("#comments_said")).to_have_text("1 comment is starred.")
    await press("u")
    await expect(page.locator(".toast")).to_contain_text("Undone.")
    await expect(current(page).get_by_role("button", name="Star")).to_have_attribute(
        "aria-pressed", "false"
    )

    await press("x")
    await press("j")
    await press("x")
    await expect(page.locator("#several .count")).to_have_text("2 chosen")
    await press("t")
    await page.keyboard.type("Waiting")
    await press("Enter")
    await expect(page.locator(".toast")).to_contain_text("2 comments have the tag.")
    await expect(page.locator(".chip.tag", has_text="Waiting")).to_have_count(2)
    await expect(page.locator("#several")).to_be_hidden()

    await press("k")
    await press("d")
    await expect(page.locator(".toast")).to_contain_text("1 comment is done.")
    await expect(page.locator(".comment.done")).to_have_count(1)
    assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_letters_typed_into_a_field_are_letters(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    give(base, shop, 2, "Cold coffee")
    page = await sign_in("/comments")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("jskdtxu?")
    await expect(page.get_by_role("searchbox")).to_have_value("jskdtxu?")
    await expect(page.locator(".toast")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("searchbox")).to_have_value("jskdtxu?")
    await expect(current(page)).to_contain_text("Cold coffee")
    await page.keyboard.press("?")
    await expect(page.get_by_text("Undo what was done last")).to_be_visible()


async def test_one_opens_beside_the_list_and_goes_with_the_keys(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    give(base, shop, 2, "Cold coffee")
    give(base, shop, 9, "Lovely staff")
    page = await sign_in("/comments", viewport={"width": 1280, "height": 800})
    panel = page.locator("#comment_panel")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(panel).to_be_focused()
    await expect(panel).to_contain_text("Lovely staff")
    await page.keyboard.press("j")
    await expect(panel).to_contain_text("Cold coffee")
    await page.get_by_label("Note").fill("Ask the barista")
    await page.get_by_role("button", name="Keep the note").click()
    await expect(panel.locator(".notes")).to_contain_text("Ask the barista")
    await expect(page.locator(".comment", has_text="Cold coffee")).to_contain_text("1 note")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_empty()
    assert page.url.endswith("/comments")


async def test_on_a_phone_one_opens_as_a_page(sign_in: PageMaker, base: str, shop: Shop) -> None:
    id = give(base, shop, 2, "Cold coffee")
    page = await sign_in("/comments", viewport={"width": 320, "height": 700})
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/comments/{id}")
    await page.keyboard.press("s")
    await expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")


async def test_a_shift_click_chooses_all_between(sign_in: PageMaker, base: str, shop: Shop) -> None:
    for n in range(5):
        give(base, shop, 2, f"Comment {n}")
    page = await sign_in("/comments")
    ticks = page.locator(".comment input[name=response]")
    await ticks.nth(0).click()
    await ticks.nth(3).click(modifiers=["Shift"])
    await expect(page.locator("#several .count")).to_have_text("4 chosen")


async def test_a_list_that_refreshes_itself_keeps_focus_and_choice(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    for n in range(30):
        give(base, shop, 2, f"Comment {n}")
    page = await sign_in("/comments")
    for key in ("j",) * 12 + ("x",):
        await page.keyboard.press(key)
    await expect(current(page)).to_contain_text("Comment 18")
    top = await current(page).evaluate("(it) => it.getBoundingClientRect().top")
    give(base, shop, 9, "The newest of all")
    await expect(page.get_by_text("The newest of all")).to_be_attached()
    await expect(current(page)).to_contain_text("Comment 18")
    await expect(current(page).locator("input[name=response]")).to_be_checked()
    assert abs(await current(page).evaluate("(it) => it.getBoundingClientRect().top") - top) < 2


async def test_without_javascript_forms_do_the_same(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    give(base, shop, 2, "Cold coffee")
    page = await sign_in("/comments", java_script_enabled=False)
    await page.get_by_role("button", name="Star", exact=True).first.click()
    await expect(page.get_by_text("1 comment is starred.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()
    await page.locator("input[name=response]").check()
    await page.locator("#several input[name=tag]").fill("Waiting")
    await page.get_by_role("button", name="Add the tag").click()
    await expect(page.locator(".chip.tag")).to_have_text("Waiting")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    """Full, empty, found nothing, some chosen, one alone: loaded without a word in the console."""
    base, shop = gallery.base, gallery.shop
    other = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    hostile = ("a" * 10_000, "👩‍👩‍👧‍👦🔥" * 60, "الدفع بطيء جدا", "<b>bold</b>", LONG)
    for text in hostile:
        id = give(base, shop, 3, text)
    loaded = [await gallery.sign_in("/settings"), await gallery.sign_in("/settings", other)]
    said: list[str] = []
    for page in loaded:
        page.context.on("console", lambda message: said.append(message.text))
    await loaded[1].goto(f"{base}/comments")
    await loaded[0].goto(f"{base}/comments")
    for key in ("j", "s", "x"):
        await loaded[0].keyboard.press(key)
    await expect(loaded[0].locator(".comment.starred")).to_have_count(1)
    for path in ("/comments?mark=hidden", f"/comments/{id}"):
        loaded.append(await loaded[0].context.new_page())
        await loaded[-1].goto(base + path)
    loaded += await tags_of(gallery, loaded[0])
    assert said == []
    return loaded


async def tags_of(gallery: Gallery, page: Page) -> list[Page]:
    """The page of a tag that holds words, counted, and the list of tags."""
    one, every = [await page.context.new_page() for _ in range(2)]
    await one.goto(f"{gallery.base}/comments/tags")
    await one.get_by_label("Name").fill("Waiting <b>" + "w" * 60)
    await one.get_by_label("Words").fill("till\nbold")
    await one.get_by_role("button", name="Make the tag").click()
    await expect(one.locator("#tag_counts table").first).to_be_visible()
    await every.goto(f"{gallery.base}/comments/tags")
    await expect(every.locator(".tags .spark, .tags li")).not_to_have_count(0)
    return [one, every]


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)
