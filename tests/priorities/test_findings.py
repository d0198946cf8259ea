"""The job: what it finds in people's ratings and in what they said counted most."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from feedback.db import Database
from feedback.outbox import computed
from feedback.priorities.compute import Task, find_out
from feedback.priorities.findings import KIND, Findings, Selection, decode
from feedback.priorities.hourly import due_each_hour
from feedback.responses.models import Response
from feedback.responses.rollup import rebuild
from tests.cast import Shop, open_shop
from tests.priorities.conftest import NOW, People

NAMES = ("Search", "Basket", "Help", "Returns", "Parcel")


def crowd(n: int, *, weak: str = "Help", seed: int = 7) -> list[dict[str, int]]:
    """People whose overall rating follows what they gave at `weak`, which is rated low."""
    chance = random.Random(seed)
    rows = []
    for _ in range(n):
        row = {name: min(5, max(1, round(chance.gauss(4, 0.8)))) for name in NAMES}
        row[weak] = min(5, max(1, round(chance.gauss(2.6, 1.1))))
        others = sum(row[name] for name in NAMES if name != weak) / 4
        overall = round(2 * (0.7 * row[weak] + 0.3 * others) + chance.gauss(0, 0.7))
        row["overall"] = min(10, max(0, overall))
        rows.append(row)
    return rows


async def find(
    database: Database, shop: Shop, selection: Selection | None = None
) -> Findings | None:
    task = Task(shop.workspace.id, shop.journey.id, selection or Selection())
    return await find_out(database, task, NOW)


async def test_it_works(database: Database, shop: Shop, people: People) -> None:
    await people.rate(crowd(150))
    found = await find(database, shop)
    assert found is not None and found.matrix is not None
    matrix = found.matrix
    assert (matrix.n, matrix.method, matrix.missing) == (150, "lmg", "complete")
    assert sum(driver.share for driver in matrix.drivers) == pytest.approx(1)
    first = max(matrix.drivers, key=lambda driver: driver.share)
    assert first.touchpoint == str(people.touchpoints["Help"].id)
    assert first.quadrant == "concentrate_here"
    assert first.share_low is not None and first.share_low < first.share


async def test_it_keeps_what_it_found(database: Database, shop: Shop, people: People) -> None:
    await people.rate(crowd(120))
    found = await find(database, shop)
    key = Selection().key(shop.journey.id)
    async with database.read() as session:
        row = await computed.load(session, shop.workspace.id, KIND, key)
    assert row is not None and decode(row.body) == found and row.computed_at == NOW


async def test_it_says_how_many_people_are_missing(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(43))
    found = await find(database, shop)
    assert found is not None and found.matrix is None
    assert (found.needed, found.complete, found.missing_people) == (100, 43, 57)


async def test_it_takes_a_persons_latest_rating(
    database: Database, shop: Shop, people: People
) -> None:
    rows = crowd(120)
    await people.rate([{"Help": 5} for _ in rows], start=0)
    await people.rate(rows, start=0)
    found = await find(database, shop)
    assert found is not None and found.people == 120


async def test_it_leaves_out_who_skipped_a_touchpoint(
    database: Database, shop: Shop, people: People
) -> None:
    rows = crowd(140)
    for row in rows[:20]:
        del row["Search"]
    await people.rate(rows)
    every = Selection(tuple(people.touchpoints[name].id for name in NAMES))
    found = await find(database, shop, every)
    assert found is not None and found.matrix is not None and found.matrix.n == 120
    pairwise = await find(database, shop, Selection(every.touchpoints, is_pairwise=True))
    assert pairwise is not None and pairwise.matrix is not None
    assert (pairwise.matrix.missing, pairwise.matrix.n) == ("pairwise", 120)
    assert pairwise.together[str(people.touchpoints["Help"].id)] == 140


async def test_it_weighs_what_people_met(database: Database, shop: Shop, people: People) -> None:
    """A touchpoint that few met does not cost the others their people."""
    rows = crowd(300)
    for row in rows[30:]:
        del row["Parcel"]
    await people.rate(rows)
    found = await find(database, shop)
    assert found is not None and found.matrix is not None
    assert str(people.touchpoints["Parcel"].id) not in found.used
    assert len(found.used) == 4 and found.matrix.n == 300


async def test_it_names_a_touchpoint_that_all_rated_alike(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate([row | {"Basket": 4} for row in crowd(120)])
    chosen = tuple(people.touchpoints[name].id for name in NAMES)
    found = await find(database, shop, Selection(chosen))
    assert found is not None and found.matrix is None
    assert found.refused == "constant"
    assert found.refused_for == (str(people.touchpoints["Basket"].id),)
    by_itself = await find(database, shop)
    assert by_itself is not None and by_itself.matrix is not None


async def test_it_refuses_two_touchpoints_that_are_one(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate([row | {"Basket": row["Search"]} for row in crowd(120)])
    chosen = tuple(people.touchpoints[name].id for name in NAMES)
    found = await find(database, shop, Selection(chosen))
    assert found is not None and found.matrix is None and found.refused == "collinear"


async def test_it_counts_what_counted_most_by_band(
    database: Database, shop: Shop, people: People
) -> None:
    await people.name(3, ["Help"], times=12)
    await people.name(10, ["Search", "Help"], times=5)
    await people.name(8, [], times=2)
    await people.name(9, None, times=40)
    found = await find(database, shop)
    assert found is not None
    mentions = found.mentions
    assert (mentions.answered, mentions.negative, mentions.positive) == (19, 12, 5)
    assert mentions.none_of_these == 2
    named = mentions.touchpoints[str(people.touchpoints["Help"].id)]
    assert (named.negative, named.neutral, named.positive, named.all) == (12, 0, 5, 17)


async def test_it_counts_the_newest_answer_of_a_person(
    database: Database, shop: Shop, people: People
) -> None:
    """Whoever answers again and again is one of those who named something."""
    await people.name(3, ["Help"], times=20, person=b"p" * 16)
    await people.name(10, ["Search"], times=4)
    found = await find(database, shop)
    assert found is not None
    assert (found.mentions.answered, found.mentions.negative) == (5, 1)


async def test_it_finds_nothing_without_an_overall_survey(database: Database, shop: Shop) -> None:
    assert await find(database, shop) is None


async def test_it_leaves_out_what_does_not_count(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(120))
    async with database.write() as session:
        await session.exec(
            sa.update(Response)
            .where(col(Response.workspace_id) == shop.workspace.id)
            .values(state="excluded")
        )
        await rebuild(session, shop.workspace.id)
    found = await find(database, shop)
    assert found is not None and (found.people, found.since, found.until) == (0, "", "")


async def test_it_looks_again_only_when_answers_came(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(120))
    first = await find(database, shop)
    key = Selection().key(shop.journey.id)
    task = Task(shop.workspace.id, shop.journey.id, Selection())
    assert await find_out(database, task, NOW + timedelta(hours=1)) == first
    async with database.read() as session:
        row = await computed.load(session, shop.workspace.id, KIND, key)
    assert row is not None and row.computed_at == NOW
    await people.rate(crowd(10), start=500)
    again = await find_out(database, task, NOW + timedelta(hours=2))
    assert again is not None and again.people == 130


async def test_each_hour_asks_for_the_journeys_that_ask_about_their_whole(
    database: Database, shop: Shop, people: People
) -> None:
    await open_shop(database, "without")
    async with database.read() as session:
        rows = await due_each_hour(session, NOW)
        again = await due_each_hour(session, NOW + timedelta(minutes=30))
    assert [Task.of(payload).journey_id for _, payload in rows] == [shop.journey.id]
    assert rows == again


async def test_it_computes_again_what_another_program_kept(
    database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(120))
    made = computed.JobResult("old", "application/json", b'{"survey": 3}')
    key = Selection().key(shop.journey.id)
    async with database.write() as session:
        await computed.store(session, shop.workspace.id, KIND, key, made, now=NOW)
    found = await find(database, shop)
    assert found is not None and found.people == 120
