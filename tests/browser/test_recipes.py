"""The recipes in a real Chromium: the module, a frozen version, a signed contact, the check."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlmodel import select

from feedback.accounts.identity import identity_secret, sign
from feedback.db import Database
from feedback.surveys.models import Sighting
from feedback.surveys.share.tag import Release, releases
from tests.browser.acts import answers, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop
from tests.serving import KEY
from tests.waiting import arrival

MODULE = Path(__file__).parents[2].joinpath("widget", "index.js").read_text(encoding="utf-8")


def site_key(tag: Tag) -> str:
    found = re.search(r'data-feedback-site="(\w+)"', tag())
    assert found
    return found[1]


def signature(shop: Shop, who: str) -> str:
    return sign(who, identity_secret(KEY.encode(), shop.workspace.id))


async def need_signature(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).needs_signature = True


async def test_the_module_makes_one_tag_and_passes_on_who_answers(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await need_signature(database, shop)
    made = signature(shop, "42")
    call = (
        f'const options = {{ server: "{base}/", site: "{site_key(tag)}", survey: "{shop.nps.key}",'
        ' target: "#here", properties: { plan: "pro" } };'
        f'feedback("identify", {{ id: "42", signature: "{made}" }});'
        "load(options); load(options);"
    )
    page = await open_page(
        site.add(f'<div id="here"></div><script type="module">{MODULE}\n{call}</script>')
    )
    await rate(page, 9)
    assert await page.locator("script[data-feedback-site]").count() == 1
    [stored] = await answers(database, shop)
    assert stored.respondent_key is not None and stored.properties == {"plan": "pro"}


TAGS = [release for release in releases() if release.is_tag]


@pytest.mark.parametrize("release", TAGS, ids=lambda release: release.version)
async def test_a_frozen_version_still_works(
    site: Site, tag: Tag, base: str, open_page: PageMaker, database: Database, shop: Shop,
    release: Release,
) -> None:  # fmt: skip
    frozen = (
        f'<script src="{base}{release.path}" integrity="{release.integrity}" '
        f'crossorigin="anonymous" data-feedback-site="{site_key(tag)}" '
        f'data-feedback-survey="{shop.nps.key}" data-feedback-delay="0" async></script>'
    )
    page = await open_page(site.add(f"<h1>Cart</h1>{frozen}", "/cart"))
    await rate(page, 9)
    await page.get_by_role("textbox").fill("Fast.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("Thank you.")
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment) == (9, "Fast.")


async def test_a_display_is_seen_on_the_share_page(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(site.add(f"<h1>Cart</h1>{tag()}"))
    await expect(page.get_by_role("radiogroup")).to_be_visible()

    async def origins() -> list[str]:
        async with database.read() as session:
            query = select(Sighting.origin).where(Sighting.workspace_id == shop.workspace.id)
            return list(await session.exec(query))

    assert await arrival(origins) == [site.base]


@pytest.mark.parametrize("look", [None, {"place": "inline"}], ids=["pop-up", "inline"])
async def test_the_share_page_shows_the_real_widget(
    sign_in: PageMaker, database: Database, shop: Shop, look: dict[str, str] | None
) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).look = look
    page = await sign_in(f"/surveys/{shop.nps.id}/share")
    frame = page.frame_locator("iframe.widget-preview")
    await page.locator("iframe.widget-preview").scroll_into_view_if_needed()
    await expect(frame.get_by_role("radiogroup")).to_be_visible()
    await expect(frame.get_by_text("Test, not counted")).to_be_visible()
