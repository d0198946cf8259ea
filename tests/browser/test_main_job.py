"""The main job, end to end: a tap on a foreign page is in the board on its next load."""

from typing import Any

from playwright.async_api import Page

from feedback.db import Database
from feedback.responses.rollup import find_differences
from tests.browser.acts import rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def rows(page: Page, base: str) -> dict[str, dict[str, Any]]:
    """The board's own rows by touchpoint; a stage's row is under its name."""
    document = await (await page.request.get(f"{base}/board.json")).json()
    return {row["touchpoint"] or row["stage"]: row for row in document["rows"]}


async def test_a_tap_on_a_foreign_page_is_in_the_board_at_once(
    site: Site, tag: Tag, open_page: PageMaker, sign_in: PageMaker, base: str, database: Database,
    shop: Shop,
) -> None:  # fmt: skip
    board = await sign_in("/board")
    for number, rating in enumerate((9, 10, 10, 8, 2), start=1):
        page = await open_page(site.add(f"<h1>Cart</h1>{tag()}", f"/cart-{number}"))
        async with page.expect_response("**/r/*"):
            await rate(page, rating)
        found = await rows(board, base)  # the next load, with no wait between
        assert (found["Payment"]["n"], found["Checkout"]["n"]) == (number, number)
    assert found["Payment"]["score"] == 40.0
    await board.goto(f"{base}/board")
    assert "+40" in await board.locator("main").inner_text()
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
