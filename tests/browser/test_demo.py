"""The demo in a real browser: a tap in the shop moves the board beside it."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Frame, Page, expect

from feedback import clock
from feedback.demo import build
from feedback.demo.build import build_demo
from feedback.settings import Settings
from tests.browser.axe import find_violations
from tests.browser.conftest import PageMaker
from tests.serving import serve


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address that signs in to a served demo of three months."""
    path = tmp_path_factory.mktemp("demo") / "feedback-demo.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedback.demo.answers.MONTHS", 2)
        patch.setattr(build, "_REWORDED", 1)
        patch.setenv("FEEDBACK_DEMO", "true")
        settings = Settings(database_url=f"sqlite:///{path}")
        link = asyncio.run(build_demo(settings, clock.now()))
        with serve(settings.database_url) as served:
            yield f"{served.base}{link}?next=/demo"


async def opened(page: Page) -> tuple[Frame, Frame]:
    """The shop with its question asked, and the board, both ready."""
    shop, board = page.frame("shop"), page.frame("board")
    assert shop is not None and board is not None
    await shop.wait_for_selector("feedback-widget button[role=radio]")
    await board.wait_for_function("() => window.htmx && document.querySelector('#board_tiles')")
    if not await board.locator(".touchpoint").count():  # in the first hours of a month
        await shop.locator("feedback-widget button[role=radio]").nth(4).click()
        await board.wait_for_selector(".touchpoint", state="attached")
        await page.get_by_role("button", name="Next customer").click()
        chosen = shop.locator("feedback-widget button[role=radio][aria-checked=true]")
        await expect(chosen).to_have_count(0)
        await shop.wait_for_selector("feedback-widget button[role=radio]")
    return shop, board


def payment(board: Frame) -> Any:
    return board.locator("li", has=board.get_by_role("link", name="Payment", exact=True))


async def test_a_tap_moves_the_board_and_the_next_customer_is_asked_again(
    demo: str, open_page: PageMaker
) -> None:
    page = await open_page(demo)
    shop, board = await opened(page)
    note = payment(board).locator("a.n [aria-hidden]")
    before = int("".join(c for c in await note.inner_text() if c.isdigit()))
    for n in (1, 2):
        await shop.locator("feedback-widget button[role=radio]").nth(4).click()
        await expect(note).to_contain_text(f"{before + n:,}")
        await expect(page.get_by_role("status")).to_have_text("Stored. The board has it.")
        await page.get_by_role("button", name="Next customer").click()
        # The old question still shows its choice; the new one has none.
        chosen = shop.locator("feedback-widget button[role=radio][aria-checked=true]")
        await expect(chosen).to_have_count(0)
        await shop.wait_for_selector("feedback-widget button[role=radio]")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(demo: str, open_page: PageMaker, width: int, scheme: str) -> None:
    page = await open_page(demo, viewport={"width": width, "height": 900}, color_scheme=scheme)
    frames: tuple[Any, ...] = await opened(page)
    for seen in (page, *frames):
        assert await find_violations(seen) == []


async def test_each_page_of_the_shop_asks(demo: str, open_page: PageMaker) -> None:
    page = await open_page(demo)
    shop, _ = await opened(page)
    for name in ("Home", "Coffees", "Cart", "Thank you", "Later"):
        await shop.get_by_role("navigation").get_by_role("link", name=name).click()
        await shop.wait_for_selector("feedback-widget button[role=radio]")
