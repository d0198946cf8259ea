"""Words of a comment are masked for good: in the row, on pages, in files, and whatever comes."""

import re
import uuid
from typing import Any

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.responses.masking.frozen import is_masked
from feedback.responses.masking.words import MARK
from feedback.responses.models import Response, ResponseChange
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.responses.test_pages import give

COMMENT = "I am Zebulon Zork, call 06 12 34 56 78. Slow delivery!"


async def form_of(client: Client, id: str) -> dict[str, Any]:
    """What a browser would send as the page stands: what is ticked, and the hidden fields."""
    html = (await client.get(f"/responses/{id}")).text
    seen = re.search(r'name="seen" value="(\w+)"', html)
    assert seen
    ticked = re.findall(r'name="word" value="([\d-]+)" checked', html)
    return {"seen": seen.group(1), "word": ticked}


async def mask(client: Client, id: str, **fields: Any) -> Any:
    return await send(client, f"/responses/{id}/mask", **(await form_of(client, id) | fields))


async def stored(database: Database, shop: Shop, id: str) -> Response:
    async with database.read() as session:
        return await session.get_one(Response, (shop.workspace.id, uuid.UUID(id)))


async def test_what_is_suggested_is_ticked_and_masked(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    answer = await mask(alice, id, typed="zebulon zork")
    assert answer.headers["Location"] == f"/responses/{id}"
    row = await stored(database, shop, id)
    assert row.comment == f"I am {MARK}, call {MARK}. Slow delivery!"
    assert row.changed_at is not None
    html = (await alice.get(f"/responses/{id}")).text
    assert f'aria-label="masked">{MARK}</span>, call' in html
    assert "Words masked in 2 places by alice@shop.example" in html
    for page in ("/responses", "/responses.csv", "/responses.json", f"/responses/{id}"):
        said = (await alice.get(page)).text
        assert MARK in said and "Zork" not in said and "34 56" not in said, page


async def test_who_masked_and_when_is_kept_without_the_words(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id, typed="Zork")
    async with database.read() as session:
        own = ResponseChange.workspace_id == shop.workspace.id
        [change] = await session.exec(select(ResponseChange).where(own))
    assert (change.state, change.reason, change.user_id) == ("masked", "2", shop.alice.id)


async def test_a_later_message_does_not_bring_the_words_back(
    alice: Client, shop: Shop, database: Database
) -> None:
    """Its rating counts; what it says is left, be it the same words in another spelling."""
    sent = {"submission_id": str(uuid.uuid4()), "comment": COMMENT}
    id = await give(alice, shop.nps, 3, seq=1, **sent)
    await mask(alice, id, typed="Zebulon Zork")
    before = (await stored(database, shop, id)).comment
    for seq in (2, 3):
        again = sent | {"seq": seq, "rating": 3 + seq, "comment": "Z-e-b-u-l-o-n Z0rk"}
        answer = await alice.post(f"/r/{shop.nps.key}", json=again)
        assert (answer.status_code, answer.json()["id"]) == (200, id)
    row = await stored(database, shop, id)
    assert (row.comment, row.rating, row.seq) == (before, 6, 3)


async def test_other_answers_are_still_completed(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await mask(alice, id)
    sent: dict[str, Any] = {"submission_id": str(uuid.uuid4()), "rating": 9}
    other = await give(alice, shop.nps, seq=1, **sent)
    await alice.post(f"/r/{shop.nps.key}", json=sent | {"seq": 2, "comment": "Lovely"})
    assert (await stored(database, shop, other)).comment == "Lovely"
    async with database.read() as session:
        found = [await is_masked(session, shop.workspace.id, uuid.UUID(i)) for i in (id, other)]
    assert found == [True, False]


async def test_masking_all_of_it_is_refused_with_the_way_out(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment="Zebulon, 06 12 34 56 78!")
    answer = await mask(alice, id, typed="zebulon")
    assert answer.status_code == 422
    assert "Erase the comment instead, or the whole answer." in answer.text
    assert (await stored(database, shop, id)).comment == "Zebulon, 06 12 34 56 78!"
    assert (await mask(alice, id, act="all")).status_code == 303
    assert (await stored(database, shop, id)).comment is None
    assert "Comment erased by alice@shop.example" in (await alice.get(f"/responses/{id}")).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"word": [], "typed": " "}, "Tick the words to mask"),
        ({"typed": "Zork\nDupont"}, "does not contain: Dupont"),
        ({"seen": "0000000000000000"}, "The comment has changed meanwhile"),
        ({"seen": "", "act": "all"}, "The comment has changed meanwhile"),
    ],
    ids=["nothing", "a word it has not", "another comment", "a comment nobody saw"],
)
async def test_it_refuses(
    alice: Client, shop: Shop, database: Database, fields: dict[str, Any], said: str
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    answer = await mask(alice, id, **fields)
    assert answer.status_code == 422 and said in answer.text
    assert (await stored(database, shop, id)).comment == COMMENT
    assert not (await stored(database, shop, id)).changed_at


async def test_an_answer_without_a_comment_offers_no_masking(alice: Client, shop: Shop) -> None:
    id = await give(alice, shop.nps, 3)
    assert "Mask words" not in (await alice.get(f"/responses/{id}")).text
    answer = await send(alice, f"/responses/{id}/mask", word="0-4", seen="")
    assert answer.status_code == 422


async def test_a_viewer_reads_and_masks_nothing(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment=COMMENT)
    await cast.sign_in(alice, database, shop.bob, shop.workspace)
    assert "Mask words" not in (await alice.get(f"/responses/{id}")).text


async def test_of_a_long_comment_what_is_suggested_can_be_ticked(
    alice: Client, shop: Shop, database: Database
) -> None:
    id = await give(alice, shop.nps, 3, comment="word " * 400 + "0612345678")
    html = (await alice.get(f"/responses/{id}")).text
    assert html.count('name="word"') == 1 and "word word word" in html
    await mask(alice, id)
    assert (await stored(database, shop, id)).comment == "word " * 400 + MARK
