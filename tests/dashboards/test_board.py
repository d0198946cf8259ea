"""`/board`: one column a stage, its touchpoints under it, as asked."""

import csv
import io
import re
from typing import Any

import time_machine
from litestar.testing import AsyncTestClient

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Stage, Touchpoint
from feedback.responses.models import Response
from feedback.scoring.months import months_between
from tests import cast
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
Row = dict[str, Any]


async def rows(client: Client, query: str = "") -> list[Row]:
    answer = await client.get(f"/board.json{query}")
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["rows"]
    return found


async def test_it_works(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board")
    assert answer.status_code == 200
    assert "Checkout" in answer.text
    assert '<data value="30.0">+30</data>' in answer.text
    assert "±\N{NO-BREAK SPACE}15" in answer.text
    assert 'data-n="100">100 answers</a>' in answer.text


async def test_it_opens_on_the_last_complete_month(alice: Client, years: Counted) -> None:
    found = await rows(alice)
    assert {row["month"] for row in found} == {"2026-02", "2026-03"}


async def test_the_running_month_is_a_hollow_dot_and_no_text(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.answers(shop.nps_series, "2026-01", {10: 40})
    await counted.answers(shop.nps_series, "2026-02", {10: 40})
    await counted.answers(shop.nps_series, "2026-03", {0: 10})
    text = (await alice.get("/board")).text
    assert 'class="point running"' in text
    assert "so far" not in text and "only 10 answers" not in text
    assert [row["score"] for row in await rows(alice) if row["touchpoint"] is None] == [
        100.0, -100.0, None,
    ]  # fmt: skip


async def test_the_running_month_alone_stands_once(alice: Client, years: Counted) -> None:
    rows = (await alice.get("/board.json?month=2026-03")).json()["rows"]
    places = [(row["month"], row["stage"], row["touchpoint"], row["metric"]) for row in rows]
    assert len(places) == len(set(places)) > 0
    page = (await alice.get("/board?month=2026-03")).text
    assert "so far" not in page


async def test_a_stage_pools_its_headline_metric_and_no_other(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    other = Touchpoint(
        workspace_id=shop.workspace.id, id=new_id(), stage_id=shop.checkout.id, name="Cart"
    )
    async with database.write() as session:
        session.add(other)
        await session.flush()
        _, series = await cast._open_survey(session, shop.workspace, other, "csat_10")
    await years.answers(series, "2026-02", {1: 100})
    found = {(row["stage"], row["touchpoint"], row["metric"]): row for row in await rows(alice)}
    assert found["Checkout", None, "nps"]["n"] == 100
    assert found["Checkout", "Cart", "csat_10"]["score"] == 1.0


async def test_the_stage_names_its_headline_metric(alice: Client, years: Counted) -> None:
    text = (await alice.get("/board")).text
    assert ">NPS</p>" in text
    assert ">CSAT 1–5</p>" in text


async def test_a_target_is_shown(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        stage = await session.get_one(Stage, (shop.workspace.id, shop.checkout.id))
        stage.target = 50.0
    text = (await alice.get("/board")).text
    assert "<span>Target +50</span> <strong>20 points to go</strong>" in text
    assert 'class="target"' in text


async def test_a_month_and_a_channel_can_be_chosen(alice: Client, years: Counted) -> None:
    found = await rows(alice, "?month=2025-03&channel=email")
    by_stage = {row["stage"]: row for row in found if row["touchpoint"] is None}
    assert by_stage["Checkout"]["n"] == 0
    assert by_stage["After-sales"]["n"] == 50
    assert by_stage["After-sales"]["month"] == "2025-03"


async def test_silence_is_told_apart(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    assert "1 silent: not asked (Delivery)" in (await alice.get("/board?month=2025-06")).text
    await years.displays(shop.csat_series, "2025-06", 40)
    assert "1 silent: asked, no answer (Delivery)" in (await alice.get("/board?month=2025-06")).text


async def test_below_five_answers_no_score_is_shown(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.answers(shop.nps_series, "2026-01", {10: 30})
    await counted.answers(shop.nps_series, "2026-02", {10: 4})
    text = (await alice.get("/board")).text
    assert "4 answers, 1 more to show a score" in text
    assert "+100</data>" not in text


async def test_a_young_workspace_opens_on_its_last_30_days(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    await _first_answer(database, shop, "2026-02-20T10:00:00+00:00")
    await counted.answers(shop.nps_series, "2026-02", {10: 6})
    await counted.answers(shop.nps_series, "2026-03", {10: 6})
    answer = await alice.get("/board")
    assert "Last 30 days" in answer.text
    assert "only 12 answers" in answer.text
    assert {row["month"] for row in await rows(alice)} == {"last 30 days"}


async def test_a_workspace_of_two_months_opens_on_a_month(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None
) -> None:
    await _first_answer(database, shop, "2026-02-02T10:00:00+00:00")
    await counted.answers(shop.nps_series, "2026-02", {10: 40})
    assert {row["month"] for row in await rows(alice)} == {"2026-02"}


async def _first_answer(database: Database, shop: Shop, moment: str) -> None:
    with time_machine.travel(moment):
        now, key = clock.now(), new_id()
    async with database.write() as session:
        session.add(
            Response(
                workspace_id=shop.workspace.id,
                id=key,
                series_id=shop.nps_series.id,
                rating=10,
                channel="widget",
                answered_at=now,
                received_at=now,
                month=now.date().replace(day=1),
            )
        )


async def test_a_coarse_journey_is_told_so(alice: Client, years: Counted) -> None:
    assert "This journey has 2 touchpoints." in (await alice.get("/board")).text


async def test_without_answers_it_says_what_will_be_here(alice: Client, march: None) -> None:
    answer = await alice.get("/board")
    assert answer.status_code == 200
    assert "No answers yet" in answer.text


async def test_the_csv_holds_the_same_rows(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    read = list(csv.DictReader(io.StringIO(answer.text)))
    for line, row in zip(read, await rows(alice), strict=True):
        assert (line["stage"], line["touchpoint"]) == (row["stage"], row["touchpoint"] or "")
        assert line["n"] == str(row["n"])
        assert line["score"] == ("" if row["score"] is None else repr(row["score"]))


async def test_the_csv_guards_against_formulas(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        stage = await session.get_one(Stage, (shop.workspace.id, shop.checkout.id))
        stage.name = "=cmd|' /C calc'!A0"
    assert ",'=cmd|' /C calc'!A0," in (await alice.get("/board.csv")).text


async def test_it_rejects_a_month_that_is_none(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board?month=2026-13")
    assert answer.status_code == 422
    assert "A month is written YYYY-MM" in answer.text
    assert (await alice.get("/board.json?month=2026-13")).status_code == 422


async def test_it_rejects_a_month_ahead(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board?month=2026-04")
    assert answer.status_code == 422
    assert "April 2026 lies ahead. The last month is March 2026." in answer.text


async def test_the_board_of_a_month_knows_no_later_one(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for at, month in enumerate(months_between("2024-09", "2026-02")):
        await counted.answers(shop.nps_series, month, {3: 20, 10: 20 if at > 12 else 80})
    text = (await alice.get("/board")).text
    assert re.search(r"Payment\) fell by 60 points in October \(±\s\d+\): 0 (in|from) \w+", text)
    text = (await alice.get("/board?month=2025-09")).text
    assert "Nothing clearly changed in the last 12 months." in text
    assert "as usual" not in text  # the sentence says it of all


async def test_a_young_workspace_says_from_when(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.answers(shop.nps_series, "2026-02", {10: 40})
    text = (await alice.get("/board")).text
    assert "Changes can be named from August 2026." in text
    assert "as usual" not in text


async def test_each_tile_says_how_its_number_is_computed(alice: Client, years: Counted) -> None:
    text = (await alice.get("/board")).text
    assert text.count("How this is computed") == 2
    assert "Share of ratings 4–5: 45 of 50 answers. 95 % interval by Wilson." in text


async def test_it_rejects_an_unknown_filter(alice: Client, years: Counted) -> None:
    answer = await alice.get("/board.json?colour=red")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("There is no filter colour.")


async def test_wrong_method(alice: Client, years: Counted) -> None:
    assert (await alice.post("/board")).status_code in (403, 405)


async def test_bad_id(alice: Client, years: Counted) -> None:
    assert (await alice.get("/board?journey=shop")).status_code == 404


async def test_missing_journey(alice: Client, years: Counted) -> None:
    assert (await alice.get(f"/board?journey={new_id()}")).status_code == 404


async def test_someone_elses_journey(alice: Client, years: Counted, database: Database) -> None:
    charlies = await cast.open_shop(database, key="charlie")
    for path in ("/board", "/board.csv", "/board.json"):
        assert (await alice.get(f"{path}?journey={charlies.journey.id}")).status_code == 404


async def test_it_needs_somebody_signed_in(client: Client) -> None:
    answer = await client.get("/board", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


async def test_old_data_opens_on_its_last_month(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    await counted.answers(shop.nps_series, "2017-05", {10: 40})
    assert {row["month"] for row in await rows(alice)} == {"2017-05"}
    assert "May 2017: +100" in (await alice.get("/trends?metric=nps")).text
