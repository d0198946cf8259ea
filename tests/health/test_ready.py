"""`/health/live` and `/health/ready`: whether an answer could be stored now, and why not."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import AsyncTestClient

from feedback.db import Database
from feedback.health import ready
from feedback.health.ready import READY, SENTENCES, Probe, reason_of
from feedback.responses.outcome import StoreUnavailableError
from feedback.responses.writer import Writer, make_store
from feedback.settings import Settings
from tests.waiting import until

Client = AsyncTestClient[Any]


async def change(database: Database, statement: str) -> None:
    async with database.write() as session:
        await (await session.connection()).execute(sa.text(statement))


@pytest.fixture
async def probe(settings: Settings, database: Database) -> AsyncIterator[Probe]:
    """One of this loop: the application's own runs in another thread's."""
    writer = Writer(make_store(settings), database)
    await writer.start()
    made = Probe(database, writer)
    yield made
    await made.stop()
    await writer.stop()


async def test_it_works(client: Client) -> None:
    live, is_ready = await client.get("/health/live"), await client.get("/health/ready")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    assert (is_ready.status_code, is_ready.json()) == (200, {"status": "ready"})
    assert is_ready.headers["Cache-Control"] == "no-store"
    assert (await client.head("/health/ready")).status_code == 200
    assert (await client.post("/health/ready")).status_code == 405


async def test_many_who_ask_at_once_cost_one_commit(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = probe._look

    async def counted() -> str:
        nonlocal looks
        looks += 1
        return await look()

    monkeypatch.setattr(probe, "_look", counted)
    assert set(await asyncio.gather(*(probe.ask() for _ in range(20)))) == {READY}
    assert looks == 1


async def test_looking_makes_the_database_no_larger(
    probe: Probe, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "FRESH_SECONDS", 0.0)
    assert await probe.ask() == READY
    before = await size(database)
    for _ in range(200):
        assert await probe.ask() == READY
    assert await size(database) == before


async def size(database: Database) -> int:
    async with database.read() as session:
        if database.is_sqlite:
            asked = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        else:
            asked = "SELECT pg_database_size(current_database())"
        found: int = (await (await session.connection()).execute(sa.text(asked))).scalar_one()
        return found


@pytest.mark.parametrize(
    "version, word",
    [
        pytest.param("2026_11_22_first_schema", "schema_old", id="older"),
        pytest.param("2031_01_01_unheard_of", "schema_newer", id="newer"),
    ],
)
async def test_a_schema_of_another_program_is_not_ready(
    client: Client, database: Database, version: str, word: str
) -> None:
    await change(database, f"UPDATE alembic_version SET version_num = '{version}'")
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["reason"]) == (503, word)
    assert answer.json()["detail"] == SENTENCES[word]
    assert int(answer.headers["Retry-After"]) > 0


async def test_without_tables_it_is_not_ready(client: Client, database: Database) -> None:
    await change(database, "DROP TABLE alembic_version")
    assert (await client.get("/health/ready")).status_code == 503


async def test_a_lock_that_somebody_holds_is_told_in_time(
    probe: Probe, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ready, "LIMIT_SECONDS", 0.05)
    let_go = asyncio.Event()

    async def hold() -> None:
        async with database.write() as session:
            connection = await session.connection()
            if not database.is_sqlite:
                await connection.execute(sa.text("LOCK alembic_version"))
            holding.set()
            await let_go.wait()

    holding = asyncio.Event()
    task = asyncio.create_task(hold())
    await holding.wait()
    assert await probe.ask() == "busy"
    let_go.set()
    await task
    await until(lambda: probe._task is None or probe._task.done())
    assert await probe.ask() == READY


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_file_that_was_replaced_is_not_written_on_in_silence(
    client: Client, database: Database
) -> None:
    file = Path(database.url.database or "")
    file.rename(file.with_suffix(".old"))
    with sqlite3.connect(file):
        assert (await client.get("/health/ready")).json()["reason"] == "file_replaced"
    file.with_suffix(".old").rename(file)
    assert (await client.get("/health/ready")).status_code == 200


async def test_an_answer_that_was_just_refused_says_more_than_the_probe(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = StoreUnavailableError("gone")
    error.__cause__ = OSError(28, "No space left on device")
    monkeypatch.setattr(probe._writer, "refused", (asyncio.get_running_loop().time(), error))
    assert await probe.ask() == "disk_full"
    monkeypatch.setattr(ready, "TROUBLE_SECONDS", 0.0)  # and it is forgotten by itself
    assert await probe.ask() == READY


async def test_a_server_that_stops_is_not_ready(probe: Probe) -> None:
    probe._writer._stopping = True
    assert await probe.ask() == "stopping"
    probe._writer._stopping = False


@pytest.mark.parametrize("error", [ConnectionRefusedError(), StoreUnavailableError("x")])
def test_what_cannot_be_reached_is_away(error: Exception) -> None:
    assert reason_of(error) == "database_away"


def test_every_word_has_a_sentence() -> None:
    words = {word for word in ready._REASONS.values()}
    assert words <= set(SENTENCES)
