"""The tag more than once on a page: one function, one question over the page, each answer once."""

from playwright.async_api import expect

from feedback.db import Database
from tests.browser.acts import answers, asked, displays, heard_by_console, is_ready, rate
from tests.browser.conftest import PageMaker, Tag
from tests.browser.sites import Site
from tests.cast import Shop


async def test_the_same_tag_twice_is_as_once(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    async with page.expect_response("**/d/*"):
        await page.goto(site.add(tag() + tag()))
    await is_ready(page, tags=2)
    assert await asked(page) == [shop.nps.key]
    heard = "window.heard = []; feedback('on', 'rated', ({ rating }) => heard.push(rating))"
    await page.evaluate(heard)
    assert await heard_by_console(page, "feedback('show')") == []
    assert await asked(page) == [shop.nps.key]
    await rate(page, 8)
    assert await page.evaluate("heard") == [8]
    assert [row.rating for row in await answers(database, shop)] == [8]
    assert await displays(database, shop) == {"shown": 1}
    await page.evaluate("feedback('close')")
    assert await asked(page) == []


async def test_of_two_surveys_over_the_page_one_is_asked(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    tags = [tag(f'data-feedback-survey="{key}"') for key in (shop.nps.key, shop.csat.key)]
    page = await open_page(site.add("".join(tags)))
    await is_ready(page, tags=2)
    assert len(await asked(page)) == 1


async def test_a_script_added_again_later_changes_nothing(
    site: Site, tag: Tag, open_page: PageMaker, shop: Shop
) -> None:
    page = await open_page(site.add(tag()))
    await rate(page, 8)
    await page.evaluate(
        """() => {
          const old = document.querySelector("script[data-feedback-site]");
          const again = document.createElement("script");
          for (const { name, value } of old.attributes) again.setAttribute(name, value);
          document.body.append(again);
        }"""
    )
    await is_ready(page, tags=2)
    assert await asked(page) == [shop.nps.key]
    await expect(page.get_by_role("radio", name="8 of 10")).to_be_checked()


async def test_two_tags_share_one_function(
    site: Site, tag: Tag, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    tags = tag(f'data-feedback-survey="{shop.nps.key}"') + tag(
        f'data-feedback-survey="{shop.csat.key}" data-feedback-target="main"'
    )
    page = await open_page(site.add(f"<main></main>{tags}"))
    await is_ready(page, tags=2)
    await page.evaluate("feedback('identify', {id: '42'})")
    for name in ("8 of 10", "4 of 5"):
        async with page.expect_response("**/r/*"):
            await page.get_by_role("radio", name=name).click()
    stored = await answers(database, shop)
    assert len({row.respondent_key for row in stored}) == 1 and len(stored) == 2
