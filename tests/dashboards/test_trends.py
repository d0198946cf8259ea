"""`/trends` and `feedback trend`: the same rows, month by month."""

import csv
import io
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from feedback import clock
from feedback.calendar.models import Action
from feedback.cli import app
from feedback.db import Database, new_id
from feedback.scoring.months import months_between
from feedback.surveys.models import Series
from tests import cast
from tests.cast import Shop
from tests.dashboards.counted import Counted

Client = AsyncTestClient[Any]
Row = dict[str, Any]


async def rows(client: Client, query: str = "") -> list[Row]:
    answer = await client.get(f"/trends.json{query}")
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()["rows"]
    return found


async def test_it_works(alice: Client, years: Counted) -> None:
    answer = await alice.get("/trends?metric=nps")
    assert answer.status_code == 200
    assert "February 2026: +30 ±\N{NO-BREAK SPACE}15 · 100 answers" in answer.text
    assert '<svg class="chart"' in answer.text


async def test_it_gives_a_row_a_month_and_stage(alice: Client, years: Counted) -> None:
    found = await rows(alice, "?metric=nps")
    assert len(found) == 15
    assert found[0]["month"] == "2025-01"
    assert {row["stage"] for row in found} == {"Checkout"}
    assert (found[0]["n"], found[0]["score"]) == (100, 30.0)


async def test_a_month_without_answers_is_a_gap(alice: Client, years: Counted) -> None:
    found = await rows(alice, "?metric=csat_5")
    assert "2025-06" not in {row["month"] for row in found}
    text = (await alice.get("/trends?metric=csat_5")).text
    [lines] = [part for part in text.split('<g class="trend">')[1:2]]
    assert lines.split("</g>")[0].count("<path") == 2


async def test_a_stage_is_read_by_touchpoint(alice: Client, years: Counted, shop: Shop) -> None:
    found = await rows(alice, f"?stage={shop.checkout.id}")
    assert {row["touchpoint"] for row in found} == {"Payment"}
    text = (await alice.get(f"/trends?stage={shop.checkout.id}")).text
    assert ">Payment</h3>" in text


async def test_a_touchpoint_is_read_in_its_own_metric(
    alice: Client, years: Counted, shop: Shop
) -> None:
    answer = (await alice.get(f"/trends.json?touchpoint={shop.delivery.id}")).json()
    assert answer["metric"]["key"] == "csat_5"
    assert answer["rows"][0]["score"] == 90.0


async def test_months_and_channels_can_be_chosen(alice: Client, years: Counted) -> None:
    found = await rows(alice, "?metric=csat_5&from=2025-05&to=2025-07&channel=email")
    assert [row["month"] for row in found] == ["2025-05", "2025-07"]
    assert await rows(alice, "?metric=csat_5&channel=widget") == []


async def reworded(database: Database, shop: Shop, day: datetime) -> Series:
    """The NPS question in other words, from that day on."""
    series = Series(
        workspace_id=shop.workspace.id, id=new_id(), survey_id=shop.nps.id, number=2,
        metric="nps", texts={}, opened_at=day,
    )  # fmt: skip
    async with database.write() as session:
        session.add(series)
    return series


@pytest.mark.parametrize("address", ["/trends?metric=nps", "/board"])
async def test_a_changed_wording_shows_a_seam(
    alice: Client, counted: Counted, shop: Shop, database: Database, march: None, address: str
) -> None:
    series = await reworded(database, shop, datetime(2025, 9, 10, tzinfo=UTC))
    for month in months_between("2025-06", "2025-08"):
        await counted.answers(shop.nps_series, month, {10: 40})
    for month in months_between("2025-09", "2025-11"):
        await counted.answers(series, month, {10: 40})
    text = (await alice.get(address)).text
    assert "Payment: asked anew since 10 Sept 2025" in text
    [lines] = [part for part in text.split('<g class="trend">')[1:2]]
    assert lines.split("</g>")[0].count("<path") == 2


async def test_the_sentence_stands_above_with_its_moves_and_its_rate(
    alice: Client, years: Counted
) -> None:
    text = (await alice.get("/trends")).text
    assert "Nothing clearly changed in the last 12 months." in text
    assert "<summary>0 moves this year, none real</summary>" in text
    assert "this is said wrongly in at most 8\N{NO-BREAK SPACE}% of years" in text


async def test_only_the_line_that_changed_has_a_colour(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for at, month in enumerate(months_between("2024-11", "2026-02")):
        await counted.answers(shop.nps_series, month, {3: 20, 10: 20 if at > 11 else 80})
        await counted.answers(shop.csat_series, month, {2: 20, 5: 80})
    assert '<g class="trend worse">' in (await alice.get("/trends?metric=nps")).text
    assert '<g class="trend worse">' not in (await alice.get("/trends?metric=csat_5")).text
    assert (await alice.get("/board")).text.count('<g class="trend worse">') == 1
    assert '<path class="turn worse"' in (await alice.get("/trends?metric=nps")).text


async def test_flags_stand_where_they_belong(
    alice: Client, years: Counted, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        made = [
            Action(
                workspace_id=shop.workspace.id, journey_id=shop.journey.id, title=title,
                done_on=date(2025, 8, 4), author_id=shop.alice.id, created_at=clock.now(), **place,
            )
            for title, place in (
                ("New payment page", {"touchpoint_id": shop.payment.id}),
                ("More drivers", {"stage_id": shop.care.id}),
                ("Summer sale", {"kind": "note"}),
            )
        ]  # fmt: skip
        session.add_all(made)
    text = (await alice.get("/trends?metric=nps")).text
    assert (
        f'<a class="flag" href="/actions/{made[0].id}" aria-label="4 Aug 2025: New payment' in text
    )
    assert "Summer sale" in text and "More drivers" not in text
    assert "More drivers" in (await alice.get(f"/trends?stage={shop.care.id}")).text
    assert "4 Aug 2025: Summer sale" in (await alice.get("/board")).text


async def test_each_panel_says_how_its_number_is_computed(alice: Client, years: Counted) -> None:
    text = (await alice.get("/trends?metric=nps")).text
    assert "Promoters less detractors" in text
    assert "(50 − 20) of 100, times 100. 95 % interval by adjusted Wald." in text
    text = (await alice.get("/trends?metric=csat_5")).text
    assert "Share of ratings 4–5: 45 of 50 answers. 95 % interval by Wilson." in text


async def test_the_running_month_is_hollow(alice: Client, years: Counted) -> None:
    text = (await alice.get("/trends?metric=nps")).text
    assert text.count('class="point running"') >= 1


async def test_a_metric_nobody_asks_is_said(alice: Client, years: Counted) -> None:
    answer = await alice.get("/trends?metric=csat_3")
    assert answer.status_code == 200
    assert "No survey here asks this metric." in answer.text


async def test_going_to_a_stage_takes_its_metric(alice: Client, years: Counted, shop: Shop) -> None:
    query = f"was=,,&metric=nps&stage={shop.care.id}"
    answer = await alice.get(
        f"/trends?{query}", headers={"HX-Request": "true", "HX-Target": "trends_page"}
    )
    assert answer.headers["HX-Push-Url"] == f"/trends?metric=csat_5&stage={shop.care.id}"


async def test_going_to_another_journey_leaves_the_stage(
    alice: Client, years: Counted, shop: Shop
) -> None:
    query = f"was={new_id()},{shop.care.id},&journey={shop.journey.id}&stage={shop.care.id}"
    answer = await alice.get(
        f"/trends?{query}", headers={"HX-Request": "true", "HX-Target": "trends_page"}
    )
    assert answer.headers["HX-Push-Url"] == f"/trends?journey={shop.journey.id}"


@pytest.mark.parametrize(
    "query, says",
    [
        ("from=2025-13", "A month is written YYYY-MM"),
        ("to=soon", "A month is written YYYY-MM"),
        ("from=2026-02&to=2026-01", "must not come after"),
        ("metric=smiles", "smiles is not known"),
        ("channel=fax", "fax is not known"),
        ("colour=red", "There is no filter colour"),
        ("metric=nps&metric=nps", "is given twice"),
        ("to=2026-04", "April 2026 lies ahead. The last month is March 2026."),
        ("from=2027-01", "January 2027 lies ahead"),
        ("from=1950-01&to=2026-02", "At most 20 years"),
        ("from=1999-12-01", "A month is written YYYY-MM"),
    ],
)
async def test_it_rejects(alice: Client, years: Counted, query: str, says: str) -> None:
    answer = await alice.get(
        f"/trends?{query}", headers={"HX-Request": "true", "HX-Target": "trends_page"}
    )
    assert answer.status_code == 422
    assert says in answer.text
    assert "<!doctype" not in answer.text
    file = await alice.get(f"/trends.json?{query}")
    assert file.status_code == 422
    assert file.headers["Content-Type"] == "application/problem+json"
    assert says in file.json()["detail"]


async def test_a_picture_of_months_ahead_is_refused(alice: Client, years: Counted) -> None:
    assert (await alice.get("/trends.svg?to=2026-04")).status_code == 422


async def test_the_csv_holds_the_same_rows(alice: Client, years: Counted) -> None:
    text = (await alice.get("/trends.csv?metric=nps")).text
    read = list(csv.DictReader(io.StringIO(text)))
    for line, row in zip(read, await rows(alice, "?metric=nps"), strict=True):
        assert (line["month"], line["stage"]) == (row["month"], row["stage"])
        assert line["score"] == repr(row["score"])
        assert line["count_10"] == str(row["counts"]["10"])


async def test_the_command_prints_what_the_page_shows(
    alice: Client, years: Counted, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (await alice.get("/trends.json?metric=nps")).json()
    printed = await _trend(database_url, monkeypatch, "--by", "month,stage")
    assert json.loads(printed) == {name: page[name] for name in ("metric", "rows")}


async def test_the_command_counts_by_month_unless_asked(
    years: Counted, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    [row] = json.loads(
        await _trend(database_url, monkeypatch, "--since", "2025-02", "--until", "2025-02")
    )["rows"]
    assert (row["month"], row["n"]) == ("2025-02", 100)


async def test_the_command_splits_by_channel(
    years: Counted, shop: Shop, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    await years.answers(shop.nps_series, "2025-02", {10: 7}, "email")
    found = json.loads(await _trend(database_url, monkeypatch, "--by", "channel"))["rows"]
    assert {row["channel"]: row["n"] for row in found} == {"email": 7, "widget": 1500}


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--journey", "Nowhere"], "There is no journey 'Nowhere'"),
        (["--by", "weather"], "--by takes each of"),
        (["--since", "2026-13"], "--since is a month"),
        (["--since", "2026-02", "--until", "2026-01"], "--since must not come after"),
    ],
)
async def test_the_command_refuses(
    years: Counted,
    database_url: URL,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    with pytest.raises(Exception, match=says):
        await _trend(database_url, monkeypatch, *arguments)


async def _trend(url: URL, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    import asyncio

    monkeypatch.setenv("FEEDBACK_DATABASE_URL", url.render_as_string(hide_password=False))
    command = ["trend", "--metric", "nps", "--format", "json", *arguments]
    result = await asyncio.to_thread(CliRunner().invoke, app, command, catch_exceptions=False)
    return result.stdout


async def test_wrong_method(alice: Client, years: Counted) -> None:
    assert (await alice.post("/trends")).status_code in (403, 405)


async def test_bad_id(alice: Client, years: Counted) -> None:
    for name in ("journey", "stage", "touchpoint"):
        assert (await alice.get(f"/trends?{name}=x")).status_code == 404


async def test_missing_stage(alice: Client, years: Counted) -> None:
    assert (await alice.get(f"/trends?stage={new_id()}")).status_code == 404


async def test_someone_elses_stage(alice: Client, years: Counted, database: Database) -> None:
    charlies = await cast.open_shop(database, key="charlie")
    for path in ("/trends", "/trends.csv", "/trends.json"):
        assert (await alice.get(f"{path}?stage={charlies.checkout.id}")).status_code == 404
        assert (await alice.get(f"{path}?touchpoint={charlies.payment.id}")).status_code == 404


async def test_bob_may_read(client: Client, database: Database, shop: Shop, years: Counted) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    assert (await client.get("/trends")).status_code == 200


async def test_it_leads_to_an_action_at_the_place_looked_at(
    alice: AsyncTestClient[Any], shop: Shop, years: Counted
) -> None:
    page = (await alice.get(f"/trends?touchpoint={shop.payment.id}")).text
    assert f'href="/actions/new?touchpoint={shop.payment.id}"' in page
    assert 'href="/actions/new"' in (await alice.get("/trends")).text
