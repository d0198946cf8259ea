"""SAFETY E5: texts are erased once they are so old; scores stay, and kills do no harm."""

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlmodel import col, select

from feedback.comments.marks import marks_of
from feedback.comments.models import CommentNote
from feedback.comments.of_team import of_team
from feedback.db import Database
from feedback.outbox.models import Job
from feedback.outbox.schedules import Calendar
from feedback.privacy import retention
from feedback.privacy.models import Privacy
from feedback.responses.models import ImportRun, RatingCount, Response, RetentionRun
from feedback.responses.rollup import find_differences, rebuild, sealed_before
from feedback.settings import Settings
from feedback.work import SCHEDULES
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.privacy.old_answers import counts, local, made, night, put, with_texts
from tests.privacy.test_page import FILLED, PAGE
from tests.serving import KEY
from tests.waiting import arrival

NOW = local(2026, 11, 30, 3)
# With 18 months the texts of May 2025 stay, to the minute of the workspace's midnight.
OLD = [local(2024, 1, 5), local(2025, 4, 30, 23, 59)]
NEW = [local(2025, 5, 1), local(2026, 11, 1)]
KILLS, ANSWERS = (10, 4_000) if os.environ.get("TEST_LONG") else (2, 1_200)


async def keep(database: Database, shop: Shop, months: int | None, at: datetime = NOW) -> None:
    async with database.write() as session:
        row = await session.get(Privacy, shop.workspace.id)
        row = row or Privacy(workspace_id=shop.workspace.id, updated_at=at)
        row.keep_texts_months, row.updated_at = months, at
        session.add(row)


async def runs(database: Database, shop: Shop) -> list[RetentionRun]:
    async with database.read() as session:
        own: Any = RetentionRun.workspace_id == shop.workspace.id
        found = await session.exec(select(RetentionRun).where(own).order_by(col(RetentionRun.id)))
        return list(found.all())


@pytest.fixture
async def answers(database: Database, shop: Shop) -> None:
    await put(database, shop, [made(shop, at, n) for n, at in enumerate(OLD + NEW)])


async def test_it_is_off_until_an_owner_says_so(
    answers: None, database: Database, shop: Shop, settings: Settings
) -> None:
    async with database.read() as session:
        assert await retention.due_each_night(session, NOW) == []
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    assert len(await with_texts(database, shop)) == 4 and await runs(database, shop) == []


async def test_whole_months_go_and_ratings_and_choices_stay(
    answers: None, database: Database, shop: Shop, settings: Settings
) -> None:
    await keep(database, shop, 18)
    before = await counts(database, shop)
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    assert await with_texts(database, shop) == NEW
    assert await counts(database, shop) == before
    [run] = await runs(database, shop)
    assert (str(run.before), run.answers, bool(run.ended_at)) == ("2025-05-01", 2, True)
    async with database.read() as session:
        own: Any = Response.workspace_id == shop.workspace.id
        chosen = [each.answers for each in await session.exec(select(Response).where(own))]
    assert chosen == [{"why": "price"}] * 4


async def test_notes_go_with_the_words_they_are_about_and_tags_stay(
    database: Database, settings: Settings, shop: Shop, alice: Client, answers: None
) -> None:
    async with database.read() as session:
        own = Response.workspace_id == shop.workspace.id
        ids = list(await session.exec(select(Response.id).where(own).order_by(col(Response.id))))
    every = [str(id) for id in ids]
    await send(alice, "/comments/note", response=every, text="Quotes her")
    await send(alice, "/comments/hide", response=every, reason="Names him")
    await send(alice, "/comments/tag", response=every, tag="Late")
    await keep(database, shop, 18)
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    async with database.read() as session:
        mine = (CommentNote.workspace_id == shop.workspace.id,)
        notes = set(await session.exec(select(CommentNote.response_id).where(*mine)))
        told = await of_team(session, shop.workspace.id, ids)
        marks = await marks_of(session, shop.workspace.id, ids)
    assert notes == set(ids[2:])
    assert all(told[id].tags == ("Late",) and told[id].hidden for id in ids)
    assert [marks[id].hidden_reason for id in ids] == ["", "", "Names him", "Names him"]


async def test_every_night_asks_and_only_a_new_month_or_an_import_finds_work(
    answers: None, database: Database, shop: Shop, settings: Settings
) -> None:
    await keep(database, shop, 18)
    calendar = Calendar([each for each in SCHEDULES if each.kind == "retention"])
    assert [await calendar.tick(database, NOW) for _ in range(2)] == [1, 0]
    assert await calendar.tick(database, NOW + timedelta(days=1)) == 1
    for _ in range(3):
        await retention.erase_old_texts(night(database, settings, shop, NOW))
    assert len(await runs(database, shop)) == 1
    await put(database, shop, [made(shop, local(2023, 1, 1), 5)])
    async with database.write() as session:
        at: dict[str, Any] = {
            "workspace_id": shop.workspace.id,
            "started_at": NOW,
            "file_name": "old.csv",
        }
        session.add(ImportRun(**at))
    await retention.erase_old_texts(night(database, settings, shop, NOW + timedelta(hours=1)))
    assert [run.answers for run in await runs(database, shop)] == [2, 1]
    await retention.erase_old_texts(night(database, settings, shop, NOW + timedelta(days=1)))
    assert [run.answers for run in await runs(database, shop)] == [2, 1, 1]
    assert await with_texts(database, shop) == NEW[1:]


async def test_a_clock_that_jumped_erases_nothing(
    answers: None, database: Database, shop: Shop, settings: Settings, alice: Client
) -> None:
    await keep(database, shop, 18)
    for days in (63, 4_000):
        work = night(database, settings, shop, NOW + timedelta(days=days))
        await retention.erase_old_texts(work)
    assert len(await with_texts(database, shop)) == 4 and await runs(database, shop) == []
    await keep(database, shop, 18, NOW - timedelta(days=3_000))
    assert "Nothing is erased at night" in (await alice.get(PAGE)).text


async def test_a_run_goes_on_in_another_job_when_its_time_is_over(
    answers: None, database: Database, shop: Shop, settings: Settings, monkeypatch: Any
) -> None:
    await keep(database, shop, 18)
    monkeypatch.setattr(retention, "AT_MOST", timedelta(0))
    monkeypatch.setattr(retention, "ROWS_AT_ONCE", 1)
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    async with database.read() as session:
        [job] = await session.exec(select(Job).where(col(Job.kind) == "retention"))
    assert job.payload["part"] == 1 and len(await with_texts(database, shop)) == 3
    monkeypatch.undo()
    await retention.erase_old_texts(night(database, settings, shop, NOW, part=1))
    [run] = await runs(database, shop)
    assert run.answers == 2 and run.ended_at and await with_texts(database, shop) == NEW


async def test_sealed_months_are_not_recounted(
    answers: None, database: Database, shop: Shop, settings: Settings, capsys: Any
) -> None:
    """Their rows may go one day: the counts are what is left of them."""
    await keep(database, shop, 18)
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    before = await counts(database, shop)
    async with database.write() as session:
        own: Any = Response.workspace_id == shop.workspace.id
        await session.exec(sa.delete(Response).where(own, col(Response.answered_at) < NEW[0]))
    async with database.write() as session:
        assert str(await sealed_before(session, shop.workspace.id)) == "2025-05-01"
        assert await find_differences(session, shop.workspace.id) == []
        await rebuild(session, shop.workspace.id)
    assert await counts(database, shop) == before
    async with database.write() as session:
        own = RatingCount.workspace_id == shop.workspace.id
        await session.exec(sa.update(RatingCount).where(own).values(n=9))
    async with database.read() as session:
        wrong = await find_differences(session, shop.workspace.id)
    assert [str(each.month)[:7] for each in wrong] == ["2025-05", "2026-11"]


async def test_killed_it_goes_on_and_erases_and_counts_each_once(
    database: Database, database_url: URL, shop: Shop
) -> None:
    await keep(database, shop, 18)
    old = [made(shop, OLD[0] + timedelta(minutes=n), n % 11) for n in range(ANSWERS)]
    await put(database, shop, [*old, *(made(shop, at, 9) for at in NEW)])
    before = await counts(database, shop)
    for _ in range(KILLS):
        done = sum(run.answers for run in await runs(database, shop))
        process = _start(database_url, shop)

        async def moved_on(done: int = done, process: Any = process) -> bool:
            assert process.poll() is None, "it ended before it could be killed"
            return sum(run.answers for run in await runs(database, shop)) > done

        await arrival(moved_on)
        process.send_signal(signal.SIGKILL)
        process.wait()
    [run] = await runs(database, shop)
    assert 0 < run.answers < ANSWERS and not run.ended_at
    assert await asyncio.to_thread(_start(database_url, shop).wait) == 0
    [run] = await runs(database, shop)
    assert run.answers == ANSWERS and run.ended_at
    assert await with_texts(database, shop) == NEW
    assert await counts(database, shop) == before


def _start(url: URL, shop: Shop) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "FEEDBACK_DATABASE_URL": url.render_as_string(hide_password=False),
        "FEEDBACK_SECRET_KEY": KEY,
    }
    named = [str(shop.workspace.id), NOW.isoformat()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.privacy.old_answers", *named], env=environment
    )


async def test_an_owner_sees_what_would_go_before_it_begins(
    answers: None, alice: Client, database: Database, shop: Shop
) -> None:
    page = await send(alice, PAGE, **FILLED | {"keep_texts_months": "12"})
    assert page.status_code == 200 and "Nothing is saved yet" in page.text
    assert f"erases what was written in {_older(12)} answers of before" in " ".join(
        page.text.split()
    )
    async with database.read() as session:
        assert await session.get(Privacy, shop.workspace.id) is None
    agreed = page.text.partition('name="agreed" value="')[2].partition('"')[0]
    wrong = await send(alice, PAGE, **FILLED | {"keep_texts_months": "11", "agreed": "2020-01-01"})
    assert wrong.status_code == 200
    saved = await send(alice, PAGE, **FILLED | {"keep_texts_months": "12", "agreed": agreed})
    assert saved.status_code == 303
    longer = await send(alice, PAGE, **FILLED | {"keep_texts_months": "13"})
    assert longer.status_code == 303, "nothing more goes when texts stay longer"


def _older(months: int) -> int:
    before = retention.first_kept(months, "Europe/Paris", datetime.now(NOW.tzinfo))
    return sum(at.date() < before for at in OLD + NEW)


async def test_the_page_says_what_was_done(
    answers: None, alice: Client, database: Database, shop: Shop, settings: Settings
) -> None:
    await keep(database, shop, 18)
    await retention.erase_old_texts(night(database, settings, shop, NOW))
    async with database.write() as session:
        await session.exec(
            sa.update(RetentionRun)
            .where(col(RetentionRun.workspace_id) == shop.workspace.id)
            .values(ended_at=NOW, answers=1204)
        )
    said = "On 30 Nov 2026: the texts of 1,204 answers of before May 2025 were erased."
    assert said in (await alice.get(PAGE)).text


async def test_an_editor_does_not_change_how_long_texts_stay(
    alice: Client, database: Database, shop: Shop
) -> None:
    from feedback.accounts.setup import add_member

    async with database.write() as session:
        carla = await add_member(
            session, shop.workspace, f"{uuid.uuid4().hex}@shop.example", role="editor", now=NOW
        )
    await cast.sign_in(alice, database, carla, shop.workspace)
    answer = await send(alice, PAGE, **FILLED)
    assert answer.status_code == 422 and "Only an owner changes how long" in answer.text
    assert (await send(alice, PAGE, **FILLED | {"keep_texts_months": ""})).status_code == 303
