"""Two transactions that wait for each other: PostgreSQL gives one up, and whose it was need not
know. One mechanism for answers, pages, imports, jobs and commands (`feedback/crossing.py`)."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import asyncpg
import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import URL
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.crossing import TRIES, again
from feedback.db import Database
from feedback.imports.load import Request, import_file
from feedback.outbox.queue import enqueue, find_job
from feedback.outbox.worker import Kind, Work, Worker
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults import stored
from tests.faults.conftest import on_postgres
from tests.faults.program import Program
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.responses.test_pages import give, review, total
from tests.waiting import arrival

pytestmark = pytest.mark.postgres


@contextmanager
def somebody_in_the_way(url: URL, first: str, then: str) -> Iterator[None]:
    """A transaction, in a thread, that has done `first` and does `then` when somebody waits for it;
    it never gives up itself."""
    dsn = url.render_as_string(hide_password=False)
    has_begun = Event()

    async def cross() -> None:
        connection, watch = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
        await connection.execute("SET deadlock_timeout = '1h'")
        async with connection.transaction():
            await connection.execute(first)
            has_begun.set()

            async def is_waited_for() -> bool:
                asked = "SELECT bool_or($1 = ANY(pg_blocking_pids(pid))) FROM pg_stat_activity"
                return bool(await watch.fetchval(asked, connection.get_server_pid()))

            await arrival(is_waited_for)
            await connection.execute(then)
        await connection.close()
        await watch.close()

    with ThreadPoolExecutor(1) as thread:
        crossing = thread.submit(asyncio.run, cross())
        has_begun.wait()
        yield
        crossing.result()


COUNTS = "UPDATE rating_count SET n = n"
RESPONSES = "UPDATE response SET seq = seq"


@on_postgres
async def test_a_form_is_done_again(
    alice: AsyncTestClient[Any], shop: Shop, database: Database, database_url: URL
) -> None:
    id = await give(alice, shop.nps, 9)
    with somebody_in_the_way(database_url, COUNTS, RESPONSES):
        assert (await review(alice, id, "exclude", "A robot")).status_code == 303
    assert await total(database, shop) == 0


@on_postgres
async def test_an_answer_is_done_again(
    alice: AsyncTestClient[Any], shop: Shop, database: Database, database_url: URL
) -> None:
    first = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
    assert (await alice.post(f"/r/{shop.nps.key}", json=first)).status_code == 201
    with somebody_in_the_way(database_url, COUNTS, RESPONSES):
        changed = first | {"seq": 2, "rating": 3}
        assert (await alice.post(f"/r/{shop.nps.key}", json=changed)).status_code == 200
    assert await stored.counts(database, shop) == {3: 1}


@on_postgres
async def test_a_count_anew_is_done_again(
    alice: AsyncTestClient[Any], shop: Shop, database: Database, database_url: URL, program: Program
) -> None:
    await give(alice, shop.nps, 9)
    lock = "LOCK TABLE count_version IN EXCLUSIVE MODE"
    with somebody_in_the_way(database_url, lock, COUNTS):
        said = await asyncio.to_thread(program.run, "rollups", "rebuild")
        assert said.returncode == 0, said.stderr
    assert await total(database, shop) == 1


@on_postgres
async def test_an_import_is_done_again(
    alice: AsyncTestClient[Any],
    shop: Shop,
    database: Database,
    database_url: URL,
    settings: Settings,
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_text("\n".join((HEADER, *ROWS)))
    (tmp_path / "a.toml").write_text(MAPPING)
    request = Request(tmp_path / "a.csv", tmp_path / "a.toml", workspace=shop.workspace.key)
    await give(alice, shop.nps, 9)
    lock = "LOCK TABLE count_version IN EXCLUSIVE MODE"
    with somebody_in_the_way(database_url, lock, "LOCK TABLE submission"):
        result = await import_file(settings, request, lambda *_told: None)
    assert result.stored + 1 == await stored.responses(database, shop) > 1


@on_postgres
async def test_a_job_is_done_again_at_once(
    alice: AsyncTestClient[Any], shop: Shop, database: Database, settings: Settings
) -> None:
    tries = []

    async def crosses_once(_work: Work) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise asyncpg.DeadlockDetectedError

    worker = Worker(database, settings, {"test": Kind(crosses_once, attempts=1)})
    async with database.write() as session:
        await enqueue(session, "test", {}, dedup_key="crosses", now=clock.now())
    assert await worker.take() == 1
    await worker.stop()
    async with database.read() as session:
        job = await find_job(session, "crosses")
    assert job is not None and job.done_at is not None and len(tries) == 2


async def test_what_never_comes_through_is_said_in_the_end() -> None:
    tries = []

    async def crosses() -> None:
        tries.append(1)
        raise asyncpg.SerializationError

    with pytest.raises(asyncpg.SerializationError):
        await again(crosses)
    assert len(tries) == TRIES


async def test_what_is_wrong_is_not_done_again() -> None:
    tries = []

    async def fails() -> None:
        tries.append(1)
        raise asyncpg.UniqueViolationError

    with pytest.raises(asyncpg.UniqueViolationError):
        await again(fails)
    assert len(tries) == 1
