"""The private link of an answer: seen, what was done about it, changed; by its giver alone."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from feedback import clock
from feedback.db import Database
from feedback.responses.models import Response
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.receipts.links import change, read, send
from tests.responses.test_anonymous import make_anonymous
from tests.surveys.hosted import Client, answers, counts, fill_in
from tests.surveys.test_hosted import later as later
from tests.surveys.test_you_said_we_did import SAID, act


async def test_it_shows_the_answer(client: Client, shop: Shop) -> None:
    link = await send(client, shop, comment="Slow & <b>late</b>", properties={"plan": "gold"})
    page = await client.get(link)
    assert page.status_code == 200 and "9 of 10" in page.text
    assert "Slow &amp; &lt;b&gt;late" in page.text and "plan: gold" in page.text


async def test_it_tells_what_was_done_and_when(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop)
    assert "Nothing is told here yet" in await read(client, link)
    await act(database, shop)
    before = await read(client, link)
    assert SAID["en"] in before and "March 1, 2026" in before
    await act(database, shop, done_on=clock.now().date(), public_texts={"en": "Newer."})
    after = await read(client, link)
    assert after.index("Newer.") < after.index(SAID["en"])
    assert "Nothing is told here yet" not in after


async def test_it_speaks_the_language_of_the_answer(client: Client, shop: Shop) -> None:
    link = await send(client, shop, locale="fr-CA")
    page = (await client.get(link, headers={"Accept-Language": "en"})).text
    assert '<html lang="fr">' in page and "9 sur 10" in page
    assert '<html lang="en">' in await read(client, f"{link}?lang=en")


async def test_nobody_keeps_frames_or_passes_it_on(
    client: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.look = {"origins": ["https://shop.example"]}
    link = await send(client, shop)
    for path in ("", "/change", "/erase", "/code.svg"):
        for method in ("GET", "HEAD"):
            headers = (await client.request(method, link + path)).headers
            assert headers["Cache-Control"] == "no-store", path
            assert headers["Referrer-Policy"] == "no-referrer", path
            assert headers["X-Robots-Tag"] == "noindex, nofollow", path
            assert "shop.example" not in headers["Content-Security-Policy"], path


async def test_reading_writes_nothing(client: Client, shop: Shop, database: Database) -> None:
    link = await send(client, shop, comment="mine")
    before = [row.model_dump() for row in await answers(database, shop)]
    for path in ("", "/change", "/erase", "/erase?send", "/code.svg"):
        for method in ("GET", "HEAD"):
            assert (await client.request(method, link + path)).status_code == 200
    assert [row.model_dump() for row in await answers(database, shop)] == before


async def test_the_same_message_again_gets_the_same_link(client: Client, shop: Shop) -> None:
    message = {"submission_id": "0192f0c1-0000-7000-8000-000000000001", "seq": 1}
    first = await send(client, shop, **message)
    assert await send(client, shop, **message) == first
    assert await send(client, shop, **(message | {"seq": 2, "rating": 3})) == first


async def test_a_change_stays_in_its_month_and_the_board_follows(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    link = await send(client, shop, comment="Good", properties={"plan": "gold"}, locale="fr")
    [before] = await answers(database, shop)
    later(40 * 86_400)
    form = await read(client, f"{link}/change")
    assert re.search(r'value="9"[^>]* checked', form) and ">\nGood</textarea>" in form
    sent = await change(client, link, rating="2", comment="Bad")
    assert sent.status_code == 303 and sent.headers["Location"].startswith(link)
    page = await read(client, sent.headers["Location"])
    assert "2 sur 10" in page and "Bad" in page and "modification est enregistrée" in page
    assert await counts(database, shop) == {2: 1}
    [after] = await answers(database, shop)
    assert (after.id, after.month, after.properties) == (before.id, before.month, {"plan": "gold"})
    assert after.seq > before.seq and after.comment == "Bad"


async def test_a_change_without_a_number_is_asked_again(client: Client, shop: Shop) -> None:
    link = await send(client, shop)
    answer = await change(client, link, rating="11", comment="kept")
    assert answer.status_code == 422 and f'action="{link}/change?send"' in answer.text
    assert ">\nkept</textarea>" in answer.text and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("seq", [7, 2**31 - 2])
async def test_a_change_wins_over_any_seq(
    client: Client, shop: Shop, database: Database, seq: int
) -> None:
    link = await send(client, shop, seq=seq)
    await change(client, link, rating="4")
    assert await counts(database, shop) == {4: 1}


@pytest.mark.parametrize("state", ["paused", "closed", "archived"])
async def test_a_survey_that_rests_lets_nobody_change_and_everybody_see(
    client: Client, shop: Shop, database: Database, state: str
) -> None:
    link = await send(client, shop, comment="mine")
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.archived_at = clock.now() if state == "archived" else None
        survey.state = survey.state if state == "archived" else state
    client.app.state.catalog.forget()
    page = await read(client, link)
    assert "mine" in page and "/erase" in page and "/change" not in page
    assert "cannot be changed" in page and "cannot be changed" in await read(
        client, link + "/change"
    )
    sent = await client.post(f"{link}/change", data={"rating": "1"})
    assert sent.status_code == 409 and await counts(database, shop) == {9: 1}


async def test_a_test_is_a_test_whatever_the_form_says(
    client: Client, shop: Shop, database: Database
) -> None:
    message = {"submission_id": "0192f0c1-0000-7000-8000-000000000001"}
    real, test = await send(client, shop, **message), await send(client, shop, **message, test=True)
    assert real != test and "Test, not counted" in await read(client, test)
    await client.post(f"{test}/change", data={"rating": "1"})
    await client.post(f"{real}/change", data={"rating": "2", "feedback-test": ""})
    assert await counts(database, shop) == {2: 1}
    assert sorted((row.state, row.rating) for row in await answers(database, shop)) == [
        ("counted", 2),
        ("test", 1),
    ]


async def test_what_was_taken_out_is_seen_and_changed_all_the_same(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop)
    async with database.write() as session:
        own = col(Response.workspace_id) == shop.workspace.id
        values = {"state": "excluded", "excluded_from": "counted"}
        await session.exec(sa.update(Response).where(own).values(**values))
    assert (await change(client, link, rating="4")).status_code == 303
    [row] = await answers(database, shop)
    assert (row.state, row.rating) == ("excluded", 4)


async def test_an_imported_answer_has_no_link(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop)
    async with database.write() as session:
        own = col(Response.workspace_id) == shop.workspace.id
        await session.exec(sa.update(Response).where(own).values(import_id=shop.nps.id))
    assert (await client.get(link)).status_code == 404


async def test_a_broken_link_opens_nothing_in_any_language(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop, comment="secret")
    start, token = link.rsplit("/", 1)
    other = link.replace(shop.nps.key, shop.csat.key)
    tokens = (token[:-1], token + "A", token[::-1], "x" * len(token), token.swapcase(), "é%00")
    for address in (other, "/mine/nothing/" + token, *(f"{start}/{each}" for each in tokens)):
        for path in ("", "/change", "/erase"):
            page = await client.get(address + path, headers={"Accept-Language": "fr"})
            assert page.status_code == 404 and "Il n’y a pas de réponse ici" in page.text, address
            assert "secret" not in page.text
        for path in ("/change", "/erase"):
            assert (await client.post(address + path, data={"rating": "1"})).status_code == 404
        assert (await client.get(address + "/code.svg")).status_code == 404
    assert await counts(database, shop) == {9: 1}


async def test_the_code_is_of_the_link_and_kept_by_nobody(client: Client, shop: Shop) -> None:
    code = await client.get(await send(client, shop) + "/code.svg")
    assert code.headers["Content-Type"] == "image/svg+xml" and b"<svg" in code.content


async def test_the_thanks_offer_no_link_that_is_not_ours(client: Client, shop: Shop) -> None:
    assert "/mine/" in await read(client, (await _thanks(client, shop)))
    for token in ("", "x", "../../evil", "%22%3E%3Cscript%3E"):
        page = await read(client, f"/s/{shop.nps.key}/thanks?rating=9&receipt={token}")
        assert "/mine/" not in page and "evil" not in page


async def test_an_anonymous_survey_gives_none(
    client: Client, shop: Shop, database: Database
) -> None:
    await make_anonymous(client, database, shop)
    reply = await client.post(f"/r/{shop.nps.key}", json={"rating": 9})
    assert reply.status_code == 201 and "receipt" not in reply.json()
    thanks = await _thanks(client, shop)
    assert "receipt" not in thanks and "/mine/" not in await read(client, thanks)


async def _thanks(client: Client, shop: Shop) -> str:
    sent = await fill_in(client, f"/s/{shop.nps.key}", rating="9")
    return str(sent.headers["Location"])


async def test_under_a_path_the_link_begins_with_it(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = client.app.state
    moved = state.settings.model_copy(update={"base_url": "https://shop.example/feedback"})
    monkeypatch.setitem(state._state, "settings", moved)
    link = await send(client, shop)
    assert link.startswith("/feedback/mine/")
    assert f'href="{link}/erase' in await read(client, link)
