"""Two periods and groups of answers: the numbers, the files, and odd addresses."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from litestar.testing import AsyncTestClient

from feedback.db import Database, new_id
from feedback.responses.models import Response
from feedback.responses.rollup import rebuild
from feedback.scoring import METRICS, compare_scores
from feedback.surveys.models import Series
from tests.cast import Shop, open_shop

Client = AsyncTestClient[Any]
TARGET = {"HX-Request": "true", "HX-Target": "compare_page"}
LINE = "metric=nps"


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel("2026-03-15T12:00:00+00:00"):
        yield


async def answers(
    database: Database, shop: Shop, month: str, counts: dict[int, int], **properties: str
) -> None:
    """So many gave each rating in the middle of the month, with these properties."""
    moment = datetime(int(month[:4]), int(month[5:]), 15, tzinfo=UTC)
    at = int(moment.timestamp() * 1000)
    alike = Response(
        workspace_id=shop.workspace.id,
        id=new_id(),
        series_id=shop.nps_series.id,
        rating=0,
        properties=properties or None,
        channel="page",
        answered_at=moment,
        received_at=moment,
        month=moment.date().replace(day=1),
    ).model_dump()
    rows = [
        alike | {"id": UUID(int=at << 80 | new_id().int & ((1 << 80) - 1)), "rating": rating}
        for rating, n in counts.items()
        for _ in range(n)
    ]
    async with database.write() as session:
        await (await session.connection()).execute(sa.insert(Response), rows)
        await rebuild(session, shop.workspace.id)


OLD, NEW = {2: 20, 8: 35, 10: 45}, {2: 30, 8: 40, 10: 30}


@pytest.fixture
async def moved(database: Database, shop: Shop) -> Shop:
    """The worked example of the scoring reference: (30, 40, 30) after (20, 35, 45)."""
    await answers(database, shop, "2025-10", OLD)
    await answers(database, shop, "2026-01", NEW)
    return shop


async def test_it_compares_two_periods(alice: Client, moved: Shop) -> None:
    found = (await alice.get(f"/compare.json?{LINE}")).json()
    assert (found["after"], found["before"]) == (
        ["2025-11", "2026-01"],
        ["2025-08", "2025-10"],
    )
    assert found["observed"] == -25.0
    assert round(found["difference"], 4) == -24.2718
    assert round(found["p_value"], 6) == 0.023573


async def test_its_page_says_what_its_file_holds(alice: Client, moved: Shop) -> None:
    page = (await alice.get(f"/compare?{LINE}")).text
    expected = compare_scores(NEW, OLD, METRICS["nps"])
    assert expected.low is not None and expected.high is not None
    low, high = (f"{abs(round(limit))}" for limit in (expected.low, expected.high))
    assert (
        f"\N{MINUS SIGN}25 points, between \N{MINUS SIGN}{low} and \N{MINUS SIGN}{high}: "
        "more than chance explains." in page
    )
    assert "Before, August 2025 to October 2025" in page
    lines = (await alice.get(f"/compare.csv?{LINE}")).text.splitlines()
    assert len(lines) == 3 and lines[1].startswith("after,2025-11/2026-01,100,")


async def test_its_block_is_a_part_of_the_page(alice: Client, moved: Shop) -> None:
    whole = (await alice.get("/compare")).text
    block = (await alice.get("/compare", headers=TARGET)).text
    assert block.strip() in whole and "<!doctype" not in block


async def test_it_says_when_there_is_no_clear_difference(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2025-10", OLD)
    await answers(database, shop, "2026-01", {2: 21, 8: 35, 10: 44})
    assert "No clear difference: between" in (await alice.get(f"/compare?{LINE}")).text


async def test_it_compares_groups_by_a_property(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2026-01", OLD, variant="A")
    await answers(database, shop, "2026-01", NEW, variant="B")
    await answers(database, shop, "2026-01", {9: 7})
    query = f"{LINE}&kind=groups&property=variant&base=A&from=2026-01&to=2026-01"
    found = (await alice.get(f"/compare.json?{query}")).json()
    assert found["without"] == 7 and not found["is_newest"]
    base, other = found["rows"]
    assert (base["group"], base["score"], base["against_observed"]) == ("A", 25.0, None)
    assert (other["group"], other["against_observed"]) == ("B", -25.0)
    assert round(other["q_value"], 6) == 0.023573
    page = (await alice.get(f"/compare?{query}")).text
    assert "Decide before you start how many answers" in page and "Worse" in page


async def test_it_counts_what_came_a_moment_ago(
    alice: Client, database: Database, shop: Shop
) -> None:
    groups = f"/compare.json?{LINE}&kind=groups&property=variant"
    await answers(database, shop, "2026-02", {9: 3}, variant="a")
    before = (await alice.get(groups)).json()
    await answers(database, shop, "2026-02", {3: 2}, variant="a")
    after = (await alice.get(groups)).json()
    assert [found["rows"][0]["n"] for found in (before, after)] == [3, 5]


async def test_it_reads_groups_of_one_channel_and_of_several_surveys(
    alice: Client, database: Database, shop: Shop
) -> None:
    series = Series(**shop.nps_series.model_dump(exclude={"id", "number"}), number=2, id=new_id())
    async with database.write() as session:
        session.add(series)
    await answers(database, shop, "2026-02", {9: 3}, variant="a")
    await answers(database, replace(shop, nps_series=series), "2026-02", {3: 2}, variant="a")
    groups = f"/compare.json?{LINE}&kind=groups&property=variant"
    assert (await alice.get(groups)).json()["rows"][0]["n"] == 5
    assert (await alice.get(f"{groups}&channel=page")).json()["rows"][0]["n"] == 5
    assert (await alice.get(f"{groups}&channel=email")).status_code == 404


async def test_it_warns_of_looking_too_early(alice: Client, database: Database, shop: Shop) -> None:
    await answers(database, shop, "2026-01", {9: 40}, variant="A")
    await answers(database, shop, "2026-01", {9: 30, 2: 4}, variant="B")
    query = f"{LINE}&kind=groups&property=variant"
    page = (await alice.get(f"/compare?{query}&planned=385")).text
    assert "Too early: B has 34 of 385 planned answers." in page
    assert "Too early" not in (await alice.get(f"/compare?{query}&planned=30")).text


async def test_it_plans_how_many_answers_a_group_needs(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2026-01", {2: 20, 8: 30, 10: 50}, variant="A")
    await answers(database, shop, "2026-01", {2: 20, 8: 30, 10: 50}, variant="B")
    query = f"{LINE}&kind=groups&property=variant&difference=10"
    # (0.61 + 0.61) (1.959964 + 0.841621)^2 / 0.1^2 - 3, rounded up
    assert (await alice.get(f"/compare.json?{query}")).json()["answers_needed"] == 955
    assert "955 answers in each group" in (await alice.get(f"/compare?{query}")).text


async def test_it_explains_itself_without_properties(alice: Client, moved: Shop) -> None:
    page = (await alice.get("/compare?kind=groups")).text
    assert "carry no properties" in page
    assert (await alice.get("/compare.json?kind=groups")).status_code == 404


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind=ages", "Compare periods or groups."),
        ("before_from=2026-13", "A month is written YYYY-MM"),
        ("before_from=2026-02&before_to=2025-02", "The first month must not come after the last."),
        (
            "before_from=2025-06&before_to=2025-10&after_from=2025-10&after_to=2025-12",
            "The two periods overlap in October 2025",
        ),
        ("kind=groups&planned=-3", "The planned number of answers is a whole number above 0."),
        ("kind=groups&difference=0", "A difference to find is a number above 0."),
        ("kind=groups&property=%22", "That is not the name of a property."),
        ("metric=stars", "is not known"),
        ("colour=red", "There is no filter colour."),
    ],
)
async def test_it_refuses_odd_filters(alice: Client, moved: Shop, query: str, said: str) -> None:
    page = await alice.get(f"/compare?{query}")
    assert page.status_code == 422 and said in page.text and 'id="compare_page"' in page.text
    file = await alice.get(f"/compare.json?{query}")
    assert file.status_code == 422 and said in file.json()["detail"]


async def test_it_does_not_know_what_is_not_there(
    alice: Client, database: Database, moved: Shop
) -> None:
    other = await open_shop(database, "other")
    for query in (f"journey={other.journey.id}", f"touchpoint={other.payment.id}", "stage=x"):
        assert (await alice.get(f"/compare?{query}")).status_code == 404
        assert (await alice.get(f"/compare.csv?{query}")).status_code == 404


async def test_it_is_for_members_only(client: Client, shop: Shop) -> None:
    answer = await client.get("/compare", follow_redirects=False)
    assert answer.status_code == 303
