"""Page, `.json`, `.csv`, command and picture agree on every number of a shop that has it all: a
seam within a month, few answers and none, a metric where low is good, an archived touchpoint, a
million answers, changes, and lines too young for any."""

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from feedback.cli import app
from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.scoring import METRICS, score
from feedback.scoring.months import months_between
from feedback.surveys.models import Series
from feedback.wording import WrittenScore, write_number, write_score
from tests import cast
from tests.cast import Shop
from tests.dashboards.conftest import TODAY
from tests.dashboards.counted import Counted
from tests.dashboards.test_pictures import drawn
from tests.dashboards.test_trends import reworded

Client = AsyncTestClient[Any]
Row = dict[str, Any]
MONTHS = months_between("2024-11", "2026-03")


@pytest.fixture
def march() -> Iterator[None]:
    with time_machine.travel(TODAY):
        yield


async def add_place(
    database: Database, shop: Shop, name: str, metric: str, *, is_archived: bool = False
) -> Series:
    place = Touchpoint(
        workspace_id=shop.workspace.id,
        id=new_id(),
        stage_id=shop.care.id,
        name=name,
        position=5,
        archived_at=datetime(2026, 1, 5, tzinfo=UTC) if is_archived else None,
    )
    async with database.write() as session:
        session.add(place)
        await session.flush()
        _, series = await cast._open_survey(session, shop.workspace, place, metric)
    return series


@pytest.fixture
async def all_of_it(counted: Counted, database: Database, shop: Shop, march: None) -> Counted:
    returns = await add_place(database, shop, "Returns", "ces_effort_5")
    advice = await add_place(database, shop, "Advice", "csat_10")
    fax = await add_place(database, shop, "Fax", "csat_3", is_archived=True)
    new_words = await reworded(database, shop, datetime(2026, 2, 10, tzinfo=UTC))
    for at, month in enumerate(MONTHS):
        nps = new_words if month > "2026-02" else shop.nps_series
        await counted.answers(nps, month, {3: 20 + at, 8: 30, 10: 50})
        fallen = at > 11
        csat = {2: 200 if fallen else 100, 5: 300}
        await counted.answers(shop.csat_series, month, csat, "email")
        if at % 5 != 3:
            await counted.answers(returns, month, {1: 3 + at, 5: 2})
        await counted.answers(advice, month, {7: 400_000, 10: 600_000 + at})
        if month < "2026-01":
            await counted.answers(fax, month, {3: 40, 1: 5})
    await counted.answers(new_words, "2026-02", {10: 60})
    return counted


async def document(client: Client, address: str) -> Row:
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    found: Row = answer.json()
    return found


async def lines(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((await client.get(address)).text)))


async def page(client: Client, address: str) -> str:
    return html.unescape((await client.get(address)).text)


def assert_same(line: dict[str, str], row: Row) -> None:
    """Every number of a row, as text and unrounded."""
    for name, value in row.items():
        if name == "counts":
            assert {k: v for k, v in value.items() if v != int(line[f"count_{k}"])} == {}
        else:
            assert line[name] == ("" if value is None else str(value)), name


def tiles(text: str) -> dict[tuple[str, str], str]:
    """What stands at each place of the board: (name of the place, metric's name) -> its HTML."""
    found = {}
    for part in re.split(r'(?=<section class="stage")', text)[1:]:
        head, *places = part.split("<li>")
        found[re.findall(r"<h2><a [^>]*>([^<]*)", head)[0], ""] = head
        for place in places:
            name, metric = re.findall(r"metric=(\w+)&touchpoint=[^>]*>([^<]*)", place)[0][::-1]
            found[name, metric] = place
    return found


def write(row: Row, metric: str = "") -> WrittenScore:
    """The score of a row's counts, as pages print it."""
    asked = METRICS[row.get("metric", metric)]
    return write_score(score({int(k): n for k, n in row["counts"].items()}, asked), asked)


@pytest.mark.parametrize("query", ["", "?month=2026-02", "?month=2025-06", "?channel=email"])
async def test_the_board_agrees(alice: Client, all_of_it: Counted, query: str) -> None:
    rows = (await document(alice, f"/board.json{query}"))["rows"]
    for line, row in zip(await lines(alice, f"/board.csv{query}"), rows, strict=True):
        assert_same(line, row)
    shown = tiles(await page(alice, f"/board{query}"))
    for row in rows:
        place = row["touchpoint"] or row["stage"], row["metric"] if row["touchpoint"] else ""
        if row["wording"] == "replaced":
            assert f"{row['n']} answers to the former wording are left out" in shown[place]
        elif row["month"] == rows[0]["month"] and (row["touchpoint"] is None or row["n"]):
            written = write(row)
            assert f">{written.number}<" in shown[place]
            assert written.margin in shown[place]


async def test_the_board_tells_the_same_changes_everywhere(
    alice: Client, all_of_it: Counted
) -> None:
    found = await document(alice, "/board.json")
    states = {(c["stage"], c["touchpoint"], c["metric"]): c for c in found["changes"]}
    fall = states["After-sales", None, "csat_5"]
    assert fall["state"] == "changed" and fall["difference"] < -10
    assert states["Checkout", None, "nps"]["state"] == "too early"
    assert states["After-sales", "Advice", "csat_10"]["state"] == "no clear change"
    assert (found["series"], found["looked_at"]) == (len(states), "2026-02")
    in_csv = [line for line in await lines(alice, "/board.csv") if line["change_state"]]
    for line in in_csv:
        place = line["stage"], line["touchpoint"] or None, line["metric"]
        change = states.get(place) or states[line["stage"], None, line["metric"]]
        for name in ("state", "signalled", "began", "difference", "low", "high", "direction"):
            assert line[f"change_{name}"] == ("" if change[name] is None else str(change[name]))
    text = await page(alice, "/board")
    amount = write_number(abs(fall["difference"]), METRICS["nps"]).removeprefix("+")
    assert f"After-sales (Delivery) fell by {amount} percentage points in November (±" in text
    assert f"{amount} since November" in tiles(text)["Delivery", "csat_5"]
    assert "▼" in tiles(text)["Delivery", "csat_5"]
    assert re.search(r"For \d of the \d scores it is too early to say", text)
    assert "The other one: as usual" in text


@pytest.mark.parametrize(
    "query", ["metric=nps", "metric=csat_5", "metric=csat_10", "stage={care}&metric=ces_effort_5"]
)
async def test_the_trends_agree(alice: Client, all_of_it: Counted, shop: Shop, query: str) -> None:
    query = query.format(care=shop.care.id)
    found = await document(alice, f"/trends.json?{query}")
    rows, metric = found["rows"], METRICS[found["metric"]["key"]]
    assert rows
    for line, row in zip(await lines(alice, f"/trends.csv?{query}"), rows, strict=True):
        assert_same(line, row)
    text = await page(alice, f"/trends?{query}")
    for row in rows:
        written = write(row, metric.key)
        if row["wording"] == "replaced":
            assert f">formerly: {written.number}</a>" in text
            assert f'title="{written.sentence}"' in text
            continue
        assert f'>{written.number}</a></b><span class="notes">' in text
        assert f">{written.short}</small>" in text
        if row["rolling_n"] >= (10 if metric.headline == "mean" else 5):
            assert f">3 months: {write_number(row['rolling_score'], metric)}</a></small>" in text


async def test_the_command_agrees(
    alice: Client, all_of_it: Counted, database_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDBACK_DATABASE_URL", database_url.render_as_string(hide_password=False))
    page = await document(alice, "/trends.json?metric=nps&from=2025-12")
    command = ["trend", "--metric", "nps", "--by", "month,stage", "--since", "2025-12"]
    printed = await _run([*command, "--format", "json"])
    assert json.loads(printed)["rows"] == page["rows"]
    read = list(csv.DictReader(io.StringIO(await _run([*command, "--format", "csv"]))))
    for line, row in zip(read, page["rows"], strict=True):
        assert_same(line, row)
    table = await _run([*command, "--format", "table"])
    assert table.count("replaced") == 1 and "wording" in table


async def _run(command: list[str]) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, command, catch_exceptions=False)
    return result.stdout


async def test_the_picture_agrees(alice: Client, all_of_it: Counted) -> None:
    found = await drawn(alice, "/trends.svg?metric=csat_5")
    text = await page(alice, "/trends?metric=csat_5")
    readouts = re.findall(r"data-readout[^>]*>([^<]*)<", text)
    assert readouts and all(readout in found.text for readout in readouts)


async def test_the_month_of_a_seam_pools_no_two_wordings(alice: Client, all_of_it: Counted) -> None:
    rows = (await document(alice, "/trends.json?metric=nps&from=2026-01"))["rows"]
    assert [(row["month"], row["wording"], row["n"]) for row in rows] == [
        ("2026-01", "current", 114), ("2026-02", "replaced", 115),
        ("2026-02", "current", 60), ("2026-03", "current", 116),
    ]  # fmt: skip
    assert [row["rolling_n"] for row in rows] == [112 + 113 + 114, None, 60, 60 + 116]
    assert rows[2]["score"] == 100.0


async def test_three_months_are_pooled_and_not_averaged(
    alice: Client, counted: Counted, shop: Shop, march: None
) -> None:
    for month, counts in (("2025-11", {0: 10}), ("2025-12", {10: 80}), ("2026-01", {0: 10})):
        await counted.answers(shop.nps_series, month, counts)
    rows = (await document(alice, "/trends.json?metric=nps&from=2026-01"))["rows"]
    assert [(row["rolling_score"], row["rolling_n"]) for row in rows] == [(60.0, 100)]
