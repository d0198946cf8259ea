"""The private link of an answer as customers walk it: by keyboard, on a phone, in French."""

from datetime import date

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, rate
from tests.browser.asking import ask_everything
from tests.browser.axe import audit_looks
from tests.browser.conftest import PageMaker, Tag
from tests.browser.kiosk import press, staying
from tests.browser.measure import cut, small_targets
from tests.browser.sites import Site
from tests.cast import Shop
from tests.surveys.hosted import counts
from tests.surveys.test_you_said_we_did import SAID, act

PHONE = {"width": 320, "height": 640}


async def opened(page: Page) -> Page:
    """The tab that the focused link opens."""
    async with page.context.expect_page() as tab:
        await page.keyboard.press("Enter")
    found = await tab.value
    await found.wait_for_load_state()
    return found


async def reach(page: Page, name: str) -> None:
    """Go on by Tab to the link or button of this name."""
    wanted = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(e) => e === document.activeElement"):
            return
    raise AssertionError(name)


async def looks_well(page: Page) -> None:
    """Of what is read from the left: the two looks that English pages are not seen in."""
    await audit_looks(page, "ar")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    body = page.locator("body")
    assert await cut(body) == [] and await small_targets(body.locator("main")) == []


async def test_a_customer_sees_changes_and_erases_by_keyboard_on_a_phone_in_french(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await act(database, shop, done_on=date(2026, 3, 1))
    form = await open_page(f"{base}/s/{shop.nps.key}?lang=fr", viewport=PHONE)
    for key in ("Tab", "Space", *["ArrowRight"] * 9, "Tab"):
        await form.keyboard.press(key)
    await form.keyboard.type("Trop lent")
    await reach(form, "Envoyer")
    await form.keyboard.press("Enter")
    await form.wait_for_url("**/thanks?*")
    await reach(form, "Voir, modifier ou effacer votre réponse")
    page = await opened(form)

    await expect(page.get_by_role("heading", level=1)).to_have_text("Votre réponse")
    await expect(page.locator("main")).to_contain_text("9 sur 10")
    await expect(page.locator("main")).to_contain_text("Trop lent")
    await expect(page.locator("main")).to_contain_text(SAID["fr"])
    await looks_well(page)

    await reach(page, "Modifier la réponse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio", name="9 sur 10")).to_be_checked()
    await expect(page.get_by_role("textbox")).to_have_value("Trop lent")
    await looks_well(page)
    for key in ("Tab", *["ArrowLeft"] * 7, "Tab"):
        await page.keyboard.press(key)
    await page.keyboard.type(", toujours")
    assert await counts(database, shop) == {9: 1}  # nothing is sent before the button
    await reach(page, "Envoyer")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("modification est enregistrée")
    await expect(page.locator("main")).to_contain_text("2 sur 10")
    assert await counts(database, shop) == {2: 1}

    await reach(page, "Effacer la réponse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading")).to_contain_text("Effacer cette réponse")
    await looks_well(page)
    assert [row.comment for row in await answers(database, shop)] != [None]
    await reach(page, "Effacer la réponse")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading")).to_have_text("Cette réponse est effacée")
    await looks_well(page)
    assert [(row.rating, row.comment) for row in await answers(database, shop)] == [(2, None)]
    assert await counts(database, shop) == {2: 1}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_axe_finds_nothing_on_any_page_of_it(
    base: str, open_page: PageMaker, database: Database, shop: Shop, language: str
) -> None:
    await ask_everything(database, shop)
    await act(database, shop)
    page = await open_page("about:blank", java_script_enabled=True, locale=language)
    link = await _answer_all(page, f"{base}/s/{shop.nps.key}?lang={language}&id=c-7&p_plan=gold")
    for path in ("", "/change", "/erase"):
        await page.goto(link + path)
        await audit_looks(page, language)
    await page.goto(f"{link}/change")
    await page.locator("button.primary").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await audit_looks(page, language)
    for outdated in (link, f"{base}/mine/{shop.nps.key}/x"):
        await page.goto(outdated)
        await expect(page.get_by_role("heading")).to_be_visible()
        await audit_looks(page, language)


async def _answer_all(page: Page, address: str) -> str:
    await page.goto(address)
    await page.get_by_role("radio").nth(9).check()
    await page.locator("button.primary").click()
    await page.wait_for_url("**/more?*")
    for name in ("f_f1", "f_f2", "f_f3", "counted_most"):
        await page.locator(f"[name={name}]").first.check()
    await page.locator("button.primary").click()
    await page.wait_for_url("**/thanks?*")
    return str(await page.locator(".receipt a").evaluate("(e) => e.href"))


async def test_the_widget_gives_it_to_the_visitor_and_not_to_the_page(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    heard = '<script>addEventListener("feedback", (e) => (window.heard ||= []).push(e))</script>'
    page = await open_page(site.add(heard + tag(f'data-feedback-survey="{shop.nps.key}"')))
    await rate(page, 8)
    await page.locator("feedback-widget textarea").fill("From the widget")
    await page.locator("feedback-widget button.send").click()
    link = page.get_by_role("link", name="See, change or erase your answer")
    await expect(link).to_have_attribute("rel", "noopener")
    await link.focus()  # it stays while somebody is there
    mine = await opened(page)
    await expect(mine.locator("main")).to_contain_text("From the widget")
    assert "/mine/" in mine.url and not await mine.evaluate("opener")
    kept = "JSON.stringify([{ ...localStorage }, { ...sessionStorage }, window.heard ?? []])"
    assert "mine" not in await page.evaluate(kept)


async def test_the_kiosk_shows_a_code_of_it_and_takes_it_away(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await staying(open_page)(f"{base}/k/{shop.nps.key}")
    await press(page, "8 of 10")
    code = page.locator("#code")
    await expect(page.get_by_text("Scan this code")).to_be_visible()
    await page.wait_for_function("() => document.getElementById('code').naturalWidth > 0")
    path = str(await code.get_attribute("src"))
    await audit_looks(page, "en")
    assert path.startswith(f"/mine/{shop.nps.key}/") and path.endswith("/code.svg")
    await press(page, "Start over")
    await expect(page.get_by_text("Scan this code")).to_be_hidden()
    assert await code.get_attribute("src") is None
    assert "mine" not in await page.evaluate("JSON.stringify({ ...localStorage })")
    kept = "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)))).flat().join())"  # noqa: E501
    assert "/mine/" not in await page.evaluate(kept)

    await page.context.set_offline(True)
    await press(page, "3 of 10")
    await expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("No connection")
    await expect(page.get_by_text("Scan this code")).to_be_hidden()
