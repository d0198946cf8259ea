"""A backup that comes back forgets again whom the list of erasures names."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from sqlmodel import select

from feedback import clock
from feedback.backups.make import make_backup
from feedback.backups.restore import restore
from feedback.db import Database
from feedback.doctor.inside import erasures
from feedback.erasure.erase import erase_responses
from feedback.erasure.ids import is_erased
from feedback.erasure.ledger import replay
from feedback.responses.models import Response
from feedback.settings import Settings
from tests.backups.conftest import elsewhere as elsewhere
from tests.cast import Shop
from tests.surveys.hosted import Client, answers


async def test_a_restore_erases_again(
    client: Client,
    shop: Shop,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    elsewhere: Callable[[str], Settings],
) -> None:
    there = elsewhere("new")
    for comment in ("canary", "kept"):
        await client.post(f"/r/{shop.nps.key}", json={"rating": 3, "comment": comment})
    made = await asyncio.to_thread(make_backup, settings, tmp_path / "x.backup")
    ids = [row.id for row in await answers(database, shop) if row.comment == "canary"]
    async with database.write() as session:
        own = shop.workspace.id
        await erase_responses(session, own, ids, folder=there.backups_folder, now=clock.now())
    said: list[str] = []
    await asyncio.to_thread(restore, there, made.path, say=said.append)
    assert "Erased again, as 1 erasures since then say: 1 answers." in said
    found = Database(there.url)
    async with found.read() as session:
        rows = (await session.exec(select(Response).where(Response.workspace_id == own))).all()
    assert {(row.comment, is_erased(row.id)) for row in rows} == {(None, True), ("kept", False)}
    assert (await replay(found, there.backups_folder))[0] == 0
    (finding,) = await erasures(found, there)
    assert "1 in the list" in finding.said and not finding.todo
    await found.close()
    if database.is_sqlite:
        assert b"canary" not in Path(there.url.database or "").read_bytes()
