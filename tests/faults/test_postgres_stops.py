"""SAFETY A2: PostgreSQL's plug is pulled under load; what was acknowledged is stored exactly once,
and the server is back by itself."""

import asyncio
import os
import random

import httpx
import pytest
from sqlalchemy.engine import URL

from feedback import clock
from feedback.db import Database
from feedback.outbox.queue import enqueue, find_job
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import BACK_TRIES, Crowd
from tests.faults.cluster import Cluster
from tests.faults.program import Program
from tests.waiting import arrival

# `make test-long` does the whole of it.
STOPS = 20 if os.environ.get("TEST_LONG") else 5

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(own_cluster: Cluster) -> URL:
    return own_cluster.url


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
        await crowd.next_ack()
        await asyncio.sleep(random.uniform(0, 1))
        await asyncio.to_thread(own_cluster.pull_the_plug)
        assert (await page.get("/board")).status_code == 503
        await asyncio.sleep(random.uniform(0, 1))
        await asyncio.to_thread(own_cluster.start)
        refused = crowd.ledger.refused
        await crowd.next_ack()
        assert crowd.ledger.refused - refused < BACK_TRIES
        assert (await page.get("/board")).status_code == 200
    await crowd.next_ack()
    crowd.enough.set()
    await clients
    assert crowd.ledger.refused >= STOPS, "no answer met a database that was away"
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    await stored.assert_kept(database, shop, crowd.ledger)
    await _assert_worker_works(database)
    assert program.terminate() == 0


async def _assert_worker_works(database: Database) -> None:
    """The outbox has outlived it too."""
    async with database.write() as session:
        await enqueue(session, "prune", {}, dedup_key="after the stops", now=clock.now())

    async def is_done() -> bool:
        async with database.read() as session:
            job = await find_job(session, "after the stops")
        return job is not None and job.done_at is not None

    assert await arrival(is_done)
