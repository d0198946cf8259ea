"""Groups: all answers of the months named are counted, by a job where they are many."""

import asyncio
import csv
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback.comparisons import groups as counting
from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.memory import memory
from feedback.outbox.models import Job
from feedback.outbox.worker import Worker
from feedback.responses.models import Response
from feedback.settings import Settings
from feedback.surveys.models import Survey
from feedback.work import HANDLERS
from tests.cast import Shop
from tests.comparisons.test_compare import LINE, answers

Client = AsyncTestClient[Any]
GROUPS = f"{LINE}&kind=groups&property=variant"


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel("2026-03-15T12:00:00+00:00", tick=False):
        yield


async def work_off(database: Database, settings: Settings) -> None:
    """Does the jobs that were asked for, as a worker does."""
    worker = Worker(database, settings, HANDLERS)
    await worker.take()
    for _ in range(400):
        async with database.read() as session:
            jobs = await session.exec(select(Job).where(Job.kind == counting.KIND))
            if all(job.done_at for job in jobs):
                break
        await asyncio.sleep(0.05)
    await worker.stop()


async def test_a_job_counts_what_a_page_may_not(
    alice: Client,
    database: Database,
    settings: Settings,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same numbers, whichever way; and the file says when to ask again."""
    await answers(database, shop, "2025-11", {9: 20, 3: 10}, variant="a")
    await answers(database, shop, "2026-02", {9: 10, 3: 20}, variant="b")
    await answers(database, shop, "2026-02", {9: 4})
    at_once = (await alice.get(f"/compare.json?{GROUPS}")).json()
    monkeypatch.setattr(counting, "AT_ONCE", 50)
    memory.clear()
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert "are being counted" in page and 'hx-trigger="every 2s"' in page
    file = await alice.get(f"/compare.json?{GROUPS}")
    # The server's own worker may have been as quick as this.
    assert file.status_code == 200 or (file.status_code == 503 and file.headers["Retry-After"])
    await work_off(database, settings)
    counted = (await alice.get(f"/compare.json?{GROUPS}")).json()
    assert counted.pop("counted_at") and at_once.pop("counted_at") is None
    assert counted == at_once and counted["without"] == 4 and counted["answers"] == 60
    assert "Counted 15 Mar 2026" in (await alice.get(f"/compare?{GROUPS}")).text


async def test_its_head_and_files_name_the_months_counted(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2025-06", {9: 30}, variant="a")
    await answers(database, shop, "2026-02", {3: 30}, variant="b")
    await answers(database, shop, "2026-03", {3: 999}, variant="b")
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert "By variant, March 2025 to February 2026: 60 answers." in page
    rows = list(csv.DictReader((await alice.get(f"/compare.csv?{GROUPS}")).text.splitlines()))
    assert {(row["months"], row["property"], row["base"]) for row in rows} == {
        ("2025-03/2026-02", "variant", "a")
    }


async def test_the_base_stays_what_the_reader_chose(
    alice: Client, database: Database, shop: Shop
) -> None:
    """The first by name until then: not the largest, which changes while answers come."""
    await answers(database, shop, "2026-02", {9: 10}, variant="a")
    await answers(database, shop, "2026-02", {9: 90}, variant="b")
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert re.search(r'href="/compare\.csv\?[^"]*base=a', page)
    found = (await alice.get(f"/compare.json?{GROUPS}&base=b")).json()
    assert found["base"] == "b"
    lost = (await alice.get(f"/compare?{GROUPS}&base=zz")).text
    assert "zz has no answers among the groups of these months" in lost


async def test_a_running_month_is_not_judged(alice: Client, database: Database, shop: Shop) -> None:
    await answers(database, shop, "2026-03", {9: 90}, variant="a")
    await answers(database, shop, "2026-03", {2: 90}, variant="b")
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert "March 2026 is not over" in page and "Look again in April 2026" in page
    assert "\N{MINUS SIGN}200 points so far" in page and "more than chance" not in page
    found = (await alice.get(f"/compare.json?{GROUPS}")).json()
    assert found["judged"] == 0 and found["rows"][1]["against_p_value"] is None


async def test_two_thousand_values_leave_twenty_groups(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2026-02", {9: 40, 3: 5}, variant="many")
    async with database.write() as session:
        one = select(Response).where(Response.workspace_id == shop.workspace.id).limit(1)
        alike = (await session.exec(one)).one().model_dump()
        at = alike["id"].int
        rows = [
            alike | {"id": UUID(int=at + 1 + n), "properties": {"variant": f"v{n:04}"}}
            for n in range(2_000)
        ]
        await (await session.connection()).execute(sa.insert(Response), rows)
    found = (await alice.get(f"/compare.json?{GROUPS}")).json()
    assert len(found["rows"]) == 20 and found["others"] == 1_981
    assert found["rows"][0]["group"] == "many" and found["rows"][1]["is_clear"] is not True
    assert "1,981 smaller groups are not shown." in (await alice.get(f"/compare?{GROUPS}")).text


async def test_small_parts_of_an_anonymous_survey_stay_hidden(
    alice: Client, database: Database, shop: Shop
) -> None:
    for variant, n in (("a", 30), ("b", 6), ("c", 3)):
        await answers(database, shop, "2026-02", {9: n}, variant=variant)
    async with database.write() as session:
        await session.exec(
            sa.update(Survey)
            .where(Survey.workspace_id == shop.workspace.id)  # type: ignore[arg-type]
            .values(is_anonymous=True)
        )
    found = (await alice.get(f"/compare.json?{GROUPS}")).json()
    assert [row["group"] for row in found["rows"]] == ["a"] and not found["others"]
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert '<th scope="row">b' not in page and '<th scope="row">c' not in page


@pytest.mark.parametrize(
    ("query", "after", "before"),
    [
        ("preset=month", ["2026-02", "2026-02"], ["2026-01", "2026-01"]),
        ("preset=month&against=year", ["2026-02", "2026-02"], ["2025-02", "2025-02"]),
        ("preset=quarter", ["2025-10", "2025-12"], ["2025-07", "2025-09"]),
        ("preset=quarter&against=year", ["2025-10", "2025-12"], ["2024-10", "2024-12"]),
        ("preset=year", ["2025-03", "2026-02"], ["2024-03", "2025-02"]),
    ],
)
async def test_the_usual_periods_are_complete_months(
    alice: Client, database: Database, shop: Shop, query: str, after: list[str], before: list[str]
) -> None:
    await answers(database, shop, "2024-11", {9: 40})
    found = (await alice.get(f"/compare.json?{LINE}&{query}")).json()
    assert (found["after"], found["before"]) == (after, before)
    assert found["picked_from"] == 2 and found["is_over"]
    page = (await alice.get(f"/compare?{LINE}&{query}")).text
    assert len(re.findall(r'aria-current="true"', page)) >= 1


async def test_a_month_ends_where_the_workspace_is(
    alice: Client, database: Database, shop: Shop
) -> None:
    """At half past eleven in the evening of UTC it is March in Paris already."""
    await answers(database, shop, "2026-01", {9: 40})
    with time_machine.travel(datetime(2026, 2, 28, 23, 30, tzinfo=UTC), tick=False):
        found = (await alice.get(f"/compare.json?{LINE}&preset=month")).json()
    assert shop.workspace.time_zone == "Europe/Paris" and found["after"] == ["2026-02", "2026-02"]


async def test_months_picked_by_hand_pay_for_it_unless_they_were_decided(
    alice: Client, database: Database, shop: Shop
) -> None:
    for month in range(1, 13):
        await answers(database, shop, f"2025-{month:02}", {9: 50, 3: 50})
    await answers(database, shop, "2026-01", {9: 65, 3: 35})
    months = "before_from=2025-05&before_to=2025-05&after_from=2026-01&after_to=2026-01"
    picked = (await alice.get(f"/compare.json?{LINE}&{months}")).json()
    decided = (await alice.get(f"/compare.json?{LINE}&{months}&decided=yes")).json()
    assert (picked["picked_from"], decided["picked_from"]) == (13, 2)
    assert decided["is_clear"] and not picked["is_clear"]
    assert picked["low"] < 0 < decided["low"] and picked["observed"] == decided["observed"] == 30
    page = (await alice.get(f"/compare?{LINE}&{months}")).text
    assert "No clear difference" in page and "the best and the worst of 13 like them" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("after_to=2027-01", "lies ahead"),
        ("kind=groups&to=2026-04", "lies ahead"),
        ("preset=week", "is not known"),
        ("preset=month&against=never", "is not known"),
        ("preset=month&after_from=2026-01", "not both"),
        ("decided=perhaps", "is not known"),
        ("kind=groups&from=1900-01", "At most 20 years"),
        ("before_from=1900-01&before_to=2025-10", "At most 20 years"),
    ],
)
async def test_a_period_that_cannot_be_gets_a_sentence(
    alice: Client, shop: Shop, query: str, said: str
) -> None:
    page = await alice.get(f"/compare?{query}")
    assert page.status_code == 422 and said in page.text


async def test_an_archived_touchpoint_keeps_its_numbers(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2026-01", {9: 40, 3: 2}, variant="a")
    await answers(database, shop, "2026-02", {3: 40, 9: 2}, variant="a")
    async with database.write() as session:
        one = select(Touchpoint).where(Touchpoint.workspace_id == shop.workspace.id)
        for touchpoint in (await session.exec(one)).all():
            touchpoint.archived_at = datetime(2026, 3, 10, tzinfo=UTC)
    found = (await alice.get(f"/compare.json?{LINE}&preset=month")).json()
    assert found["is_clear"] and found["b"]["n"] == found["a"]["n"] == 42
    alone = (await alice.get(f"/compare?{GROUPS}")).text
    assert "the others are compared with this one" in alone and "more than chance" not in alone


async def test_all_answers_alike_are_told_apart_or_not(
    alice: Client, database: Database, shop: Shop
) -> None:
    await answers(database, shop, "2026-02", {9: 50}, variant="a")
    await answers(database, shop, "2026-02", {9: 5}, variant="b")
    await answers(database, shop, "2026-02", {9: 1}, variant="c")
    rows = (await alice.get(f"/compare.json?{GROUPS}")).json()["rows"]
    assert [row["is_clear"] for row in rows] == [None, False, False]
    assert rows[2]["group"] == "c" and rows[2]["shrunk"] is rows[2]["against_low"] is None
    page = (await alice.get(f"/compare?{GROUPS}")).text
    assert "The groups cannot be told apart yet" in page and "Too few answers to compare." in page
