"""A database that cannot write: 503 with Retry-After, nothing lost, and back without a restart."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient
from httpx import Response as Answer
from sqlalchemy.engine import URL
from uuid_utils.compat import uuid7

from feedback import db
from feedback.app import create_app
from feedback.db import Database
from feedback.responses import writer
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults import stored

LIMIT = 8
SENT = 3 * LIMIT


@asynccontextmanager
async def many_at_once(settings: Settings) -> AsyncIterator[AsyncClient]:
    """A client whose requests run side by side; Litestar's own waits for each."""
    app = create_app(settings)
    transport = ASGITransport(app=cast(Any, app))
    async with app.lifespan(), AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


@asynccontextmanager
async def somebody_else_writes(url: URL) -> AsyncIterator[None]:
    """Another program holds what every answer needs to be stored."""
    if url.get_backend_name() == "sqlite":
        other = sqlite3.connect(Path(url.database or ""), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()
        return
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE submission IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


@asynccontextmanager
async def nobody_may_connect(url: URL) -> AsyncIterator[None]:
    """All connections to this PostgreSQL database are cut, and new ones are refused."""
    server = url.set(database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(server)
    allow = f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS'
    try:
        await connection.execute(f"{allow} false")
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
            url.database,
        )
        yield
    finally:
        await connection.execute(f"{allow} true")
        await connection.close()


def messages(n: int) -> list[dict[str, Any]]:
    return [{"submission_id": str(uuid7()), "seq": 1, "rating": 9} for _ in range(n)]


async def test_a_full_queue_refuses_and_loses_nothing(
    settings: Settings,
    shop: Shop,
    database: Database,
    database_url: URL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writer, "QUEUE_LIMIT", LIMIT)
    sent = messages(SENT)
    async with many_at_once(settings) as client:
        async with somebody_else_writes(database_url):
            posts = [asyncio.create_task(_post(client, shop, message)) for message in sent]
            await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        answers = [await post for post in posts]
        refused = [m for m, a in zip(sent, answers, strict=True) if a.status_code == 503]
        assert refused and {a.status_code for a in answers} == {201, 503}
        for answer in answers:
            assert answer.status_code == 201 or int(answer.headers["Retry-After"]) > 0
        again = [await _post(client, shop, message) for message in refused]
        assert {answer.status_code for answer in again} == {201}
    await _assert_stored_once(database, shop, sent)


async def test_a_database_away_for_too_long_refuses_and_comes_back(
    settings: Settings,
    shop: Shop,
    database: Database,
    database_url: URL,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(db.SQLITE_PRAGMAS, "busy_timeout", "50")
    sent = messages(3)
    async with many_at_once(settings) as client:
        away = somebody_else_writes if database.is_sqlite else nobody_may_connect
        async with away(database_url):
            answers = [await _post(client, shop, message) for message in sent]
        assert {answer.status_code for answer in answers} == {503}
        assert await stored.answers(database, shop) == {}
        answers = [await _resend(client, shop, message) for message in sent]
        assert {answer.status_code for answer in answers} == {201}
    await _assert_stored_once(database, shop, sent)


async def _assert_stored_once(database: Database, shop: Shop, sent: list[dict[str, Any]]) -> None:
    found = await stored.answers(database, shop)
    assert found.keys() == {message["submission_id"] for message in sent}
    assert await stored.counts(database, shop) == {9: len(sent)}


async def _post(client: AsyncClient, shop: Shop, message: dict[str, Any]) -> Answer:
    return await client.post(f"/r/{shop.nps.key}", json=message)


async def _resend(client: AsyncClient, shop: Shop, message: dict[str, Any]) -> Answer:
    """As our clients do: a 503 is no answer."""
    for _ in range(5):
        answer = await _post(client, shop, message)
        if answer.status_code != 503:
            break
    return answer
