"""Ten tries an hour at a mailbox, twenty from an address; nobody else kept out: SAFETY C15."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.accounts import passwords
from feedback.accounts.models import SignInTry, User
from feedback.accounts.passwords import hash_password
from feedback.accounts.tries import TooManyTriesError, Try, forget_tries, record_try, take_back
from feedback.db import Database
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults.test_busy_database import many_at_once

Client = AsyncTestClient[Any]
SECRET = b"k" * 32
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
PASSWORD = "a sentence of mine"


async def attempt(database: Database, mailbox: str, address: str, now: datetime) -> Try | int:
    """The try, or after how many seconds there may be one."""
    try:
        async with database.write() as session:
            return await record_try(session, SECRET, mailbox, address, now)
    except TooManyTriesError as many:
        return many.retry_seconds


async def rows(database: Database) -> list[SignInTry]:
    async with database.read() as session:
        return list(await session.exec(select(SignInTry)))


@pytest.mark.parametrize(("kind", "most"), [("mailbox", 10), ("address", 20)])
async def test_a_burst_over_four_processes_gets_exactly_that_many(
    database: Database, settings: Settings, kind: str, most: int
) -> None:
    nodes = [Database(settings.url) for _ in range(4)]

    async def one(n: int) -> Try | int:
        mailbox, address = ("ana", f"10.0.0.{n}") if kind == "mailbox" else (f"ana{n}", "10.0.0.1")
        return await attempt(nodes[n % 4], mailbox, address, NOON)

    found = await asyncio.gather(*map(one, range(40)))
    assert sum(isinstance(each, Try) for each in found) == most
    assert {each for each in found if isinstance(each, int)} == {3600}
    at = ("mailbox", "address").index(kind)
    ranks = sorted(each.rank[at] for each in found if isinstance(each, Try))
    assert ranks == list(range(1, most + 1))
    for node in nodes:
        await node.close()


async def test_the_hour_slides_over_midnight_too(database: Database) -> None:
    midnight = datetime(2026, 3, 4, tzinfo=UTC)
    first = midnight - timedelta(minutes=30)
    for n in range(10):
        assert isinstance(await attempt(database, "ana", "", first + timedelta(minutes=n)), Try)
    assert await attempt(database, "ana", "", midnight + timedelta(minutes=1)) == 29 * 60
    assert await attempt(database, "ana", "", first + timedelta(seconds=3599)) == 1
    later = first + timedelta(hours=1, milliseconds=1)
    assert isinstance(await attempt(database, "ana", "", later), Try)
    assert await attempt(database, "ana", "", later) == 60


async def test_refused_tries_count_for_nothing(database: Database) -> None:
    """Else a mailbox that is attacked for ever would be shut for ever, and its neighbours too."""
    for n in range(30):
        await attempt(database, "ana", "10.0.0.1", NOON + timedelta(seconds=n))
    assert isinstance(await attempt(database, "bob", "10.0.0.1", NOON), Try)
    assert isinstance(await attempt(database, "ana", "::1", NOON + timedelta(hours=1)), Try)


async def test_a_right_password_takes_its_try_back(database: Database) -> None:
    """Thirty people of one office sign in within a minute."""
    for n in range(30):
        tried = await attempt(database, f"ana{n}", "10.0.0.1", NOON)
        assert isinstance(tried, Try)
        async with database.write() as session:
            await take_back(session, tried)
    assert {len(row.tries) for row in await rows(database)} == {0}


async def test_neither_mailbox_nor_address_is_stored_and_rows_go(database: Database) -> None:
    now = clock.now().replace(hour=12)  # keys are of a day: not around midnight
    await attempt(database, "ana@shop.example", "10.1.2.3", now)
    found = await rows(database)
    assert len(found) == 2 and all(len(row.key) == 16 for row in found)
    later = now + timedelta(hours=1, seconds=1)
    await attempt(database, "bob@shop.example", "10.9.9.9", later)
    assert len(await rows(database)) == 2  # the first two were dropped on the way
    keys = {row.key for row in await rows(database)}
    tomorrow = now + timedelta(days=1)
    await attempt(database, "bob@shop.example", "10.9.9.9", tomorrow)
    assert not keys & {row.key for row in await rows(database)}
    async with database.write() as session:
        await forget_tries(session, tomorrow + timedelta(hours=2))
    assert await rows(database) == []


async def knowing(database: Database, shop: Shop) -> None:
    async with database.write() as session:
        (await session.get_one(User, shop.alice.id)).password_hash = await hash_password(PASSWORD)


async def sign_in(client: Any, email: str, password: str, **headers: str) -> Any:
    data = {"email": email, "password": password}
    return await client.post("/sign-in", data=data, headers=headers, follow_redirects=False)


async def test_the_page_says_when_to_come_back(
    client: Client, database: Database, shop: Shop
) -> None:
    await knowing(database, shop)
    for _ in range(10):
        assert (await sign_in(client, shop.alice.email, "wrong")).status_code == 422
    answer = await sign_in(client, shop.alice.email.upper(), PASSWORD)
    assert answer.status_code == 429 and "Too many tries" in answer.text
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    french = await sign_in(client, shop.alice.email, "x", **{"Accept-Language": "fr"})
    assert "Trop d’essais. Réessayez dans 60 minutes" in french.text
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1), tick=False):
        assert (await sign_in(client, shop.alice.email, PASSWORD)).status_code == 303


async def test_a_forged_header_gives_no_more_tries(
    client: Client, database: Database, shop: Shop
) -> None:
    found = []
    for n in range(25):
        headers = {"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=198.51.100.{n}"}
        found.append((await sign_in(client, f"a{n}@x.example", "wrong", **headers)).status_code)
    assert found == [422] * 20 + [429] * 5


async def test_forty_bad_ones_at_once_leave_a_good_one_its_turn(
    settings: Settings, database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The good one comes last, from elsewhere; it is answered before most of the bad ones."""
    await knowing(database, shop)
    settings = settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    looked: list[str] = []
    verify = passwords._verify

    def note(password_hash: str | None, password: str) -> bool:
        looked.append(password)
        return verify(password_hash, password)

    monkeypatch.setattr(passwords, "_verify", note)
    async with many_at_once(settings) as client:

        def send(n: int) -> Any:
            is_good = n == 40
            forwarded = "198.51.100.7" if is_good else "203.0.113.9"
            email = shop.alice.email if is_good else f"nobody{n}@x.example"
            password = PASSWORD if is_good else f"wrong {n}"
            return sign_in(client, email, password, **{"X-Forwarded-For": forwarded})

        found = [answer.status_code for answer in await asyncio.gather(*map(send, range(41)))]
    assert found[40] == 303
    assert found.count(422) == 20 and found.count(429) == 20
    assert looked.index(PASSWORD) <= 21 and len(looked) == 21


async def test_when_too_many_wait_the_page_says_so(
    client: Client, database: Database, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await knowing(database, shop)
    full = passwords.Turns(at_once=0, most=0)
    with monkeypatch.context() as patched:
        patched.setattr(passwords, "_turns", full)
        answer = await sign_in(client, shop.alice.email, PASSWORD)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert "Many people sign in right now" in answer.text
    assert {len(row.tries) for row in await rows(database)} == {0}
    assert (await sign_in(client, shop.alice.email, PASSWORD)).status_code == 303


async def test_a_password_that_nobody_can_have_is_not_looked_at(
    client: Client, database: Database, shop: Shop
) -> None:
    answer = await sign_in(client, shop.alice.email, "x" * 201)
    assert answer.status_code == 422 and "at most 200 characters" in answer.text
    assert await rows(database) == []
    assert (await sign_in(client, shop.alice.email, "x" * 200)).status_code == 422


@pytest.mark.parametrize("email", ["a\x00@x.example", "a@x.example\x00", "a" * 300 + "@x.example",
                                   "\u202ea@x.example", "%"])  # fmt: skip
async def test_an_e_mail_that_is_none_belongs_to_nobody(
    client: Client, database: Database, shop: Shop, email: str
) -> None:
    answer = await sign_in(client, email, PASSWORD)
    assert answer.status_code == 422 and "do not belong together" in answer.text


async def in_turn(turns: passwords.Turns, ranks: list[tuple[int, int]]) -> list[int]:
    """The order in which those who came in this order had their turns."""
    order: list[int] = []

    async def one(n: int) -> None:
        async with turns.take(ranks[n]):
            order.append(n)

    async with turns.take():
        waiting = [asyncio.create_task(one(n)) for n in range(len(ranks))]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    return order


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_turns_go_to_who_tried_least(ranks: list[tuple[int, int]]) -> None:
    order = asyncio.run(in_turn(passwords.Turns(at_once=1, most=50), ranks))
    assert [ranks[n] for n in order] == sorted(ranks) and set(order) == set(range(len(ranks)))


async def test_among_equals_nobody_waits_for_the_whole_burst() -> None:
    turns = passwords.Turns(at_once=1, most=50)
    assert await in_turn(turns, [(1, 1)] * 6) == [5, 0, 4, 1, 3, 2]


async def test_one_more_than_may_wait_sends_the_last_in_order_away() -> None:
    turns = passwords.Turns(at_once=1, most=2)
    found: list[str] = []

    async def one(name: str, *rank: int) -> None:
        try:
            async with turns.take(rank):
                found.append(name)
        except passwords.BusyError:
            found.append(f"{name} was sent away")

    async with turns.take():
        tasks = [asyncio.create_task(one(f"try {n}", n)) for n in (3, 1, 2, 9)]
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert set(found[:2]) == {"try 3 was sent away", "try 9 was sent away"}
    assert found[2:] == ["try 1", "try 2"]


async def test_a_turn_that_nobody_waits_for_any_more_is_passed_on() -> None:
    turns = passwords.Turns(at_once=1, most=5)

    async def one() -> str:
        async with turns.take():
            return "had it"

    async with turns.take():
        gone, given, kept = (asyncio.create_task(one()) for _ in range(3))
        await asyncio.sleep(0)
        gone.cancel()  # while it waits
        await asyncio.sleep(0)
    kept.cancel()  # it came last, so the turn is its own by now
    assert await given == "had it"
    assert gone.cancelled() or await asyncio.gather(gone, return_exceptions=True)
    async with asyncio.timeout(5):
        assert await one() == "had it"
