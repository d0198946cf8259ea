"""The empathy panel of a stage: what stands on it, whose it is, and where it leads."""

import re
import uuid
from html import unescape
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.comments.models import CommentMark, StageNote
from feedback.db import Database
from feedback.empathy.notes import MOST_NOTES
from feedback.responses.models import Response
from tests import cast
from tests.cast import Shop
from tests.comments.saying import NOW
from tests.dashboards.counted import Counted
from tests.forms import send

Client = AsyncTestClient[Any]


def address(shop: Shop, query: str = "") -> str:
    return f"/stages/{shop.checkout.id}/empathy{query}"


async def somebody(session: AsyncSession) -> uuid.UUID:
    return (await session.exec(select(User.id))).first()  # type: ignore[return-value]


async def text(client: Client, shop: Shop, query: str = "") -> str:
    answer = await client.get(address(shop, query))
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(answer.text))


async def give(client: Client, shop: Shop, rating: int, comment: str | None = None) -> uuid.UUID:
    answer = await client.post(f"/r/{shop.nps.key}", json={"rating": rating, "comment": comment})
    assert answer.status_code == 201, answer.text
    return uuid.UUID(answer.json()["id"])


async def star(database: Database, shop: Shop, id: uuid.UUID, **more: Any) -> None:
    async with database.write() as session:
        at: dict[str, Any] = {"starred_at": NOW, "starred_by": await somebody(session)}
        session.add(CommentMark(workspace_id=shop.workspace.id, response_id=id, **at, **more))


async def test_each_band_leads_to_its_answers(alice: Client, shop: Shop, march: None) -> None:
    for rating in (0, 3, 6, 7, 8, 9, 10, 10, 10, 10):
        await give(alice, shop, rating)
    found = await text(alice, shop, "?month=2026-03&months=1")
    assert "NPS <span" in found and "10 answers" in found
    links = re.findall(r'<a href="([^"]+)" data-n="(\d+)">', found)
    assert [n for _, n in links] == ["3", "2", "5"]
    for link, n in links:
        assert f"{n} answers" in (await alice.get(link)).text


async def test_it_pools_the_months_that_are_asked_for(
    alice: Client, years: Counted, shop: Shop
) -> None:
    """Each month has 100 answers."""
    found = await text(alice, shop)
    assert "December 2025 to February 2026" in found and "300 answers" in found
    found = await text(alice, shop, "?month=2025-12&months=12")
    assert "January 2025 to December 2025" in found and "1,200 answers" in found


async def test_an_empty_stage_says_what_will_stand_there(alice: Client, shop: Shop) -> None:
    found = await text(alice, shop)
    for words in ("Nobody has answered at this stage", "comments that you star", "They think"):
        assert words in found


async def test_it_shows_what_was_starred_in_these_months_and_is_not_hidden(
    alice: Client, shop: Shop, database: Database, march: None
) -> None:
    texts = ("Waited for ages", "Not starred", "Starred and hidden")
    ids = [await give(alice, shop, 3, each) for each in texts]
    await star(database, shop, ids[0])
    await star(database, shop, ids[2], hidden_at=NOW)
    found = await text(alice, shop, "?month=2026-03")
    assert "<blockquote>Waited for ages</blockquote>" in found
    assert "Not starred" not in found and "Starred and hidden" not in found
    assert "Waited for ages" not in await text(alice, shop, "?month=2025-12")


async def test_notes_have_an_author_and_are_taken_off(
    alice: Client, shop: Shop, database: Database
) -> None:
    kept = {"kind": "thinks", "text": "  Is my <b>card</b> safe? "}
    assert (await send(alice, address(shop), **kept)).status_code == 303
    found = await text(alice, shop)
    assert "Is my <b>card</b> safe?" in found and "alice@" in found
    assert "<b>card</b>" not in (await alice.get(address(shop))).text  # markup is text
    (id,) = re.findall(r'name="remove" value="([^"]+)"', found)
    assert (await send(alice, address(shop), remove=id)).status_code == 303
    assert "card" not in await text(alice, shop)
    assert (await send(alice, address(shop), remove=id)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("does", "", "Write a few words."),
        ("does", "x" * 281, "280"),
        ("feels", "Sad", "Choose one from the list."),
    ],
)
async def test_a_note_that_cannot_be_is_refused(
    alice: Client, shop: Shop, kind: str, typed: str, said: str
) -> None:
    answer = await send(alice, address(shop), kind=kind, text=typed)
    assert answer.status_code == 422
    if kind == "does":
        assert said in answer.text and typed in answer.text


async def test_a_sheet_is_full_at_some_point(alice: Client, shop: Shop, database: Database) -> None:
    async with database.write() as session:
        user_id = await somebody(session)
        own = shop.workspace.id
        at: dict[str, Any] = {"workspace_id": own, "stage_id": shop.checkout.id, "kind": "does"}
        session.add_all(
            StageNote(text=f"Note {n}", user_id=user_id, written_at=NOW, **at)
            for n in range(MOST_NOTES)
        )
    answer = await send(alice, address(shop), kind="does", text="One more")
    assert answer.status_code == 422 and "remove one first" in answer.text
    assert "One more" in answer.text  # what was typed stays


@pytest.mark.parametrize("query", ["?months=2", "?month=2026-13", "?since=2026-01"])
async def test_it_refuses_other_months(alice: Client, shop: Shop, query: str) -> None:
    answer = await alice.get(address(shop, query))
    assert answer.status_code == 422 and 'role="alert"' in answer.text


async def test_a_stranger_reads_and_writes_nothing(
    alice: Client, shop: Shop, database: Database
) -> None:
    other = await cast.open_shop(database, key="charlie")
    assert (await alice.get(address(other))).status_code == 404
    assert (await send(alice, address(other), kind="does", text="Mine")).status_code == 404
    async with database.write() as session:
        note = StageNote(
            workspace_id=other.workspace.id,
            stage_id=other.checkout.id,
            kind="does",
            text="Theirs",
            user_id=await somebody(session),
            written_at=NOW,
        )
        session.add(note)
    assert (await send(alice, address(shop), remove=str(note.id))).status_code == 404


async def test_an_erased_comment_is_on_no_panel(
    alice: Client, shop: Shop, database: Database, march: None
) -> None:
    id = await give(alice, shop, 3, "Waited for ages")
    await star(database, shop, id)
    assert "Waited for ages" in await text(alice, shop, "?month=2026-03")
    async with database.write() as session:
        await session.delete(await session.get_one(Response, (shop.workspace.id, id)))
    assert "Waited for ages" not in await text(alice, shop, "?month=2026-03")
