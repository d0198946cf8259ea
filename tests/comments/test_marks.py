"""Star, done, hide and notes: on many at once, by two people, and put back exactly."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.comments import marks
from feedback.comments.changes import KEPT, Changes, keep, undo
from feedback.comments.models import CommentMark, CommentNote, CommentUndo
from feedback.comments.notes import add_note, change_note, delete_note, notes_of
from feedback.db import Database
from feedback.responses.models import Response
from tests import cast
from tests.cast import Shop
from tests.comments.saying import NOW, say

LATER = NOW + timedelta(minutes=1)


async def act(database: Database, shop: Shop, verb: Any, ids: Any, **more: Any) -> Any:
    """What an act changed, and the id that undoes it; Alice's, unless it says `by`."""
    by, now = more.pop("by", shop.alice.id), more.pop("now", NOW)
    async with database.write() as session:
        made = await verb(session, shop.workspace.id, ids, by, now, **more)
        return made, await keep(session, shop.workspace.id, by, made, now)


async def undone(
    database: Database, shop: Shop, id: uuid.UUID | None, now: Any = LATER
) -> Changes | None:
    assert id is not None
    async with database.write() as session:
        return await undo(session, shop.workspace.id, shop.alice.id, id, now)


async def left(database: Database, shop: Shop, mark: str) -> set[uuid.UUID]:
    async with database.read() as session:
        narrowed = await marks.narrowed(session, shop.workspace.id, mark)
        own = Response.workspace_id == shop.workspace.id
        return set(await session.exec(select(Response.id).where(own, *narrowed)))


async def rows(database: Database, shop: Shop, table: Any) -> list[Any]:
    async with database.engine.connect() as connection:
        own = table.workspace_id == shop.workspace.id
        return sorted(map(repr, await connection.execute(sa.select(table).where(own))))


VERBS = [
    ("starred", marks.star, marks.unstar, {}),
    ("done", marks.done, marks.reopen, {}),
    ("hidden", marks.hide, marks.show, {"reason": "names a colleague"}),
]


@pytest.mark.parametrize(("mark", "put_on", "take_off", "more"), VERBS, ids=lambda v: str(v)[:8])
async def test_it_marks_many_at_once_and_puts_back_what_was_there(
    database: Database, shop: Shop, mark: str, put_on: Any, take_off: Any, more: Any
) -> None:
    first, second, third = await say(database, shop, "one", "two", "three")
    await act(database, shop, put_on, [first], by=shop.bob.id, **more)
    made, id = await act(database, shop, put_on, [first, second], now=LATER, **more)
    assert made.said == 1  # the first was marked before, by Bob
    assert await left(database, shop, mark) == {first, second}
    assert third in await left(database, shop, "open")
    put_back = await undone(database, shop, id)
    assert put_back is not None and len(put_back.rows) == 1
    assert await left(database, shop, mark) == {first}
    made, id = await act(database, shop, take_off, [first, second, third])
    assert made.said == 1 and await left(database, shop, mark) == set()
    await undone(database, shop, id)
    async with database.read() as session:
        row = (await marks.marks_of(session, shop.workspace.id, [first, second]))[first]
    assert getattr(row, f"{mark}_by") == shop.bob.id and getattr(row, f"{mark}_at") == NOW


async def test_it_undoes_only_what_still_stands_as_it_was_left(
    database: Database, shop: Shop
) -> None:
    first, second = await say(database, shop, "one", "two")
    _made, id = await act(database, shop, marks.star, [first, second])
    await act(database, shop, marks.unstar, [first], by=shop.bob.id)
    await act(database, shop, marks.star, [first], by=shop.bob.id, now=LATER)
    await act(database, shop, marks.done, [second], by=shop.bob.id)
    assert await undone(database, shop, id)
    assert await left(database, shop, "starred") == {first}  # Bob's star stays
    assert await left(database, shop, "done") == {second}
    assert await undone(database, shop, id) is None  # once only


async def test_it_undoes_nothing_of_others_and_nothing_after_an_hour(
    database: Database, shop: Shop
) -> None:
    (first,) = await say(database, shop, "one")
    _made, id = await act(database, shop, marks.star, [first], by=shop.bob.id)
    assert await undone(database, shop, id) is None
    _made, id = await act(database, shop, marks.done, [first])
    assert await undone(database, shop, id, NOW + KEPT + timedelta(seconds=1)) is None
    await act(database, shop, marks.hide, [first], now=NOW + 2 * KEPT, reason="x")
    assert len(await rows(database, shop, CommentUndo)) == 1


async def test_it_touches_nothing_of_another_workspace(database: Database, shop: Shop) -> None:
    other = await cast.open_shop(database, key="charlie")
    theirs = await say(database, other, "secret")
    for _mark, put_on, take_off, more in VERBS:
        for verb in (put_on, take_off):
            made, id = await act(database, shop, verb, theirs, **(more if verb is put_on else {}))
            assert made.rows == [] and id is None
    made, _id = await act(database, shop, add_note, theirs, text="x")
    assert made.rows == []
    for table in (CommentMark, CommentNote):
        for each in (shop, other):
            assert await rows(database, each, table) == []


async def test_a_star_stays_on_what_changed_since(database: Database, shop: Shop) -> None:
    (first,) = await say(database, shop, "one")
    await act(database, shop, marks.star, [first])
    async with database.write() as session:
        response = await session.get_one(Response, (shop.workspace.id, first))
        mark = (await marks.marks_of(session, shop.workspace.id, [first]))[first]
        assert not marks.changed_since_starred(mark, response)
        response.comment, response.changed_at = "another", LATER
        assert marks.changed_since_starred(mark, response)
    assert await left(database, shop, "starred") == {first}


async def test_notes_have_an_author_and_come_back(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "one", "two")
    made, id = await act(database, shop, add_note, [first, second], text="call her")
    assert made.said == 2 and await left(database, shop, "noted") == {first, second}
    await undone(database, shop, id)
    assert await left(database, shop, "noted") == set()
    await act(database, shop, add_note, [first], text="call her")
    async with database.write() as session:
        note = (
            await session.exec(
                select(CommentNote).where(CommentNote.workspace_id == shop.workspace.id)
            )
        ).one()
        changed = await change_note(session, note, "called", LATER)
        id = await keep(session, shop.workspace.id, shop.alice.id, changed, LATER)
    async with database.read() as session:
        ((found,),) = (await notes_of(session, shop.workspace.id, [first])).values()
    assert (found.note.text, found.author) == ("called", shop.alice.email)
    await undone(database, shop, id)
    before = await rows(database, shop, CommentNote)
    async with database.write() as session:
        note = await session.get_one(CommentNote, (shop.workspace.id, found.note.id))
        assert note.text == "call her" and note.changed_at is None
        made = await delete_note(session, note)
        id = await keep(session, shop.workspace.id, shop.alice.id, made, LATER)
    assert await rows(database, shop, CommentNote) == []
    await undone(database, shop, id)
    assert await rows(database, shop, CommentNote) == before


async def test_nothing_is_put_back_on_an_answer_that_is_gone(
    database: Database, shop: Shop
) -> None:
    (first,) = await say(database, shop, "one")
    await act(database, shop, add_note, [first], text="call her")
    async with database.write() as session:
        own = CommentNote.workspace_id == shop.workspace.id
        note = (await session.exec(select(CommentNote).where(own))).one()
        made = await delete_note(session, note)
        id = await keep(session, shop.workspace.id, shop.alice.id, made, NOW)
    async with database.write() as session:
        mine = col(Response.workspace_id) == shop.workspace.id
        await session.exec(sa.delete(Response).where(mine, col(Response.id) == first))
    assert await undone(database, shop, id) is not None
    assert await rows(database, shop, CommentNote) == []
