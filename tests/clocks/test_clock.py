"""A clock that jumps: it is said, and its answers are moved or left out, and brought back."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from feedback import clock
from feedback.clocks import spans, watch
from feedback.clocks.models import ClockJump, ClockSpan
from feedback.clocks.watch import Watch, load_jumps
from feedback.db import Database
from feedback.responses.models import RatingCount, Response, ResponseChange, Submission
from feedback.responses.rollup import find_differences
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send

ADDRESS = "/settings/clock"
RIGHT = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)


class Clock:
    """A wall clock that can be set, and one that only counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
        self.at, self.ticks = at, 1_000.0
        monkeypatch.setattr(clock, "now", lambda: self.at)
        monkeypatch.setattr(watch, "ticking", lambda: self.ticks)

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.ticks += seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, RIGHT)


@pytest.mark.parametrize("by", [86_400 * 3, -3_600, -86_400 * 365 * 56], ids=str)
async def test_a_jump_is_said_and_noted_once(
    database: Database, wall: Clock, by: int, caplog: pytest.LogCaptureFixture
) -> None:
    watching, another = Watch(database), Watch(database)
    wall.pass_by(100)
    assert await watching.look() is None
    wall.at += timedelta(seconds=by)
    wall.pass_by(5)
    for each in (watching, another, watching):
        await each.look()
    assert caplog.text.count(f"the clock jumped by {by:+d} s") == 2
    async with database.read() as session:
        [jump] = await load_jumps(session)
    assert round((jump.after_at - jump.before_at).total_seconds()) == by
    assert jump.since_at == RIGHT


async def test_a_slow_correction_is_no_jump(database: Database, wall: Clock) -> None:
    watching = Watch(database)
    for _ in range(10):
        wall.pass_by(5)
        wall.at += timedelta(seconds=3)
        assert await watching.look() is None


async def test_a_start_finds_answers_of_a_time_that_has_yet_to_come(
    alice: Client, shop: Shop, database: Database, wall: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert await Watch(database).look_back() is None
    wall.at += timedelta(days=30)
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})
    wall.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    await Watch(database).look_back()
    assert "the clock says 1970-01-01 00:05" in caplog.text
    assert "the clock jumped by -" in caplog.text


async def rows(database: Database, shop: Shop) -> list[Response]:
    async with database.read() as session:
        own = select(Response).where(Response.workspace_id == shop.workspace.id)
        return list(await session.exec(own.order_by(col(Response.received_at))))


async def assert_sound(database: Database, shop: Shop) -> None:
    """Counts are those of a recount, ids are of their time, every message finds its answer."""
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
        ids = set()
        for row in await rows(database, shop):
            assert row.id.int >> 80 == int(row.answered_at.timestamp() * 1000)
            ids.add(row.id)
        tables: Any = (Submission, ResponseChange)
        for table in tables:
            own = select(table).where(table.workspace_id == shop.workspace.id)
            assert {each.response_id for each in await session.exec(own)} <= ids


async def months(database: Database, shop: Shop) -> dict[str, int]:
    async with database.read() as session:
        own = select(RatingCount).where(RatingCount.workspace_id == shop.workspace.id)
        found: dict[str, int] = {}
        for each in await session.exec(own):
            found[f"{each.month:%Y-%m}"] = found.get(f"{each.month:%Y-%m}", 0) + each.n
        return {month: n for month, n in found.items() if n}


def form(begins: datetime, ends: datetime, **more: str) -> dict[str, str]:
    local = {"begins": f"{begins:%Y-%m-%dT%H:%M:%S}Z", "ends": f"{ends:%Y-%m-%dT%H:%M:%S}Z"}
    return {"how": "move", "reason": "set by hand", "really": "", "act": "do", **local, **more}


@pytest.fixture
async def ahead(alice: Client, shop: Shop, wall: Clock) -> list[dict[str, Any]]:
    """Ten answers in June, then the clock is 40 days ahead for twelve more, then right again."""
    sent = []
    for n in range(22):
        wall.pass_by(60)
        if n == 10:
            wall.at += timedelta(days=40)
        message = {"submission_id": str(uuid.uuid4()), "seq": 1, "rating": n % 11}
        assert (await alice.post(f"/r/{shop.nps.key}", json=message)).status_code == 201
        sent.append(message)
    wall.pass_by(60)
    wall.at -= timedelta(days=40)
    return sent


async def test_answers_are_moved_with_their_months_and_back(
    alice: Client,
    shop: Shop,
    database: Database,
    ahead: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spans, "AT_ONCE", 5)
    before = await rows(database, shop)
    assert await months(database, shop) == {"2026-06": 10, "2026-07": 12}
    begins = RIGHT + timedelta(days=40)
    really = f"{RIGHT:%Y-%m-%dT%H:%M:%S}Z"
    asked = form(begins, begins + timedelta(days=1), really=really)
    look = await send(alice, ADDRESS, **asked | {"act": "look"})
    assert "This is about 12 answers. By: −40 d." in look.text
    assert await months(database, shop) == {"2026-06": 10, "2026-07": 12}
    assert (await send(alice, ADDRESS, **asked)).status_code == 303
    assert await months(database, shop) == {"2026-06": 22}
    await assert_sound(database, shop)
    moved = await rows(database, shop)
    assert max(row.received_at for row in moved) == RIGHT + timedelta(minutes=22)
    later = ahead[-1] | {"seq": 2, "comment": "and more"}
    assert (await alice.post(f"/r/{shop.nps.key}", json=later)).status_code == 200
    assert len(await rows(database, shop)) == 22
    page = (await alice.get(ADDRESS)).text
    assert "moved by −40 d" in page and "12 answers" in page
    async with database.read() as session:
        [span] = await session.exec(
            select(ClockSpan).where(ClockSpan.workspace_id == shop.workspace.id)
        )
    assert (await send(alice, ADDRESS, act="undo", span=str(span.id))).status_code == 303
    assert await months(database, shop) == {"2026-06": 10, "2026-07": 12}
    times = [(row.received_at, row.rating) for row in before]
    assert [(row.received_at, row.rating) for row in await rows(database, shop)] == times
    await assert_sound(database, shop)
    await send(alice, ADDRESS, act="undo", span=str(span.id))  # pressed twice
    assert await months(database, shop) == {"2026-06": 10, "2026-07": 12}


async def test_answers_are_left_out_and_brought_back_but_not_those_of_others(
    alice: Client, shop: Shop, database: Database, ahead: list[dict[str, Any]], wall: Clock
) -> None:
    last = (await rows(database, shop))[-1]
    await send(alice, f"/responses/{last.id}/exclude", reason="a test of ours")
    wall.pass_by(1)
    begins = RIGHT + timedelta(days=40)
    asked = form(begins, begins + timedelta(days=1), how="leave_out")
    await send(alice, ADDRESS, **asked)
    assert await months(database, shop) == {"2026-06": 10}
    async with database.read() as session:
        [span] = await session.exec(
            select(ClockSpan).where(ClockSpan.workspace_id == shop.workspace.id)
        )
    assert span.n == 11
    await send(alice, ADDRESS, act="undo", span=str(span.id))
    assert await months(database, shop) == {"2026-06": 10, "2026-07": 11}
    await assert_sound(database, shop)


async def test_a_move_that_was_killed_is_gone_on_with(
    alice: Client,
    shop: Shop,
    database: Database,
    ahead: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spans, "AT_ONCE", 5)
    store, calls = spans._store_anew, []

    async def killed(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        await store(*given)

    monkeypatch.setattr(spans, "_store_anew", killed)
    begins = RIGHT + timedelta(days=40)
    span = ClockSpan(
        workspace_id=shop.workspace.id,
        begins_at=begins,
        ends_at=begins + timedelta(days=1),
        seconds=-60,  # most of them are in the span still
        reason="killed",
        user_id=shop.alice.id,
        done_at=clock.now(),
    )
    async with database.write() as session:
        session.add(span)
    with pytest.raises(KeyboardInterrupt):
        await spans.carry_out(database, (span.workspace_id, span.id), "UTC")
    await assert_sound(database, shop)
    before = await rows(database, shop)
    assert "Go on" in (await alice.get(ADDRESS)).text
    await send(alice, ADDRESS, act="go_on", span=str(span.id))
    await assert_sound(database, shop)
    after = await rows(database, shop)
    assert len(after) == len(before) == 22
    assert max(row.received_at for row in after) == RIGHT + timedelta(days=40, minutes=21)
    async with database.read() as session:
        assert (await session.get_one(ClockSpan, (span.workspace_id, span.id))).n == 12


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"begins": "soon"}, "Write a day and a time"),
        ({"ends": "2026-01-01T00:00:00Z"}, "The end must come after the beginning"),
        ({"really": "2026-07-30T12:00:00Z"}, "nothing would be moved"),
        ({"reason": ""}, "Say why"),
    ],
)
async def test_it_refuses(alice: Client, wrong: dict[str, str], said: str) -> None:
    begins = RIGHT + timedelta(days=40)
    whole = form(begins, begins + timedelta(days=1), really="2026-06-20T12:00:00Z")
    answer = await send(alice, ADDRESS, **whole | wrong)
    assert answer.status_code == 422 and said in answer.text


async def test_the_owner_is_told_and_nobody_else(
    client: Client, shop: Shop, database: Database
) -> None:
    now = clock.now()
    async with database.write() as session:
        session.add(ClockJump(since_at=now, before_at=now, after_at=now + timedelta(days=1)))
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    assert "The clock of the server jumped" in (await client.get("/settings")).text
    page = (await client.get(ADDRESS)).text
    assert "It was wrong before" in page and "+1 d" in page
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert "The clock of the server jumped" not in (await client.get("/settings")).text
    assert (await client.get(ADDRESS)).status_code in (403, 404)


async def test_another_workspace_s_span_is_not_there(alice: Client, shop: Shop) -> None:
    for id in (str(uuid.uuid4()), "no-id"):
        answer = await send(alice, ADDRESS, act="undo", span=id)
        assert answer.status_code in (303, 404)
