"""The questions after the rating at a kiosk, in a real Chromium."""

from typing import Any

import pytest
from playwright.async_api import expect

from feedback.db import Database
from tests.browser.acts import answers, change, messages
from tests.browser.conftest import PageMaker
from tests.browser.kiosk import ask_more, asks, emptied, press, staying
from tests.cast import Shop
from tests.surveys.follow_ups import FOLLOW_UPS


@pytest.fixture
def open_page(open_page: PageMaker) -> PageMaker:
    return staying(open_page)


@pytest.fixture
async def link(base: str, shop: Shop, database: Database) -> str:
    await ask_more(database, shop)
    return f"{base}/k/{shop.nps.key}"


async def test_each_step_is_stored_as_it_is_answered(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    sent = messages(page)
    await press(page, "3 of 10")
    await asks(page, "What went wrong?")
    await emptied(page)
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.answers, stored.seq) == (3, None, 1)
    await press(page, "Price")
    await asks(page, "What did you use?")
    await press(page, "Shop", "checkbox")
    await press(page, "App", "checkbox")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    await emptied(page)
    [stored] = await answers(database, shop)
    assert stored.answers == {"f2": "c1", "f3": ["c3", "c4"]}  # before "Next"
    await press(page, "Shop", "checkbox")
    await press(page, "Next")
    await asks(page, "How was the staff?")
    await press(page, "6 of 7")
    await asks(page, "What counted most?")
    await press(page, "Delivery", "checkbox")
    await press(page, "Send")
    await asks(page, "We are sorry.")
    await emptied(page)
    [stored] = await answers(database, shop)
    delivery = str(shop.delivery.id)
    assert stored.answers == {"f2": "c1", "f3": ["c4"], "f5": 6, "counted_most": [delivery]}
    assert stored.seq == sent[-1]["seq"] == 7
    assert sorted(each["seq"] for each in sent) == [each["seq"] for each in sent]


async def test_each_band_is_asked_its_own_questions(link: str, open_page: PageMaker) -> None:
    page = await open_page(link)
    for rating, question, ending in (
        (7, "How was the staff?", "Thank you."),
        (10, "What did you use?", "Tell others."),
    ):
        await press(page, f"{rating} of 10")
        await asks(page, question)
        for _ in range(4):
            if await page.get_by_role("button", name="Skip").is_visible():
                await press(page, "Skip")
        await asks(page, ending)
        assert await page.get_by_role("link").count() == 0
        await press(page, "Start over")


async def test_a_band_that_is_asked_nothing_is_thanked_at_once(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, follow_ups=FOLLOW_UPS[1:2])
    page = await open_page(f"{base}/k/{shop.nps.key}?comment")
    await press(page, "8 of 10")
    await asks(page, "Thank you.")


async def test_skipping_takes_back_what_was_ticked(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(link)
    await press(page, "9 of 10")
    await press(page, "Shop", "checkbox")
    await press(page, "Skip")
    await press(page, "2 of 7")
    await press(page, "Delivery", "checkbox")
    await press(page, "None of these", "checkbox")
    await expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    await press(page, "Send")
    await asks(page, "Tell others.")
    await emptied(page)
    [stored] = await answers(database, shop)
    assert stored.answers == {"f5": 2, "counted_most": []}


async def test_who_leaves_half_way_has_given_what_was_tapped(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    await page.clock.install()
    await page.goto(link)
    await press(page, "0 of 10")
    await press(page, "Wait")
    await page.clock.fast_forward(21_000)
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.clock.fast_forward(21_000)
    await asks(page, "How likely")
    await press(page, "1 of 10")
    await press(page, "Start over")
    await asks(page, "How likely")
    await emptied(page)
    rows = await answers(database, shop)
    assert {(row.rating, str(row.answers)) for row in rows} == {(0, "{'f2': 'c2'}"), (1, "None")}


async def test_without_a_network_the_whole_answer_comes_later(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page(f"{link}?comment")
    await page.context.set_offline(True)
    await press(page, "3 of 10")
    await press(page, "Price")
    await press(page, "App", "checkbox")
    await press(page, "Next")
    await press(page, "7 of 7")
    await press(page, "Skip")
    assert await answers(database, shop) == []
    await page.context.set_offline(False)
    await emptied(page)
    [stored] = await answers(database, shop)
    assert stored.answers == {"f2": "c1", "f3": ["c4"], "f5": 7}


async def test_a_refused_detail_costs_nobody_the_rating(
    link: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    page = await open_page("about:blank")
    strange: Any = {"id": "counted_most", "kind": "counted_most", "bands": ["positive"]}
    strange["stages"] = [{"name": "", "choices": [{"id": "gone", "name": "Gone"}]}]
    await page.add_init_script(
        f"""const parse = JSON.parse;
        JSON.parse = (text) => {{
          const found = parse(text);
          found?.steps?.push({strange});
          return found;
        }}"""
    )
    await page.goto(link)
    await page.context.set_offline(True)  # all of it comes in one message
    await press(page, "9 of 10")
    for _ in range(3):
        await press(page, "Skip")
    await press(page, "Gone", "checkbox")
    assert await answers(database, shop) == []
    await page.context.set_offline(False)
    await emptied(page)
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.answers) == (9, None)


async def test_a_comment_is_asked_for_where_its_link_says_so(
    base: str, open_page: PageMaker, database: Database, shop: Shop
) -> None:
    await change(database, shop.nps, follow_ups=FOLLOW_UPS[:2])
    page = await open_page(f"{base}/k/{shop.nps.key}?comment")
    await press(page, "2 of 10")
    await page.get_by_role("textbox", name="What happened?").fill("It broke")
    await press(page, "Next")
    await press(page, "Price")
    await asks(page, "Thank you.")
    await emptied(page)
    [stored] = await answers(database, shop)
    assert (stored.comment, stored.answers) == ("It broke", {"f2": "c1"})


async def test_choices_are_large_targets(link: str, open_page: PageMaker) -> None:
    page = await open_page(link, viewport={"width": 320, "height": 640})
    await press(page, "3 of 10")
    for least, act in ((64, "Price"), (64, "Next"), (64, "6 of 7"), (64, "Send")):
        boxes = [await each.bounding_box() for each in await page.locator("#body button").all()]
        assert boxes and all(box and box["height"] >= least and box["width"] >= 40 for box in boxes)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await press(page, act)
