"""Nobody's words, address, token or id in what is said while things fail: SAFETY E8."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue
from feedback.outbox.worker import Kind, Pace, Work, Worker
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults.program import Program
from tests.faults.test_busy_database import nobody_may_connect, somebody_else_writes
from tests.waiting import arrival, until

CANARY = "canary5e1f"
COMMENT = f"My name is {CANARY}, call me"
EMAIL = f"{CANARY}@example.org"
TOKEN = f"{CANARY}-token"


def message() -> dict[str, Any]:
    return {
        "submission_id": str(uuid7()),
        "rating": 9,
        "comment": COMMENT,
        "properties": {"plan": CANARY},
        "contact": {"id": CANARY, "email": EMAIL, "name": CANARY},
        "page": f"https://shop.example/?id={CANARY}",
    }


@asynccontextmanager
async def refused_by(database: Database) -> AsyncIterator[None]:
    """The database refuses each answer, quoting it: PostgreSQL always, SQLite by a trigger."""
    if database.is_sqlite:
        make = (
            "CREATE TRIGGER refuse BEFORE INSERT ON response "
            f"BEGIN SELECT RAISE(ABORT, '{COMMENT}'); END"
        )
        undo = "DROP TRIGGER refuse"
    else:
        make = "ALTER TABLE response ADD CONSTRAINT refuse CHECK (comment IS NULL) NOT VALID"
        undo = "ALTER TABLE response DROP CONSTRAINT refuse"
    await run(database, make)
    yield
    await run(database, undo)


@asynccontextmanager
async def without(database: Database, table: str) -> AsyncIterator[None]:
    await run(database, f'ALTER TABLE "{table}" RENAME TO elsewhere')
    yield
    await run(database, f'ALTER TABLE elsewhere RENAME TO "{table}"')


async def run(database: Database, statement: str) -> None:
    async with database.write() as session:
        await session.exec(sa.text(statement))  # type: ignore[call-overload]


async def said_by(program: Program, *lines: str) -> str:
    """All it printed, once these are there: a thread of its own writes them."""
    await until(lambda: all(line in program.log.read_text() for line in lines))
    return program.log.read_text()


@pytest.fixture
async def served(program: Program, shop: Shop) -> Program:
    program.start()
    return program


async def test_a_failing_statement(served: Program, shop: Shop, database: Database) -> None:
    async with refused_by(database), httpx.AsyncClient(base_url=served.base) as client:
        sent = [client.post(f"/r/{shop.nps.key}?id={CANARY}", json=message()) for _ in range(20)]
        assert {answer.status_code for answer in await asyncio.gather(*sent)} == {500}
    rule = "a rule of the data would be broken"
    assert CANARY not in await said_by(served, "an answer was not stored", "a batch of", rule)


async def test_a_page_that_fails(served: Program, database: Database) -> None:
    async with httpx.AsyncClient(base_url=served.base) as client:
        async with without(database, "setup_link"):
            assert (await client.get(f"/setup/{TOKEN}?next={CANARY}")).status_code == 500
        async with without(database, "user"):
            form = {"email": EMAIL, "password": f"{CANARY} and more", "next": f"/?id={CANARY}"}
            answer = await client.post("/sign-in", data=form)
            assert answer.status_code == 500 and CANARY not in answer.text
            added = await asyncio.to_thread(served.run, "user", "add", EMAIL)
    assert CANARY not in await said_by(served, "GET /setup/{token", "POST /sign-in failed")
    assert added.returncode == 1 and "this failed, and should not have" in added.stderr
    assert CANARY not in added.stderr


async def test_a_database_that_is_away(
    served: Program, shop: Shop, database: Database, database_url: URL
) -> None:
    away = somebody_else_writes if database.is_sqlite else nobody_may_connect
    async with away(database_url), httpx.AsyncClient(base_url=served.base, timeout=60) as client:
        stored = client.post(f"/r/{shop.nps.key}", json=message())
        shown = client.post(f"/s/{shop.nps.key}", data={"rating": "9", "comment": COMMENT})
        assert [a.status_code for a in await asyncio.gather(stored, shown)] == [503, 503]
    assert CANARY not in await said_by(served, "an answer was not stored: StoreUnavailableError")


async def test_a_server_that_cannot_start(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    program = Program(
        settings.url.set(drivername=settings.url.get_backend_name()), tmp_path / "log"
    )
    await run(database, f"UPDATE alembic_version SET version_num = '{TOKEN}'")
    with pytest.raises(RuntimeError):
        program.start()
    assert "newer than this program" in program.log.read_text()
    assert "Traceback" not in program.log.read_text()


async def test_a_failing_job(
    settings: Settings, database: Database, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(work: Work) -> None:
        if work.payload["how"] == "text":
            raise ValueError(COMMENT)
        async with work.database.write() as session:
            await session.exec(
                sa.text("UPDATE response SET rating = :a WHERE page = :b"),  # type: ignore[call-overload]
                params={"a": EMAIL if not database.is_sqlite else object(), "b": TOKEN},
            )

    async with database.write() as session:
        for how in ("text", "statement"):
            await enqueue(session, "test", {"how": how}, now=clock.now())
    pace = Pace(first=0.01, poll=0.05, retry=0, grace=0.5)
    worker = Worker(database, settings, {"test": Kind(fail, attempts=2)}, pace=pace)
    worker.start()

    async def dead() -> list[Job]:
        async with database.read() as session:
            found = await session.exec(select(Job).where(col(Job.dead_at).is_not(None)))
            jobs = list(found)
        return jobs if len(jobs) == 2 else []

    errors = {job.last_error or "" for job in await arrival(dead)}
    await worker.stop()
    assert any(error.startswith("ValueError (") for error in errors)
    assert CANARY not in "".join(errors) + caplog.text
    assert "a job of kind test failed" in caplog.text
