"""The forms of comments and tags, as pages and programs send them."""

import json
import uuid
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from httpx import Response as Reply
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.setup import add_member
from feedback.comments import acts
from feedback.comments.models import CommentMark, CommentNote, CommentTag, Tag
from feedback.comments.tag_counts import count_tag
from feedback.comments.tag_words import look_further
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.web.page import FLASH_COOKIE
from tests import cast
from tests.cast import Shop
from tests.comments.saying import say
from tests.comments.test_marks import left, rows
from tests.comments.test_tags import names, of_tag, the_tag
from tests.forms import Client, send

LIST = "/responses?comment=1"


def told(answer: Reply) -> list[str]:
    """Kind and words of what the next page says, and what undoes it."""
    found: list[str] = json.loads(bytes.fromhex(unquote(answer.cookies[FLASH_COOKIE])))
    return found


async def do(client: Client, act: str, *ids: uuid.UUID | str, **fields: Any) -> Reply:
    path = f"/comments/{act}"
    return await send(client, path, response=[str(id) for id in ids], next=LIST, **fields)


async def jobs(database: Database, shop: Shop, tag: Tag) -> None:
    while await look_further(database, shop.workspace.id, tag.id):
        pass
    await count_tag(database, shop.workspace.id, tag.id, clock.now())


async def test_it_stars_several_and_undoes_it(
    alice: Client, shop: Shop, database: Database
) -> None:
    ids = await say(database, shop, "one", "two")
    answer = await do(alice, "star", *ids)
    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    kind, said, undo = told(answer)
    assert (kind, said) == ("good", "2 comments are starred.")
    assert await left(database, shop, "starred") == set(ids)
    assert told(await do(alice, "star", *ids))[1] == "Nothing changed: it was so before."
    assert told(await send(alice, "/comments/undo", undo=undo, next=LIST))[1] == "Undone."
    assert await left(database, shop, "starred") == set()
    again = await send(alice, "/comments/undo", undo=undo, next="//evil.example")
    assert told(again)[1] == "There is nothing left to undo."
    assert again.headers["Location"] == "/comments"


async def test_it_acts_on_all_of_a_list_and_no_more(
    alice: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    unhappy = await say(database, shop, "one", "two")
    await say(database, shop, "three", rating=10)
    answer = await do(alice, "done", all="1", filters="band=negative&comment=1")
    assert told(answer)[1] == "2 comments are done."
    assert await left(database, shop, "done") == set(unhappy)
    nothing = await do(alice, "done", all="1", filters="band=neutral")
    assert nothing.status_code == 422 and "No comment fits these filters any more" in nothing.text
    wrong = await do(alice, "done", all="1", filters="surprise=1")
    assert wrong.status_code == 422 and "There is no filter surprise" in wrong.text
    monkeypatch.setattr(acts, "MOST", 2)
    many = await do(alice, "star", all="1", filters="comment=1")
    assert many.status_code == 422
    assert "At most 2 comments at once: narrow the list." in many.text
    assert await left(database, shop, "starred") == set()


async def test_it_keeps_what_was_typed_and_says_what_is_wrong(
    alice: Client, shop: Shop, database: Database
) -> None:
    (first,) = await say(database, shop, "one")
    typed = "<b>" + "x" * 500
    answer = await do(alice, "tag", first, tag=typed)
    assert answer.status_code == 422
    assert "A tag has at most 80 characters; this has 503." in answer.text
    assert f'value="&lt;b&gt;{"x" * 500}"' in answer.text and str(first) in answer.text
    for act, fields, said in (
        ("tag", {"tag": " "}, "Give the tag a name."),
        ("hide", {"reason": ""}, "Say why in a few words: somebody will ask."),
        ("hide", {"reason": "x" * 501}, "Use at most 500 characters."),
        ("note", {"text": " "}, "Write the note first."),
        ("note", {"text": "x" * 2001}, "Use at most 2000 characters."),
    ):
        refused = await do(alice, act, first, **fields)
        assert refused.status_code == 422 and said in refused.text, act
        by_htmx = await send(
            alice, f"/comments/{act}", block="comments_page", response=first, **fields
        )
        assert by_htmx.status_code == 303 and told(by_htmx)[:2] == ["bad", said]
    assert (await do(alice, "star")).status_code == 422  # nobody is chosen
    for table in (CommentMark, CommentNote, CommentTag, Tag):
        assert await rows(database, shop, table) == []


async def test_it_tags_hides_notes_and_takes_off(
    alice: Client, shop: Shop, database: Database
) -> None:
    first, second = await say(database, shop, "one", "two")
    assert told(await do(alice, "tag", first, tag=" Late  <b>"))[1] == "1 comment has the tag."
    assert await names(database, shop, first) == ["Late <b>"]
    assert told(await do(alice, "untag", first, second, tag="LATE <b>"))[1] == (
        "The tag is off 1 comment."
    )
    assert told(await do(alice, "untag", first, tag="never"))[0] == "plain"
    assert told(await do(alice, "hide", first, reason="a name"))[1] == "1 comment is hidden."
    assert told(await do(alice, "show", first))[1] == "1 comment is shown again."
    assert told(await do(alice, "note", first, text="call her"))[1] == "The note is on 1 comment."


async def test_only_its_author_or_an_owner_changes_a_note(
    client: Client, shop: Shop, database: Database
) -> None:
    (first,) = await say(database, shop, "one")
    async with database.write() as session:
        carol = await add_member(
            session, shop.workspace, "carol@shop.example", role="editor", now=cast.OPENED
        )
        dave = await add_member(
            session, shop.workspace, "dave@shop.example", role="editor", now=cast.OPENED
        )
    await cast.sign_in(client, database, carol, shop.workspace)
    await do(client, "note", first, text="call her")
    async with database.read() as session:
        own = CommentNote.workspace_id == shop.workspace.id
        note = (await session.exec(select(CommentNote).where(own))).one()
    path = f"/comments/notes/{note.id}"
    changed = await send(client, path, act="change", text="called", next=LIST)
    assert told(changed)[1] == "The note is changed."
    await cast.sign_in(client, database, dave, shop.workspace)
    refused = await send(client, path, act="delete", next=LIST)
    assert told(refused)[:2] == ["bad", "Only its author, or an owner, may change a note."]
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    gone = await send(client, path, act="delete", next=LIST)
    assert told(gone)[1] == "The note is deleted."
    assert await rows(database, shop, CommentNote) == []
    await send(client, "/comments/undo", undo=told(gone)[2])
    assert len(await rows(database, shop, CommentNote)) == 1


async def test_ids_of_another_workspace_are_not_found(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await cast.open_shop(database, key="charlie")
    theirs = await say(database, other, "secret")
    fields = {"tag": "x", "reason": "x", "text": "x"}
    for act in acts.ACTS:
        assert (await do(alice, act, *theirs, **fields)).status_code == 404, act
        assert (await do(alice, act, uuid.uuid4(), **fields)).status_code == 404, act
    (mine,) = await say(database, shop, "mine")
    answer = await do(alice, "star", mine, *theirs)
    assert told(answer)[1] == "1 comment is starred."
    for table in (CommentMark, CommentNote, CommentTag, Tag):
        assert await rows(database, other, table) == []


async def test_a_list_is_narrowed_by_tag_and_mark(
    alice: Client, shop: Shop, database: Database
) -> None:
    first, second = await say(database, shop, "the first text", "the second text")
    await do(alice, "tag", first, tag="Late")
    await do(alice, "star", second)
    tag = await the_tag(database, shop, "Late")
    for query, there, away in (
        (f"tag={tag.id}", "first", "second"),
        ("mark=starred", "second", "first"),
        ("mark=open&state=", "first", "nothing"),
    ):
        page = (await alice.get(f"/responses?{query}")).text
        assert f"the {there} text" in page and f"the {away} text" not in page, query
    assert (await alice.get(f"/responses?tag={uuid.uuid4()}")).status_code == 422


async def test_the_page_of_a_tag_counts_what_its_links_list(
    alice: Client, shop: Shop, database: Database
) -> None:
    await say(database, shop, "a long queue", "queues", "fine")
    await say(database, shop, "queue", rating=10, state="excluded")
    made = await send(alice, "/comments/tags", name="Queue", words="queue")
    tag = await the_tag(database, shop, "Queue")
    assert made.headers["Location"] == f"/comments/tags/{tag.id}"
    assert "Being counted" in (await alice.get("/comments/tags")).text
    await jobs(database, shop, tag)
    page = (await alice.get(f"/comments/tags/{tag.id}")).text
    assert "2 comments" in page and "Checkout" in page and "March 2026" in page
    listed = (await alice.get("/comments/tags")).text
    assert f'href="/comments?state=counted&amp;tag={tag.id}"' in listed
    answers = await alice.get(f"/responses.json?state=counted&tag={tag.id}&since=2026-03")
    assert len(answers.json()["rows"]) == 2


async def test_a_tag_is_renamed_merged_archived_and_brought_back_by_forms(
    alice: Client, shop: Shop, database: Database
) -> None:
    first, second = await say(database, shop, "one", "two")
    await do(alice, "tag", first, tag="Late")
    await do(alice, "tag", second, tag="Delay")
    late, delay = [await the_tag(database, shop, name) for name in ("Late", "Delay")]
    path = f"/comments/tags/{delay.id}"
    assert (await send(alice, path, act="rename", name="Delays")).status_code == 303
    asked = await send(alice, path, act="rename", name="LATE")
    assert (
        asked.status_code == 200 and "There is a tag “Late” already. Merge the two?" in asked.text
    )
    wrong = await send(alice, path, act="rename", name="x" * 81)
    assert wrong.status_code == 422 and "at most 80 characters" in wrong.text
    merged = await send(alice, path, act="merge", into=late.id)
    assert told(merged)[1] == "“Delays” is now a part of “Late”."
    assert await of_tag(database, shop, late) == {first, second}
    await send(alice, "/comments/undo", undo=told(merged)[2])
    assert await names(database, shop, second) == ["Delays"]
    archived = await send(alice, path, act="archive")
    assert told(archived)[1] == "Archived: Delays"
    assert "Delays" in (await alice.get("/comments/tags")).text
    await send(alice, path, act="restore")
    assert await names(database, shop, second) == ["Delays"]
    twice = await send(alice, "/comments/tags", name="late", words="")
    assert twice.status_code == 422 and "There is a tag of this name already." in twice.text


async def test_words_that_fit_nearly_all_are_said_before(
    alice: Client, shop: Shop, database: Database
) -> None:
    await say(database, shop, "queue", "queue again", "fine")
    await send(alice, "/comments/tags", name="Queue", words="")
    tag = await the_tag(database, shop, "Queue")
    path = f"/comments/tags/{tag.id}"
    told_before = await send(alice, path, act="words", words="queue")
    assert "They fit 2 of 3 comments." in told_before.text
    assert "A tag that most comments have tells little apart." in told_before.text
    assert (await the_tag(database, shop, "Queue")).words is None
    looked = await send(alice, path, look="1", words="fine")
    assert "They fit 1 of 3 comments." in looked.text and "tells little" not in looked.text
    kept = await send(alice, path, act="words", words="queue", sure="1")
    assert kept.status_code == 303 and (await the_tag(database, shop, "Queue")).words == "queue"
    wrong = await send(alice, path, act="words", words="queue\n-till")
    assert wrong.status_code == 422 and "“-till”:" in wrong.text and "queue\n-till" in wrong.text


async def test_it_suggests_names_as_options(alice: Client, shop: Shop, database: Database) -> None:
    (first,) = await say(database, shop, "one")
    await do(alice, "tag", first, tag="<Late>")
    found = await alice.get(f"/comments/tags/suggested?start=%3Cla&stage={shop.checkout.id}")
    assert found.text.strip() == '<option value="&lt;Late&gt;"></option>'
    assert (await alice.get("/comments/tags/suggested?start=x&stage=nothing")).text.strip() == ""


async def test_a_viewer_reads_tags_and_changes_none(
    client: Client, shop: Shop, database: Database
) -> None:
    (first,) = await say(database, shop, "one")
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    await do(client, "tag", first, tag="Late")
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for act in (*acts.ACTS, "undo", "tags"):
        assert (await do(client, act, first, tag="x", reason="x", text="x")).status_code == 403
    tag = await the_tag(database, shop, "Late")
    page = (await client.get(f"/comments/tags/{tag.id}")).text
    assert "Late" in page and "Rename" not in page


async def test_words_are_counted_anew_whenever_something_is_hidden_or_shown(
    alice: Client, shop: Shop, database: Database
) -> None:
    async def asks() -> bool:
        async with database.write() as session:
            gone = sa.delete(Job).where(col(Job.kind) == "words").returning(col(Job.id))
            return (await session.exec(gone)).first() is not None

    (first,) = await say(database, shop, "one")
    await asks()
    await do(alice, "star", first)
    assert not await asks()
    hidden = await do(alice, "hide", first, reason="a name")
    assert await asks()
    await send(alice, "/comments/undo", undo=told(hidden)[2])
    assert await asks()
    await do(alice, "hide", first, reason="a name")
    await asks()
    await do(alice, "show", first)
    assert await asks()
