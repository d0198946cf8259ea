"""Tags: one for each name however it is typed, put on and off by many, renamed, merged, undone."""

import asyncio
import uuid
from typing import Any

import pytest
from sqlmodel import select

from feedback.comments.changes import Changes
from feedback.comments.models import CommentTag, Tag
from feedback.comments.tag_names import read_name, read_words
from feedback.comments.tags import (
    add_tag,
    archive_tag,
    load_tags,
    merge_tag,
    narrowed,
    remove_tag,
    rename_tag,
    restore_tag,
    set_words,
    tags_of,
)
from feedback.db import Database
from feedback.filters import FilterError
from feedback.responses.models import Response
from tests import cast
from tests.cast import Shop
from tests.comments.saying import NOW, say
from tests.comments.test_marks import LATER, act, rows, undone


async def names(database: Database, shop: Shop, id: uuid.UUID) -> list[str]:
    async with database.read() as session:
        found = await tags_of(session, shop.workspace.id, [id])
    return [tag.name for tag in found.get(id, [])]


async def the_tag(database: Database, shop: Shop, name: str) -> Tag:
    async with database.read() as session:
        own = (Tag.workspace_id == shop.workspace.id, Tag.name == name)
        return (await session.exec(select(Tag).where(*own))).one()


async def of_tag(database: Database, shop: Shop, tag: Tag) -> set[uuid.UUID]:
    async with database.read() as session:
        condition = await narrowed(session, shop.workspace.id, tag.id)
        own = Response.workspace_id == shop.workspace.id
        return set(await session.exec(select(Response.id).where(own, *condition)))


async def edit(database: Database, shop: Shop, tag: Tag, verb: Any, *more: Any) -> Any:
    """An act on a tag itself, and the id that undoes it."""

    async def do(session: Any, workspace_id: Any, _ids: Any, _by: Any, _now: Any) -> Any:
        row = await session.get_one(Tag, (workspace_id, tag.id))
        made = await verb(session, row, *more)
        return made if isinstance(made, Changes) else Changes()

    return await act(database, shop, do, [])


async def test_one_tag_a_name_however_it_is_typed(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "one", "two")
    for name in ("Délai de livraison", "delai de LIVRAISON", "De\u0301lai  de livraison"):
        assert read_name(name).problem == ""
        await act(database, shop, add_tag, [first, second], name=read_name(name).text)
    assert await names(database, shop, first) == ["Délai de livraison"]
    async with database.read() as session:
        assert len(await load_tags(session, shop.workspace.id)) == 1
    assert len(await rows(database, shop, CommentTag)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("x" * 500, "A tag has at most 80 characters; this has 500."),
        ("\u200b \u0301", "Give the tag a name."),
        ("a\x00b", "Leave out characters that cannot be seen."),
        ("<b>&amp;</b>", ""),
        ("😡", ""),
        ("ﷺ" * 80, ""),
        ("ช้า", ""),
    ],
)
async def test_it_says_what_is_wrong_with_a_name_and_stores_any_other(
    database: Database, shop: Shop, typed: str, said: str
) -> None:
    name, problem = read_name(typed)
    assert problem == said
    if not problem:
        (first,) = await say(database, shop, "one")
        await act(database, shop, add_tag, [first], name=name)
        assert await names(database, shop, first) == [name]


def test_it_says_which_line_of_words_makes_no_sense() -> None:
    assert read_words("late*\n  \nlate*").text == "late*"
    assert read_words("late*\n-till").problem.startswith("“-till”: ")
    assert read_words("x" * 501).problem == "Use at most 500 characters in a line."
    assert read_words("\n".join(f"word{n}" for n in range(51))).problem == "Use at most 50 lines."


async def test_two_people_tag_one_comment_at_once(database: Database, shop: Shop) -> None:
    ids = await say(database, shop, "one", "two", "three")
    people = [shop.alice.id, shop.bob.id] * 3
    made = await asyncio.gather(
        *(act(database, shop, add_tag, ids, by=by, name="Waiting") for by in people)
    )
    assert sum(each.said for each, _id in made) == len(ids)
    assert len(await rows(database, shop, CommentTag)) == len(ids)
    assert await names(database, shop, ids[0]) == ["Waiting"]


async def test_it_takes_a_tag_off_and_puts_it_back(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "one", "two")
    made, id = await act(database, shop, add_tag, [first, second], name="Waiting")
    assert made.said == 2
    tag = await the_tag(database, shop, "Waiting")
    taken, off = await act(database, shop, remove_tag, [first], by=shop.alice.id, tag_id=tag.id)
    assert taken.said == 1 and await of_tag(database, shop, tag) == {second}
    again, _id = await act(database, shop, add_tag, [first], name="waiting", now=LATER)
    assert again.said == 1 and await of_tag(database, shop, tag) == {first, second}
    assert await undone(database, shop, off) == Changes()  # it is on again since
    taken, off = await act(database, shop, remove_tag, [first], tag_id=tag.id)
    assert await undone(database, shop, off) is not None
    assert await of_tag(database, shop, tag) == {first, second}
    await undone(database, shop, id)  # of the second only: the first was given it anew
    assert await of_tag(database, shop, tag) == {first}


async def test_undoing_the_first_use_of_a_tag_takes_the_tag_away(
    database: Database, shop: Shop
) -> None:
    first, second = await say(database, shop, "one", "two")
    _made, id = await act(database, shop, add_tag, [first], name="Waiting")
    await undone(database, shop, id)
    assert await rows(database, shop, Tag) == []
    _made, id = await act(database, shop, add_tag, [first], name="Waiting")
    await act(database, shop, add_tag, [second], name="Waiting", by=shop.bob.id)
    await undone(database, shop, id)
    assert await names(database, shop, first) == []
    assert await names(database, shop, second) == ["Waiting"]


async def test_it_renames_and_archives_and_a_typed_name_brings_back(
    database: Database, shop: Shop
) -> None:
    (first,) = await say(database, shop, "one")
    await act(database, shop, add_tag, [first], name="Waiting")
    tag = await the_tag(database, shop, "Waiting")
    made, id = await edit(database, shop, tag, rename_tag, "WAITING")
    assert made.said == 1 and await names(database, shop, first) == ["WAITING"]
    await undone(database, shop, id)
    assert await names(database, shop, first) == ["Waiting"]
    _made, id = await edit(database, shop, tag, archive_tag, NOW)
    assert await names(database, shop, first) == []
    async with database.read() as session:
        assert await load_tags(session, shop.workspace.id) == []
        assert len(await load_tags(session, shop.workspace.id, archived=True)) == 1
    await undone(database, shop, id)
    await edit(database, shop, tag, archive_tag, NOW)
    await act(database, shop, add_tag, [first], name="waiting")
    assert await names(database, shop, first) == ["Waiting"]
    await edit(database, shop, tag, archive_tag, NOW)
    made, _id = await edit(database, shop, tag, restore_tag)
    assert made.said == 1 and await names(database, shop, first) == ["Waiting"]


async def test_it_merges_two_tags_and_takes_that_back(database: Database, shop: Shop) -> None:
    first, second, third = await say(database, shop, "one", "two", "three")
    await act(database, shop, add_tag, [first, second], name="Waiting")
    await act(database, shop, add_tag, [second, third], name="Queue", by=shop.bob.id)
    queue, waiting = [await the_tag(database, shop, name) for name in ("Queue", "Waiting")]
    await edit(database, shop, waiting, set_words, "wait*")
    await edit(database, shop, queue, set_words, "queue")
    async with database.write() as session:
        row = await session.get_one(Tag, (shop.workspace.id, queue.id))
        other = await rename_tag(session, row, "waiting")
        assert isinstance(other, Tag) and other.id == waiting.id  # ask first
    before = await rows(database, shop, CommentTag), await rows(database, shop, Tag)
    made, id = await edit(database, shop, queue, merge_tag, waiting.id, NOW)
    assert made.said == 2
    assert await names(database, shop, third) == await names(database, shop, first) == ["Waiting"]
    merged = await the_tag(database, shop, "Waiting")
    assert merged.words == "wait*\nqueue" and await of_tag(database, shop, queue) == set()
    await undone(database, shop, id)
    assert (await rows(database, shop, CommentTag), await rows(database, shop, Tag)) == before


async def test_tags_of_another_workspace_are_not_there(database: Database, shop: Shop) -> None:
    other = await cast.open_shop(database, key="charlie")
    theirs = await say(database, other, "secret")
    await act(database, other, add_tag, theirs, by=other.alice.id, name="Waiting")
    tag = await the_tag(database, other, "Waiting")
    before = await rows(database, other, CommentTag)
    made, _id = await act(database, shop, add_tag, theirs, name="Mine")
    assert made.rows == [] and await rows(database, shop, Tag) == []
    made, _id = await act(database, shop, remove_tag, theirs, tag_id=tag.id)
    assert made.rows == [] and await rows(database, other, CommentTag) == before
    async with database.read() as session:
        assert await tags_of(session, shop.workspace.id, theirs) == {}
        with pytest.raises(FilterError):
            await narrowed(session, shop.workspace.id, tag.id)
