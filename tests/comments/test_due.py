"""Whatever changes an answer with a text notes that its comment is to be looked at again."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, delete, select

from feedback import clock
from feedback.db import Database, new_id
from feedback.identity import identity_secret, sign
from feedback.responses.bulk import store_all
from feedback.responses.bulk_rows import Batch, NewResponse, Origin
from feedback.responses.models import CommentDue, Response
from feedback.responses.review import change_state
from feedback.responses.statements import Statements
from feedback.settings import Settings
from tests.cast import Shop
from tests.conftest import KEY
from tests.surveys.hosted import Client


async def due(database: Database, shop: Shop) -> set[uuid.UUID]:
    async with database.read() as session:
        own = CommentDue.workspace_id == shop.workspace.id
        return set(await session.exec(select(CommentDue.response_id).where(own)))


async def nothing_is_due(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        own: Any = CommentDue.workspace_id == shop.workspace.id
        await session.exec(delete(CommentDue).where(own))


async def answer(client: Client, shop: Shop, **body: Any) -> uuid.UUID:
    said = await client.post(f"/r/{shop.nps.key}", json={"rating": 3} | body)
    assert said.status_code in (200, 201), said.text
    return uuid.UUID(said.json()["id"])


async def test_an_answer_with_a_text_is_noted_and_none_without(
    client: Client, shop: Shop, database: Database
) -> None:
    await answer(client, shop)
    assert await due(database, shop) == set()
    ids = {await answer(client, shop, comment=f"{n}") for n in range(3)}
    assert await due(database, shop) == ids


async def test_a_later_message_notes_it_again_once(
    client: Client, shop: Shop, database: Database
) -> None:
    which = {"submission_id": str(new_id())}
    id = await answer(client, shop, **which, seq=1)
    await answer(client, shop, **which, seq=2, rating=5)
    assert await due(database, shop) == set()
    await answer(client, shop, **which, seq=3, comment="slow")
    assert await due(database, shop) == {id}
    await answer(client, shop, **which, seq=4, comment="slower")
    assert await due(database, shop) == {id}
    await nothing_is_due(database, shop)
    await answer(client, shop, **which, seq=4, comment="slower")  # repeated
    assert await due(database, shop) == set()
    await answer(client, shop, **which, seq=5)  # taken back
    assert await due(database, shop) == {id}


async def test_a_name_joined_notes_the_answers_of_both(
    client: Client, shop: Shop, database: Database
) -> None:
    id = await answer(client, shop, comment="a", contact={"id": "one"})
    await nothing_is_due(database, shop)
    both = {"id": "one", "email": "one@shop.example"}
    other = await answer(client, shop, comment="b", contact={"email": both["email"]})
    await nothing_is_due(database, shop)
    proof = sign("\n".join(both.values()), identity_secret(KEY.encode(), shop.workspace.id))
    await answer(client, shop, contact=both, signature=proof)
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        keys = set(await session.exec(select(Response.respondent_key).where(own)))
    assert len(keys) == 1, "no proof joined them: the test is not about joining"
    found = await due(database, shop)
    assert len(found) == 1 and found < {id, other}


CHANGES: dict[str, Callable[[Any], Any]] = {
    "rating": lambda r: sa.update(r).values(rating=1),
    "state": lambda r: sa.update(r).values(state="excluded"),
    "comment": lambda r: sa.update(r).values({"comment": None}),
    "month": lambda r: sa.update(r).values(month=clock.now().date()),
    "gone": sa.delete,
}


@pytest.mark.parametrize("name", CHANGES)
async def test_any_statement_that_changes_answers_notes_them(
    name: str, client: Client, shop: Shop, database: Database
) -> None:
    ids = [await answer(client, shop, comment=each) for each in ("", "a", "b")]
    await nothing_is_due(database, shop)
    own = (col(Response.workspace_id) == shop.workspace.id, col(Response.id).in_(ids[:2]))
    async with database.write() as session:
        await session.exec(
            CHANGES[name](Response).where(*own).execution_options(synchronize_session=False)
        )
    assert ids[1] in (found := await due(database, shop)) and ids[2] not in found


async def test_what_changes_nothing_of_a_comment_notes_none(
    client: Client, shop: Shop, database: Database
) -> None:
    await answer(client, shop, comment="a")
    await nothing_is_due(database, shop)
    async with database.write() as session:
        own = col(Response.workspace_id) == shop.workspace.id
        await session.exec(sa.update(Response).where(own).values(origin=b"12345678", late=True))
    assert await due(database, shop) == set()


async def test_a_row_changed_or_made_by_hand_is_noted(
    client: Client, shop: Shop, database: Database
) -> None:
    id = await answer(client, shop, comment="a")
    await nothing_is_due(database, shop)
    async with database.write() as session:
        await change_state(
            session, shop.workspace.id, id, "exclude",
            reason="", user_id=shop.alice.id, now=clock.now(),
        )  # fmt: skip
    assert await due(database, shop) == {id}
    await nothing_is_due(database, shop)
    async with database.write() as session:
        row = await session.get_one(Response, (shop.workspace.id, id))
        session.add(Response(**row.model_dump() | {"id": (other := new_id())}))
    assert await due(database, shop) == {other}


async def test_many_values_of_one_statement_are_all_noted(
    client: Client, shop: Shop, database: Database
) -> None:
    ids = [await answer(client, shop, comment=f"{n}") for n in range(3)]
    await nothing_is_due(database, shop)
    r = Response.metadata.tables["response"]
    changed = (
        sa.update(r)
        .where(r.c.workspace_id == sa.bindparam("whose"), r.c.id == sa.bindparam("which"))
        .values(state=sa.bindparam("to"))
    )
    values = [{"whose": shop.workspace.id, "which": id, "to": "excluded"} for id in ids[:2]]
    async with database.write() as session:
        await (await session.connection()).execute(changed, values)
    assert await due(database, shop) == set(ids[:2])


async def test_a_bulk_load_notes_its_texts(
    shop: Shop, database: Database, settings: Settings
) -> None:
    now = clock.now()
    texts = ["slow", None, None, "quick"]
    rows = [
        NewResponse(
            survey_id=shop.nps.id.bytes,
            series_id=(await _series(database, shop)).bytes,
            id=new_id().bytes,
            digest=b"d" * 16,
            rating=3,
            answered_at=int((now - timedelta(days=1)).timestamp()) * 1_000_000,
            month=now.date().replace(day=1),
            channel="import",
            comment=text,
        )
        for text in texts
    ]
    for _again in range(2):
        batches = [Batch.of(rows)]
        await store_all(settings, Origin(shop.workspace.id, now), batches, lambda _: None)
        found = await due(database, shop)
        assert found == {uuid.UUID(bytes=rows[0].id), uuid.UUID(bytes=rows[3].id)}
        own: Any = Response.workspace_id == shop.workspace.id
        async with database.write() as session:  # taken back, and its rows wait still
            await session.exec(delete(Response).where(own))
            submission = Response.metadata.tables["submission"]
            await session.exec(
                sa.delete(submission).where(submission.c.workspace_id == shop.workspace.id)
            )


async def _series(database: Database, shop: Shop) -> uuid.UUID:
    from feedback.surveys.models import Series

    async with database.read() as session:
        own = (Series.workspace_id == shop.workspace.id, Series.survey_id == shop.nps.id)
        return (await session.exec(select(Series.id).where(*own))).one()


def test_a_row_that_waits_is_held_by_whoever_notes_it_again() -> None:
    """With DO NOTHING a job that takes it at this moment would miss what is being changed."""
    for is_sqlite in (True, False):
        assert "DO UPDATE" in Statements(is_sqlite=is_sqlite).insert_due.text
