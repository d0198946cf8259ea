"""A private link erases its answer: two steps, twice is fine, and the score stays."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.erasure.models import Erasure
from tests.cast import Shop
from tests.receipts.links import change, press, read, send
from tests.surveys.hosted import Client, answers, counts
from tests.surveys.test_hosted import later as later

MINE = "0192f0c1-0000-7000-8000-000000000001"


async def erase(client: Client, link: str) -> Any:
    return await client.post(
        f"{link}/erase", headers={"Origin": "null"}, follow_redirects=False, data={}
    )


async def test_it_says_first_what_goes_and_what_stays(client: Client, shop: Shop) -> None:
    link = await send(client, shop, comment="secret")
    page = await read(client, f"{link}/erase")
    assert "Erase this answer?" in page and "One rating of 9 stays counted in" in page
    assert "secret" in await read(client, link)


async def test_it_erases_and_says_when(client: Client, shop: Shop, database: Database) -> None:
    link = await send(client, shop, comment="secret", submission_id=MINE)
    before = await counts(database, shop)
    done = await erase(client, link)
    assert done.status_code == 303 and done.headers["Location"].startswith(link)
    [row] = await answers(database, shop)
    assert (row.rating, row.comment) == (9, None) and await counts(database, shop) == before
    async with database.read() as session:
        own = Erasure.workspace_id == shop.workspace.id
        [noted] = await session.exec(select(Erasure).where(own))
    for path in ("", "/change", "/erase"):
        page = await read(client, link + path)
        assert "This answer is erased" in page and "secret" not in page
        day = noted.erased_at.astimezone(ZoneInfo(shop.workspace.time_zone))
        assert f"It was erased on {day:%B} {day.day}" in page
    assert (await client.post(f"{link}/change", data={"rating": "1"})).status_code == 409
    # A queue that sends it again gets the same link to the same page.
    again = await send(client, shop, comment="secret", submission_id=MINE)
    assert again == link and await counts(database, shop) == before
    assert "secret" not in await read(client, link)


async def test_twice_is_fine(client: Client, shop: Shop, database: Database) -> None:
    link = await send(client, shop)
    assert [(await erase(client, link)).status_code for _ in range(3)] == [303, 303, 303]
    async with database.read() as session:
        own = Erasure.workspace_id == shop.workspace.id
        assert len(list(await session.exec(select(Erasure).where(own)))) == 1


async def test_what_names_somebody_is_erased_by_its_newest_link_alone(
    client: Client, shop: Shop, database: Database, later: Any
) -> None:
    old = await press(client, f"/s/{shop.nps.key}?id=c-7", rating="9", comment="one")
    later(60)
    new = await press(client, f"/s/{shop.nps.key}?id=c-7", rating="8", comment="two")
    assert (await erase(client, old)).status_code == 409
    assert [row.comment for row in await answers(database, shop)] == ["two"]
    assert (await erase(client, new)).status_code == 303
    assert [row.comment for row in await answers(database, shop)] == [None]
    for link in (old, new):
        assert "This answer is erased" in await read(client, link)


async def test_a_changed_answer_is_erased_as_it_is_now(
    client: Client, shop: Shop, database: Database
) -> None:
    link = await send(client, shop, comment="one")
    await change(client, link, rating="2", comment="two")
    await erase(client, link)
    [row] = await answers(database, shop)
    assert (row.rating, row.comment) == (2, None) and await counts(database, shop) == {2: 1}


async def test_a_test_and_an_answer_with_one_id_are_erased_apart(
    client: Client, shop: Shop, database: Database
) -> None:
    real = await send(client, shop, submission_id=MINE, comment="real")
    test = await send(client, shop, submission_id=MINE, comment="test", test=True)
    await erase(client, test)
    assert "real" in await read(client, real) and "erased" in await read(client, test)
    assert await counts(database, shop) == {9: 1}


async def test_without_its_list_nothing_is_erased_and_it_says_so(
    client: Client, shop: Shop, database: Database, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    state = client.app.state
    moved = state.settings.model_copy(update={"backups": tmp_path / "file"})
    monkeypatch.setitem(state._state, "settings", moved)
    link = await send(client, shop, comment="kept")
    answer = await erase(client, link)
    assert answer.status_code == 503 and "Nothing was erased" in answer.text
    assert [row.comment for row in await answers(database, shop)] == ["kept"]
