"""Pages and files say by how many people the answers are, and are no surer than so many can be."""

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import AsyncClient

from feedback.db import Database
from feedback.scoring import people_interval, people_sums
from tests.cast import Shop
from tests.dashboards.conftest import march  # noqa: F401
from tests.repeats.conftest import People

TWELVE = [(who, 10 if who < 7 else 8 if who < 8 else 2) for who in range(12) for _ in range(30)]
SURE = people_interval(people_sums([[1] * 30] * 7 + [[0] * 30] + [[-1] * 30] * 4))


@pytest.fixture
async def twelve(people: People, shop: Shop, march: None) -> People:  # noqa: F811
    """In February twelve people answered 30 times each at Payment; each once at Delivery."""
    await people.answer(shop.nps_series, "2026-01", [(100 + n, 10) for n in range(40)])
    await people.answer(shop.nps_series, "2026-02", TWELVE)
    await people.answer(shop.csat_series, "2026-02", [(n, 5 - n % 2) for n in range(40)])
    return people


async def rows(client: AsyncClient, page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(page)).json()["rows"]
    return found


async def test_the_board_says_so(alice: AsyncClient, twelve: People) -> None:
    before = await alice.get("/board")
    assert (
        "±\N{NO-BREAK SPACE}9" in before.text
        and "360 answers" in before.text
        and "people" not in before.text
    )
    await twelve.count()
    text = (await alice.get("/board")).text
    assert "±\N{NO-BREAK SPACE}61" in text and "360 answers of 12 people" in text
    assert "Given by 12 people: 95 % interval of so many people" in text


@pytest.mark.parametrize("page", ["/board", "/map"])
async def test_its_files_hold_the_interval_and_the_people(
    alice: AsyncClient, twelve: People, page: str
) -> None:
    await twelve.count()
    found = await rows(alice, f"{page}.json?month=2026-02")
    payment = next(row for row in found if row["touchpoint"] == "Payment")
    assert SURE is not None
    assert (payment["n"], payment["people"], payment["method"]) == (360, 12, "people_t")
    assert payment["low"] == pytest.approx(100 * SURE.low)
    assert payment["high"] == pytest.approx(100 * SURE.high)
    assert payment["standard_error"] == pytest.approx(100 * SURE.standard_error)
    delivery = next(row for row in found if row["touchpoint"] == "Delivery")
    assert (delivery["n"], delivery["people"], delivery["method"]) == (40, 40, "wilson")
    table = csv.DictReader(io.StringIO((await alice.get(f"{page}.csv?month=2026-02")).text))
    assert [row["people"] for row in table if row["touchpoint"] == "Payment"] == ["12"]


async def test_trends_and_their_files_do(alice: AsyncClient, twelve: People) -> None:
    await twelve.count()
    text = (await alice.get("/trends?metric=nps")).text
    assert "360 answers of 12 people" in text and "±\N{NO-BREAK SPACE}61" in text
    found = await rows(alice, "/trends.json?metric=nps")
    by_month = {row["month"]: row for row in found}
    assert (by_month["2026-02"]["people"], by_month["2026-01"]["people"]) == (12, 40)
    assert by_month["2026-02"]["method"] == "people_t"
    assert by_month["2026-01"]["method"] == "adjusted_wald"


async def test_three_months_pooled_know_their_own_people(
    alice: AsyncClient, twelve: People, shop: Shop
) -> None:
    await twelve.answer(shop.nps_series, "2026-03", [(who, 10) for who in range(12)])
    await twelve.count()
    text = (await alice.get("/trends?metric=nps&stage=" + str(shop.checkout.id))).text
    # 40 others in January, 12 in February and the same 12 in March.
    assert "412 answers of 52 people" in text


async def test_one_channel_says_what_it_does_not_know(alice: AsyncClient, twelve: People) -> None:
    await twelve.count()
    for page in ("/board", "/trends"):
        text = (
            await alice.get(
                f"{page}?channel=widget&metric=nps"
                if page == "/trends"
                else f"{page}?channel=widget"
            )
        ).text
        assert "Some people answered several times: by channel ± is too narrow" in text
        assert "of 12 people" not in text
    found = await rows(alice, "/board.json?channel=widget")
    assert {row["people"] for row in found} == {None}


async def test_one_person_alone_has_no_interval(
    alice: AsyncClient,
    people: People,
    shop: Shop,
    march: None,  # noqa: F811
) -> None:
    await people.answer(shop.nps_series, "2026-02", [(1, 10 - n % 3) for n in range(40)])
    await people.count()
    text = (await alice.get("/board")).text
    assert "40 answers of 1 person" in text
    found = await rows(alice, "/board.json?month=2026-02")
    payment = next(row for row in found if row["touchpoint"] == "Payment")
    assert (payment["low"], payment["high"], payment["people"]) == (None, None, 1)
    assert (await alice.get("/trends?metric=nps")).status_code == 200
    assert (await alice.get("/map")).status_code == 200


async def test_a_young_workspace_knows_the_people_of_its_last_30_days(
    alice: AsyncClient,
    people: People,
    shop: Shop,
    march: None,  # noqa: F811
) -> None:
    await people.answer(shop.nps_series, "2026-03", TWELVE)
    await people.count()
    assert "360 answers of 12 people" in (await alice.get("/board")).text


async def test_in_french(
    alice: AsyncClient, twelve: People, shop: Shop, database: Database
) -> None:
    await twelve.count()
    async with database.write() as session:
        await session.exec(sa.update(type(shop.alice)).values(language="fr"))
    text = (await alice.get("/board")).text
    assert "360 réponses de 12 personnes" in text
    assert "Données par 12 personnes\N{NARROW NO-BREAK SPACE}: intervalle" in text


async def test_without_repeats_nothing_is_said_of_people(
    alice: AsyncClient,
    people: People,
    shop: Shop,
    database: Database,
    march: None,  # noqa: F811
) -> None:
    await people.answer(shop.nps_series, "2026-02", [(n, 10 - n % 4) for n in range(60)])
    pages = ("/board", "/trends?metric=nps", "/map", "/board?channel=widget")
    before = [(await alice.get(page)).text for page in pages]
    await people.count()
    assert [(await alice.get(page)).text for page in pages] == before
    assert not any("people" in text for text in before)


async def test_answers_since_the_last_count_are_other_people(
    alice: AsyncClient, twelve: People, shop: Shop
) -> None:
    await twelve.count()
    await twelve.answer(shop.nps_series, "2026-02", [(who, 10) for who in range(12)])
    assert "372 answers of 24 people" in (await alice.get("/board")).text
    await twelve.count()
    assert "372 answers of 12 people" in (await alice.get("/board")).text
