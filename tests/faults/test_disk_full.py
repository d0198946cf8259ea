"""SAFETY A4: the disk is full under load. Answers are refused with 503, what was acknowledged
stays, pages are read, and with room the server goes on without a restart."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.engine import URL
from uuid_utils.compat import uuid7

from feedback.db import Database
from tests.actions.conftest import filled
from tests.cast import Shop, open_shop
from tests.databases import SqliteMaker
from tests.faults import recount, stored
from tests.faults.clients import BACK_TRIES, CLIENTS, Crowd
from tests.faults.cluster import Cluster
from tests.faults.program import Program
from tests.faults.small_disk import SmallDisk, small_disk
from tests.forms import send
from tests.waiting import until

TIMES = 3


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def disk(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path
    if kind == "postgresql":
        own: Cluster = request.getfixturevalue("own_cluster")
        folder = own.folder
    with small_disk(folder / "disk") as made:
        yield made


@pytest.fixture
def database_url(
    kind: str, disk: SmallDisk, sqlite_maker: SqliteMaker, request: pytest.FixtureRequest
) -> Iterator[URL]:
    """The data of a PostgreSQL lie on the disk; its log does not: without one it stops, as test
    A2 shows."""
    if kind == "postgresql":
        own: Cluster = request.getfixturevalue("own_cluster")
        data = disk.folder / "data"
        data.mkdir()
        with own.database_in(data) as url:
            yield url
        return
    made = sqlite_maker.make()
    file = disk.folder / "feedback.db"
    shutil.copyfile(made.database or "", file)
    sqlite_maker.drop(made)
    yield made.set(database=str(file))


@pytest.fixture
async def shop(database: Database) -> Shop:
    made = await open_shop(database)
    await database.close()
    return made


async def test_a_full_disk_loses_nothing_and_service_comes_back_with_room(
    program: Program,
    shop: Shop,
    database: Database,
    database_url: URL,
    disk: SmallDisk,
    page: httpx.AsyncClient,
) -> None:
    await database.close()
    crowd = Crowd(program.base, shop.nps.key)
    await asyncio.to_thread(program.start)
    crowd.up.set()
    clients = asyncio.create_task(crowd.run())
    for _ in range(TIMES):
        await crowd.next_ack()
        await asyncio.to_thread(disk.fill)
        refused = crowd.ledger.refused
        await until(lambda before=refused: crowd.ledger.refused > before + CLIENTS)  # type: ignore[misc]
        await _answer_until_refused(page, shop, crowd)
        said = await page.get("/health/ready")
        assert (said.status_code, said.json()["reason"]) == (503, "disk_full")
        await _write_until_refused(page, shop)
        assert (await page.get("/board")).status_code == 200
        assert (await page.get("/responses")).status_code == 200
        disk.make_room()
        refused = crowd.ledger.refused
        await crowd.next_ack()
        assert crowd.ledger.refused - refused < BACK_TRIES
        while (await page.get("/health/ready")).status_code != 200:
            await asyncio.sleep(0.1)
        assert (await send(page, "/actions/new", **filled(shop))).status_code == 303
    crowd.enough.set()
    await clients
    assert crowd.ledger.interrupted == 0, "the server itself was away"
    assert program.terminate() == 0
    if database_url.get_backend_name() == "sqlite":
        recount.assert_sound(Path(database_url.database or ""))
    await stored.assert_kept(database, shop, crowd.ledger)


async def _answer_until_refused(page: httpx.AsyncClient, shop: Shop, crowd: Crowd) -> None:
    """A full disk takes some answers, which then are stored as any other.

    A log that was just copied back is written again from its beginning, and the last page of a
    table may be half empty: neither needs room.
    """
    for _ in range(BACK_TRIES):
        message = {"submission_id": str(uuid7()), "seq": 1, "rating": 9}
        answer = await page.post(f"/r/{shop.nps.key}", json=message)
        if answer.status_code != 201:
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
            return
        crowd.ledger.note(message, answer.json())
    raise AssertionError("a full disk refused nothing")


async def _write_until_refused(page: httpx.AsyncClient, shop: Shop) -> None:
    """A form is refused as an answer is, in words."""
    for _ in range(BACK_TRIES):
        answer = await send(page, "/actions/new", **filled(shop, details="x" * 4000))
        if answer.status_code != 303:
            assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
            assert "The database does not answer" in answer.text
            return
    raise AssertionError("a full disk refused no form")
