"""What owners see of bursts; they are taken out and brought back by people alone, in one step."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.db import Database, new_id
from feedback.responses.bursts import change
from feedback.responses.bursts.change import change_bursts
from feedback.responses.bursts.read import load_bursts
from feedback.responses.bursts.recognise import MANY
from feedback.responses.models import Response
from feedback.responses.review import change_state
from feedback.responses.rollup import find_differences
from feedback.responses.states import Act
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send
from tests.responses.bursts import ELSEWHERE, OFFICE, flood, marked, origins
from tests.responses.test_states import Say, answer
from tests.surveys.hosted import answers, counts
from tests.visiting import house, visitor


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Any]:
    async with house(settings) as made:
        yield made


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


async def test_answers_that_change_meanwhile_lose_and_double_nothing(
    alice: Client, shop: Shop, database: Database
) -> None:
    """Customers complete their answers while an owner takes the burst out and brings it back."""
    path, n = f"/r/{shop.nps.key}", 60
    bodies: list[dict[str, Any]] = [
        {"submission_id": str(new_id()), "rating": each % 11} for each in range(n)
    ]
    async with visitor(alice, OFFICE) as visiting:

        async def complete(body: dict[str, Any], seqs: range) -> None:
            for seq in seqs:
                more = {"seq": seq, "rating": (body["rating"] + seq) % 11}
                sent = await visiting.post(path, json=body | more)
                assert sent.status_code in (200, 201), sent.text

        await asyncio.gather(*(complete(body, range(1, 2)) for body in bodies))
        await marked(alice)
        [origin] = set(await origins(database, shop))
        assert origin is not None

        async def review() -> None:
            for act in ("exclude", "restore") * 6:
                assert (await choose(alice, shop, origin, act)).status_code == 303

        await asyncio.gather(review(), *(complete(body, range(2, 8)) for body in bodies))
        await choose(alice, shop, origin, "exclude")
        assert await total(database, shop) == 0
        await choose(alice, shop, origin, "restore")
    assert await total(database, shop) == n
    assert {each.state for each in await answers(database, shop)} == {"counted"}
    assert sorted(each.rating for each in await answers(database, shop)) == sorted(
        (body["rating"] + 7) % 11 for body in bodies
    )
