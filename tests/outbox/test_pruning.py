"""Done jobs and old results are dropped; what waits or is dead stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.outbox import computed
from feedback.outbox.computed import JobResult
from feedback.outbox.models import Computed, Job
from feedback.outbox.pruning import prune
from feedback.outbox.queue import enqueue
from feedback.outbox.status import read_dead, read_status, retry_dead
from tests.cast import Shop

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)


async def make(database: Database, kind: str, **state: Any) -> None:
    async with database.write() as session:
        key = f"{kind}:{sorted(state)}"
        await enqueue(session, kind, {}, dedup_key=key, now=LONG_AGO)
        if state:
            await session.exec(sa.update(Job).where(col(Job.dedup_key) == key).values(**state))


async def kinds(database: Database) -> list[str]:
    async with database.read() as session:
        return list(await session.exec(select(Job.kind).order_by(col(Job.kind))))


async def test_it_drops_what_is_done_and_old(database: Database) -> None:
    await make(database, "a", done_at=LONG_AGO)
    await make(database, "b", done_at=NOW)
    await make(database, "c", dead_at=LONG_AGO)
    await make(database, "d")
    await make(database, "scheduled", done_at=LONG_AGO)
    await prune(database, {"scheduled": timedelta(days=62)}, NOW)
    assert await kinds(database) == ["b", "c", "d", "scheduled"]


async def test_a_schedule_keeps_its_keys_for_as_long_as_it_says(database: Database) -> None:
    await make(database, "scheduled", done_at=NOW)
    kept = {"scheduled": timedelta(days=62)}
    await prune(database, kept, NOW + timedelta(days=61))
    assert await kinds(database) == ["scheduled"]
    await prune(database, kept, NOW + timedelta(days=63))
    assert await kinds(database) == []


async def test_it_drops_old_results_of_every_workspace(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        for key, at in (("old", LONG_AGO), ("new", NOW)):
            made = JobResult("v", "text/plain", b"")
            await computed.store(session, shop.workspace.id, "picture", key, made, now=at)
    await prune(database, {}, NOW)
    async with database.read() as session:
        wanted = select(Computed.key).where(col(Computed.workspace_id) == shop.workspace.id)
        assert list(await session.exec(wanted)) == ["new"]


async def test_the_status_tells_each_kind_and_the_dead(database: Database) -> None:
    await make(database, "a", done_at=NOW)
    await make(database, "a", dead_at=NOW, last_error="no ink")
    await make(database, "a")
    await make(database, "b", locked_until=NOW + timedelta(minutes=1))
    async with database.read() as session:
        a, b = await read_status(session, NOW)
        [dead] = await read_dead(session)
    assert (a.kind, a.waiting, a.running, a.dead, a.done, a.oldest) == ("a", 1, 0, 1, 1, LONG_AGO)
    assert (b.waiting, b.running, b.oldest) == (0, 1, None)
    assert dead.last_error == "no ink"


async def test_a_dead_job_gets_a_second_chance(database: Database) -> None:
    for kind in ("a", "b"):
        await make(database, kind, dead_at=NOW, attempts=5)
    async with database.read() as session:
        first, second = await read_dead(session)
    async with database.write() as session:
        assert await retry_dead(session, first.id, NOW) == 1
        assert await retry_dead(session, first.id, NOW) == 0
        assert await retry_dead(session, None, NOW) == 1
    async with database.read() as session:
        assert [one.waiting for one in await read_status(session, NOW)] == [1, 1]
        freed = await session.get(Job, second.id)
    assert freed is not None and (freed.attempts, freed.run_at) == (0, NOW)
