"""Bursts are recognised while they come: who is among many from one address, and nobody else."""

from collections.abc import AsyncIterator
from itertools import accumulate
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.db import Database, new_id
from feedback.responses.bursts.recognise import MANY, MOST_SENDERS, WINDOW_SECONDS, Recogniser
from feedback.settings import Settings
from tests.cast import Shop
from tests.forms import Client
from tests.responses.bursts import ELSEWHERE, OFFICE, flood, marked, origins
from tests.surveys.hosted import counts
from tests.visiting import house, post, visitor


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Any]:
    async with house(settings) as made:
        yield made


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
