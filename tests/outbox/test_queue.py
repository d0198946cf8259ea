"""Asking for work: in the caller's transaction, once a name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.outbox import computed
from feedback.outbox.computed import JobResult
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue, find_job
from tests.cast import Shop

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


async def ask(database: Database, **given: Any) -> bool:
    async with database.write() as session:
        return await enqueue(session, "draw", {"what": "trends"}, **{"now": NOW} | given)


async def jobs(database: Database) -> list[Job]:
    async with database.read() as session:
        return list(await session.exec(select(Job).order_by(col(Job.id))))


async def test_it_leaves_a_job_that_is_due_now(database: Database) -> None:
    assert await ask(database)
    [job] = await jobs(database)
    assert (job.kind, job.payload, job.run_at, job.attempts) == (
        "draw",
        {"what": "trends"},
        NOW,
        0,
    )


async def test_a_rolled_back_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as session:
            await enqueue(session, "draw", {}, now=NOW)
            raise ZeroDivisionError
    assert await jobs(database) == []
    assert not database.work_waits.is_set()


async def test_a_commit_rings_for_the_worker(database: Database) -> None:
    await ask(database)
    assert database.work_waits.is_set()


async def test_the_same_name_is_asked_for_once(database: Database) -> None:
    assert await ask(database, dedup_key="draw:1")
    assert not await ask(database, dedup_key="draw:1")
    assert await ask(database, dedup_key="draw:2")
    assert await ask(database) and await ask(database)
    assert len(await jobs(database)) == 4


async def test_what_is_done_can_be_asked_for_again(database: Database) -> None:
    await ask(database, dedup_key="draw:1")
    await change(database, done_at=NOW, attempts=3, last_error="once upon a time")
    later = NOW + timedelta(hours=1)
    assert await ask(database, dedup_key="draw:1", now=later)
    [job] = await jobs(database)
    assert (job.done_at, job.attempts, job.run_at, job.last_error) == (None, 0, later, None)


async def test_what_is_wanted_once_stays_done(database: Database) -> None:
    await ask(database, dedup_key="digest:2026-03")
    await change(database, done_at=NOW)
    assert not await ask(database, dedup_key="digest:2026-03", once=True)


async def test_what_is_dead_stays_dead_until_somebody_looks(database: Database) -> None:
    await ask(database, dedup_key="draw:1")
    await change(database, dead_at=NOW)
    assert not await ask(database, dedup_key="draw:1")
    async with database.read() as session:
        found = await find_job(session, "draw:1")
    assert found is not None and found.dead_at == NOW


async def change(database: Database, **values: Any) -> None:
    async with database.write() as session:
        await session.exec(sa.update(Job).values(**values))


async def test_the_newest_of_what_was_made_is_kept(database: Database, shop: Shop) -> None:
    late, early = NOW, NOW - timedelta(minutes=1)
    for at in (late, early):
        async with database.write() as session:
            made = JobResult("v1", "text/plain", str(at).encode())
            await computed.store(session, shop.workspace.id, "picture", "k", made, now=at)
    async with database.read() as session:
        found = await computed.load(session, shop.workspace.id, "picture", "k")
    assert found is not None and (found.computed_at, found.body) == (late, str(late).encode())


async def test_what_is_old_is_forgotten(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        made = JobResult("v1", "text/plain", b"")
        await computed.store(session, shop.workspace.id, "picture", "k", made, now=NOW)
        await computed.forget_older(session, shop.workspace.id, NOW)
        assert await computed.load(session, shop.workspace.id, "picture", "k") is not None
        later = NOW + timedelta(days=7)
        await computed.forget_older(session, shop.workspace.id, later)
        assert await computed.load(session, shop.workspace.id, "picture", "k") is None
