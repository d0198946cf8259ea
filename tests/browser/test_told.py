"""The privacy page and the ways to it, in a real browser: told to customers, filled by the team."""

import uuid
from datetime import UTC, datetime

import pytest_asyncio
import sqlalchemy as sa
from playwright.async_api import Page, expect
from sqlmodel import col

from feedback.db import Database
from feedback.privacy.models import Privacy
from feedback.surveys.models import Survey
from tests.browser.acts import is_ready
from tests.browser.axe import Scheme, assert_well, four_looks
from tests.browser.conftest import Gallery, PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop, open_shop


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pages(gallery: Gallery) -> list[Page]:
    """Filled in both languages, and of another shop that wrote nothing and published nothing."""
    base, shop = gallery.base, gallery.shop
    other = await open_shop(gallery.database, key=f"shop-{uuid.uuid4().hex[:12]}")
    async with gallery.database.write() as session:
        await session.exec(
            sa.update(Survey)
            .where(col(Survey.workspace_id) == other.workspace.id)
            .values(state="draft", published_at=None)
        )
        session.add(
            Privacy(
                workspace_id=shop.workspace.id,
                responsible="Alice's shop Ltd, 1 High Street, Leeds " + "L" * 60,
                contact="privacy@shop.example",
                basis="interest",
                texts={"en": {"purpose": "To mend it. " * 30}, "fr": {"recipients": "Personne."}},
                keep_texts_months=24,
                storage="visit",
                updated_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
    loaded = [await gallery.sign_in("/settings/privacy"), await gallery.sign_in("/", other)]
    said: list[str] = []
    for page in loaded:
        page.context.on("console", lambda message: said.append(message.text))
    await loaded[1].goto(f"{base}/settings/privacy")
    told = [f"/privacy/{shop.nps.key}?lang=fr", f"/privacy/{other.nps.key}?lang=en"]
    for path in ["/settings/privacy/register?lang=fr", *told]:
        loaded.append(await loaded[0].context.new_page())
        await loaded[-1].goto(base + path)
    for path in (f"/surveys/{other.nps.id}", f"/surveys/{other.nps.id}/share"):
        loaded.append(await loaded[1].context.new_page())
        await loaded[-1].goto(base + path)
    await loaded[0].reload()
    assert said == []
    return loaded


@four_looks
async def test_axe_finds_nothing(pages: list[Page], width: int, scheme: Scheme) -> None:
    await assert_well(pages, width, scheme)


async def test_the_survey_page_leads_to_it_in_its_language(
    base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{base}/s/{shop.nps.key}?lang=fr")
    async with page.expect_popup() as opening:
        await page.get_by_role("link", name="Vos données").click()
    told = await opening.value
    await expect(told.get_by_role("heading", level=1)).to_have_text("Vos réponses et vos données")
    await told.get_by_role("link", name="English").click()
    await expect(told.get_by_role("heading", level=1)).to_have_text("Your answers and your data")
    assert await told.evaluate("localStorage.length + document.cookie.length") == 0


async def test_the_widget_leads_to_it_after_a_rating_and_from_the_thanks(
    site: Site, tag: Tag, base: str, open_page: PageMaker, shop: Shop
) -> None:
    french = tag('data-feedback-lang="fr"')
    page = await open_page(site.add(f"<h1>Panier</h1>{french}"))
    await is_ready(page)
    link = page.get_by_role("link", name="Vos données")
    await expect(link).to_have_count(0)
    await page.get_by_role("radio", name="9 sur 10").press("Enter")
    await expect(link).to_have_attribute("href", f"{base}/privacy/{shop.nps.key}?lang=fr")
    await page.get_by_role("button", name="Envoyer").click()
    await expect(page.get_by_role("status")).to_have_text("Merci.")
    async with page.expect_popup() as opening:
        await link.click()
    told = await opening.value
    await expect(told.get_by_role("heading", level=1)).to_have_text("Vos réponses et vos données")


async def test_the_kiosk_shows_a_code_and_goes_back_to_the_question(
    base: str, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(f"{base}/k/{shop.nps.key}")
    await page.get_by_role("button", name="Privacy").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    address = page.get_by_text(f"/privacy/{shop.nps.key}")
    await expect(address).to_be_visible()
    await expect(page.locator("#told img")).to_have_js_property("complete", True)
    assert await page.locator("#told img").evaluate("(image) => image.naturalWidth") > 0
    await page.get_by_role("button", name="Close").press("Enter")
    await expect(address).to_be_hidden()
    await page.get_by_role("button", name="9 of 10").press("Enter")
    await expect(page.get_by_role("heading", level=1)).not_to_have_text("Privacy")


async def test_the_first_survey_is_published_by_keyboard_once_its_storage_is_chosen(
    base: str, sign_in: PageMaker, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        await session.exec(
            sa.update(Survey)
            .where(col(Survey.workspace_id) == shop.workspace.id)
            .values(state="draft", published_at=None)
        )
    page = await sign_in(f"/surveys/{shop.nps.id}/share")
    await expect(page.get_by_label("Snippet for this survey")).to_have_count(0)
    await page.goto(f"{base}/surveys/{shop.nps.id}")
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    publish = page.get_by_role("button", name="Publish")
    await publish.press("Enter")
    assert await page.get_by_role("radio").first.evaluate("(radio) => radio.validity.valueMissing")
    await page.get_by_role("radio", name="Nothing before an act").press("Space")
    await publish.press("Enter")
    await expect(page.get_by_text("Published. It asks from now on.")).to_be_visible()
    await page.get_by_role("link", name="Share").click()
    snippet = page.get_by_label("Snippet for this survey")
    await expect(snippet).to_be_visible()
    assert 'data-feedback-storage="after-act"' in await snippet.input_value()
