"""Sign-in, set-up, settings, responses and error pages in a real browser."""

import uuid
import zipfile
from typing import Any

import httpx
import pytest_asyncio
from playwright.async_api import Page, expect

from feedback import clock
from feedback.accounts.models import User
from feedback.accounts.passwords import hash_password
from feedback.accounts.setup import make_link
from feedback.db import Database
from feedback.responses.bursts.recognise import MANY
from tests.browser.axe import Scheme, assert_well, find_violations, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.cast import Shop, open_shop


def give(base: str, shop: Shop, rating: int, **more: Any) -> str:
    answer = httpx.post(f"{base}/r/{shop.nps.key}", json={"rating": rating, **more})
    return str(answer.json()["id"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    """Loaded without a word in the console; the one without answers is of another shop."""
    base, shop = gallery.base, gallery.shop
    async with gallery.database.write() as session:
        link = await make_link(session, "password", clock.now(), shop.bob.id)
    other = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    properties = {"a-property-with-a-long-name": "a value that is rather long too " * 4}
    response = give(
        base,
        shop,
        2,
        comment="Slow. " * 60 + "06 12 34 56 78",
        properties=properties,
        page="https://shop.example/" + "x" * 200,
    )
    give(base, shop, 9, test=True)
    for n in range(MANY + 5):
        give(base, shop, n % 11)
    loaded = [await gallery.sign_in("/settings"), await gallery.sign_in("/settings", other)]
    said: list[str] = []
    for page in loaded:
        page.context.on("console", lambda message: said.append(message.text))
    await loaded[1].goto(f"{base}/responses")
    bursts = f"/surveys/{shop.nps.id}/bursts"
    erase = f"/responses/{response}/erase"
    lists = ("/responses", "/responses?band=negative&state=counted", "/responses?channel=kiosk")
    of_list = f"/responses/{response}?state=counted"
    for path in (*lists, of_list, erase, bursts, "/sign-in", link):
        loaded.append(await loaded[0].context.new_page())
        await loaded[-1].goto(base + path)
        filters = "details.answer-filters, details.more-filters"
        await loaded[-1].locator(filters).evaluate_all("all => all.forEach(one => one.open = true)")
        for closed in await loaded[-1].locator("details.masking").all():
            await closed.locator("summary").click()
    await loaded[0].reload()
    assert said == []
    return [*loaded, *await handed_over(gallery, loaded[0], response)]


async def handed_over(gallery: Gallery, page: Page, response: str) -> list[Page]:
    """What a person gets to read, in each language, as the page of their answer gives it."""
    await page.goto(f"{gallery.base}/responses/{response}")
    async with page.expect_download() as downloading:
        await page.locator("a[download]").click()
    made = zipfile.ZipFile(await (await downloading.value).path())
    opened = []
    for name in ("en.html", "fr.html"):
        opened.append(await page.context.new_page())
        await opened[-1].set_content(made.read(name).decode())
    await page.goto(f"{gallery.base}/settings")
    return opened


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)


async def test_axe_finds_nothing_on_a_page_that_is_not_there(
    open_page: PageMaker, base: str
) -> None:
    page = await open_page(f"{base}/nothing")
    await expect(page.get_by_role("heading")).to_have_text("There is nothing here")
    assert await find_violations(page) == []


async def test_signing_in_leads_to_the_page_asked_for(
    open_page: PageMaker, base: str, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        user = await session.get_one(User, shop.alice.id)
        user.password_hash = await hash_password("a sentence of mine")
    page = await open_page(f"{base}/responses")
    await page.get_by_label("E-mail").fill(shop.alice.email)
    await page.get_by_label("Password").fill("a sentence of mine")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Responses")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_a_new_answer_appears_in_the_list_by_itself(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    page = await sign_in("/responses")
    await expect(page.get_by_text("No responses yet")).to_be_visible()
    give(base, shop, 9, comment="Lovely coffee")
    await expect(page.get_by_text("Lovely coffee")).to_be_visible()


async def test_a_filter_changes_the_list_and_the_address(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    give(base, shop, 9, comment="Lovely coffee")
    give(base, shop, 1, comment="Cold coffee")
    page = await sign_in("/responses")
    await page.get_by_label("Band").select_option(label="Unhappy")
    await expect(page.get_by_text("Lovely coffee")).to_have_count(0)
    await expect(page.get_by_text("Cold coffee")).to_be_visible()
    assert page.url.endswith("/responses?band=negative")


async def test_a_list_that_grows_leaves_the_focus_where_it_is(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    response = give(base, shop, 1, comment="Cold coffee")
    page = await sign_in("/responses?band=negative")
    link = page.locator(f"#a_{uuid.UUID(response).hex}")
    await link.focus()
    give(base, shop, 2, comment="Stale cake")
    await expect(page.get_by_text("Stale cake")).to_be_visible(timeout=30_000)
    await expect(link).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Payment")
    await page.keyboard.press("k")
    await expect(page.locator("p.answer-comment")).to_have_text("Stale cake")
    await page.keyboard.press("j")
    await expect(page.locator("p.answer-comment")).to_have_text("Cold coffee")
    await page.locator(".crumb a").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Responses")
    assert "/responses?band=negative" in page.url


async def test_a_filter_is_taken_away_by_its_chip(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    give(base, shop, 9, comment="Lovely coffee")
    page = await sign_in("/responses?band=negative&state=counted", java_script_enabled=False)
    await expect(page.get_by_text("No response fits these filters.")).to_be_visible()
    await page.get_by_role("link", name="Unhappy take this filter away").click()
    await expect(page.get_by_text("Lovely coffee")).to_be_visible()
    await expect(page.get_by_text("1 answer", exact=True)).to_be_visible()


async def test_a_response_is_taken_out_and_brought_back(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    response = give(base, shop, 1, comment="Cold coffee")
    page = await sign_in(f"/responses/{response}")
    await page.get_by_label("Reason").fill("A colleague's test")
    await page.get_by_role("button", name="Take out of the scores").click()
    await expect(page.get_by_text("A colleague's test")).to_be_visible()
    await page.get_by_label("Reason").fill("It was real")
    await page.get_by_role("button", name="Count it again").click()
    await expect(page.get_by_text("It was real")).to_be_visible()


async def test_words_are_masked_by_keyboard_without_javascript(
    sign_in: PageMaker, base: str, shop: Shop
) -> None:
    response = give(base, shop, 1, comment="Ask Ann, 06 12 34 56 78. Cold coffee")
    page = await sign_in(f"/responses/{response}", java_script_enabled=False)
    await page.get_by_text("Mask words").focus()
    await page.keyboard.press("Enter")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(page.get_by_label("Ann", exact=True)).to_be_focused()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Mask for good").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The words are masked.")).to_be_visible()
    comment = page.locator(".answer-comment")
    assert await comment.inner_text() == "Ask ▇▇▇, ▇▇▇. Cold coffee"
    await expect(comment.get_by_role("img", name="masked")).to_have_count(2)
