"""When the widget asks, when it does not, and what it says then."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from feedback.db import Database
from tests.browser.acts import answers, change, displays, rate, storage
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def test_before_an_act_one_mark_of_the_visit_is_kept(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(tag()))
    assert await storage(page) == ["feedback-visit"]
    assert (
        await page.evaluate("sessionStorage['feedback-visit']") == f'{{"survey":"{shop.nps.key}"}}'
    )


async def test_an_ignored_question_does_not_come_back_in_the_visit(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(tag()))
    async with page.expect_console_message(lambda m: "asked in this visit" in m.text):
        await page.reload()
    assert await page.locator("feedback-widget").count() == 0


async def test_nothing_at_all_is_kept_before_an_act_where_that_is_wanted(
    site: Site, tag: Tag, open_page: PageMaker
) -> None:
    page = await open_page("about:blank")
    async with page.expect_console_message(lambda m: "waits for an event" in m.text):
        await page.goto(site.add(tag('data-feedback-storage="after-act"')))
    async with page.expect_response("**/d/*"):
        await page.evaluate("feedback('show')")
    assert await storage(page) == []
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)
    assert await storage(page) == ["feedback-asked"]


async def test_it_does_not_ask_again_after_an_answer(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert await storage(page) == ["feedback-asked", "feedback-visit"]
    await _assert_rests(page, shop, days=90)


async def test_it_does_not_ask_again_soon_after_a_dismissal(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator("feedback-widget")).to_have_count(0)
    await _assert_rests(page, shop, days=30)


async def _assert_rests(page: Page, shop: Shop, *, days: int) -> None:
    until = await page.evaluate(
        "key => (JSON.parse(localStorage['feedback-asked'])[key].until - Date.now()) / 864e5",
        shop.nps.key,
    )
    assert days - 0.1 < until <= days
    async with page.expect_console_message(lambda m: "not asked again before" in m.text):
        await page.reload()
    assert await page.locator("feedback-widget").count() == 0
    await page.evaluate("localStorage.clear(), sessionStorage.clear()")
    await page.reload()
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def test_after_two_dismissals_it_never_asks_again(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    for _ in range(2):
        await page.goto(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
        await page.get_by_role("button", name="Close").click()
        await page.evaluate(
            """() => {
              const asked = JSON.parse(localStorage["feedback-asked"]);
              for (const mark of Object.values(asked)) if (mark.until < 9e12) mark.until = 1;
              localStorage["feedback-asked"] = JSON.stringify(asked);
              sessionStorage.clear();
            }"""
        )
    async with page.expect_console_message(lambda m: "not asked again before" in m.text):
        await page.reload()
    assert await page.locator("feedback-widget").count() == 0


async def test_one_survey_a_month_asks_over_the_page_in_every_tab(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag(f'data-feedback-survey="{shop.nps.key}"')))
    await rate(page, 8)
    other = await page.context.new_page()
    async with other.expect_console_message(lambda m: "not asked again before" in m.text):
        await other.goto(site.add(tag(f'data-feedback-survey="{shop.csat.key}"'), "/other"))
    assert await other.locator("feedback-widget").count() == 0
    inline = tag(f'data-feedback-survey="{shop.csat.key}" data-feedback-target="main"')
    await other.goto(site.add(f"<main></main>{inline}", "/inline"))
    await expect(other.get_by_role("radiogroup")).to_be_visible()


async def test_a_rare_survey_has_its_turn_before_a_common_one(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.csat, rules={"sample": 99.999})
    page = await open_page(site.add(tag()))
    widget = page.locator("feedback-widget")
    await expect(widget).to_have_attribute("survey", shop.csat.key)
    await rate(page, 3)
    await page.evaluate(
        """() => {
          const asked = JSON.parse(localStorage["feedback-asked"]);
          for (const mark of Object.values(asked)) mark.until = 1;
          localStorage["feedback-asked"] = JSON.stringify(asked);
          sessionStorage.clear();
        }"""
    )
    await page.reload()
    await expect(widget).to_have_attribute("survey", shop.nps.key)


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"paths": ["/help*"]}, "not on /cart/1"),
        ({"paths": ["/cart*"]}, ""),
        ({"not_paths": ["/cart/*"]}, "not on /cart/1"),
        ({"devices": ["phone"]}, "not for this @device"),
        ({"devices": ["desktop"]}, ""),
        ({"languages": ["fr"]}, "not for this @language"),
        ({"languages": ["en"]}, ""),
        ({"properties": {"plan": ["free", "team"]}}, "not for this plan"),
        ({"properties": {"plan": ["pro"]}}, ""),
        ({"sample": 0}, "not in the sample"),
        ({"from": "2999-01-01"}, "not at this date"),
        ({"to": "2001-01-01"}, "not at this date"),
        ({"from": "2001-01-01", "to": "2999-01-01"}, ""),
    ],
    ids=str,
)
async def test_a_rule_decides_and_says_why(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop,
    rules: dict[str, Any], reason: str,
) -> None:  # fmt: skip
    await change(database, shop.nps, rules=rules)
    attributes = f'data-feedback-survey="{shop.nps.key}" data-feedback-property-plan="pro"'
    page = await open_page("about:blank")
    address = site.add(tag(attributes), "/cart/1")
    if not reason:
        await page.goto(address)
        return await expect(page.get_by_role("radiogroup")).to_be_visible()
    async with page.expect_console_message(lambda m: m.text == f"feedback: {reason}"):
        await page.goto(address)
    assert await page.locator("feedback-widget").count() == 0


async def test_a_phone_is_told_by_its_browser(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"devices": ["phone"]})
    attributes = f'data-feedback-survey="{shop.nps.key}"'
    page = await open_page(site.add(tag(attributes)), user_agent=PHONE)
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def test_the_same_person_is_always_in_the_sample_or_never(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, rules={"sample": 50})
    page = await open_page("about:blank")
    drawn: dict[str, int] = {}
    for person in (*"abcdefgh", *"abcdefgh"):
        html = tag(f'data-feedback-survey="{shop.nps.key}" data-feedback-contact-id="{person}"')
        await page.goto(site.add(html))
        await page.wait_for_function("window.feedback && feedback.runs.length")
        seen = await page.locator("feedback-widget").count()
        assert drawn.setdefault(person, seen) == seen
        await page.evaluate("sessionStorage.clear()")
    assert set(drawn.values()) == {0, 1}


async def test_it_waits_ten_seconds_over_the_page_and_not_at_all_in_it(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.clock.install()
    usual = tag().replace('data-feedback-delay="0"', "")
    await page.goto(site.add(usual))
    await page.wait_for_function("window.feedback && feedback.runs.length")
    await page.clock.run_for(9_000)
    assert await page.locator("feedback-widget").count() == 0
    await page.clock.run_for(2_000)
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    inline = tag('data-feedback-target="main"').replace('data-feedback-delay="0"', "")
    await page.goto(site.add(f"<main></main>{inline}", "/inline"))
    await expect(page.get_by_role("radiogroup")).to_be_visible()


async def test_it_waits_while_somebody_types(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page(site.add(f"<input autofocus aria-label=name><p>Text</p>{tag()}"))
    await expect(page.locator("feedback-widget")).to_have_count(1)
    await expect(page.get_by_role("radiogroup")).to_be_hidden()
    await page.get_by_text("Text").click()
    await expect(page.get_by_role("radiogroup")).to_be_visible()


@pytest.mark.parametrize(
    ("attributes", "query"), [("data-feedback-test", ""), ("", "?feedback-test")]
)
async def test_a_test_is_shown_and_never_counted(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop, attributes: str,
    query: str,
) -> None:  # fmt: skip
    page = await open_page(site.add(tag(attributes)) + query)
    await rate(page, 8)
    await page.wait_for_function("!localStorage['feedback-queue']")
    await page.reload()
    await rate(page, 3)
    await expect(page.get_by_text("Test, not counted")).to_be_visible()
    assert [row.state for row in await answers(database, shop)] == ["test", "test"]
    await page.wait_for_function("!localStorage['feedback-queue']")
    assert await displays(database, shop) == {} and await storage(page) == []


@pytest.mark.parametrize(
    ("host", "attributes", "is_test"),
    [
        ("localhost", "", True),
        ("shop.localhost", "", True),
        ("localhost", 'data-feedback-test="off"', False),
        ("127.0.0.1", "", False),
    ],
    ids=["localhost", "under localhost", "turned off", "address"],
)
async def test_localhost_means_test(
    site: Site, tag: Tag, open_page: PageMaker, host: str, attributes: str, is_test: bool
) -> None:
    address = site.add(tag(attributes)).replace("127.0.0.1", host)
    page = await open_page(address)
    await expect(page.get_by_role("radiogroup")).to_be_visible()
    assert await page.get_by_text("Test, not counted").count() == is_test


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ('data-feedback-survey="nothing"', "feedback: no such live survey"),
        ('data-feedback-target="#nowhere"', "feedback: nothing matches #nowhere"),
        ('data-feedback-target="!!"', "SyntaxError"),
    ],
)
async def test_it_says_in_one_line_why_it_does_not_ask(
    site: Site, tag: Tag, open_page: PageMaker, attributes: str, reason: str
) -> None:
    page = await open_page("about:blank")
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    async with page.expect_console_message(lambda m: reason in m.text):
        await page.goto(site.add(tag(attributes)))
    assert errors == [] and await page.locator("feedback-widget").count() == 0


async def test_an_unknown_site_is_one_line(site: Site, base: str, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    script = f'<script src="{base}/widget.js" data-feedback-site="nothing" async></script>'
    async with page.expect_console_message(
        lambda m: m.text == "feedback: there is no site with this key"
    ):
        await page.goto(site.add(script))


async def test_two_tags_ask_once(site: Site, tag: Tag, open_page: PageMaker) -> None:
    page = await open_page("about:blank")
    await page.goto(site.add(tag() + tag()))
    await page.locator("feedback-widget #question").wait_for()
    await page.wait_for_timeout(1000)  # the second tag has had its time
    assert await page.locator("feedback-widget").count() == 1
