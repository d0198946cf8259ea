"""Months are the workspace's: midnight in Manila (UTC+8 all year) parts before from after."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine
from httpx import Response
from sqlmodel import select

from feedback.actions.months import Calendar
from feedback.db import Database, new_id
from feedback.responses.models import RatingCount
from tests import cast
from tests.actions.conftest import filled
from tests.cast import Shop
from tests.forms import Client, id_in, send


@pytest.fixture
async def manila(database: Database) -> Shop:
    return await cast.open_shop(database, key="manila", zone="Asia/Manila")


@dataclass
class Manila:
    """Alice at the office there, looking up at one moment after the other."""

    client: Client
    database: Database
    shop: Shop

    async def get(self, path: str, moment: str) -> Response:
        with time_machine.travel(moment):
            await cast.sign_in(self.client, self.database, self.shop.alice, self.shop.workspace)
            return await self.client.get(path)

    async def row(self, address: str, moment: str) -> dict[str, Any]:
        rows: list[dict[str, Any]] = (await self.get(f"{address}.json", moment)).json()["rows"]
        return rows[0]

    async def add(self, done_on: str) -> str:
        with time_machine.travel("2026-01-15T00:00:00+00:00"):
            await cast.sign_in(self.client, self.database, self.shop.alice, self.shop.workspace)
            answer = await send(self.client, "/actions/new", **filled(self.shop, done_on=done_on))
        return f"/actions/{id_in(answer.headers['location'])}"

    async def answer(self, moment: str) -> None:
        body = {"v": 1, "submission_id": str(new_id()), "seq": 1, "rating": 9, "channel": "page"}
        with time_machine.travel(moment):
            stored = await self.client.post(f"/r/{self.shop.nps.key}", json=body)
        assert stored.status_code == 201

    async def months(self) -> list[str]:
        async with self.database.read() as session:
            counted = await session.exec(
                select(RatingCount).where(RatingCount.workspace_id == self.shop.workspace.id)
            )
            return sorted(str(row.month) for row in counted)


@pytest.fixture
def office(client: Client, database: Database, manila: Shop) -> Manila:
    return Manila(client, database, manila)


async def test_an_answer_at_midnight_falls_after(office: Manila) -> None:
    address = await office.add("2026-01-31")
    await office.answer("2025-12-31T15:50:00+00:00")  # December there
    await office.answer("2026-01-31T15:50:00+00:00")  # still January there
    await office.answer("2026-01-31T16:00:01+00:00")  # February there, not in Greenwich
    assert await office.months() == ["2025-12-01", "2026-01-01", "2026-02-01"]
    row = await office.row(address, "2026-02-28T15:50:00+00:00")
    assert (row["before_n"], row["own_month_n"], row["after_n"]) == (1, 1, 0)
    row = await office.row(address, "2026-02-28T16:00:01+00:00")  # March there
    assert (row["before_n"], row["own_month_n"], row["after_n"]) == (1, 1, 1)


async def test_a_new_action_is_of_today_there(office: Manila) -> None:
    page = await office.get("/actions/new", "2026-01-31T15:50:00+00:00")
    assert 'value="2026-01-31"' in page.text
    page = await office.get("/actions/new", "2026-01-31T16:00:01+00:00")
    assert 'value="2026-02-01"' in page.text


async def test_tomorrow_is_a_plan_until_it_is_today_there(office: Manila) -> None:
    address = await office.add("2026-02-01")
    assert (await office.row(address, "2026-01-31T15:50:00+00:00"))["verdict"] == "planned"
    assert (await office.row(address, "2026-01-31T16:00:01+00:00"))["verdict"] != "planned"


def calendar(done_on: str, today: str) -> Calendar:
    return Calendar(date.fromisoformat(done_on), date.fromisoformat(today), "UTC")


@pytest.mark.parametrize(
    "done_on, today, before, after",
    [
        pytest.param("2026-03-31", "2026-04-30", ("2025-09", "2026-02"), (), id="last month"),
        pytest.param("2026-03-01", "2026-03-31", ("2025-09", "2026-02"), (), id="this month"),
        pytest.param("2026-01-31", "2026-03-01", ("2025-07", "2025-12"), ("2026-02",), id="one"),
        pytest.param("2024-12-31", "2026-03-01", ("2024-06", "2024-11"),
                     ("2025-01", "2025-06"), id="long ago"),
        pytest.param("2026-05-01", "2026-03-31", ("2025-11", "2026-02"), (), id="a plan"),
        pytest.param("2027-05-01", "2026-03-31", (), (), id="a plan far ahead"),
    ],
)  # fmt: skip
def test_its_sides(
    done_on: str, today: str, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    found = calendar(done_on, today)
    for months, ends in ((found.before, before), (found.after, after)):
        assert tuple(dict.fromkeys((*months[:1], *months[-1:]))) == ends
