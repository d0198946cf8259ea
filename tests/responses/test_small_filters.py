"""E7 under every filter of a list: no filter, and no two, narrow an anonymous survey below five."""

import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
import time_machine
from sqlmodel import col

from feedback.comments.marks import star
from feedback.db import Database
from feedback.responses.models import ImportRun, Response
from feedback.responses.small_groups import LEAST
from tests.cast import Shop
from tests.forms import Client
from tests.responses.test_small_groups import CHANNELS, MONTHS, answer, fill, small, some_answers

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TOTAL = re.compile(r'<p class="answers-total">(\d+) answers</p>')


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(NOW):
        yield


async def a_mixed_shop(database: Database, shop: Shop) -> tuple[list[dict[str, Any]], uuid.UUID]:
    """Anonymous answers that still have all that a survey kept before it was made so, and others
    that are alike; ten of each starred."""
    run = ImportRun(workspace_id=shop.workspace.id, file_name="old.csv", started_at=NOW)
    rows = [row for seed in range(3) for row in some_answers(shop, seed)]
    rows += [
        answer(shop, shop.csat_series, random.choice(MONTHS), rating=random.randint(1, 5))
        for _ in range(30)
    ]
    for row in rows:
        row |= {
            "locale": random.choice(("fr", "en")), "import_id": run.id,
            "respondent_key": random.choice((b"\1" * 16, b"\2" * 16)),
            "properties": {"plan": "pro"},
            "state": random.choice(("counted",) * 20 + ("excluded", "test")),
        }  # fmt: skip
    async with database.write() as session:
        session.add(run)
    await fill(database, shop, rows)
    starred = [row["id"] for row in random.sample(rows, k=len(rows) // 2)]
    async with database.write() as session:
        await star(session, shop.workspace.id, starred, shop.alice.id, NOW)
    return rows, run.id


async def test_no_filters_leave_a_small_group(
    alice: Client, database: Database, shop: Shop
) -> None:
    rows, run = await a_mixed_shop(database, shop)
    values: dict[str, tuple[str, ...]] = {
        "journey": (str(shop.journey.id),), "stage": (str(shop.checkout.id),),
        "touchpoint": (str(shop.payment.id),), "survey": (str(shop.nps.id),),
        "series": (str(shop.nps_series.id),), "metric": ("nps",), "wording": ("current",),
        "since": MONTHS, "until": MONTHS, "channel": CHANNELS,
        "band": ("negative", "neutral", "positive"), "state": ("counted", "excluded"),
        "comment": ("1",), "mark": ("starred", "open", "done", "noted"),
    }  # fmt: skip
    seen = set[int]()
    for seed in range(60):
        random.seed(seed)
        chosen = random.sample(sorted(values), k=random.randint(1, 4))
        asked = {name: random.choice(values[name]) for name in chosen}
        if asked.get("since", "") > asked.get("until", "9"):
            continue
        found = (await alice.get(f"/responses.json?{urlencode(asked)}")).json()["rows"]
        ours = [row for row in found if row["touchpoint"] == "Payment" and row["state"] != "test"]
        cells = Counter((row["month"], row["channel"]) for row in ours)
        assert not small(*cells.values()), asked
        seen.add(len(ours))
        html = (await alice.get(f"/responses?{urlencode(asked | {'state': 'counted'})}")).text
        if total := TOTAL.search(html):
            counted = [row for row in found if row["state"] == "counted"]
            if asked.get("state", "counted") == "counted":
                assert int(total.group(1)) == len(counted), asked
    assert len(seen) > 10 and any(0 < n < 40 for n in seen)
    for query in ("language=fr", "property=plan%3Dpro", f"import={run}"):
        found = (await alice.get(f"/responses.json?{query}")).json()["rows"]
        assert found and {row["touchpoint"] for row in found} == {"Delivery"}, query
    named = next(row for row in rows if row["series_id"] == shop.csat_series.id)
    other = next(row for row in rows if row["series_id"] == shop.nps_series.id)
    found = (await alice.get(f"/responses.json?person={named['id']}")).json()["rows"]
    assert found and {row["touchpoint"] for row in found} == {"Delivery"}
    assert (await alice.get(f"/responses?person={other['id']}")).status_code == 422


async def test_five_starred_ones_of_a_cell_are_shown_and_four_are_not(
    alice: Client, database: Database, shop: Shop
) -> None:
    rows = [answer(shop, shop.nps_series, "2026-02", comment=f"c{n}") for n in range(12)]
    await fill(database, shop, rows)
    for n in range(LEAST):
        async with database.write() as session:
            await star(session, shop.workspace.id, [rows[n]["id"]], shop.alice.id, NOW)
        found = (await alice.get("/responses.json?mark=starred")).json()["rows"]
        assert len(found) == (LEAST if n + 1 >= LEAST else 0)


async def test_nobody_walks_to_an_anonymous_answer_nor_from_one(
    alice: Client, database: Database, shop: Shop
) -> None:
    named = [answer(shop, shop.csat_series, "2026-02", rating=4) for _ in range(3)]
    hidden = [answer(shop, shop.nps_series, "2026-02") for _ in range(8)]
    await fill(database, shop, [*named, *hidden])
    async with database.write() as session:
        key = {"respondent_key": b"\1" * 16}
        own = col(Response.workspace_id) == shop.workspace.id
        await (await session.connection()).execute(sa.update(Response).where(own).values(key))
    for row in hidden:
        html = (await alice.get(f"/responses/{row['id']}")).text
        assert "data-walk" not in html and "of this person" not in html
    for row in named:
        html = (await alice.get(f"/responses/{row['id']}")).text
        ends = re.findall(r'data-walk="[jk]" href="/responses/([0-9a-f-]{36})', html)
        assert ends and {*ends} <= {str(each["id"]) for each in named}
        assert "2 other answers of this person" in html
