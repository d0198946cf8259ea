"""The whole of what may happen to a server under load, in one table (`make test-long`; CI does a
short one): what was lost or doubled, whether the port was open after it, and tracebacks."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Awaitable, Callable

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

IS_LONG = bool(os.environ.get("TEST_LONG"))
REBUILDS, STALL_SECONDS = 20 if IS_LONG else 2, 30

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(own_cluster: Cluster) -> URL:
    return own_cluster.database("up")


Act = Callable[[Program, Crowd, Cluster], Awaitable[None]]


async def worker_killed(program: Program, crowd: Crowd, _cluster: Cluster) -> None:
    killed, healthy = program.workers()
    os.kill(killed, signal.SIGKILL)
    await until(lambda: len(set(program.workers()) - {killed}) == 2)
    assert healthy in program.workers(), "the healthy one was ended too"


async def killed_while_away(program: Program, crowd: Crowd, cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.pull_the_plug)
    await worker_killed(program, crowd, cluster)
    refused = crowd.ledger.refused
    await until(lambda: crowd.ledger.refused > refused + CLIENTS)
    await asyncio.to_thread(cluster.start)


async def main_killed(program: Program, crowd: Crowd, _cluster: Cluster) -> None:
    crowd.up.clear()
    await asyncio.to_thread(program.kill_the_watching)
    await asyncio.to_thread(program.start, "--workers", "2")
    crowd.up.set()


async def stopped(_program: Program, crowd: Crowd, cluster: Cluster) -> None:
    refused = crowd.ledger.refused
    cluster.freeze()
    try:
        await asyncio.sleep(STALL_SECONDS)
        await until(lambda: crowd.ledger.refused > refused)
    finally:
        cluster.thaw()


async def rebuilt(program: Program, crowd: Crowd, _cluster: Cluster) -> None:
    for _ in range(REBUILDS):
        said = await asyncio.to_thread(program.run, "rollups", "rebuild")
        assert said.returncode == 0, said.stderr
        await crowd.next_ack()


ACTS: dict[str, Act] = {
    "a worker killed": worker_killed,
    "a worker killed while PostgreSQL is away": killed_while_away,
    "main killed": main_killed,
    f"{REBUILDS} rebuilds": rebuilt,
}
if IS_LONG:  # a short one is in test_postgres_stalls.py
    ACTS[f"PostgreSQL stopped for {STALL_SECONDS} s"] = stopped


async def test_what_may_happen_costs_nothing(
    program: Program, shop: Shop, database: Database, own_cluster: Cluster
) -> None:
    await asyncio.to_thread(program.start, "--workers", "2")
    crowd = Crowd(program.base, shop.nps.key)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    rows, acked = [], 0
    for name, act in ACTS.items():
        await crowd.next_ack()
        await act(program, crowd, own_cluster)
        await crowd.next_ack()
        is_open = httpx.get(f"{program.base}/widget.js").is_success
        rows.append((name, len(crowd.ledger.acks) - acked, is_open))
        acked = len(crowd.ledger.acks)
    crowd.enough.set()
    await clients
    kept, final = await stored.answers(database, shop), crowd.ledger.final()
    lost = len(final.keys() - kept.keys())
    doubled = await stored.responses(database, shop) - len(kept)
    miscounted = await stored.counts(database, shop) - Counter(a.rating for a in kept.values())
    tracebacks = program.log.read_text().count("Traceback")
    print("\n| fault under load | acknowledged | port open |\n|---|---|---|")
    for name, acks, is_open in rows:
        print(f"| {name} | {acks} | {'yes' if is_open else 'no'} |")
    print(f"lost {lost}, doubled {doubled}, tracebacks {tracebacks}, of {len(final)} answers")
    assert (lost, doubled, tracebacks) == (0, 0, 0) and not miscounted
    assert all(is_open for _, _, is_open in rows)
    await stored.assert_kept(database, shop, crowd.ledger)
