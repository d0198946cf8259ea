"""SAFETY E4: a restore erases again whom the list beside the backups names."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.backups.make import make_backup
from feedback.backups.restore import restore
from feedback.db import Database
from feedback.erasure import file
from feedback.erasure.erase import erase_responses
from feedback.errors import FeedbackError
from feedback.responses.models import Response
from feedback.settings import Settings
from tests.backups.conftest import quiet
from tests.cast import Shop

Client = AsyncTestClient[Any]
CANARY = "Grainne O'Malley wrote this"


async def answer(client: Client, shop: Shop) -> None:
    sent = await client.post(f"/r/{shop.nps.key}", json={"rating": 3, "comment": CANARY})
    assert sent.status_code == 201


async def erase_all(database: Database, shop: Shop, folder: Path) -> None:
    async with database.write() as session:
        own = Response.workspace_id == shop.workspace.id
        ids = (await session.exec(select(Response.id).where(own))).all()
        now = clock.now()
        await erase_responses(session, shop.workspace.id, ids, folder=folder, now=now)


async def rows(settings: Settings, shop: Shop) -> list[Response]:
    database = Database(settings.url)
    async with database.read() as session:
        found = select(Response).where(Response.workspace_id == shop.workspace.id)
        made = list(await session.exec(found))
    await database.close()
    return made


@pytest.mark.parametrize("place", ["in the folder of the settings", "beside the backup"])
async def test_a_restored_backup_holds_nothing_of_them(
    client: Client, shop: Shop, database: Database, settings: Settings, tmp_path: Path,
    elsewhere: Callable[[str], Settings], place: str,
) -> None:  # fmt: skip
    await answer(client, shop)
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    there = elsewhere("new")
    lists = there.backups_folder if place.startswith("in") else tmp_path
    await erase_all(database, shop, lists)
    said: list[str] = []
    await asyncio.to_thread(restore, there, made.path, say=said.append)
    [row] = await rows(there, shop)
    assert (row.rating, row.comment) == (3, None)
    assert any(line.startswith("Erased again: 1 erasures since then, 1 answers") for line in said)
    if there.sqlite_file is not None:
        assert CANARY.encode() not in there.sqlite_file.read_bytes()


async def test_it_asks_for_the_list_where_people_were_erased_before(
    client: Client, shop: Shop, database: Database, settings: Settings, tmp_path: Path,
    elsewhere: Callable[[str], Settings],
) -> None:  # fmt: skip
    await answer(client, shop)
    await erase_all(database, shop, tmp_path / "lost")
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    there = elsewhere("new")
    with pytest.raises(FeedbackError, match="whoever was erased since would come back"):
        await asyncio.to_thread(restore, there, made.path, say=quiet)
    assert there.sqlite_file is None or not there.sqlite_file.exists()
    await asyncio.to_thread(restore, there, made.path, without_erasures=True, say=quiet)
    assert len(await rows(there, shop)) == 1
    assert not (there.backups_folder / file.NAME).exists()
