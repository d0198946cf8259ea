"""The button on the page of one response: what there is first, then one press."""

from pathlib import Path
from typing import Any

import pytest

from feedback.db import Database
from feedback.erasure.ids import is_erased
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.forms import send
from tests.surveys.hosted import Client, answers


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"backups": tmp_path / "backups"})


async def say(client: Client, shop: Shop, **body: Any) -> str:
    sent = {"rating": 3, "comment": "canary", "contact": {"id": "c-7"}} | body
    return str((await client.post(f"/r/{shop.nps.key}", json=sent)).json()["id"])


async def test_it_says_what_goes_and_erases_one_answer(
    alice: Client, shop: Shop, database: Database
) -> None:
    id, _ = await say(alice, shop), await say(alice, shop)
    page = f"/responses/{id}/erase"
    assert page in (await alice.get(f"/responses/{id}")).text
    said = (await alice.get(page)).text
    assert (
        "1 answer, 1 comment" in said
        and "2 answers, 2 comments" in said
        and "Everything of this person" in said
    )
    went = await send(alice, page, act="answer")
    assert went.headers["Location"] == "/responses"
    rows = await answers(database, shop)
    assert sorted(is_erased(row.id) for row in rows) == [False, True]
    (erased,) = [row for row in rows if is_erased(row.id)]
    left = (await alice.get(f"/responses/{erased.id}")).text
    assert "This answer was erased" in left and "canary" not in left and "/erase" not in left
    again = await alice.get(page, follow_redirects=False)
    assert again.headers["Location"] == "/responses"
    assert (await alice.get(f"/responses/{id}")).status_code == 404


async def test_it_erases_everything_of_a_person(
    alice: Client, shop: Shop, database: Database
) -> None:
    id, *_ = [await say(alice, shop) for _ in range(3)]
    await say(alice, shop, contact={"id": "another"})
    page = f"/responses/{id}/erase"
    await send(alice, page, act="person")
    assert sorted(is_erased(row.id) for row in await answers(database, shop)) == [
        *(False, True, True, True)
    ]


async def test_only_editors_may(
    client: Client, alice: Client, shop: Shop, database: Database
) -> None:
    id = await say(alice, shop)
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert "/erase" not in (await client.get(f"/responses/{id}")).text
    assert (await client.get(f"/responses/{id}/erase")).status_code == 403


async def test_where_the_list_cannot_be_written_it_says_so(
    alice: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    id = await say(alice, shop)
    assert settings.backups is not None
    settings.backups.write_text("a file, no folder")
    page = f"/responses/{id}/erase"
    went = await send(alice, page, act="answer")
    assert went.status_code == 503 and "Nothing was erased" in went.text
    assert str(settings.backups) not in went.text
    assert not [row for row in await answers(database, shop) if is_erased(row.id)]
