"""The words of comments: found by the job, kept for pages, and followed to their comments."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from feedback import clock
from feedback.changes.job import judge_workspace
from feedback.comments.index import follow_all
from feedback.comments.models import CommentMark
from feedback.comments.words import (
    KIND,
    PACE,
    Where,
    ask_for_words,
    read_recent,
    read_since,
    read_words,
    since_sentence,
)
from feedback.comments.words_job import count_words, due_each_hour
from feedback.db import Database
from feedback.erasure.erase import erase_responses
from feedback.outbox.models import Computed, Job
from feedback.responses.models import CommentDue, Response
from feedback.scoring.months import month_at, shift
from tests.cast import Shop, open_shop
from tests.comments.wording import both_sides, say

Client = AsyncTestClient[Any]
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


async def count(database: Database, shop: Shop, now: datetime = NOW, **asked: str) -> int:
    return await count_words(database, {"workspace": shop.workspace.id.hex, **asked}, now)


async def words_of(database: Database, shop: Shop, where: Where, since: str, until: str) -> Any:
    async with database.read() as session:
        return await read_words(session, shop.workspace.id, where, since, until)


async def kept(database: Database, shop: Shop) -> list[bytes]:
    own = (Computed.workspace_id == shop.workspace.id, Computed.kind == KIND)
    async with database.read() as session:
        return list(await session.exec(select(Computed.body).where(*own)))


async def test_the_job_finds_the_words_of_every_place(database: Database, shop: Shop) -> None:
    await say(database, shop.csat_series, "2026-02", both_sides(60))
    assert await count(database, shop) > 0
    for where in (
        Where("", shop.workspace.id),
        Where("journey", shop.journey.id),
        Where("stage", shop.care.id),
        Where("touchpoint", shop.delivery.id),
    ):
        for since in ("2026-02", "2025-12"):
            words = await words_of(database, shop, where, since, "2026-02")
            assert words.is_claim and words.unhappy.texts == words.happy.texts == 60
            assert {"caisse", "attente"} <= {each.form for each in words.unhappy.words}
            assert "café" in {each.form for each in words.happy.words}
    empty = await words_of(
        database, shop, Where("touchpoint", shop.payment.id), "2026-02", "2026-02"
    )
    assert empty.found is not None and not empty.unhappy.words and not empty.is_claim


async def test_each_word_leads_to_as_many_comments(
    alice: Client, database: Database, shop: Shop
) -> None:
    await say(database, shop.csat_series, "2026-02", both_sides(60))
    await say(database, shop.csat_series, "2026-01", both_sides(10))
    await say(database, shop.nps_series, "2026-02", [(2, "La caisse du parking")])
    await count(database, shop)
    where = Where("touchpoint", shop.delivery.id)
    followed = 0
    for since in ("2026-02", "2025-12"):
        words = await words_of(database, shop, where, since, "2026-02")
        for side, band in ((words.unhappy, "negative"), (words.happy, "positive")):
            for said in side.words:
                file = words.link(said, band).replace("/comments?", "/comments.json?")
                rows = (await alice.get(file)).json()["rows"]
                assert len(rows) == said.texts, (said, file)
                followed += 1
    assert followed > 6


async def test_below_fifty_comments_a_side_it_says_what_is_said_most(
    database: Database, shop: Shop
) -> None:
    await say(database, shop.csat_series, "2026-02", both_sides(49))
    await count(database, shop)
    where = Where("stage", shop.care.id)
    words = await words_of(database, shop, where, "2026-02", "2026-02")
    assert not words.is_claim and all(each.times is None for each in words.unhappy.words)
    assert max(each.texts for each in words.unhappy.words) == 33


async def test_a_page_shows_twelve_months_where_three_are_too_few(
    database: Database, shop: Shop
) -> None:
    for month in ("2025-08", "2025-10", "2026-02"):
        await say(database, shop.csat_series, month, both_sides(25))
    await count(database, shop)
    async with database.read() as session:
        where = Where("stage", shop.care.id)
        words = await read_recent(session, shop.workspace.id, where, "2026-03")
    assert words.is_claim and (words.since, words.until) == ("2025-04", "2026-03")


async def test_a_second_look_writes_nothing(database: Database, shop: Shop) -> None:
    await say(database, shop.csat_series, "2026-02", both_sides(60))
    assert await count(database, shop) > 0
    assert await count(database, shop, NOW + timedelta(minutes=5)) == 0
    assert await count(database, shop, NOW + timedelta(days=2, minutes=1)) > 0  # else dropped


async def test_what_is_due_to_be_looked_at_again_counts_for_nothing(
    database: Database, shop: Shop
) -> None:
    """Its words may be those that were masked or erased."""
    secret = [(1, "Mon numéro secret canari")] * 8
    ids = await say(database, shop.csat_series, "2026-02", [*both_sides(30), *secret])
    async with database.write() as session:
        for id in ids[-8:]:
            session.add(CommentDue(workspace_id=shop.workspace.id, response_id=id))
    await count(database, shop)
    bodies = await kept(database, shop)
    assert len(bodies) > 5 and not any(b"canari" in body for body in bodies)


async def test_masked_words_leave_the_results_and_the_files(database: Database, shop: Shop) -> None:
    """Masking makes the comment due; whoever looks at it has the words counted at once."""
    secret = [(1, "Canari perdu")] * 8
    ids = await say(database, shop.csat_series, "2026-02", [*both_sides(6), *secret])
    await count(database, shop)
    assert any(b"canari" in body for body in await kept(database, shop))
    async with database.write() as session:
        for id in ids[-8:]:
            answer = await session.get_one(Response, (shop.workspace.id, id))
            answer.comment = "▇▇▇ perdu"
    await follow_all(database, shop.workspace.id)
    now = clock.now()
    async with database.read() as session:
        job = (await session.exec(select(Job).where(Job.kind == KIND))).first()
    assert job is not None and job.run_at <= now + timedelta(seconds=5)
    await count(database, shop, now)
    assert not any(b"canari" in body for body in await kept(database, shop))
    async with database.read() as session:
        assert list(await session.exec(select(Job).where(Job.kind == "tidy")))


async def test_an_erased_answer_takes_its_words_along(
    database: Database, shop: Shop, tmp_path: Path
) -> None:
    secret = [(1, "Canari perdu")] * 8
    ids = await say(database, shop.csat_series, "2026-02", [*both_sides(6), *secret])
    await count(database, shop)
    async with database.write() as session:
        own = shop.workspace.id
        await erase_responses(session, own, ids[-8:], folder=tmp_path, now=clock.now())
    assert await kept(database, shop) == []
    await count(database, shop)
    await follow_all(database, shop.workspace.id)
    await count(database, shop)
    bodies = await kept(database, shop)
    assert bodies and not any(b"canari" in body for body in bodies)


async def test_months_that_a_reader_asks_for_are_counted_for_him(
    alice: Client, database: Database, shop: Shop
) -> None:
    await say(database, shop.csat_series, "2024-05", both_sides(60))
    address = f"/words?stage={shop.care.id}&since=2024-04&until=2024-06"
    html = (await alice.get(address)).text
    assert "Working it out" in html
    async with database.read() as session:
        job = (await session.exec(select(Job).where(Job.kind == KIND))).one()
    now = clock.now()
    await count_words(database, job.payload, now)
    html = (await alice.get(address)).text
    assert "Words that set unhappy comments apart" in html and "caisse" in html
    # Made anew while somebody may look, then let go.
    await count(database, shop, now + timedelta(days=1))
    where = Where("stage", shop.care.id)
    assert (await words_of(database, shop, where, "2024-04", "2024-06")).found
    await count(database, shop, now + timedelta(days=4))
    assert (await words_of(database, shop, where, "2024-04", "2024-06")).found is None


async def test_the_files_hold_the_words_of_the_page(
    alice: Client, database: Database, shop: Shop
) -> None:
    await say(database, shop.csat_series, "2026-02", both_sides(60))
    await count(database, shop)
    address = f"touchpoint={shop.delivery.id}&since=2026-02&until=2026-02"
    found = (await alice.get(f"/words.json?{address}")).json()
    assert found["is_claim"] and found["negative"]["comments"] == 60
    words = [each["word"] for each in found["negative"]["words"]]
    lines = (await alice.get(f"/words.csv?{address}")).text.splitlines()
    assert lines[0].startswith("band,word,comments,people,others,times,low,high,z")
    assert [line.split(",")[1] for line in lines if line.startswith("negative")] == words
    assert (await alice.get(f"/words.xlsx?{address}")).content[:2] == b"PK"
    html = (await alice.get(f"/words?{address}")).text
    for word in words:
        assert re.search(rf">{word}</a> <span class=\"n\">\(\d+\)", html)


@pytest.mark.parametrize(
    "query", ["stage=x", "since=2026-13", "color=red", "month=2026-02&since=2026-02"]
)
async def test_it_refuses_what_names_nothing(alice: Client, query: str) -> None:
    answer = await alice.get(f"/words?{query}")
    assert answer.status_code == 422 and 'role="alert"' in answer.text


async def test_whoever_asks_at_once_is_served_by_one_job(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        await ask_for_words(session, shop.workspace.id, NOW)
    async with database.write() as session:
        await ask_for_words(session, shop.workspace.id, NOW + timedelta(seconds=2))
    async with database.read() as session:
        jobs = list(await session.exec(select(Job).where(Job.kind == KIND)))
    assert len(jobs) == 1 and NOW < jobs[0].run_at <= NOW + timedelta(seconds=5)


async def test_who_asks_all_day_leaves_few_jobs_behind(database: Database, shop: Shop) -> None:
    for seconds in range(0, 1_000, 5):
        async with database.write() as session:
            await ask_for_words(session, shop.workspace.id, NOW + timedelta(seconds=seconds))
            done = sa.update(Job).where(col(Job.kind) == KIND).values(done_at=NOW)
            await session.exec(done)
    async with database.read() as session:
        assert len(list(await session.exec(select(Job.id).where(Job.kind == KIND)))) == 60


async def test_a_workspace_that_is_dear_to_count_is_counted_seldom(
    database: Database, shop: Shop
) -> None:
    own: Any = {"workspace_id": shop.workspace.id, "kind": KIND, "media_type": "", "version": ""}
    async with database.write() as session:
        session.add(Computed(**own, key=PACE, body=b"6.0", computed_at=NOW))
    async with database.write() as session:
        await ask_for_words(session, shop.workspace.id, NOW)
        await ask_for_words(session, shop.workspace.id, NOW, at_once=True)
    async with database.read() as session:
        at = sorted(await session.exec(select(Job.run_at).where(Job.kind == KIND)))
    assert NOW < at[0] <= NOW + timedelta(seconds=12)
    assert at[0] < at[1] <= NOW + timedelta(minutes=10)


async def test_each_new_month_is_looked_at(database: Database, shop: Shop) -> None:
    async def due(now: datetime) -> int:
        async with database.read() as session:
            return len(await due_each_hour(session, now))

    assert await due(NOW) == 0
    await say(database, shop.csat_series, "2026-02", both_sides(5))
    assert await due(NOW) == 1
    await count(database, shop)
    assert await due(NOW + timedelta(hours=1)) == 0
    assert await due(datetime(2026, 4, 1, 1, tzinfo=UTC)) == 1


async def test_hidden_comments_count_and_name_nothing(
    alice: Client, database: Database, shop: Shop
) -> None:
    insults = [(1, "Bande de voleurs")] * 8
    ids = await say(database, shop.csat_series, "2026-02", [*both_sides(30), *insults])
    async with database.write() as session:
        for id in ids[-8:]:
            mark = CommentMark(workspace_id=shop.workspace.id, response_id=id)
            mark.hidden_at, mark.hidden_by = NOW, shop.alice.id
            session.add(mark)
    await count(database, shop)
    where = Where("stage", shop.care.id)
    words = await words_of(database, shop, where, "2026-02", "2026-02")
    assert words.unhappy.texts == 38
    file = words.link_of_all().replace("/comments?", "/comments.json?")
    assert len((await alice.get(file)).json()["rows"]) == 38
    assert not any("voleur" in each.form for each in words.unhappy.words)


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert since_sentence(None) == ""


async def test_of_another_workspace_nothing_is_counted(database: Database, shop: Shop) -> None:
    other = await open_shop(database, "other")
    await say(database, shop.csat_series, "2026-02", both_sides(60))
    await count(database, shop)
    await count(database, other)
    where = Where("", other.workspace.id)
    words = await words_of(database, other, where, "2026-02", "2026-02")
    assert words.found is not None and words.texts == 0


async def test_they_stand_under_the_trend_of_a_place_and_beside_the_comments(
    alice: Client, database: Database, shop: Shop
) -> None:
    month = month_at(clock.now(), "Europe/Paris")
    await say(database, shop.csat_series, month, both_sides(60))
    await count(database, shop, clock.now())
    for address in (
        f"/trends?touchpoint={shop.delivery.id}",
        f"/trends?stage={shop.care.id}",
        f"/comments?touchpoint={shop.delivery.id}",
        f"/comments?stage={shop.care.id}&month={month}&band=negative&state=counted",
        "/comments",
    ):
        html = (await alice.get(address)).text
        assert "Unhappy comments say more often:" in html and ">attente</a>" in html, address
    for address in (
        "/trends",
        f"/trends?touchpoint={shop.delivery.id}&channel=widget",
        f"/trends?touchpoint={shop.payment.id}",
        "/comments?channel=widget",
        "/comments?q=attente",
    ):
        assert "say more often" not in (await alice.get(address)).text, address


async def test_a_trend_that_is_unchanged_is_sent_again_once_its_words_are_others(
    alice: Client, database: Database, shop: Shop
) -> None:
    month = month_at(clock.now(), "Europe/Paris")
    await say(database, shop.csat_series, month, both_sides(60))
    address = f"/trends?touchpoint={shop.delivery.id}"
    tag = {"If-None-Match": (await alice.get(address)).headers["ETag"]}
    assert (await alice.get(address, headers=tag)).status_code == 304
    await count(database, shop, clock.now())
    assert "say more often" in (await alice.get(address, headers=tag)).text


async def test_since_a_score_fell_unhappy_people_say_what_they_did_not_before(
    database: Database, shop: Shop, alice: Client
) -> None:
    """A year and a half of good months, then a till that is closed."""
    running = month_at(clock.now(), "Europe/Paris")
    began = shift(running, -4)
    good = [(5, "Très bon café")] * 34 + [(1, "Café froid, déçue")] * 6
    bad = [(5, "Très bon café")] * 10 + [(1, "La caisse est fermée")] * 30
    for back in range(22, 4, -1):
        await say(database, shop.csat_series, shift(running, -back), good)
    for back in range(4, 0, -1):
        await say(database, shop.csat_series, shift(running, -back), bad)
    await judge_workspace(database, shop.workspace.id, clock.now())
    await count(database, shop, clock.now())
    async with database.read() as session:
        where = Where("stage", shop.care.id)
        words = await read_since(session, shop.workspace.id, where, "csat_5", began)
        if words is None:
            where = Where("touchpoint", shop.delivery.id)
            words = await read_since(session, shop.workspace.id, where, "csat_5", began)
    assert words is not None and words.is_claim
    assert words.unhappy.words[0].form == "caisse" or "caisse fermée" in since_sentence(words)
    assert not any("café" in each.form for each in words.unhappy.words)
    assert since_sentence(words).startswith("Since ")
    file = words.link(words.unhappy.words[0]).replace("/comments?", "/comments.json?")
    assert len((await alice.get(file)).json()["rows"]) == words.unhappy.words[0].texts
    html = (await alice.get(f"/trends?touchpoint={shop.delivery.id}")).text
    assert "unhappy customers write more than before:" in html
