"""`/s/{survey_key}` with a name: what a press changes, and in which month it stays."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.identity import identity_secret, sign
from feedback.responses.models import RatingCount
from tests.cast import Shop
from tests.conftest import KEY
from tests.surveys.hosted import Client, answers, counts, fill_in
from tests.surveys.test_hosted import later as later

DAY = 86_400


async def by_month(database: Database, shop: Shop) -> list[tuple[str, int, int]]:
    async with database.read() as session:
        found = await session.exec(
            select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        )
        return sorted((str(row.month), row.rating, row.n) for row in found if row.n)


async def test_asked_again_three_months_later_a_month_stays_what_it_was(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    for n in range(6):
        await fill_in(client, f"/s/{shop.nps.key}?id=c-{n}", rating="10")
    [before] = await by_month(database, shop)
    later(92 * DAY)
    for n in range(4):
        await fill_in(client, f"/s/{shop.nps.key}?id=c-{n}", rating="2")
    after = await by_month(database, shop)
    assert before in after and [row[1:] for row in after if row != before] == [(2, 4)]


@pytest.mark.parametrize("which", ["id=c-7", "email=anna%40shop.example"])
async def test_within_seven_days_of_the_first_press_it_is_the_same_answer(
    client: Client, shop: Shop, database: Database, later: Any, which: str
) -> None:
    link = f"/s/{shop.nps.key}?{which}"
    for day, rating in ((0, "9"), (3, "4"), (6.9, "7")):
        later(day * DAY)
        await fill_in(client, link, rating=rating)
    assert await counts(database, shop) == {7: 1}
    later(7.1 * DAY)  # of the first press: changing it has not made it younger
    await fill_in(client, link, rating="2")
    assert await counts(database, shop) == {7: 1, 2: 1}
    later(8 * DAY)
    await fill_in(client, link, rating="3")
    assert await counts(database, shop) == {7: 1, 3: 1}


async def test_two_presses_at_once_are_one_answer_each_time(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    for turn in range(3):
        later(turn * 30 * DAY)
        both = [fill_in(client, f"/s/{shop.nps.key}?id=c-7", rating="9") for _ in range(4)]
        assert {sent.status_code for sent in await asyncio.gather(*both)} == {303}
    assert len(await answers(database, shop)) == 3


async def test_another_order_is_another_answer_and_the_first_mail_stays_its_own(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    link = f"/s/{shop.nps.key}?id=c-7&about="
    await fill_in(client, link + "order-1", rating="9")
    later(3 * DAY)
    await fill_in(client, link + "order-2", rating="4")
    before = await by_month(database, shop)
    later(92 * DAY)
    await fill_in(client, link + "order-1", rating="8")
    after = await by_month(database, shop)
    assert [row[0] for row in after] == [row[0] for row in before]
    assert sorted(row[1:] for row in after) == [(4, 1), (8, 1)]


async def test_a_changed_answer_keeps_its_channel_and_a_new_one_has_its_own(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    link = f"/s/{shop.nps.key}?id=c-7&channel="
    await fill_in(client, link + "email", rating="9")
    await fill_in(client, link + "qr", rating="3")
    later(30 * DAY)
    await fill_in(client, link + "qr", rating="5")
    found = sorted((row.channel, row.rating) for row in await answers(database, shop))
    assert found == [("email", 3), ("qr", 5)]


async def test_tests_have_a_row_of_answers_of_their_own(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    link = f"/s/{shop.nps.key}?id=c-7"
    for day in (0, 30):
        later(day * DAY)
        await fill_in(client, f"{link}&feedback-test", rating="3")
        await fill_in(client, link, rating="9")
    found = sorted((row.state, row.rating) for row in await answers(database, shop))
    assert found == [("counted", 9)] * 2 + [("test", 3)] * 2


@pytest.mark.parametrize(
    "link",
    [
        "email=anna+shop@example.org",
        "email=anna%2Bshop@example.org",
        "email=Anna%2BShop@Example.org%20",
        "email=anna%252Bshop@example.org",
        "email=anna%2Bshop%40example.org",
        "amp;email=anna+shop@example.org",
    ],
)
async def test_the_same_person_by_link_and_by_program(
    client: Client, shop: Shop, database: Database, link: str
) -> None:
    body = {"rating": 9, "contact": {"email": "anna+shop@example.org"}}
    await client.post(f"/r/{shop.nps.key}", json=body)
    await fill_in(client, f"/s/{shop.csat.key}?{link}", rating="4")
    assert len({row.respondent_key for row in await answers(database, shop)}) == 1


async def test_a_link_escaped_for_html_still_preselects(client: Client, shop: Shop) -> None:
    page = (await client.get(f"/s/{shop.nps.key}?id=c-7&amp;rating=4&amp;lang=fr")).text
    assert 'value="4" required' in page and " checked" in page and '<html lang="fr">' in page


async def test_a_name_that_was_not_filled_in_is_told(
    client: Client, shop: Shop, database: Database
) -> None:
    link = f"/s/{shop.nps.key}?id=%25SUBSCRIBERID%25&about=%24%7Border%7D&p_plan=%7B%7Bplan%7D%7D"
    sent = await fill_in(client, link, rating="9")
    told = sent.headers["X-Feedback-Dropped"]
    assert told == "contact.id, properties.plan, about"
    [row] = await answers(database, shop)
    assert (row.respondent_key, row.about_key, row.properties) == (None, None, None)


async def test_the_share_page_says_which_parameter_was_not_filled_in(
    alice: Client, shop: Shop, database: Database
) -> None:
    share = f"/surveys/{shop.nps.id}/share"
    assert "not filled in" not in (await alice.get(share)).text
    link = f"/s/{shop.nps.key}?id=%25SUBSCRIBERID%25&email=anna%40shop.example&about="
    await fill_in(alice, link, rating="9")
    sightings = alice.app.state.sightings
    while not sightings.is_idle:
        await asyncio.sleep(0.01)
    await sightings.flush()
    page = (await alice.get(share)).text
    assert "“id” not filled in" in page and "SUBSCRIBERID" not in page
    assert "“email” not filled" not in page and "Not seen yet" in page


@pytest.mark.parametrize("link", ["anna%2Bshop@example.org", "anna+shop@example.org"])
async def test_a_signed_address_with_a_plus_is_the_signed_one(
    client: Client, shop: Shop, database: Database, link: str
) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).needs_signature = True
    client.app.state.catalog.forget()
    proof = sign("anna+shop@example.org", identity_secret(KEY.encode(), shop.workspace.id))
    address = f"/s/{shop.nps.key}?email={link}&sig={proof}"
    assert (await fill_in(client, address, rating="9")).status_code == 303
    [row] = await answers(database, shop)
    assert row.respondent_key is not None
