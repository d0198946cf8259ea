"""SAFETY A1: what was acknowledged is stored exactly once, however often the server is killed."""

import asyncio
import os
import random
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url

from feedback.db import Database
from feedback.responses.rollup import Difference, find_differences
from tests.cast import Shop
from tests.faults import recount
from tests.faults.clients import Crowd
from tests.faults.program import Program
from tests.waiting import until

# `make test-long` does the whole of it.
KILLS, ACKS = (50, 10_000) if os.environ.get("TEST_LONG") else (10, 2_000)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_nothing_acknowledged_is_lost_or_doubled(
    program: Program, shop: Shop, database: Database, database_url: URL, tmp_path: Path
) -> None:
    await database.close()  # copying a file that this process has open would drop SQLite's locks
    file = Path(database_url.database or "")
    crowd = Crowd(program.base, shop.nps.key)
    clients = asyncio.create_task(crowd.run())
    for _ in range(KILLS):
        await asyncio.to_thread(program.start)
        crowd.up.set()
        await _serve_for_a_while(crowd)
        crowd.up.clear()
        await asyncio.to_thread(program.kill)
        copy = recount.snapshot(file, tmp_path)
        recount.assert_sound(copy)
        recount.assert_kept(copy, crowd.ledger)
        assert await _differences(copy, shop) == []
    await asyncio.to_thread(program.start)
    crowd.up.set()
    await until(lambda: len(crowd.ledger.acks) >= ACKS)
    crowd.enough.set()
    await clients
    assert crowd.ledger.interrupted >= KILLS, "the kills met no request under way"
    assert program.terminate() == 0
    recount.assert_sound(file)
    recount.assert_kept(file, crowd.ledger)
    assert recount.submissions(file) == len(crowd.ledger.final())
    verified = await asyncio.to_thread(program.run, "rollups", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


async def _serve_for_a_while(crowd: Crowd) -> None:
    """A random moment, once the clients are at it again."""
    before = len(crowd.ledger.acks)
    await until(lambda: len(crowd.ledger.acks) > before, pause=0.005)
    await asyncio.sleep(random.uniform(0, 1))


async def _differences(file: Path, shop: Shop) -> list[Difference]:
    """What `feedback rollups verify` would find."""
    database = Database(make_url(f"sqlite+aiosqlite:///{file}"))
    async with database.read() as session:
        found = await find_differences(session, shop.workspace.id)
    await database.close()
    return found
