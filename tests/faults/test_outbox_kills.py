"""SAFETY A19: workers are killed at random and half the attempts fail; every job is done once."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue
from tests.faults.flaky import KIND
from tests.serving import KEY
from tests.waiting import PATIENCE, arrival

WORKERS = 3
# `make test-long` does the whole of it.
KILLS, JOBS = (40, 2_500) if os.environ.get("TEST_LONG") else (5, 300)
FEW = 60

# Notes every finish, whoever made it: the judge of "twice".
WATCH = {
    "sqlite": [
        "CREATE TABLE finished (id BLOB)",
        "CREATE TRIGGER watch AFTER UPDATE OF done_at ON job WHEN new.done_at IS NOT NULL "
        "BEGIN INSERT INTO finished VALUES (new.id); END",
    ],
    "postgresql": [
        "CREATE TABLE finished (id uuid)",
        "CREATE FUNCTION note_finish() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO finished VALUES (new.id); RETURN NULL; END $$",
        "CREATE TRIGGER watch AFTER UPDATE OF done_at ON job FOR EACH ROW "
        "WHEN (new.done_at IS NOT NULL) EXECUTE FUNCTION note_finish()",
    ],
}
UNWATCH = {
    "sqlite": ["DROP TRIGGER watch", "DROP TABLE finished"],
    "postgresql": ["DROP TRIGGER watch ON job", "DROP FUNCTION note_finish", "DROP TABLE finished"],
}


class Workers:
    """`feedback worker`, several times, each to be killed."""

    def __init__(self, url: URL, log: Path) -> None:
        self._log = log
        self._environment = os.environ | {
            "FEEDBACK_DATABASE_URL": url.render_as_string(hide_password=False),
            "FEEDBACK_SECRET_KEY": KEY,
        }
        self.alive: list[subprocess.Popen[bytes]] = []
        self.killed: list[int] = []

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.alive.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.flaky"],
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                )
            )

    def kill(self, pid: int) -> None:
        [process] = [one for one in self.alive if one.pid == pid]
        self.alive.remove(process)
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.killed.append(pid)

    def terminate(self) -> list[int]:
        for process in self.alive:
            process.terminate()
        return [process.wait(PATIENCE) for process in self.alive]

    def close(self) -> None:
        for process in self.alive:
            if process.poll() is None:
                process.kill()
                process.wait()


@pytest.fixture
def workers(database_url: URL, tmp_path: Path) -> Iterator[Workers]:
    made = Workers(database_url, tmp_path / "workers.log")
    yield made
    made.close()


async def test_every_job_is_done_once_however_often_workers_die(
    workers: Workers, database: Database, database_url: URL, tmp_path: Path
) -> None:
    kind = database_url.get_backend_name()
    attempts = tmp_path / "attempts.log"
    attempts.touch()
    await _execute(database, WATCH[kind])
    jobs = iter(range(10 * JOBS))
    await _add(database, attempts, itertools.islice(jobs, JOBS))
    for _ in range(WORKERS):
        workers.start()
    async with asyncio.timeout(PATIENCE):
        while len(workers.killed) < KILLS:
            if await _count_open(database) < FEW:  # or slow killers would find the work done
                await _add(database, attempts, itertools.islice(jobs, FEW))
            busy = _busy(attempts) & {process.pid for process in workers.alive}
            if busy:
                workers.kill(random.choice(sorted(busy)))
                workers.start()
            await asyncio.sleep(random.uniform(0.1, 0.8))

    async def are_done() -> bool:
        assert all(process.poll() is None for process in workers.alive), "a worker ended by itself"
        return not await _count_open(database)

    await arrival(are_done)
    assert workers.terminate() == [0] * len(workers.alive)
    await _assert_done_once(database, attempts, workers.killed, next(jobs))
    await _execute(database, UNWATCH[kind])


async def _add(database: Database, attempts: Path, numbers: Iterable[int]) -> None:
    async with database.write() as session:
        for number in numbers:
            payload = {"number": number, "log": str(attempts)}
            await enqueue(session, KIND, payload, dedup_key=f"job {number}", now=clock.now())


async def _assert_done_once(
    database: Database, attempts: Path, killed: list[int], added: int
) -> None:
    async with database.read() as session:
        jobs = list(await session.exec(select(Job)))
        finished: Any = await session.exec(sa.text("SELECT id FROM finished"))  # type: ignore[call-overload]
        twice = [id for id, n in Counter(id for (id,) in finished).items() if n > 1]
    assert len(killed) == KILLS
    assert twice == []
    assert len(jobs) == added
    for job in jobs:
        assert job.done_at is not None and job.dead_at is None and job.locked_by is None
    lines = [line.split() for line in attempts.read_text().splitlines()]
    ended = {int(number) for _, what, number in lines if what == "ended"}
    assert ended == set(range(added)), "a job is done that no handler ended"
    lost = {int(number) for number in _cut_short(lines, killed)}
    assert lost, "the kills met no job under way"


def _busy(attempts: Path) -> set[int]:
    """The workers that have begun something and not ended it."""
    balance: Counter[int] = Counter()
    for pid, what, _ in (line.split() for line in attempts.read_text().splitlines()):
        balance[int(pid)] += 1 if what == "begun" else -1
    return {pid for pid, n in balance.items() if n > 0}


def _cut_short(lines: list[list[str]], killed: list[int]) -> set[str]:
    """What a killed worker began and did not end."""
    under_way: dict[int, Counter[str]] = {pid: Counter() for pid in killed}
    for pid, what, number in lines:
        if int(pid) in under_way:
            under_way[int(pid)][number] += 1 if what == "begun" else -1
    return {number for counts in under_way.values() for number, n in counts.items() if n > 0}


async def _count_open(database: Database) -> int:
    async with database.read() as session:
        wanted = select(sa.func.count()).select_from(Job).where(col(Job.done_at).is_(None))
        return int((await session.exec(wanted)).one())


async def _execute(database: Database, statements: list[str]) -> None:
    async with database.write() as session:
        for statement in statements:
            await session.exec(sa.text(statement))  # type: ignore[call-overload]
