"""Tags that hold words: given back to the beginning and from then on, never against a hand."""

import asyncio
import uuid
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.comments import tag_words
from feedback.comments.index import follow_all as follow_comments
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment, CommentTag, Tag, TagCount
from feedback.comments.tag_counts import Counts, count_tag, follow, read_counts, suggest
from feedback.comments.tag_words import fits, look_further, preview, tag_by_words
from feedback.comments.tags import add_tag, archive_tag, remove_tag, restore_tag, set_words
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.responses.models import Response
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.comments.saying import NOW, say
from tests.comments.test_marks import act, undone
from tests.comments.test_tags import edit, of_tag, the_tag
from tests.forms import Client
from tests.waiting import arrival

APRIL = date(2026, 4, 1)


async def worded(database: Database, shop: Shop, name: str, words: str) -> Tag:
    """A tag with words, and the comments there are looked through."""
    (first,) = await say(database, shop, "nothing of it")
    await act(database, shop, add_tag, [first], name=name)
    tag = await the_tag(database, shop, name)
    await act(database, shop, remove_tag, [first], tag_id=tag.id)
    await give(database, shop, tag, words)
    return tag


async def give(database: Database, shop: Shop, tag: Tag, words: str) -> Any:
    made, id = await edit(database, shop, tag, set_words, words)
    await follow_all(database, shop, made)
    return id


async def follow_all(database: Database, shop: Shop, made: Any) -> None:
    """What an act asks for, done."""
    async with database.write() as session:
        await follow(session, shop.workspace.id, made, NOW)
    for id in made.of_tags():
        while await look_further(database, shop.workspace.id, id):
            pass
        await count_tag(database, shop.workspace.id, id, NOW)


async def by_job(database: Database, shop: Shop, *ids: uuid.UUID) -> None:
    """As the comments' job does in its transaction."""
    async with database.write() as session:
        await tag_by_words(session, shop.workspace.id, ids)


async def counts(database: Database, shop: Shop, tag: Tag) -> Counts:
    await count_tag(database, shop.workspace.id, tag.id, NOW)
    async with database.read() as session:
        return (await read_counts(session, shop.workspace.id, tag.id))[tag.id][1]


async def test_it_tags_what_there_is_and_what_comes(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_words, "STRIDE", 2)
    old = await say(database, shop, "long queue", "all fine", "queues again", "nice", "a QUEUE")
    tag = await worded(database, shop, "Queue", "queue")
    fitting = {old[0], old[2], old[4]}
    assert await of_tag(database, shop, tag) == fitting
    new = await say(database, shop, "queue at the till", "so nice")
    await by_job(database, shop, *new)
    await by_job(database, shop, *new)  # twice is once
    assert await of_tag(database, shop, tag) == fitting | {new[0]}
    async with database.read() as session:
        state = await session.get_one(TagCount, (shop.workspace.id, tag.id))
    assert state.is_whole and state.looked == 6


async def test_an_answer_has_its_tags_when_the_comments_job_has_been_at_it(
    database: Database, shop: Shop, client: Client
) -> None:
    tag = await worded(database, shop, "Queue", "queue\nqueues")
    for text in ("Endless QUEUES!", "fine"):
        body = {"rating": 2, "comment": text, "locale": "en"}
        answer = await client.post(f"/r/{shop.nps.key}", json=body)
        assert answer.status_code == 201
    async with database.read() as session:
        own = (Response.workspace_id == shop.workspace.id, Response.comment == "Endless QUEUES!")
        wanted = {(await session.exec(select(Response.id).where(*own))).one()}

    async def tagged() -> bool:
        await follow_comments(database, shop.workspace.id)  # this process, or the server's
        return await of_tag(database, shop, tag) == wanted

    assert await arrival(tagged)


async def test_it_tags_and_untags_a_comment_that_changed(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "queue", "fine")
    tag = await worded(database, shop, "Queue", "queue")
    for id, text in ((first, "fine"), (second, "a queue")):
        async with database.write() as session:
            own = (Comment.workspace_id == shop.workspace.id, Comment.response_id == id)
            comment = (await session.exec(select(Comment).where(*own))).one()
            comment.stems = indexed(text, "en")
    await by_job(database, shop, first, second)
    assert await of_tag(database, shop, tag) == {second}


async def test_what_a_hand_took_off_or_put_on_stays(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "queue", "fine")
    tag = await worded(database, shop, "Queue", "queue")
    await act(database, shop, remove_tag, [first], tag_id=tag.id)
    await act(database, shop, add_tag, [second], name="queue")
    await by_job(database, shop, first, second)
    await give(database, shop, tag, "queue\nqueue*")
    assert await of_tag(database, shop, tag) == {second}
    await give(database, shop, tag, "")
    assert await of_tag(database, shop, tag) == {second}


async def test_other_words_are_looked_for_anew_and_undone(database: Database, shop: Shop) -> None:
    first, second, third = await say(database, shop, "queue", "till", "queue till")
    tag = await worded(database, shop, "Queue", "queue")
    id = await give(database, shop, tag, "till -queue\nnever")
    assert await of_tag(database, shop, tag) == {second}
    put_back = await undone(database, shop, id)
    await follow_all(database, shop, put_back)
    assert await of_tag(database, shop, tag) == {first, third}
    await give(database, shop, tag, "")
    assert await of_tag(database, shop, tag) == set()


async def test_an_archived_tag_rests_and_catches_up(database: Database, shop: Shop) -> None:
    tag = await worded(database, shop, "Queue", "queue")
    made, _id = await edit(database, shop, tag, archive_tag, NOW)
    await follow_all(database, shop, made)
    (first,) = await say(database, shop, "queue")
    await by_job(database, shop, first)
    assert await of_tag(database, shop, tag) == set()
    made, _id = await edit(database, shop, tag, restore_tag)
    await follow_all(database, shop, made)
    assert await of_tag(database, shop, tag) == {first}


async def test_words_and_comments_that_come_at_one_moment_find_each_other(
    database: Database, shop: Shop
) -> None:
    tag = await worded(database, shop, "Queue", "nothing")
    ids: list[uuid.UUID] = []

    async def come(n: int) -> None:
        new = await say(database, shop, f"queue {n}")
        await by_job(database, shop, *new)
        ids.extend(new)

    await asyncio.gather(*(come(n) for n in range(6)), give(database, shop, tag, "queue"))
    assert await of_tag(database, shop, tag) == set(ids)


async def test_it_counts_by_month_and_series(database: Database, shop: Shop) -> None:
    await say(database, shop, "queue", "queue", "fine")
    await say(database, shop, "queue", rating=10, month=APRIL)
    await say(database, shop, "queue", series_id=shop.csat_series.id, rating=5, month=APRIL)
    await say(database, shop, "queue", state="excluded")
    tag = await worded(database, shop, "Queue", "queue")
    found = await counts(database, shop, tag)
    assert (found.n, found.unhappy) == (4, 2)
    assert found.months == {"2026-03": (2, 2), "2026-04": (2, 0)}
    assert found.series == {shop.nps_series.id: (3, 2), shop.csat_series.id: (1, 0)}


async def test_small_groups_of_an_anonymous_survey_are_in_no_count(
    database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.is_anonymous = True
    await say(database, shop, *["queue"] * 5)
    await say(database, shop, *["queue"] * 4, month=APRIL)
    tag = await worded(database, shop, "Queue", "queue")
    found = await counts(database, shop, tag)
    assert found.n == 5 and list(found.months) == ["2026-03"]


async def test_it_says_before_what_words_would_fit(
    database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(database, shop, "queue", "queues", "fine")
    async with database.read() as session:
        assert await preview(session, shop.workspace.id, "queue") == (2, 3, True)
        monkeypatch.setattr(tag_words, "LOOKED_THROUGH", 2)
        assert await preview(session, shop.workspace.id, "queue") == (1, 2, False)


async def test_it_suggests_what_the_stage_uses_most(database: Database, shop: Shop) -> None:
    first = await say(database, shop, "a", "b", "c")
    second = await say(database, shop, "d", "e", series_id=shop.csat_series.id)
    for ids, name in ((first, "Waiting"), (second, "Wrong item"), (second[:1], "Élan")):
        made, _id = await act(database, shop, add_tag, ids, name=name)
        await follow_all(database, shop, made)

    async def suggested(**asked: Any) -> list[str]:
        async with database.read() as session:
            return [tag.name for tag in await suggest(session, shop.workspace.id, **asked)]

    assert await suggested() == ["Waiting", "Wrong item", "Élan"]
    assert await suggested(stage_id=shop.care.id) == ["Wrong item", "Élan", "Waiting"]
    assert await suggested(start="W", stage_id=shop.care.id) == ["Wrong item", "Waiting"]
    assert await suggested(start="item") == ["Wrong item"]
    assert await suggested(start="el") == ["Élan"]
    other = await cast.open_shop(database, key="charlie")
    async with database.read() as session:
        assert await suggest(session, other.workspace.id) == []


async def test_an_erased_answer_has_its_tags_counted_anew(database: Database, shop: Shop) -> None:
    first, second = await say(database, shop, "queue", "queue")
    tag = await worded(database, shop, "Queue", "queue")
    async with database.write() as session:
        own = (col(Comment.workspace_id) == shop.workspace.id, col(Comment.response_id) == first)
        await session.exec(sa.delete(Comment).where(*own))
        mine = col(Response.workspace_id) == shop.workspace.id
        await session.exec(sa.delete(Response).where(mine, col(Response.id) == first))
        await session.exec(sa.delete(Job))
    await by_job(database, shop, first)
    async with database.read() as session:
        (job,) = await session.exec(select(Job))
        left = CommentTag.workspace_id == shop.workspace.id, CommentTag.response_id == first
        assert (await session.exec(select(CommentTag).where(*left))).all() == []
    assert job.payload == {"workspace": str(shop.workspace.id), "tag": str(tag.id)}
    assert (await counts(database, shop, tag)).n == 1
    assert await of_tag(database, shop, tag) == {second}


def test_nothing_fits_words_that_make_no_sense() -> None:
    assert not fits("", "queue") and not fits("-queue", "till")
