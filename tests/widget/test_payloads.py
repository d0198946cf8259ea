"""Ingest takes every message the widget sends; the browser tests assert that it sends these."""

from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from feedback.responses.models import DisplayCount, Response
from tests.cast import Shop
from tests.widget.contract import PAYLOADS, payload

Client = AsyncTestClient[Any]
ANSWERS = ("rating", "changed_rating", "comment", "test_rating")


def fresh(name: str, **values: Any) -> dict[str, Any]:
    now = clock.now().isoformat().replace("+00:00", "Z")
    return payload(name) | {"submission_id": str(uuid7()), "answered_at": now} | values


async def stored(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return list(found)


def test_every_payload_is_read_here() -> None:
    names = {path.stem for path in PAYLOADS.glob("*.json")}
    assert names == {*ANSWERS, "shown", "dismissed"}


@pytest.mark.parametrize("name", ANSWERS)
async def test_ingest_takes_each_answer(
    client: Client, shop: Shop, database: Database, name: str
) -> None:
    body = fresh(name)
    answer = await client.post(f"/r/{shop.nps.key}", json=body)
    assert answer.status_code == 201, answer.text
    [response] = await stored(database, shop)
    assert response.rating == body["rating"]
    assert response.comment == (body["comment"] or None)
    assert (response.properties, response.page) == (body["properties"], body["page"])
    assert (response.channel, response.locale) == ("widget", "en")
    assert response.state == ("test" if body["test"] else "counted")
    assert response.respondent_key is not None


async def test_rating_change_and_comment_make_one_response(
    client: Client, shop: Shop, database: Database
) -> None:
    submission_id = str(uuid7())
    for name in ("rating", "changed_rating", "comment"):
        await client.post(f"/r/{shop.nps.key}", json=fresh(name, submission_id=submission_id))
    [response] = await stored(database, shop)
    assert (response.rating, response.seq) == (9, 3)
    assert response.comment == "Fast, and the box was whole."


@pytest.mark.parametrize("kind", ["shown", "dismissed"])
async def test_ingest_counts_each_display(
    client: Client, shop: Shop, database: Database, kind: str
) -> None:
    answer = await client.post(f"/d/{shop.nps.key}", json=payload(kind))
    assert answer.status_code == 204
    async with database.read() as session:
        found = await session.exec(
            select(DisplayCount).where(DisplayCount.workspace_id == shop.workspace.id)
        )
        assert [(row.kind, row.channel, row.n) for row in found] == [(kind, "widget", 1)]
