"""PostgreSQL is there and says nothing: stopped where it stands, as a full machine or a network
that swallows packets looks from here. All are told so in seconds; nothing is lost, none doubled."""

import asyncio
import os
import time

import httpx
import pytest
from sqlalchemy.engine import URL

from feedback.db import Database
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import CLIENTS, Crowd
from tests.faults.cluster import Cluster
from tests.faults.program import Program
from tests.waiting import until

# `make test-long` does the whole of it: 30 seconds, as an operator would hardly bear.
STALLS, REFUSALS = (3, 30 * CLIENTS) if os.environ.get("TEST_LONG") else (1, 2 * CLIENTS)

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(own_cluster: Cluster) -> URL:
    return own_cluster.database("stalled")


async def test_a_database_that_says_nothing_is_told_of_stops_nobody_and_costs_no_answer(
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
    assert (await page.get("/board")).status_code == 200
    for _ in range(STALLS):
        await crowd.next_ack()
        own_cluster.freeze()
        try:
            began = time.monotonic()
            refused = crowd.ledger.refused
            said = await page.get("/board")
            assert said.status_code == 503 and int(said.headers["Retry-After"]) > 0
            print(f"page: 503 after {time.monotonic() - began:.1f} s", end=", ")
            await until(lambda: crowd.ledger.refused - refused >= REFUSALS)  # noqa: B023
            print(f"{REFUSALS} answers: 503 after {time.monotonic() - began:.1f} s")
            command = await asyncio.to_thread(program.run, "surveys")
            assert command.returncode == 1 and command.stderr.count("\n") == 1
            assert "no answer in time" in command.stderr
        finally:
            own_cluster.thaw()
        await crowd.next_ack()
        assert (await page.get("/board")).status_code == 200
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    own_cluster.freeze()
    try:
        # Its own patience, not the test's: it ends although nothing answers it.
        assert await asyncio.to_thread(program.terminate) == 0
    finally:
        own_cluster.thaw()
    assert "Traceback" not in program.log.read_text()
    crowd.up.clear()
    await asyncio.to_thread(program.start)  # what was cut off goes on now, or is sent again
    crowd.up.set()
    await crowd.next_ack()
    crowd.enough.set()
    await clients
    await stored.assert_kept(database, shop, crowd.ledger)
