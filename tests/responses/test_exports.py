"""The list of responses as files: all of it, whatever its length, and the board's own numbers."""

import asyncio
import csv
import dataclasses
import io
import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace
from sqlalchemy.engine import URL
from typer.testing import CliRunner

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.cli import app
from feedback.db import Database
from feedback.responses import listing, search
from feedback.responses.ingest import id_at, month_of
from feedback.responses.review import change_state
from feedback.responses.writer import make_store
from feedback.settings import Settings
from feedback.surveys.queries import load_asked_series
from tests.cast import Shop
from tests.dashboards.test_trends import reworded
from tests.responses.test_states import Say, answer

Client = AsyncTestClient[Any]
# On both sides of UTC, half an hour off, with a clock that is changed and without one.
ZONES = ["Pacific/Kiritimati", "America/St_Johns", "Europe/Paris"]
EDGES = [datetime(2025, month, 1, tzinfo=UTC) for month in (3, 4, 9, 10, 11, 12)]
ALIKE = ("month", "n", "missing", "invalid", "counts", "score", "low", "high", "display", "wording")
PLANS = ("pro", "=free")
STATES = ["counted"] * 7 + ["unconfirmed", "quarantined", "test"]
SPREADSHEET = {"csv": "", "xlsx": "", "bom": "style=bom", "semicolon": "style=semicolon"}


async def move(database: Database, shop: Shop, zone: str) -> None:
    async with database.write() as session:
        (await session.get_one(Workspace, shop.workspace.id)).time_zone = zone
    shop.workspace.time_zone = zone


async def some_answers(database: Database, settings: Settings, shop: Shop, n: int) -> None:
    """Around the ends of months, in every state, of two metrics and two wordings, some late."""
    chance, zone = random.Random(n), ZoneInfo(shop.workspace.time_zone)
    newer = await reworded(database, shop, datetime(2025, 10, 31, 20, tzinfo=UTC))
    asked = [
        *((shop.nps, series, 10) for series in (shop.nps_series, newer)),
        (shop.csat, shop.csat_series, 5),
    ]
    made = []
    for _ in range(n):
        survey, series, most = chance.choice(asked)
        at = chance.choice(EDGES) + timedelta(minutes=chance.randint(-960, 960))
        said = Say(0, 1, chance.randint(1, most), chance.choice(STATES))
        bought = {"plan": chance.choice(PLANS), "=seats": chance.randint(1, 9)}
        made.append(
            replace(
                answer(shop, uuid.uuid4(), said),
                survey_id=survey.id, series_id=series.id, answered_at=at, response_id=id_at(at),
                month=month_of(at, zone), late=chance.random() < 0.1,
                properties=json.dumps(bought),
            )
        )  # fmt: skip
    store = make_store(settings)
    await store.open()
    try:
        await store.store(made)
    finally:
        await store.close()
    for out in chance.sample(made, n // 10):
        async with database.write() as session:
            await change_state(
                session, shop.workspace.id, out.response_id, "exclude",
                reason="spam", user_id=shop.alice.id, now=clock.now(),
            )  # fmt: skip


async def run(*command: str) -> list[dict[str, Any]]:
    command = (*command, "--metric", "nps", "--format", "json")
    made = await asyncio.to_thread(CliRunner().invoke, app, command, catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return [{name: row[name] for name in ALIKE} for row in json.loads(made.stdout)["rows"]]


@pytest.mark.parametrize("zone", ZONES)
async def test_the_score_of_every_export_is_what_the_trend_says(
    alice: Client, database: Database, settings: Settings, shop: Shop, zone: str,
    database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("FEEDBACK_DATABASE_URL", database_url.render_as_string(hide_password=False))
    await move(database, shop, zone)
    await some_answers(database, settings, shop, 400)
    trend = await run("trend", "--by", "month")
    assert {row["wording"] for row in trend} == {"replaced", "current"} and len(trend) > 8
    for name, query in SPREADSHEET.items():
        kind = "xlsx" if name == "xlsx" else "csv"
        path = tmp_path / f"{name}.{kind}"
        path.write_bytes((await alice.get(f"/responses.{kind}?{query}")).content)
        time = "answered_at" if name == "bom" else "answered_at_local"
        assert await run("score", str(path), "--rating", "rating", "--time", time) == trend


async def test_a_file_holds_every_response_however_many(
    alice: Client, database: Database, settings: Settings, shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await some_answers(database, settings, shop, 60)
    whole = (await alice.get("/responses.json")).json()["rows"]
    assert len(whole) == 60 and [row["id"] for row in whole] == sorted(
        (row["id"] for row in whole), reverse=True
    )
    monkeypatch.setattr(listing, "WALKED_AT_ONCE", 7)
    assert (await alice.get("/responses.json")).json()["rows"] == whole
    rows = list(csv.DictReader(io.StringIO((await alice.get("/responses.csv")).text)))
    assert [row["id"] for row in rows] == [row["id"] for row in whole]
    touchpoint = f"touchpoint={shop.payment.id}&state=counted"
    part = (await alice.get(f"/responses.json?{touchpoint}")).json()["rows"]
    wanted = [row for row in whole if row["touchpoint"] == "Payment" and row["state"] == "counted"]
    assert part == wanted != []


async def test_the_time_of_the_workspace_stands_beside_that_of_the_world(
    alice: Client, database: Database, settings: Settings, shop: Shop
) -> None:
    await move(database, shop, "America/St_Johns")
    await some_answers(database, settings, shop, 60)
    rows = (await alice.get("/responses.json")).json()["rows"]
    apart = 0
    for row in rows:
        utc, local = (datetime.fromisoformat(row[f"answered_at{end}"]) for end in ("", "_local"))
        assert utc == local and utc.utcoffset() == timedelta()
        assert local.utcoffset() == local.astimezone(ZoneInfo("America/St_Johns")).utcoffset()
        assert row["month"] == row["answered_at_local"][:7]
        apart += row["month"] != row["answered_at"][:7]
    assert apart


async def test_each_property_has_its_column_and_a_text_stays_one(
    alice: Client, database: Database, settings: Settings, shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await some_answers(database, settings, shop, 40)
    book = openpyxl.load_workbook(io.BytesIO((await alice.get("/responses.xlsx")).content))
    head, *cells = book.active.iter_rows()
    names = [cell.value for cell in head]
    assert names[-7:-5] == ["p_=seats", "p_plan"]
    plans = [row[names.index("p_plan")] for row in cells]
    assert {cell.value for cell in plans} == set(PLANS) and len(cells) == 40
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in plans)
    assert all(isinstance(row[names.index("p_=seats")].value, int) for row in cells)
    text = (await alice.get("/responses.csv?style=semicolon")).text
    assert text.startswith("\ufeffid;answered_at;") and "'=free" in text
    monkeypatch.setattr(listing, "MOST_PROPERTIES", 1)
    first = (await alice.get("/responses.csv")).text.splitlines()[0]
    assert ",wording,p_=seats,tags," in first


async def test_without_a_response_a_file_has_its_columns(alice: Client, shop: Shop) -> None:
    head = (await alice.get("/responses.csv")).text
    assert head.startswith("id,answered_at,") and head.count("\n") == 1
    assert (await alice.get("/responses.json")).json() == {"rows": []}
    book = openpyxl.load_workbook(io.BytesIO((await alice.get("/responses.xlsx")).content))
    assert [cell.value for cell in book.active[1]] == head.strip().split(",")


async def test_pages_of_a_search_that_stops_hold_each_response_once(
    alice: Client, database: Database, settings: Settings, shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await some_answers(database, settings, shop, 60)
    monkeypatch.setattr(search, "LOOK_AT_MOST", 5)
    zone = ZoneInfo("Europe/Paris")
    asked = listing.Filters(touchpoint=shop.payment.id, state="excluded")
    async with database.read() as session:
        places = await load_asked_series(session, shop.workspace.id)
        seen: list[uuid.UUID] = []
        while True:
            found = await listing.list_responses(
                session, shop.workspace.id, places, asked, zone, size=3
            )
            seen += [row.response.id for row in found.rows]
            if found.older is None:
                break
            asked = dataclasses.replace(asked, before=found.older)
    walk = listing.walk_responses(
        database, shop.workspace.id, places, dataclasses.replace(asked, before=None), zone
    )
    whole = [row.response.id async for rows in walk for row in rows]
    assert seen == whole != []
