"""Jobs are done once, again after a failure, by another when their worker is gone."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database
from feedback.outbox import leases
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue
from feedback.outbox.schedules import Calendar, Schedule
from feedback.outbox.worker import Kind, Pace, Work, Worker
from feedback.settings import Settings
from tests import waiting
from tests.waiting import arrival

QUICK = Pace(first=0.01, poll=0.05, tick=60, lease=60, retry=0, trouble=0.05, grace=0.5)
Maker = Callable[..., Worker]


@pytest.fixture
async def make(database: Database, settings: Settings) -> AsyncIterator[Maker]:
    """Workers of one kind of job, stopped when the test is over."""
    made: list[Worker] = []

    def one(
        handler: Callable[[Work], Awaitable[None]],
        at: Database = database,
        pace: Pace = QUICK,
        **kind: Any,
    ) -> Worker:
        worker = Worker(at, settings, {"test": Kind(handler, **kind)}, pace=pace)
        made.append(worker)
        return worker

    yield one
    for worker in made:
        await worker.stop()


async def ask(database: Database, n: int = 1, kind: str = "test", **given: Any) -> None:
    async with database.write() as session:
        for number in range(n):
            await enqueue(session, kind, {"number": number}, **{"now": clock.now()} | given)


async def jobs(database: Database) -> list[Job]:
    async with database.read() as session:
        return list(await session.exec(select(Job).order_by(col(Job.id))))


async def until(database: Database, what: Callable[[Job], Any]) -> list[Job]:
    """The jobs, once all of them are so."""

    async def look() -> list[Job]:
        found = await jobs(database)
        return found if all(what(job) for job in found) else []

    return await arrival(look)


def is_done(job: Job) -> bool:
    return job.done_at is not None


async def nothing(_work: Work) -> None:
    pass


async def test_standing_work_goes_on_and_its_failures_are_its_own(
    database: Database, settings: Settings
) -> None:
    seen: list[str] = []

    async def work(_database: Database) -> bool:
        seen.append("looked")
        if len(seen) == 2:
            raise ConnectionError("not well")
        return len(seen) < 4

    worker = Worker(database, settings, {"test": Kind(nothing)}, pace=QUICK, standing=[work])
    worker.start()
    await waiting.until(lambda: len(seen) > 5)
    await worker.stop()
    n = len(seen)
    await asyncio.sleep(0.2)
    assert len(seen) == n


async def test_it_does_what_is_asked(database: Database, make: Maker) -> None:
    seen: list[int] = []

    async def note(work: Work) -> None:
        seen.append(work.payload["number"])

    make(note).start()
    await ask(database, 3)
    found = await until(database, is_done)
    assert sorted(seen) == [0, 1, 2]
    assert {(job.attempts, job.locked_by) for job in found} == {(1, None)}


async def test_what_is_asked_for_in_its_process_is_begun_at_once(
    database: Database, make: Maker
) -> None:
    """Its next look by itself would come after the test."""
    make(nothing, pace=Pace(first=3600, poll=3600)).start()
    for n in range(1, 3):
        await ask(database)
        assert len(await until(database, is_done)) == n


async def test_it_leaves_what_is_not_due_and_what_it_does_not_know(
    database: Database, make: Maker
) -> None:
    await ask(database, run_at=clock.now() + timedelta(hours=1))
    await ask(database, kind="of a newer program")
    assert await make(nothing).take() == 0


async def test_a_failure_is_tried_again_later(database: Database, make: Maker) -> None:
    async def fail_first(work: Work) -> None:
        [job] = await jobs(work.database)
        if job.attempts == 1:
            raise ValueError("no ink")

    make(fail_first).start()
    await ask(database)
    [job] = await until(database, is_done)
    assert job.attempts == 2 and (job.last_error or "").startswith("ValueError (")


async def test_what_always_fails_is_dead_and_keeps_its_error(
    database: Database, make: Maker
) -> None:
    async def fail(_work: Work) -> None:
        raise ValueError("no ink\x00")

    make(fail, attempts=3).start()
    await ask(database)
    [job] = await until(database, lambda job: job.dead_at is not None)
    assert (job.attempts, job.done_at, job.locked_by) == (3, None, None)
    assert (job.last_error or "").startswith("ValueError (")


async def test_what_hangs_has_failed(database: Database, make: Maker) -> None:
    async def hang(_work: Work) -> None:
        await asyncio.sleep(60)

    make(hang, attempts=1, limit=timedelta(seconds=0.02)).start()
    await ask(database)
    [job] = await until(database, lambda job: job.dead_at is not None)
    assert job.last_error is not None and job.last_error.startswith("TimeoutError")


async def test_a_job_that_ends_its_workers_is_dead_in_the_end(
    database: Database, make: Maker
) -> None:
    await ask(database)
    async with database.write() as session:
        await session.exec(sa.update(Job).values(attempts=2))
    make(nothing, attempts=2).start()
    [job] = await until(database, lambda job: job.dead_at is not None)
    assert job.last_error is not None and "worker ended" in job.last_error


async def test_two_workers_never_do_one_job_at_once(
    database: Database, settings: Settings, make: Maker
) -> None:
    """The second has engines of its own, as another process has."""
    begun: list[int] = []

    async def note(work: Work) -> None:
        begun.append(work.payload["number"])
        await asyncio.sleep(0.002)

    other = Database(settings.url)
    await ask(database, 60)
    workers = [make(note, at=at, at_once=4) for at in (database, other)]
    for worker in workers:
        worker.start()
    found = await until(database, is_done)
    assert sorted(begun) == list(range(60))
    assert {job.attempts for job in found} == {1}
    for worker in workers:
        await worker.stop()
    await other.close()


async def test_so_many_at_once_and_no_more(database: Database, make: Maker) -> None:
    beside: list[int] = []
    running = 0
    two = asyncio.Event()

    async def count(_work: Work) -> None:
        nonlocal running
        running += 1
        beside.append(running)
        if running == 2:
            two.set()
        await two.wait()
        await asyncio.sleep(0.005)  # time enough for a third
        running -= 1

    make(count, at_once=2).start()
    await ask(database, 8)
    await until(database, is_done)
    assert max(beside) == 2


async def claim(database: Database, now: datetime, token: str = "gone/1") -> leases.Claim:
    async with database.write() as session:
        until = now + timedelta(seconds=60)
        [job] = await leases.claim(session, "test", 1, token, now=now, until=until)
    return job


async def test_another_takes_it_when_the_lease_has_ended_and_the_first_result_is_void(
    database: Database,
) -> None:
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    await ask(database, now=now)
    first = await claim(database, now)
    async with database.read() as session:
        assert await leases.due_kinds(session, ["test"], now + timedelta(seconds=59)) == []
    second = await claim(database, now + timedelta(seconds=61), "other/1")
    async with database.write() as session:
        assert not await leases.finish(session, first, now=now)
        assert not await leases.fail(session, first, "late", retry_at=None, now=now)
        assert await leases.extend(session, [first], until=now) == set()
        assert await leases.finish(session, second, now=now)
        assert not await leases.finish(session, second, now=now)


async def test_the_heartbeat_keeps_a_long_job(database: Database, make: Maker) -> None:
    go = asyncio.Event()

    async def long(_work: Work) -> None:
        await go.wait()

    make(long, pace=Pace(first=0, poll=0.05, lease=6)).start()
    await ask(database)
    [job] = await until(database, lambda job: job.locked_until is not None)
    before = job.locked_until
    [job] = await until(database, lambda job: job.locked_until != before)
    assert job.locked_until is not None and before is not None and job.locked_until > before
    go.set()
    [job] = await until(database, is_done)
    assert job.attempts == 1


async def test_a_lost_lease_ends_the_handler(database: Database, make: Maker) -> None:
    ended = asyncio.Event()

    async def long(_work: Work) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    make(long, pace=Pace(first=0, poll=60, lease=0.3)).start()
    await ask(database)
    await until(database, lambda job: job.locked_by is not None)
    async with database.write() as session:
        await session.exec(sa.update(Job).values(locked_by="other/1"))
    await ended.wait()
    [job] = await jobs(database)
    assert (job.locked_by, job.done_at) == ("other/1", None)


async def test_a_stop_lets_what_runs_finish(database: Database, make: Maker) -> None:
    begun = asyncio.Event()

    async def short(_work: Work) -> None:
        begun.set()
        await asyncio.sleep(0.02)

    worker = make(short, pace=Pace(first=0, grace=300))
    worker.start()
    await ask(database)
    await begun.wait()
    await worker.stop()
    [job] = await jobs(database)
    assert is_done(job)


async def test_a_stop_gives_back_what_takes_too_long(database: Database, make: Maker) -> None:
    begun = asyncio.Event()

    async def long(_work: Work) -> None:
        begun.set()
        await asyncio.sleep(60)

    worker = make(long, pace=Pace(first=0, grace=0.01))
    worker.start()
    await ask(database)
    await begun.wait()
    await worker.stop()
    [job] = await jobs(database)
    assert (job.attempts, job.locked_by, job.locked_until, job.done_at) == (0, None, None, None)


async def test_it_waits_while_the_database_is_away(
    database: Database, make: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    """A table that is gone for a while stands for all that a database can say."""
    worker = make(nothing)
    async with database.write() as session:
        await session.exec(sa.text("ALTER TABLE job RENAME TO elsewhere"))  # type: ignore[call-overload]
    worker.start()
    await waiting.until(lambda: "the worker waits for the database" in caplog.text)
    async with database.write() as session:
        await session.exec(sa.text("ALTER TABLE elsewhere RENAME TO job"))  # type: ignore[call-overload]
    await ask(database)
    await until(database, is_done)


async def test_four_nodes_at_one_tick_make_one_job(settings: Settings, database: Database) -> None:
    async def rows(_session: Any, now: datetime) -> list[tuple[str, dict[str, Any]]]:
        return [(f"digest:{uuid.UUID(int=n)}:{now:%Y-%m}", {}) for n in range(3)]

    nodes = [Database(settings.url) for _ in range(4)]
    schedule = Schedule("test", timedelta(days=1), rows)
    now = datetime(2026, 11, 3, tzinfo=UTC)
    made = await asyncio.gather(*(Calendar([schedule]).tick(node, now) for node in nodes))
    assert sum(made) == 3
    assert len(await jobs(database)) == 3
    for node in nodes:
        await node.close()


async def test_a_schedule_is_asked_once_a_period(database: Database) -> None:
    asked: list[datetime] = []

    async def rows(_session: Any, now: datetime) -> list[tuple[str, dict[str, Any]]]:
        asked.append(now)
        return []

    calendar = Calendar([Schedule("test", timedelta(hours=1), rows)])
    start = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
    for minutes in (0, 10, 31, 40):
        await calendar.tick(database, start + timedelta(minutes=minutes))
    assert [at.minute for at in asked] == [30, 1]
