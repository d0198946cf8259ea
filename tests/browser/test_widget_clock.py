"""How long it rests after an answer or a dismissal: over reloads, pages, tabs and months.

Months pass by the page's clock, which all tabs of one visitor share; a new tab is a new visit.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from feedback import clock
from feedback.db import Database
from tests.browser.acts import (
    answers,
    asked,
    change,
    heard_by_console,
    is_ready,
    moments,
    rate,
    stop_clock,
    storage,
)
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop

RESTS = "not asked again before"
Addresses = dict[str, str]


@pytest.fixture
async def addresses(site: Site, tag: Tag, shop: Shop) -> Addresses:
    """A page for any survey, and one for each."""
    keys = {"nps": shop.nps.key, "csat": shop.csat.key}
    named = {
        name: site.add(tag(f'data-feedback-survey="{key}"'), f"/{name}")
        for name, key in keys.items()
    }
    return named | {"any": site.add(tag())}


async def visit(page: Page, address: str, *, day: float = 0) -> Page:
    """A new tab of the same browser, so many days later; those of before are closed."""
    await page.context.clock.set_fixed_time(clock.now() + timedelta(days=day))
    before = page.context.pages
    tab = await page.context.new_page()
    for each in before:
        await each.close()
    await tab.goto(address)
    await is_ready(tab)
    return tab


async def answer(page: Page) -> None:
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")


async def dismiss(page: Page) -> None:
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)


Act = Callable[[Page], Awaitable[None]]
# On which day after the act which survey is asked.
AFTER = {
    "answered": (
        answer,
        [(29, "csat", False), (31, "csat", True), (31, "nps", False)]
        + [(89.9, "nps", False), (90.1, "nps", True)],
    ),
    "dismissed": (
        dismiss,
        [(29.9, "csat", False), (29.9, "nps", False), (30.1, "csat", True), (30.1, "nps", True)],
    ),
}


@pytest.mark.parametrize(("act", "days"), AFTER.values(), ids=AFTER.keys())
async def test_it_asks_again_when_its_days_are_over_and_never_before(
    addresses: Addresses, open_page: PageMaker, shop: Shop, act: Act,
    days: list[tuple[float, str, bool]],
) -> None:  # fmt: skip
    page = await open_page(addresses["nps"])
    await act(page)
    assert await storage(page) == ["feedback-asked", "feedback-visit"]
    await page.reload()
    await _assert_rests(page)
    await page.goto(addresses["any"])
    await _assert_rests(page)
    await page.evaluate("history.pushState({}, '', '/a/route')")
    await _assert_rests(page)
    keys = {"nps": shop.nps.key, "csat": shop.csat.key, "any": None}
    for day, survey, is_asked in [(0, "any", False), (0, "nps", False), *days]:
        tab = await visit(page, addresses[survey], day=day)
        assert await asked(tab) == [keys[survey]] * is_asked, (day, survey)
        await tab.close()


async def _assert_rests(page: Page) -> None:
    await is_ready(page)
    assert await asked(page) == []
    said = await heard_by_console(page, "feedback.explain()")
    assert said and all(RESTS in line for line in said)


async def test_a_side_tab_rests_by_its_own_clock(
    addresses: Addresses, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, look={"place": "tab", "tab": {"en": "Your opinion"}})
    page = await open_page(addresses["csat"])
    await page.get_by_text("Your opinion").click()
    await dismiss(page)
    assert await asked(await visit(page, addresses["csat"], day=29.9)) == []
    assert await asked(await visit(page, addresses["csat"], day=30.1)) == [shop.csat.key]


async def test_after_two_dismissals_it_never_asks_again(
    addresses: Addresses, open_page: PageMaker
) -> None:
    page = await open_page(addresses["nps"])
    await dismiss(page)
    second = await visit(page, addresses["nps"], day=31)
    await dismiss(second)
    later = await visit(page, addresses["nps"], day=10_000)
    await _assert_rests(later)


async def test_what_another_tab_learnt_during_the_delay_counts(
    site: Site, tag: Tag, addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await stop_clock(page)
    waiting = await page.context.new_page()
    await waiting.goto(site.add(tag().replace('data-feedback-delay="0"', ""), "/usual"))
    async with moments(page):
        await is_ready(waiting)
        await page.goto(addresses["nps"])
        await answer(page)
    # Two tabs are two processes: what one stores reaches the other a moment later.
    await waiting.wait_for_function("localStorage['feedback-asked']")
    await page.clock.run_for(11_000)
    async with moments(page):
        await _assert_rests(waiting)


async def test_of_two_tabs_that_ask_one_is_answered_and_the_other_leaves(
    site: Site, tag: Tag, addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(addresses["nps"])
    # Seen, and so told to other tabs: in the background nothing is.
    await page.wait_for_function("sessionStorage['feedback-visit']?.includes('survey')")
    other = await page.context.new_page()
    target = f'data-feedback-survey="{shop.csat.key}" data-feedback-target="main"'
    await other.goto(site.add(f"<main></main>{tag()}{tag(target)}", "/both"))
    await is_ready(other, tags=2)
    assert await asked(other) == [shop.csat.key]  # the first tab asks the other
    await other.evaluate(f"feedback('show', '{shop.nps.key}')")
    assert set(await asked(other)) == {shop.nps.key, shop.csat.key}
    await answer(page)
    # What lies in the page interrupts nobody.
    await expect(other.locator("feedback-widget")).to_have_count(1)
    assert await asked(other) == [shop.csat.key]
    await expect(page.get_by_role("radio", name="8 of 10")).to_be_checked()


async def test_closing_it_never_shortens_what_an_answer_earned(
    addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(addresses["nps"])
    await answer(page)
    tab = await page.context.new_page()
    await tab.goto(addresses["nps"])
    await is_ready(tab)
    await tab.evaluate("feedback('show')")
    await dismiss(tab)
    assert await asked(await visit(page, addresses["nps"], day=89.9)) == []
    assert await asked(await visit(page, addresses["nps"], day=90.1)) == [shop.nps.key]


async def test_a_survey_in_the_page_knows_its_own_clock_only(
    site: Site, tag: Tag, addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(addresses["nps"])
    await answer(page)
    inline = [
        tag(f'data-feedback-survey="{key}" data-feedback-target="main"')
        for key in (shop.nps.key, shop.csat.key)
    ]
    tab = await page.context.new_page()
    await tab.goto(site.add(f"<main></main>{''.join(inline)}", "/inline"))
    await is_ready(tab, tags=2)
    assert await asked(tab) == [shop.csat.key]


async def test_a_rare_survey_has_its_turn_and_so_has_the_common_one(
    addresses: Addresses, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, rules={"sample": 99.999})
    page = await open_page("about:blank")
    turns = [shop.csat.key, shop.nps.key, shop.csat.key]
    for day, survey in zip((0, 31, 62), turns, strict=True):
        tab = await visit(page, addresses["any"], day=day)
        assert await asked(tab) == [survey]
        await dismiss(tab)


async def test_before_an_act_one_mark_of_the_visit_is_kept(
    addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(addresses["any"])
    assert await storage(page) == ["feedback-visit"]
    mark = await page.evaluate("sessionStorage['feedback-visit']")
    assert mark == f'{{"survey":"{shop.nps.key}"}}'


async def test_an_ignored_question_does_not_come_back_in_the_visit(
    addresses: Addresses, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(addresses["any"])
    async with page.expect_console_message(lambda m: "asked in this visit" in m.text):
        await page.reload()
    assert await asked(page) == []


async def test_an_ignored_question_does_not_come_back_in_a_new_tab(
    addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(addresses["nps"])
    tab = await page.context.new_page()
    async with tab.expect_console_message(lambda m: "asked in this visit" in m.text):
        await tab.goto(addresses["any"])
    assert await asked(tab) == []
    # No more is kept than if that tab had asked; nothing outlives the tabs.
    assert await storage(tab) == await storage(page) == ["feedback-visit"]
    assert await asked(await visit(tab, addresses["nps"])) == [shop.nps.key]


async def test_a_tab_that_waits_hears_of_a_question_in_another(
    site: Site, tag: Tag, addresses: Addresses, open_page: PageMaker
) -> None:
    waiting = await open_page(site.add(tag().replace('data-feedback-delay="0"', ""), "/usual"))
    await is_ready(waiting)
    page = await waiting.context.new_page()
    async with page.expect_response("**/d/*"):
        await page.goto(addresses["nps"])
    await waiting.wait_for_function("sessionStorage['feedback-visit']?.includes('survey')")
    said = await heard_by_console(waiting, "feedback.explain()")
    assert said and all("asked in this visit" in line for line in said)


async def test_a_tab_asks_once_somebody_looks_at_it(
    addresses: Addresses, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => !window.isSeen })"
    )
    await page.goto(addresses["nps"])
    await is_ready(page)
    assert await asked(page) == [] and await storage(page) == []
    seen = "isSeen = true; document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))"
    await page.evaluate(seen)
    await page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert await asked(page) == [shop.nps.key]


async def test_nothing_at_all_is_kept_before_an_act_where_that_is_wanted(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    async with page.expect_console_message(lambda m: "waits for an event" in m.text):
        await page.goto(site.add(tag('data-feedback-storage="after-act"')))
    async with page.expect_response("**/d/*"):
        await page.evaluate("feedback('show')")
    assert await storage(page) == []
    await dismiss(page)
    assert await storage(page) == ["feedback-asked"]


async def test_closing_by_the_page_is_no_dismissal(
    addresses: Addresses, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(addresses["any"])
    await page.evaluate("feedback('close')")
    assert await asked(page) == [] and await storage(page) == ["feedback-visit"]
    tab = await visit(page, addresses["any"])
    assert await asked(tab) == [shop.nps.key]
    assert await answers(database, shop) == []
