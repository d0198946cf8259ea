"""The job: what search knows of comments follows the answers."""

import asyncio
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.comments import index
from feedback.comments.facets import Facet, pack
from feedback.comments.index import AT_ONCE, follow, follow_all
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment
from feedback.comments.numbering import LOW, number_of
from feedback.db import Database, new_id
from feedback.responses.models import CommentDue, Response
from feedback.responses.review import change_state
from tests.cast import Shop
from tests.comments.test_due import answer, due
from tests.surveys.hosted import Client


async def comments(database: Database, shop: Shop) -> dict[uuid.UUID, Comment]:
    async with database.read() as session:
        own = Comment.workspace_id == shop.workspace.id
        return {row.response_id: row for row in await session.exec(select(Comment).where(own))}


async def finds(database: Database, stem: str) -> list[int]:
    """The numbers of the comments in which a database finds this stem, the newest first."""
    if database.is_sqlite:
        said = "SELECT rowid FROM comment_search WHERE comment_search MATCH :stem"
    else:
        matches = "to_tsvector('simple', stems) @@ to_tsquery('simple', :stem)"
        said = f"SELECT number FROM comment WHERE {matches}"
    async with database.read() as session:
        found = await (await session.connection()).execute(sa.text(said), {"stem": stem})
        return sorted(found.scalars(), reverse=True)


async def test_a_comment_is_known_after_the_job(
    client: Client, shop: Shop, database: Database
) -> None:
    text = "L'attente était trop longue"
    id = await answer(client, shop, rating=2, comment=text, locale="fr-FR")
    await answer(client, shop, rating=9)
    assert await follow(database) is False
    assert await due(database, shop) == set()
    async with database.read() as session:
        response = await session.get_one(Response, (shop.workspace.id, id))
    [row] = (await comments(database, shop)).values()
    assert row.model_dump() == {
        "workspace_id": shop.workspace.id,
        "number": number_of(id),
        "response_id": id,
        "series_id": response.series_id,
        "month": response.month,
        "band": -1,
        "rating": 2,
        "channel": response.channel,
        "language": "fr",
        "person": None,
        "state": "counted",
        "words": 5,
        "facet": pack(Facet(response.series_id, "counted", -1, response.channel, "fr")),
        "stems": indexed(text, "fr"),
    }
    assert await finds(database, "attent") == [row.number]


async def test_a_later_message_and_an_exclusion_are_followed(
    client: Client, shop: Shop, database: Database
) -> None:
    which = {"submission_id": str(new_id()), "locale": "en"}
    id = await answer(client, shop, **which, seq=1, comment="queue")
    await follow(database)
    await answer(client, shop, **which, seq=2, rating=10, comment="parking")
    async with database.write() as session:
        await change_state(
            session, shop.workspace.id, id, "exclude",
            reason="", user_id=shop.alice.id, now=clock.now(),
        )  # fmt: skip
    await follow(database)
    [row] = (await comments(database, shop)).values()
    assert (row.band, row.rating, row.state, row.words) == (1, 10, "excluded", 1)
    assert await finds(database, "queue") == [] and await finds(database, "park") == [row.number]
    await answer(client, shop, **which, seq=3)
    await follow(database)
    assert await comments(database, shop) == {} and await finds(database, "park") == []


async def test_an_answer_that_is_gone_is_forgotten(
    client: Client, shop: Shop, database: Database
) -> None:
    await answer(client, shop, comment="queue", locale="en")
    await follow(database)
    own: Any = Response.workspace_id == shop.workspace.id
    async with database.write() as session:
        await session.exec(sa.delete(Response).where(own))
    await follow(database)
    assert await comments(database, shop) == {} and await finds(database, "queue") == []


async def test_what_changes_while_the_job_runs_is_not_lost(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = {"submission_id": str(new_id()), "locale": "en"}
    id = await answer(client, shop, **which, seq=1, comment="queue")
    usual, loop = index.make, asyncio.get_running_loop()

    def make_late(said: Any) -> Any:
        later = answer(client, shop, **which, seq=2, comment="parking")
        asyncio.run_coroutine_threadsafe(later, loop).result(20)
        return usual(said)

    monkeypatch.setattr(index, "make", make_late)
    await follow(database)
    assert await due(database, shop) == {id} and await comments(database, shop) == {}
    monkeypatch.setattr(index, "make", usual)
    await follow(database)
    assert (await comments(database, shop))[id].stems == indexed("parking", "en")
    assert await finds(database, "queue") == []


async def test_it_goes_on_until_nothing_is_due_and_the_newest_are_first(
    client: Client, shop: Shop, database: Database
) -> None:
    ids = [await answer(client, shop, comment=f"n{n}") for n in range(AT_ONCE + 5)]
    assert await follow(database) is True
    assert set(await comments(database, shop)) == set(sorted(ids)[5:])
    assert await follow_all(database, shop.workspace.id) == 5
    rows = await comments(database, shop)
    numbers = [rows[id].number for id in sorted(ids)]
    assert numbers == sorted(numbers) and len(set(numbers)) == len(ids)


async def test_two_workers_at_once_do_each_comment_once(
    client: Client, shop: Shop, database: Database
) -> None:
    ids = {await answer(client, shop, comment=f"n{n}") for n in range(40)}
    other = Database(database.url)
    try:
        await asyncio.gather(*(follow(each) for each in (database, other, database, other)))
        while await due(database, shop):
            await follow(other)
    finally:
        await other.close()
    assert set(await comments(database, shop)) == ids
    assert len(await finds(database, "n7")) == 1


async def test_a_number_that_is_taken_is_another_ones(
    shop: Shop, client: Client, database: Database
) -> None:
    first = await answer(client, shop, comment="a")
    low = (1 << 59) - 1  # of what a number does not hold
    async with database.write() as session:
        made = await session.get_one(Response, (shop.workspace.id, first))
        twins = [uuid.UUID(int=first.int & ~low | n) for n in range(1, 30)]
        session.add_all(Response(**made.model_dump() | {"id": id}) for id in twins)
    await follow(database)
    rows = await comments(database, shop)
    numbers = {row.number for row in rows.values()}
    assert len(numbers) == 30 and number_of(first) in numbers
    assert max(numbers) - min(numbers) < 100 << LOW


async def test_what_is_to_leave_no_word_comes_first(
    client: Client, shop: Shop, database: Database
) -> None:
    known = await answer(client, shop, comment="secret")
    await follow(database)
    later = await answer(client, shop, comment="waits")
    async with database.write() as session:
        own = (col(Response.workspace_id) == shop.workspace.id, col(Response.id) == known)
        await session.exec(sa.update(Response).where(*own).values(comment="▇▇▇"))
    assert await follow_all(database, shop.workspace.id, only_known=True) == 1
    assert await due(database, shop) == {later} and await finds(database, "secret") == []
    assert (await comments(database, shop))[known].words == 0


async def test_nothing_due_is_one_look(shop: Shop, database: Database) -> None:
    async with database.read() as session:
        own = CommentDue.workspace_id == shop.workspace.id
        assert not (await session.exec(select(CommentDue).where(own))).all()
    assert await follow(database) is False
