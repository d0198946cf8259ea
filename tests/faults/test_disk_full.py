"""SAFETY A4: the disk is full under load. Answers are refused with 503, what was acknowledged
stays, pages are read, and with room the server goes on without a restart."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import URL
from uuid_utils.compat import uuid7

from feedback import clock
from feedback.accounts.sessions import open_session
from feedback.db import Database
from tests.cast import Shop, open_shop
from tests.databases import SqliteMaker
from tests.faults import recount
from tests.faults.clients import AGAIN_SECONDS, CLIENTS, Crowd
from tests.faults.program import Program
from tests.faults.small_disk import SmallDisk, small_disk
from tests.waiting import PATIENCE, until

TIMES = 3
# So often each client tries in ten seconds; by tries, since a busy machine is slow.
BACK_TRIES = round(CLIENTS * 10 / AGAIN_SECONDS)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


@pytest.fixture
def database_url(disk: SmallDisk, sqlite_maker: SqliteMaker) -> URL:
    made = sqlite_maker.make()
    file = disk.folder / "feedback.db"
    shutil.copyfile(made.database or "", file)
    sqlite_maker.drop(made)
    return made.set(database=str(file))


@pytest.fixture
async def shop(database: Database) -> Shop:
    return await open_shop(database)


@pytest.fixture
async def page(
    program: Program, shop: Shop, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with Alice signed in."""
    async with database.write() as session:
        token = await open_session(session, shop.alice.id, shop.workspace.id, clock.now())
    await database.close()
    cookies = {"feedback_session": token}
    async with httpx.AsyncClient(base_url=program.base, cookies=cookies, timeout=PATIENCE) as made:
        yield made


async def test_a_full_disk_loses_nothing_and_service_comes_back_with_room(
    program: Program, shop: Shop, database_url: URL, disk: SmallDisk, page: httpx.AsyncClient
) -> None:
    file = Path(database_url.database or "")
    crowd = Crowd(program.base, shop.nps.key)
    await asyncio.to_thread(program.start)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    stored = 0
    for _ in range(TIMES):
        await _next_ack(crowd)
        await asyncio.to_thread(disk.fill)
        refused = crowd.ledger.refused
        await until(lambda before=refused: crowd.ledger.refused > before + CLIENTS)  # type: ignore[misc]
        stored += await _until_refused(page, shop)
        assert (await page.get("/board")).status_code == 200
        assert (await page.get("/responses")).status_code == 200
        disk.make_room()
        refused = crowd.ledger.refused
        await _next_ack(crowd)
        assert crowd.ledger.refused - refused < BACK_TRIES
    crowd.enough.set()
    await clients
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    assert program.terminate() == 0
    recount.assert_sound(file)
    recount.assert_kept(file, crowd.ledger)
    assert recount.submissions(file) == len(crowd.ledger.final()) + stored


async def _until_refused(page: httpx.AsyncClient, shop: Shop) -> int:
    """How many answers were stored before one was refused.

    A full disk takes some: a log that was just copied back is written again from its beginning,
    which needs no room.
    """
    for stored in range(BACK_TRIES):
        message = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
        answer = await page.post(f"/r/{shop.nps.key}", json=message)
        if answer.status_code != 201:
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
            return stored
    raise AssertionError("a full disk refused nothing")


async def _next_ack(crowd: Crowd) -> None:
    before = len(crowd.ledger.acks)
    await until(lambda: len(crowd.ledger.acks) > before, pause=0.005)
