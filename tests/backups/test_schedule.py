"""The worker backs up by itself, keeps so many, and stops at once when it is told to end."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlmodel import select

from feedback import clock
from feedback.backups import folder, scheduled
from feedback.backups.facts import read_facts
from feedback.backups.folder import last_backup
from feedback.backups.make import make_backup
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.outbox.schedules import Calendar
from feedback.outbox.worker import Worker
from feedback.settings import Settings
from feedback.work import HANDLERS, schedules
from tests.cast import Shop

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.fixture
def daily(settings: Settings, tmp_path: Path) -> Settings:
    place = tmp_path / "backups"
    return settings.model_copy(
        update={"backups": place, "backup_every": 24, "backups_kept": 2, "secret_key": "k" * 32}
    )


async def test_one_comes_in_each_period(daily: Settings, database: Database) -> None:
    for hours in (0, 1, 11, 13, 35):
        await Calendar(schedules(daily)).tick(database, NOON + timedelta(hours=hours))
    async with database.read() as session:
        jobs = await session.exec(select(Job).where(Job.kind == "backup"))
        keys = sorted(str(job.dedup_key) for job in jobs)
    assert keys == ["backup:2026-11-30T00", "backup:2026-12-01T00"]


async def test_none_comes_unasked(settings: Settings) -> None:
    assert "backup" not in {each.kind for each in schedules(settings)}


async def test_the_worker_makes_it(daily: Settings, database: Database, shop: Shop) -> None:
    worker = Worker(database, daily, HANDLERS, schedules(daily))
    await Calendar(schedules(daily)).tick(database, clock.now())
    await worker.take()
    while not folder.names(daily):
        await asyncio.sleep(0.05)
    await worker.stop()
    [path] = folder.names(daily)
    assert read_facts(path).workspaces == ["shop"]
    async with database.read() as session:
        [job] = await session.exec(select(Job).where(Job.kind == "backup"))
    assert job.done_at and job.last_error is None


async def test_the_oldest_go_and_nothing_else(
    daily: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder.made_folder(daily)
    moments = iter(NOON + timedelta(days=n) for n in range(4))
    monkeypatch.setattr(clock, "now", lambda: next(moments))
    other = daily.model_copy(update={"secret_key": "o" * 32})
    each_of = (daily, other, daily, daily)
    made = [await asyncio.to_thread(make_backup, each, place) for each in each_of]
    (place / "erasures.ndjson").touch()
    (place / "by-hand.backup").touch()
    gone = folder.prune(daily, made[0].facts.secret)
    assert gone == [made[0].path]
    left = {path.name for path in place.iterdir()}
    kept = {each.path.name for each in made[1:]}
    assert left == kept | {"erasures.ndjson", "by-hand.backup"}
    newest = folder.newest(daily)
    assert newest and newest.path == made[3].path


async def test_a_worker_that_ends_leaves_nothing(
    daily: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()
    ended: list[BaseException] = []

    def slow(settings: Settings, where: Path, *, stop: Any) -> Any:
        loop.call_soon_threadsafe(begun.set)
        while not stop():
            pass
        try:
            return make_backup(settings, where, stop=stop)
        except BaseException as error:
            ended.append(error)
            raise

    monkeypatch.setattr(scheduled, "make_backup", slow)
    task = asyncio.create_task(scheduled.back_up(daily))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not ended:
        await asyncio.sleep(0.01)
    assert list(daily.backups_folder.iterdir()) == []


async def test_owners_see_when_the_last_one_was(
    alice: AsyncClient, client: Any, settings: Settings, tmp_path: Path
) -> None:
    there = settings.model_copy(update={"backups": tmp_path})
    client.app.state.last_backup = partial(last_backup, there)
    assert "There is none in the folder" in (await alice.get("/settings")).text
    await asyncio.to_thread(make_backup, there, tmp_path)
    said = (await alice.get("/settings")).text
    assert "The last one was made on" in said and "It is late" not in said
    kept = folder.newest(there)
    assert kept and folder.is_late(there, kept, clock.now() + timedelta(days=8))
