"""Bursts: recognised while they come, shown, taken out and brought back by people alone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database, new_id
from feedback.responses.bursts import change
from feedback.responses.bursts.change import change_bursts
from feedback.responses.bursts.read import load_bursts
from feedback.responses.bursts.recognise import MANY, MOST_SENDERS, WINDOW_SECONDS, Recogniser
from feedback.responses.models import Response
from feedback.responses.review import change_state
from feedback.responses.rollup import find_differences
from feedback.responses.states import Act
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests import cast, waiting
from tests.cast import Shop
from tests.forms import Client, send
from tests.responses.test_states import Say, answer
from tests.surveys.hosted import answers, counts
from tests.visiting import house, post, statuses, visitor

OFFICE, ELSEWHERE = "198.51.100.7", "198.51.100.8"


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Any]:
    async with house(settings) as made:
        yield made


async def marked(client: Client) -> None:
    bursts = client.app.state.bursts
    await waiting.until(lambda: bursts.is_idle)


async def origins(database: Database, shop: Shop) -> list[bytes | None]:
    return [each.origin for each in await answers(database, shop)]


async def flood(client: Client, shop: Shop, n: int, peer: str = OFFICE, **body: Any) -> None:
    found = await post(client, f"/r/{shop.nps.key}", peer, [None] * n, **{"rating": 0, **body})
    assert statuses(found) == {201: n}


async def test_an_office_of_300_is_stored_whole_and_marked(
    client: Client, shop: Shop, database: Database
) -> None:
    for start in range(0, 300, 50):
        await flood(client, shop, 50, rating=start // 50 + 4)
    await marked(client)
    found = await origins(database, shop)
    assert len(found) == 300 and len(set(found)) == 1 and found[0] is not None
    assert await counts(database, shop) == dict.fromkeys(range(4, 10), 50)


async def test_it_takes_many_from_one_address_to_one_survey(
    client: Client, shop: Shop, database: Database
) -> None:
    await flood(client, shop, MANY - 1)
    await flood(client, shop, MANY - 1, ELSEWHERE)
    await post(client, f"/r/{shop.csat.key}", OFFICE, [None], rating=3)
    body = {"submission_id": str(new_id()), "rating": 5}
    for seq in range(1, 6):  # one answer, however often it is completed
        await post(client, f"/r/{shop.nps.key}", "198.51.100.9", [None], **body, seq=seq)
    await post(client, f"/r/{shop.nps.key}", OFFICE, [None] * 9, rating=0, test=True)
    await marked(client)
    assert set(await origins(database, shop)) == {None}
    await flood(client, shop, 1)
    await marked(client)
    found = [each for each in await origins(database, shop) if each is not None]
    assert len(found) == MANY and len(set(found)) == 1


async def test_the_page_of_the_survey_counts_as_well(
    client: Client, shop: Shop, database: Database
) -> None:
    async with visitor(client, OFFICE) as visiting:
        for _ in range(MANY):
            sent = await visiting.post(f"/s/{shop.nps.key}", data={"rating": "9"})
            assert sent.status_code == 303
    await marked(client)
    assert None not in await origins(database, shop)


async def test_whose_address_nobody_can_tell_is_in_no_burst(
    client: Client, shop: Shop, database: Database
) -> None:
    made_up = [{"X-Forwarded-For": f"203.0.113.{n}"} for n in range(MANY + 5)]
    await post(client, f"/r/{shop.nps.key}", OFFICE, made_up, rating=9)
    await marked(client)
    assert set(await origins(database, shop)) == {None}


async def test_what_waits_for_its_mark_is_marked_before_the_end(
    settings: Settings, shop: Shop, database: Database
) -> None:
    async with house(settings) as client:
        await flood(client, shop, MANY)
    assert None not in await origins(database, shop)


class Desk:
    """Answers as they come to the recogniser, and the origin that each has in the end."""

    def __init__(self) -> None:
        self.recogniser = Recogniser()
        self.origins: dict[UUID, bytes] = {}

    def give(self, at: float, sender: bytes = b"s" * 16) -> UUID:
        id, origin = new_id(), self.recogniser.origin_of(sender, at)
        burst = self.recogniser.note(sender, at, id, origin)
        if origin is not None:
            self.origins[id] = origin
        if burst is not None:
            assert not set(burst[1]) & set(self.origins)
            self.origins |= dict.fromkeys(burst[1], burst[0])
        return id


@given(st.lists(st.floats(0, 90) | st.floats(0, 700), min_size=MANY, max_size=150))
def test_marked_is_exactly_who_is_among_many_within_the_window(gaps: list[float]) -> None:
    desk = Desk()
    moments = [1000.0 + at for at in accumulate(gaps)]
    ids = [desk.give(at) for at in moments]
    expected: set[UUID] = set()
    groups = 0
    for last in range(MANY - 1, len(moments)):
        window = range(last - MANY + 1, last + 1)
        if moments[last] - moments[window[0]] < WINDOW_SECONDS:
            groups += not expected & {ids[n] for n in window}
            expected |= {ids[n] for n in window}
    assert set(desk.origins) == expected
    assert len(set(desk.origins.values())) == groups


def test_a_burst_that_comes_later_is_another() -> None:
    desk = Desk()
    first = [desk.give(10.0 + n) for n in range(2 * MANY)]
    second = [desk.give(5000.0 + n) for n in range(2 * MANY)]
    [one], [other] = ({desk.origins[id] for id in ids} for ids in (first, second))
    assert one != other and len(one) == len(other) == 8


def test_its_memory_is_bounded() -> None:
    desk = Desk()
    for n in range(100_000):
        desk.give(5.0, n.to_bytes(16, "big"))
    senders = desk.recogniser.senders
    assert MOST_SENDERS < len(senders) <= 2 * MOST_SENDERS
    for _ in range(100):
        desk.give(6.0)
    known = senders.get(b"s" * 16, 6.0)
    assert known is not None and len(known.given) == MANY


# What owners do with them.


async def test_the_page_tells_what_came(alice: Client, shop: Shop, database: Database) -> None:
    address = f"/surveys/{shop.nps.id}/bursts"
    assert "No bursts" in (await alice.get(address)).text
    assert address not in (await alice.get("/responses")).text
    await flood(alice, shop, 30)
    await flood(alice, shop, 25, ELSEWHERE, rating=10, channel="widget")
    await marked(alice)
    assert address in (await alice.get("/responses")).text
    text = (await alice.get(address)).text
    assert "Burst 1" in text and "Burst 2" in text and "30 answers" in text and "25 answers" in text
    assert OFFICE not in text and ELSEWHERE not in text
    async with database.read() as session:
        second, first = await load_bursts(session, shop.workspace.id, shop.nps.id)
        other = await load_bursts(session, shop.workspace.id, shop.csat.id)
    assert (first.number, second.number, other) == (1, 2, [])
    assert (first.ratings, second.ratings) == ({0: 30}, {10: 25})
    assert (first.channels, second.channels) == ({"api": 30}, {"widget": 25})
    assert sum(first.hours.values()) == 30
    hour = first.began.replace(minute=0, second=0, microsecond=0)
    assert min(first.hours) == hour


async def choose(
    client: Client, shop: Shop, burst: bytes, act: str, reason: str = "A robot"
) -> Any:
    address = f"/surveys/{shop.nps.id}/bursts"
    return await send(client, address, burst=burst.hex(), act=act, reason=reason)


async def total(database: Database, shop: Shop) -> int:
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
    return sum((await counts(database, shop)).values())


async def test_a_burst_is_taken_out_and_brought_back_in_one_step(
    alice: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change, "BATCH", 12)  # several transactions, the last one not full
    await flood(alice, shop, 30)
    await flood(alice, shop, 5, ELSEWHERE, rating=9)
    await marked(alice)
    [origin] = {each for each in await origins(database, shop) if each}
    assert (await choose(alice, shop, origin, "exclude")).status_code == 303
    assert await counts(database, shop) == {9: 5} and await total(database, shop) == 5
    assert "30 answers taken out" in (await alice.get(f"/surveys/{shop.nps.id}/bursts")).text
    [one] = [each for each in await answers(database, shop) if each.origin][:1]
    assert "A robot" in (await alice.get(f"/responses/{one.id}")).text
    await choose(alice, shop, origin, "exclude")  # twice is once
    assert await total(database, shop) == 5
    await choose(alice, shop, origin, "restore", "An office")
    assert await counts(database, shop) == {0: 30, 9: 5} and await total(database, shop) == 35
    assert {each.state for each in await answers(database, shop)} == {"counted"}


async def test_what_somebody_took_out_by_itself_stays_out(
    alice: Client, shop: Shop, database: Database
) -> None:
    await flood(alice, shop, 25)
    await marked(alice)
    [by_hand, back, *_] = await answers(database, shop)
    assert by_hand.origin is not None
    await send(alice, f"/responses/{by_hand.id}/exclude", reason="Rude")
    await choose(alice, shop, by_hand.origin, "exclude")
    await send(alice, f"/responses/{back.id}/restore", reason="Known")
    await send(alice, f"/responses/{back.id}/exclude", reason="Not known")
    assert await total(database, shop) == 0
    await choose(alice, shop, by_hand.origin, "restore")
    out = {each.id for each in await answers(database, shop) if each.state == "excluded"}
    assert out == {by_hand.id, back.id} and await total(database, shop) == 23


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"reason": "A robot"}, "Choose at least one"), ({"burst": "00" * 8}, "Say why"),
     ({"burst": "not hex", "reason": "x"}, "Choose at least one"),
     ({"burst": "00" * 8, "reason": "x" * 501}, "at most 500")],
    ids=["none chosen", "no reason", "no burst", "long reason"],
)  # fmt: skip
async def test_it_says_what_is_missing(
    alice: Client, shop: Shop, database: Database, fields: dict[str, str], said: str
) -> None:
    await flood(alice, shop, MANY)
    await marked(alice)
    refused = await send(alice, f"/surveys/{shop.nps.id}/bursts", act="exclude", **fields)
    assert refused.status_code == 422 and said in refused.text
    assert await total(database, shop) == MANY


async def test_a_burst_of_another_survey_is_not_touched(
    alice: Client, shop: Shop, database: Database
) -> None:
    await flood(alice, shop, MANY)
    await marked(alice)
    [origin] = set(await origins(database, shop))
    assert origin is not None
    address = f"/surveys/{shop.csat.id}/bursts"
    await send(alice, address, burst=origin.hex(), act="exclude", reason="A robot")
    assert await total(database, shop) == MANY


async def test_files_and_pages_do_not_tell_which_came_together(
    alice: Client, shop: Shop, database: Database
) -> None:
    await flood(alice, shop, MANY, comment="Hm")
    await marked(alice)
    [origin] = set(await origins(database, shop))
    assert origin is not None
    one = (await answers(database, shop))[0].id
    for path in ("/responses.csv", "/responses.json", "/responses", f"/responses/{one}"):
        text = (await alice.get(path)).text
        assert "Hm" in text and origin.hex() not in text
        assert "." not in path or '"origin"' not in text and "origin," not in text


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_acts_leaves_counts_equal_to_a_recount(
    database: Database, settings: Settings, seed: int
) -> None:
    """Bursts and single answers, excluded and restored in turns, beside a plain model."""
    chance, shop = Random(seed), await cast.open_shop(database, f"shop-{seed}")
    store = make_store(settings)
    await store.open()
    stored = []
    for n in range(60):
        state = chance.choice(["counted", "counted", "unconfirmed", "quarantined"])
        one = answer(shop, new_id(), Say(0, 1, n % 11, state))
        stored.append(one)
    await store.store(stored)
    await store.close()
    burst_of = {one.response_id: chance.choice([None, b"A" * 8, b"B" * 8]) for one in stored}
    async with database.write() as session:
        for id, origin in burst_of.items():
            await session.exec(
                sa.update(Response)
                .where(col(Response.workspace_id) == shop.workspace.id, col(Response.id) == id)
                .values(origin=origin)
            )
    first = {one.response_id: one.state for one in stored}
    out: dict[Any, str] = {}  # by whom
    now = clock.now()
    for _ in range(40):
        now += timedelta(seconds=1)
        act: Act = chance.choice(["exclude", "restore"])
        at: dict[str, Any] = {"reason": "x", "user_id": shop.alice.id, "now": now}
        if chance.random() < 0.5:
            origin = chance.choice([b"A" * 8, b"B" * 8])
            await change_bursts(
                database,
                shop.workspace.id,
                shop.nps.id,
                [origin],
                act,
                **at,
            )
            for id in [id for id, own in burst_of.items() if own == origin]:
                if act == "exclude":
                    out.setdefault(id, "burst")
                elif out.get(id) == "burst":
                    del out[id]
        else:
            id = chance.choice(list(first))
            async with database.write() as session:
                await change_state(session, shop.workspace.id, id, act, **at)
            if act == "exclude":
                out.setdefault(id, "hand")
            else:
                out.pop(id, None)
    async with database.read() as session:
        assert await find_differences(session, shop.workspace.id) == []
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        assert {each.id: each.state for each in found} == {
            id: "excluded" if id in out else state for id, state in first.items()
        }
