"""SAFETY A2: PostgreSQL's plug is pulled under load; what was acknowledged is stored exactly once,
and the server is back by itself."""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from sqlalchemy.engine import URL

from feedback import clock
from feedback.accounts.sessions import open_session
from feedback.db import Database
from feedback.migrate import upgrade
from feedback.outbox.queue import enqueue, find_job
from feedback.responses.rollup import find_differences
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import AGAIN_SECONDS, CLIENTS, Crowd
from tests.faults.cluster import Cluster, cluster
from tests.faults.program import Program
from tests.waiting import PATIENCE, arrival, until

# `make test-long` does the whole of it.
STOPS = 20 if os.environ.get("TEST_LONG") else 5
# So often each client tries in ten seconds; by tries, since a busy machine is slow.
BACK_TRIES = round(CLIENTS * 10 / AGAIN_SECONDS)

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def own_cluster() -> Iterator[Cluster]:
    with cluster() as made:
        upgrade(made.url.set(drivername="postgresql+asyncpg"))
        yield made


@pytest.fixture
def database_url(own_cluster: Cluster) -> URL:
    return own_cluster.url


@pytest.fixture
async def page(
    program: Program, shop: Shop, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with Alice signed in."""
    async with database.write() as session:
        token = await open_session(session, shop.alice.id, shop.workspace.id, clock.now())
    cookies = {"feedback_session": token}
    async with httpx.AsyncClient(base_url=program.base, cookies=cookies, timeout=PATIENCE) as made:
        yield made


async def test_nothing_acknowledged_is_lost_or_doubled_and_service_comes_back(
    program: Program,
    shop: Shop,
    database: Database,
    own_cluster: Cluster,
    page: httpx.AsyncClient,
) -> None:
    crowd = Crowd(program.base, shop.nps.key)
    await asyncio.to_thread(program.start)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    for _ in range(STOPS):
        await _next_ack(crowd)
        await asyncio.sleep(random.uniform(0, 1))
        await asyncio.to_thread(own_cluster.pull_the_plug)
        assert (await page.get("/board")).status_code == 503
        await asyncio.sleep(random.uniform(0, 1))
        await asyncio.to_thread(own_cluster.start)
        refused = crowd.ledger.refused
        await _next_ack(crowd)
        assert crowd.ledger.refused - refused < BACK_TRIES
        assert (await page.get("/board")).status_code == 200
    await _next_ack(crowd)
    crowd.enough.set()
    await clients
    assert crowd.ledger.refused >= STOPS, "no answer met a database that was away"
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    await _assert_kept(database, shop, crowd)
    await _assert_worker_works(database)
    assert program.terminate() == 0


async def _next_ack(crowd: Crowd) -> None:
    before = len(crowd.ledger.acks)
    await until(lambda: len(crowd.ledger.acks) > before, pause=0.005)


async def _assert_kept(database: Database, shop: Shop, crowd: Crowd) -> None:
    """Each submission has one response, the one that was acknowledged, in its newest state."""
    kept = await stored.answers(database, shop)
    acked = crowd.ledger.final()
    assert acked.keys() == kept.keys()
    assert {key: (a.response_id, a.seq, a.rating) for key, a in acked.items()} == {
        key: (str(kept[key].response_id), kept[key].seq, kept[key].rating) for key in acked
    }
    assert await stored.responses(database, shop) == len(kept)
    assert await stored.counts(database, shop) == Counter(a.rating for a in kept.values())
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []


async def _assert_worker_works(database: Database) -> None:
    """The outbox has outlived it too."""
    async with database.write() as session:
        await enqueue(session, "prune", {}, dedup_key="after the stops", now=clock.now())

    async def is_done() -> bool:
        async with database.read() as session:
            job = await find_job(session, "after the stops")
        return job is not None and job.done_at is not None

    assert await arrival(is_done)
