"""`feedback worker`: tells what waits and what is dead, frees the dead, works, and stops."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from feedback import clock
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.outbox.queue import enqueue, find_job
from tests.faults.program import Program
from tests.waiting import arrival


@pytest.fixture
def program(database_url: URL, tmp_path: Path) -> Program:
    return Program(database_url, tmp_path / "server.log")


async def leave_dead_job(database: Database) -> Job:
    async with database.write() as session:
        await enqueue(session, "picture", {}, dedup_key="dead", now=clock.now())
        values = {"dead_at": clock.now(), "last_error": "ValueError: no ink", "attempts": 3}
        await session.exec(sa.update(Job).values(**values))
        found = await find_job(session, "dead")
    assert found is not None
    return found


async def test_it_says_when_there_are_no_jobs(program: Program) -> None:
    assert program.run("worker", "--status").stdout == "There are no jobs.\n"


async def test_it_lists_the_dead_and_frees_one(program: Program, database: Database) -> None:
    job = await leave_dead_job(database)
    said = program.run("worker", "--status").stdout
    assert "picture        0        0     1     0  -" in said
    assert f"dead: {job.id}" in said and "ValueError: no ink" in said
    assert program.run("worker", "--retry", str(job.id)).stdout == "Dead jobs freed: 1.\n"
    again = program.run("worker", "--retry", str(job.id))
    assert again.returncode == 2 and "There is no dead job" in again.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_it_frees_all_and_refuses_what_is_no_id(program: Program, database: Database) -> None:
    await leave_dead_job(database)
    refused = program.run("worker", "--retry", "some")
    assert refused.returncode == 2 and "neither the id of a job" in refused.stderr
    assert program.run("worker", "--retry", "all", "--status").stdout.startswith(
        "Dead jobs freed: 1.\nkind"
    )


async def test_it_works_until_it_is_stopped(program: Program, database: Database) -> None:
    async with database.write() as session:
        await enqueue(session, "prune", {}, dedup_key="now", now=clock.now())
    worker = await asyncio.create_subprocess_exec(
        *program.command("worker"),
        env=program.environment,
        stdout=asyncio.subprocess.DEVNULL,
    )

    async def is_done() -> bool:
        async with database.read() as session:
            job = await find_job(session, "now")
        return job is not None and job.done_at is not None

    await arrival(is_done)
    worker.terminate()
    assert await worker.wait() == 0
