"""E7: of an anonymous survey no group below five is shown, nor is it what two numbers leave."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import combinations, combinations_with_replacement, permutations, product
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.db import Database
from feedback.readings.counted import read_counts
from feedback.readings.queries import CountQuery, read_by_channel
from feedback.responses.ingest import id_at
from feedback.responses.models import Response
from feedback.responses.rollup import rebuild
from feedback.responses.small_groups import LEAST, large_parts
from feedback.responses.unlinked import day_of
from feedback.surveys.models import Series
from tests.cast import Shop, sign_in
from tests.forms import Client, send

ZONE = ZoneInfo("Europe/Paris")
MONTHS = ("2025-12", "2026-01", "2026-02")
CHANNELS = ("widget", "page", "kiosk")
PLANS = ("pro", "basic", "trial", None)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel("2026-03-15T12:00:00+00:00"):
        yield


def answer(shop: Shop, series: Series, month: str, **of_it: Any) -> dict[str, Any]:
    given = datetime(int(month[:4]), int(month[5:]), random.randint(2, 27), 11, tzinfo=UTC)
    moment = day_of(given, ZONE)
    usual: dict[str, Any] = {
        "workspace_id": shop.workspace.id, "id": id_at(moment), "series_id": series.id,
        "rating": 9, "channel": "widget", "answered_at": moment, "received_at": moment,
        "month": date(given.year, given.month, 1), "properties": None, "comment": None,
    }  # fmt: skip
    return Response(**usual | of_it).model_dump()


async def fill(database: Database, shop: Shop, rows: Sequence[dict[str, Any]]) -> None:
    async with database.write() as session:
        (await session.merge(shop.nps)).is_anonymous = True
        if rows:
            await (await session.connection()).execute(sa.insert(Response), rows)
        await rebuild(session, shop.workspace.id)


def some_answers(shop: Shop, seed: int) -> list[dict[str, Any]]:
    """Cells of 0 to 14 answers."""
    random.seed(seed)
    rows = []
    for month, channel in product(MONTHS, CHANNELS):
        for _ in range(random.choice((0, 1, 3, 4, 5, 6, 9, 14))):
            plan = random.choice(PLANS)
            rows.append(
                answer(
                    shop, shop.nps_series, month, channel=channel,
                    rating=random.choice((0, 7, 9, 10)),
                    comment=random.choice((None, f"said {random.random()}")),
                    properties={"plan": plan} if plan else None,
                )
            )  # fmt: skip
    return rows


def small(*numbers: int) -> list[int]:
    return [n for n in numbers if 0 < n < LEAST]


async def test_no_filter_and_no_difference_of_two_shows_fewer_than_five(
    alice: Client, database: Database, shop: Shop
) -> None:
    rows = some_answers(shop, seed=20261130)
    await fill(database, shop, rows)
    cells = Counter((row["month"], row["channel"]) for row in rows)
    assert small(*cells.values()), "the test needs small cells"
    await hold_lists(alice)
    numbers = await hold_numbers(database, shop)
    for first, last in combinations_with_replacement(MONTHS, 2):
        query = f"metric=nps&kind=groups&property=plan&from={first}&to={last}"
        found = await alice.get(f"/compare.json?{query}")
        if found.status_code == 200:  # else nothing can be shown of it
            parts = [row["n"] for row in found.json()["rows"]] + [found.json()["without"]]
            assert not small(*parts, numbers[first, last, ""] - sum(parts))


async def hold_lists(alice: Client) -> None:
    """Every filter of the list, alone and together; a row tells its month and channel."""
    listed: list[Counter[tuple[str, str]]] = []
    asked = product(("", *MONTHS), ("", *CHANNELS), ("", "negative", "positive"), ("", "1"))
    for month, channel, band, comment in asked:
        fields = {"month": month, "channel": channel, "band": band, "comment": comment}
        query = urlencode({name: value for name, value in fields.items() if value})
        found = (await alice.get(f"/responses.json?{query}")).json()["rows"]
        each = Counter((row["month"], row["channel"]) for row in found)
        assert not small(len(found), *each.values()), query
        if not band and not comment:  # these are of what was said, which each row tells anyway
            listed.append(each)
        for row in found:
            assert row["id"] is row["answered_at"] is row["locale"] is None
            assert row["properties"] == {}
    for one, other in combinations(listed, 2):
        assert not small((one - other).total(), (other - one).total())


async def hold_numbers(database: Database, shop: Shop) -> dict[tuple[str, str, str], int]:
    """Every period by every channel, and what each two of them leave."""
    numbers: dict[tuple[str, str, str], int] = {}
    async with database.read() as session:
        for first, last, channel in product(MONTHS, MONTHS, ("", *CHANNELS)):
            if first <= last:
                query = CountQuery((shop.nps_series.id,), first, last, channel)
                found = await read_counts(session, shop.workspace.id, query)
                split = await read_by_channel(session, shop.workspace.id, query)
                parts = [sum(row.counts) for row in split]
                numbers[first, last, channel] = sum(parts)
                assert sum(sum(row.counts) for row in found) == sum(parts)
                assert not small(*parts)
    assert not small(*numbers.values()) and len({*numbers.values()}) > 5
    for part, whole in permutations(numbers, 2):
        if whole[0] <= part[0] and part[1] <= whole[1] and whole[2] in ("", part[2]):
            assert not small(numbers[whole] - numbers[part]), (part, whole)
    return numbers


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 20)))
def test_what_is_left_of_a_cell_is_no_small_group(parts: dict[str, int]) -> None:
    shown = large_parts(parts)
    assert not small(*(parts[part] for part in shown))
    left = sum(n for part, n in parts.items() if part not in shown)
    assert not small(left) or left == sum(parts.values())  # then the cell itself is not shown


async def test_the_fifth_answer_brings_all_five(
    alice: Client, database: Database, shop: Shop
) -> None:
    await fill(database, shop, [])
    alice.app.state.catalog.forget()
    for n in range(1, 7):
        sent = await alice.post(f"/r/{shop.nps.key}", json={"rating": 9, "comment": f"c{n}"})
        assert sent.status_code == 201
        rows = (await alice.get("/responses.json")).json()["rows"]
        told = (await alice.get(f"/surveys/{shop.nps.id}")).text
        expected = n if n >= LEAST else 0
        assert len(rows) == expected
        assert f"<dt>Answers</dt><dd>{expected}</dd>" in told


async def test_a_row_tells_its_month_and_leads_nowhere_but_for_editors(
    alice: Client, database: Database, shop: Shop
) -> None:
    rows = [answer(shop, shop.nps_series, "2026-02", comment=f"c{n}") for n in range(6)]
    await fill(database, shop, rows)
    page = (await alice.get("/responses")).text
    assert page.count("February 2026") == 6 and "11:00" not in page and "2026-02-" not in page
    address = f"/responses/{rows[0]['id']}"
    assert address in page
    detail = (await alice.get(address)).text
    assert "February 2026" in detail and "2026-02-" not in detail and "person.zip" not in detail
    assert (await alice.get(f"{address}/person.zip")).status_code == 404
    await send(alice, f"{address}/exclude", reason="spam")
    assert (await alice.get("/responses.json")).json()["rows"][0]["month"] == "2026-02"
    assert len((await alice.get("/responses.json")).json()["rows"]) == 5
    assert (await alice.get("/responses.json?state=excluded")).json()["rows"] == []
    other = f"/responses/{rows[1]['id']}"
    await send(alice, f"{other}/exclude", reason="spam")  # four are left
    assert (await alice.get("/responses.json")).json()["rows"] == []
    assert (await alice.get(f"/responses/{rows[2]['id']}")).status_code == 404
    assert (await alice.get(other)).status_code == 200  # to bring it back
    for each in (address, other):
        await send(alice, f"{each}/restore", reason="none")
    made_up = id_at(datetime(2026, 2, 15, tzinfo=UTC))  # what came before the 15th
    assert (await alice.get(f"/responses.json?before={made_up}")).json()["rows"] == []
    await sign_in(alice, database, shop.bob, shop.workspace)
    assert "/responses/" not in (await alice.get("/responses")).text.split("<ul", 1)[1]
    assert (await alice.get(address)).status_code == 404
