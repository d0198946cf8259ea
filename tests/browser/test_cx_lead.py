"""As a CX lead would: what changed, what to fix first, how sure are we, did our last fix help."""

import asyncio
import re
from collections.abc import Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from feedback import clock
from feedback.demo.build import build_demo
from feedback.settings import Settings
from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker
from tests.serving import Served, serve

PAGES = ("/priorities", "/compare", "/compare?kind=groups", "/noise?precision=5")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """The demo's two years, served, and the link that signs in."""
    path = tmp_path_factory.mktemp("lead") / "feedback-demo.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FEEDBACK_DEMO", "true")
        settings = Settings(database_url=f"sqlite:///{path}")
        link = asyncio.run(build_demo(settings, clock.now()))
        with serve(settings.database_url) as served:
            yield served, link


async def signed_in(demo: tuple[Served, str], open_page: PageMaker) -> Page:
    served, link = demo
    return await open_page(f"{served.base}{link}?next=/board")


async def test_three_clicks_answer_what_to_fix_how_sure_and_whether_it_helped(
    demo: tuple[Served, str], open_page: PageMaker
) -> None:
    page = await signed_in(demo, open_page)
    told = page.locator("#board_page")
    await expect(told).to_contain_text("Payment fell by")
    await expect(told).to_contain_text("Nothing else clearly moved.")

    await page.get_by_role("link", name="Priorities", exact=True).click()
    await expect(page.locator(".lead")).to_contain_text("Start with Payment")
    first = page.locator(".ranked li").first
    await expect(first).to_contain_text("Concentrate here")
    await page.get_by_text("How sure?").click()
    await expect(page.locator(".how-sure")).to_contain_text("between")
    await expect(page.get_by_role("img", name="Importance against performance")).to_be_visible()

    await page.get_by_role("link", name="Actions", exact=True).click()
    await page.get_by_role("link", name=re.compile("pick-up|delivery|Delivery")).first.click()
    better = re.compile(r"Better: .* year on year, between")
    await expect(page.locator("main")).to_contain_text(better)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(demo: tuple[Served, str], gallery: Gallery) -> list[Page]:
    first = await signed_in(demo, gallery.open_page)
    loaded = [await first.context.new_page() for _ in PAGES]
    for page, path in zip(loaded, PAGES, strict=True):
        await page.goto(demo[0].base + path)
    await loaded[0].wait_for_selector(".how-sure")
    return loaded


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)
