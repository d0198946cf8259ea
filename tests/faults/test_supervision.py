"""A server stays up: who answers is replaced when it dies, and dies when who watches has."""

import asyncio
import os
import signal

import httpx
import pytest

from feedback.db import Database
from tests.cast import Shop
from tests.faults import stored
from tests.faults.clients import Crowd
from tests.faults.program import Program, is_alive
from tests.waiting import until

KILLS = 3

# On PostgreSQL, with two processes, in test_up_table.py.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_killed_process_is_replaced_behind_an_open_port(
    program: Program, shop: Shop, database: Database
) -> None:
    await asyncio.to_thread(program.start)
    crowd = Crowd(program.base, shop.nps.key)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    for _ in range(KILLS):
        await crowd.next_ack()
        (killed,) = program.workers()
        os.kill(killed, signal.SIGKILL)
        await until(lambda: len(set(program.workers()) - {killed}) == 1)  # noqa: B023
        await crowd.next_ack()
    crowd.enough.set()
    await clients
    await stored.assert_kept(database, shop, crowd.ledger)
    assert await asyncio.to_thread(program.terminate) == 0
    said = program.log.read_text()
    assert "ended (SIGKILL) and is replaced" in said
    assert "Traceback" not in said


async def test_who_answers_ends_with_who_watches(
    program: Program, shop: Shop, database: Database
) -> None:
    await asyncio.to_thread(program.start)
    crowd = Crowd(program.base, shop.nps.key)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    await crowd.next_ack()
    workers = program.workers()
    crowd.up.clear()
    program.kill_the_watching()
    await until(lambda: not any(map(is_alive, workers)))
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{program.base}/widget.js")
    await asyncio.to_thread(program.start)
    crowd.up.set()
    await crowd.next_ack()
    crowd.enough.set()
    await clients
    await stored.assert_kept(database, shop, crowd.ledger)
