"""SAFETY A3: what is acknowledged has reached the disk. One that answers EIO acknowledges nothing,
and with a sound one the server goes on without a restart."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import URL
from uuid_utils.compat import uuid7

from bench.shim import shim
from feedback.db import Database
from tests.actions.conftest import filled
from tests.cast import Shop
from tests.faults import recount, stored
from tests.faults.clients import BACK_TRIES, Ledger
from tests.faults.program import Program
from tests.forms import send

REQUESTS = 200
AT_ONCE = 16


@pytest.fixture
def broken(program: Program, tmp_path: Path) -> Path:
    """The disk of the program is broken while this file is there."""
    library = shim(Path(__file__).with_name("failing_fsync.c"), tmp_path)
    if library is None:
        pytest.skip("no C compiler to break fsync with, or no Linux")
    mark = tmp_path / "the disk is broken"
    program.environment |= {"LD_PRELOAD": str(library), "FAIL_FSYNC_WHILE": str(mark)}
    return mark


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_disk_that_fails_acknowledges_nothing_and_service_comes_back(
    program: Program,
    shop: Shop,
    database: Database,
    database_url: URL,
    page: httpx.AsyncClient,
    broken: Path,
) -> None:
    await database.close()
    ledger = Ledger()
    messages = [
        {"submission_id": str(uuid7()), "seq": 1, "rating": n % 11} for n in range(REQUESTS)
    ]
    await asyncio.to_thread(program.start)
    await _acknowledged(page, shop, messages[0], ledger)
    broken.touch()
    refusals = await _sent(page, shop, messages[1:])
    assert Counter(answer.status_code for answer in refusals) == {503: REQUESTS - 1}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refusals)
    assert (await send(page, "/actions/new", **filled(shop))).status_code == 503
    assert (await page.get("/board")).status_code == 200
    broken.unlink()
    for message in messages[1:]:
        await _acknowledged(page, shop, message, ledger)
    assert (await send(page, "/actions/new", **filled(shop))).status_code == 303
    assert program.terminate() == 0
    recount.assert_sound(Path(database_url.database or ""))
    await stored.assert_kept(database, shop, ledger)


async def _sent(
    page: httpx.AsyncClient, shop: Shop, messages: list[dict[str, Any]]
) -> list[httpx.Response]:
    some = asyncio.Semaphore(AT_ONCE)

    async def post(message: dict[str, Any]) -> httpx.Response:
        async with some:
            return await page.post(f"/r/{shop.nps.key}", json=message)

    return await asyncio.gather(*map(post, messages))


async def _acknowledged(
    page: httpx.AsyncClient, shop: Shop, message: dict[str, Any], ledger: Ledger
) -> None:
    for _ in range(BACK_TRIES):
        answer = await page.post(f"/r/{shop.nps.key}", json=message)
        if answer.status_code == 201:
            ledger.note(message, answer.json())
            return
    raise AssertionError("it is not back")
