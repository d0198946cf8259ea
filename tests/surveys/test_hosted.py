"""`/s/{survey_key}`: the survey as a page of its own."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from feedback import clock
from feedback.db import Database
from tests.cast import TEXTS, Shop
from tests.surveys.hosted import Client, answers, counts, fill_in, hidden


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Moves the clock on by so many seconds."""
    start = clock.now()
    return lambda seconds: monkeypatch.setattr(
        clock, "now", lambda: start + timedelta(seconds=seconds)
    )


async def test_it_works(client: Client, shop: Shop, database: Database) -> None:
    link = f"/s/{shop.nps.key}?lang=fr&id=c-7&p_plan=pro&p_city=Nîmes&channel=qr"
    sent = await fill_in(client, link, rating="9", comment="Très\r\nbien <b>")
    assert sent.status_code == 303
    thanks = await client.get(sent.headers["Location"])
    assert TEXTS["fr"]["thanks"] in thanks.text and "note de 9" in thanks.text
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.locale) == (9, "Très\nbien <b>", "fr")
    assert stored.properties == {"plan": "pro", "city": "Nîmes"}
    assert stored.channel == "qr" and stored.respondent_key is not None
    assert stored.state == "counted" and await counts(database, shop) == {9: 1}


async def test_it_works_with_nothing_but_a_rating(
    client: Client, shop: Shop, database: Database
) -> None:
    sent = await client.post(f"/s/{shop.nps.key}", data={"rating": "10"}, follow_redirects=False)
    assert sent.status_code == 303
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.channel, stored.respondent_key) == (10, "page", None)


async def test_a_test_of_somebodys_link_leaves_their_answer(
    client: Client, shop: Shop, database: Database
) -> None:
    link = f"/s/{shop.nps.key}?id=c-7"
    await fill_in(client, link, rating="9")
    await fill_in(client, f"{link}&feedback-test", rating="2")
    found = {(row.state, row.rating) for row in await answers(database, shop)}
    assert found == {("counted", 9), ("test", 2)}
    assert await counts(database, shop) == {9: 1}


async def test_the_thanks_page_carries_no_id(client: Client, shop: Shop) -> None:
    link = f"/s/{shop.nps.key}?id=c-7&email=a@b.example"
    sent = await fill_in(client, link, rating="9", comment="private")
    address, token = sent.headers["Location"].split("&receipt=")
    assert address == f"/s/{shop.nps.key}/thanks?lang=en&rating=9" and len(token) == 54


async def test_a_get_never_writes(client: Client, shop: Shop, database: Database) -> None:
    before = await _snapshot(database)
    key = shop.nps.key
    for address in (
        f"/s/{key}",
        f"/s/{key}?rating=9&id=c-7&email=a@b.example&p_a=1&sig=x&channel=email&lang=fr",
        f"/s/{key}/thanks?rating=9",
        "/s/nothing?rating=9",
        f"/w/{key}",
        "/widget.js",
    ):
        await client.get(address)
        await client.head(address)
    assert await _snapshot(database) == before


async def _snapshot(database: Database) -> dict[str, int]:
    async with database.engine.connect() as connection:
        return {
            table.name: (
                await connection.execute(sa.text(f'SELECT count(*) FROM "{table.name}"'))
            ).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }


async def test_the_link_only_preselects(client: Client, shop: Shop) -> None:
    page = (await client.get(f"/s/{shop.nps.key}?rating=8")).text
    [checked] = re.findall(r'value="(\d+)"[^>]* checked>', page)
    assert checked == "8"
    assert "Press Send" in page


@pytest.mark.parametrize("rating", ["11", "-1", "8.5", "", "<b>"])
async def test_a_link_with_a_wrong_rating_chooses_none(
    client: Client, shop: Shop, rating: str
) -> None:
    page = await client.get(f"/s/{shop.nps.key}", params={"rating": rating})
    assert page.status_code == 200 and " checked" not in page.text and "<b>" not in page.text


async def test_a_double_press_is_stored_once(
    client: Client, shop: Shop, database: Database
) -> None:
    form = hidden((await client.get(f"/s/{shop.nps.key}")).text) | {"rating": "9"}
    for _ in range(3):
        await client.post(f"/s/{shop.nps.key}", data=form, follow_redirects=False)
    assert await counts(database, shop) == {9: 1}


async def test_two_loads_without_an_id_are_two_answers(
    client: Client, shop: Shop, database: Database
) -> None:
    for rating in ("9", "4"):
        await fill_in(client, f"/s/{shop.nps.key}", rating=rating)
    assert await counts(database, shop) == {9: 1, 4: 1}


@pytest.mark.parametrize("seconds", [0, 90])
async def test_one_id_has_one_answer_and_the_last_press_wins(
    client: Client, shop: Shop, database: Database, later: Any, seconds: int
) -> None:
    for turn, rating in enumerate(("9", "4", "9", "7")):
        later(turn * seconds)
        sent = await fill_in(client, f"/s/{shop.nps.key}?id=c-7", rating=rating)
        assert sent.status_code == 303
    assert await counts(database, shop) == {7: 1}


async def test_one_id_answers_each_survey(client: Client, shop: Shop, database: Database) -> None:
    await fill_in(client, f"/s/{shop.nps.key}?id=c-7", rating="4")
    await fill_in(client, f"/s/{shop.csat.key}?id=c-7", rating="5")
    assert await counts(database, shop) == {4: 1, 5: 1}


@pytest.mark.parametrize("tag", ["{{contact_id}}", "*|UNIQID|*", "[[id]]", "%%id%%", " "])
async def test_a_merge_tag_nobody_replaced_names_nobody(
    client: Client, shop: Shop, database: Database, tag: str
) -> None:
    for rating in ("9", "4"):
        page = await client.get(f"/s/{shop.nps.key}", params={"id": tag})
        await client.post(f"/s/{shop.nps.key}", data=hidden(page.text) | {"rating": rating})
    assert await counts(database, shop) == {9: 1, 4: 1}


async def test_the_id_of_the_answer_does_not_show_the_id_of_the_person(
    client: Client, shop: Shop, database: Database
) -> None:
    await fill_in(client, f"/s/{shop.nps.key}?id=c-7", rating="9")
    async with database.read() as session:
        row = await session.exec(sa.text("SELECT submission_id FROM submission"))  # type: ignore[call-overload]
        submission_id = row.scalar_one()
    found = submission_id if isinstance(submission_id, UUID) else UUID(bytes=submission_id)
    assert found.version == 5


async def test_a_test_is_marked_and_never_counted(
    client: Client, shop: Shop, database: Database
) -> None:
    page = await client.get(f"/s/{shop.nps.key}?feedback-test")
    assert "Test, not counted" in page.text
    await fill_in(client, f"/s/{shop.nps.key}?feedback-test", rating="9")
    [stored] = await answers(database, shop)
    assert stored.state == "test" and await counts(database, shop) == {}


async def test_it_speaks_the_readers_language(client: Client, shop: Shop) -> None:
    address = f"/s/{shop.nps.key}?rating=8&id=c-7"
    french = await client.get(address, headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert TEXTS["fr"]["question"] in french.text and '<html lang="fr">' in french.text
    english = re.search(r'href="([^"]+)" lang="en"', french.text)
    assert english is not None
    switched = await client.get(english.group(1).replace("&amp;", "&"))
    assert TEXTS["en"]["question"] in switched.text
    assert hidden(switched.text)["id"] == "c-7" and " checked" in switched.text
