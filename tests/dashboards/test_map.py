"""`/map`: stages side by side, a card for each touchpoint, the kinds of silence told apart."""

import csv
import io
import json
import re
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback import clock
from feedback.dashboards.map.routes import MAP_BLOCKS
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.outbox.computed import JobResult, store
from feedback.surveys.models import Survey
from tests import cast
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
Row = dict[str, Any]


async def rows(client: Client, query: str = "") -> dict[tuple[str, str | None], Row]:
    answer = await client.get(f"/map.json{query}")
    assert answer.status_code == 200, answer.text
    return {(row["stage"], row["touchpoint"]): row for row in answer.json()["rows"]}


async def text(client: Client, query: str = "") -> str:
    answer = await client.get(f"/map{query}")
    assert answer.status_code == 200, answer.text
    return re.sub("[ \n]+", " ", answer.text)


async def set_target(database: Database, shop: Shop, target: float) -> None:
    async with database.write() as session:
        part = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        part.target, part.owner = target, "Ada"


async def name_touchpoints(database: Database, shop: Shop, answered: int, **named: int) -> None:
    """What a job would have counted: how many named each touchpoint of the shop."""
    ids = {str(getattr(shop, name).id): n for name, n in named.items()}
    touchpoints = {id: {"negative": 0, "positive": 0, "all": n} for id, n in ids.items()}
    body = {"mentions": {"answered": answered, "touchpoints": touchpoints}}
    made = JobResult("1", "application/json", json.dumps(body).encode())
    async with database.write() as session:
        key = shop.journey.id.hex
        await store(session, shop.workspace.id, "priorities", key, made, now=clock.now())


async def test_it_works(alice: Client, years: Counted) -> None:
    found = await text(alice)
    assert found.index(">Checkout<") < found.index(">Payment<") < found.index(">After-sales<")
    assert '<data value="30.0">+30</data>' in found
    assert "±\N{NO-BREAK SPACE}15 · 100 answers" in found
    assert "Unhappy </span>20\N{NO-BREAK SPACE}%</a></span>" in found
    assert ">Phone</span>" in found


async def test_it_agrees_with_the_board(alice: Client, years: Counted) -> None:
    query = "?month=2025-03&channel=email"
    board = (await alice.get(f"/board.json{query}")).json()["rows"]
    found = await rows(alice, query)
    for row in board:
        mine = found[row["stage"], row["touchpoint"]]
        assert {name: mine[name] for name in row} == row


async def test_the_future_state_stands_beside_the_current_one(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    await set_target(database, shop, 52.0)
    found = await text(alice)
    assert "today +30" in found and "target +52" in found and "22 points to go" in found
    assert "Ada" in found
    assert "Mar 2025: +30" in await text(alice, "?month=2025-03")
    row = (await rows(alice))["Checkout", "Payment"]
    assert (row["to_go"], row["is_reached"], row["owner"]) == (22.0, False, "Ada")


@pytest.mark.parametrize(("target", "says"), [(30, "reached"), (30.2, "less than 1 point to go")])
async def test_a_target_is_reached_or_not(
    alice: Client, years: Counted, shop: Shop, database: Database, target: float, says: str
) -> None:
    await set_target(database, shop, target)
    assert f"<strong>{says}</strong>" in await text(alice)


async def test_too_few_answers_are_not_held_against_a_target(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    await counted.answers(shop.nps_series, "2026-01", {10: 30})
    await counted.answers(shop.nps_series, "2026-02", {10: 4})
    await set_target(database, shop, 50.0)
    found = await text(alice)
    assert "4 answers, 1 more to show a score" in found
    assert "target +50" in found and "today" not in found and "reached" not in found


async def test_a_target_of_another_metric_is_no_target(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    await set_target(database, shop, 250.0)
    assert "The target 250 is off the scale of NPS: set it anew" in await text(alice)
    assert (await rows(alice))["Checkout", "Payment"]["to_go"] is None


async def test_silence_is_told_apart(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    query = "?month=2025-06"
    assert "Not asked: its survey is live, and was shown to nobody" in await text(alice, query)
    await years.displays(shop.csat_series, "2025-06", 40)
    assert "Asked 40 times, not answered" in await text(alice, query)
    row = (await rows(alice, query))["After-sales", "Delivery"]
    assert (row["asked"], row["silence"], row["n"]) == (40, "no_answer", 0)


async def test_a_paused_survey_is_not_live(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.csat.id))
        survey.state = "paused"
    assert "Not asked: its survey is not live" in await text(alice, "?month=2025-06")


async def test_a_touchpoint_that_nobody_names_is_told_so(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    assert "Never mentioned" not in await text(alice)
    await name_touchpoints(database, shop, 80, payment=12)
    found = await text(alice)
    assert found.count("Never mentioned by the 80 who said what counted most") == 1
    assert (await rows(alice))["After-sales", "Delivery"]["named"] == 0
    assert (await rows(alice))["Checkout", "Payment"]["named"] == 12


async def test_four_who_named_others_are_too_few_to_say_never(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    await name_touchpoints(database, shop, 4, payment=4)
    assert "Never mentioned" not in await text(alice)


async def test_the_overall_survey_does_not_name_itself(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.is_overall = True
    await name_touchpoints(database, shop, 80, delivery=30)
    assert "Never mentioned" not in await text(alice)


async def test_a_touchpoint_without_a_survey_has_a_card(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        at: Row = {"workspace_id": shop.workspace.id, "stage_id": shop.care.id}
        session.add(Touchpoint(**at, id=new_id(), name="Returns", place="shop", position=5))
    assert "Not asked: no survey here yet" in await text(alice)
    row = (await rows(alice))["After-sales", "Returns"]
    assert (row["metric"], row["n"], row["silence"]) == (None, None, "not_asked")


async def test_archived_parts_are_left_out(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        for table, part in ((Touchpoint, shop.payment), (Stage, shop.care)):
            found = await session.get_one(table, (shop.workspace.id, part.id))
            found.archived_at = clock.now()
    assert set(await rows(alice)) == {("Checkout", None)}


async def test_a_coarse_journey_is_told_so(alice: Client, years: Counted) -> None:
    assert "This journey has 2 touchpoints." in await text(alice)


async def test_without_answers_the_map_shows_the_journey(alice: Client, march: None) -> None:
    found = await text(alice)
    assert "Payment" in found and "Not asked" in found


async def test_an_empty_journey_says_what_comes_next(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    at: Row = {"workspace_id": shop.workspace.id, "created_at": cast.OPENED}
    other = Journey(**at, id=new_id(), name="By mail", position=1)
    async with database.write() as session:
        session.add(other)
    assert f'href="/journeys/{other.id}"' in await text(alice, f"?journey={other.id}")
    assert await rows(alice, f"?journey={other.id}") == {}
    assert (await alice.get(f"/map.csv?journey={other.id}")).text == ""


async def test_without_a_journey_it_says_what_will_be_here(
    alice: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        journey = await session.get_one(Journey, (shop.workspace.id, shop.journey.id))
        journey.archived_at = clock.now()
    assert "No journey yet" in await text(alice)
    assert (await alice.get("/map.json")).status_code == 404


async def test_the_csv_holds_the_same_rows(alice: Client, years: Counted) -> None:
    answer = await alice.get("/map.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    read = list(csv.DictReader(io.StringIO(answer.text)))
    for line, row in zip(read, (await rows(alice)).values(), strict=True):
        for name in ("stage", "touchpoint", "place", "n", "score", "asked", "to_go"):
            assert line[name] == ("" if row[name] is None else str(row[name]))


@pytest.mark.parametrize("block", MAP_BLOCKS)
@pytest.mark.parametrize("query", ["", "?month=2025-06"])
async def test_a_block_is_a_part_of_its_page(
    alice: Client, years: Counted, block: str, query: str
) -> None:
    headers = {"HX-Request": "true", "HX-Target": block}
    fragment = (await alice.get(f"/map{query}", headers=headers)).text.strip()
    assert fragment in (await alice.get(f"/map{query}")).text
    assert fragment.startswith(f'<div id="{block}"')


async def test_it_rejects_a_month_that_is_none(alice: Client, years: Counted) -> None:
    answer = await alice.get("/map?month=2026-13")
    assert answer.status_code == 422
    assert "A month is written YYYY-MM" in answer.text
    assert (await alice.get("/map.csv?month=2026-13")).status_code == 422


async def test_bad_id(alice: Client, years: Counted) -> None:
    assert (await alice.get("/map?journey=shop")).status_code == 404


async def test_missing_journey(alice: Client, years: Counted) -> None:
    assert (await alice.get(f"/map?journey={new_id()}")).status_code == 404


async def test_someone_elses_journey(alice: Client, years: Counted, database: Database) -> None:
    charlies = await cast.open_shop(database, key="charlie")
    for path in ("/map", "/map.csv", "/map.json"):
        assert (await alice.get(f"{path}?journey={charlies.journey.id}")).status_code == 404


async def test_it_needs_somebody_signed_in(client: Client) -> None:
    answer = await client.get("/map", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")
