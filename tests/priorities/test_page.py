"""The page and its files: what a CX lead reads, and what happens to odd addresses."""

import uuid
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback.db import Database
from feedback.outbox.models import Job
from feedback.priorities.compute import Task, find_out
from feedback.priorities.findings import Selection
from tests.cast import Shop, open_shop, sign_in
from tests.priorities.conftest import NOW, People
from tests.priorities.test_findings import NAMES, crowd

Client = AsyncTestClient[Any]
TARGET = {"HX-Request": "true", "HX-Target": "priorities_page"}


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW):
        yield


async def find(database: Database, shop: Shop, selection: Selection | None = None) -> None:
    task = Task(shop.workspace.id, shop.journey.id, selection or Selection())
    await find_out(database, task, NOW)


async def test_it_works(alice: Client, database: Database, shop: Shop, people: People) -> None:
    await people.rate(crowd(150))
    await people.name(2, ["Help"], times=30)
    await people.name(10, ["Search"], times=25)
    await find(database, shop)
    text = (await alice.get("/priorities")).text
    assert "Start with Help: unhappy customers name it" in text
    assert "Concentrate here" in text and "not caused by" in text
    assert "150 people (only people who rated all of these touchpoints)" in text
    assert "Computed 15 Mar 2026" in text
    assert 'class="matrix"' in text


async def test_its_block_is_a_part_of_the_page(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(150))
    await find(database, shop)
    whole = (await alice.get("/priorities")).text
    block = (await alice.get("/priorities", headers=TARGET)).text
    assert block.strip() in whole and "<!doctype" not in block and 'id="priorities_page"' in block


async def test_its_files_have_the_numbers_of_the_page(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(150))
    await people.name(2, ["Help"], times=30)
    await people.name(10, ["Search"], times=25)
    await find(database, shop)
    document = (await alice.get("/priorities.json")).json()
    lines = (await alice.get("/priorities.csv")).text.splitlines()
    assert document["said"]["answered"] == 55
    first = document["said"]["rows"][0]
    assert (first["touchpoint"], first["named_negative"], first["share_negative"]) == (
        "Help",
        30,
        1.0,
    )
    shown = document["shown"]
    assert shown["n"] == 150 and shown["method"] == "lmg" and shown["seed"]
    assert sum(row["share"] for row in shown["rows"]) == pytest.approx(1)
    assert len(lines) == 1 + len(document["list"])
    assert document["lead"]["is_sure"] and document["lead"]["touchpoints"] == ["Help"]
    assert [row["verdict"] for row in document["list"]][0] == "concentrate_here"
    page = (await alice.get("/priorities")).text
    for row in shown["rows"]:
        assert f"{round(100 * row['share'])}\N{NO-BREAK SPACE}%" in page


async def test_it_asks_for_a_job_once_and_waits(
    alice: Client, database: Database, people: People
) -> None:
    await people.rate(crowd(30))
    for _ in range(2):
        text = (await alice.get("/priorities")).text
        assert "Working it out" in text and 'hx-trigger="every 2s"' in text
    async with database.read() as session:
        jobs = (await session.exec(select(Job).where(Job.kind == "priorities"))).all()
    assert len(jobs) == 1


async def test_it_says_that_a_job_failed(alice: Client, database: Database, people: People) -> None:
    await people.rate(crowd(30))
    await alice.get("/priorities")
    async with database.write() as session:
        await session.exec(sa.update(Job).values(dead_at=NOW))
    assert "could not be worked out" in (await alice.get("/priorities")).text


async def test_it_ranks_unhappy_answers_without_an_overall_survey(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    from feedback.surveys.models import Survey

    async with database.write() as session:
        survey = await session.get(Survey, (shop.workspace.id, shop.nps.id))
        assert survey is not None
        survey.is_overall = False
    await people.rate([{"Help": 1}] * 12 + [{"Search": 5}] * 12)
    text = (await alice.get("/priorities")).text
    assert "No survey asks about the whole journey yet" in text
    assert "Most unhappy answers come from Help: 12 unhappy answers a month." in text


async def test_it_says_how_many_are_missing(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(43))
    await people.name(2, ["Help"], times=4)
    await find(database, shop)
    text = (await alice.get("/priorities")).text
    assert "there are 43, so 57 are missing" in text
    assert "4 of at least 30 answers so far: 26 are missing" in text


async def test_it_weighs_what_the_reader_chose(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(150))
    chosen = [people.touchpoints[name] for name in ("Help", "Search", "Parcel")]
    await find(database, shop, Selection(tuple(touchpoint.id for touchpoint in chosen)))
    query: Any = [("touchpoint", str(touchpoint.id)) for touchpoint in chosen]
    document = (await alice.get("/priorities.json", params=query)).json()
    assert {row["touchpoint"] for row in document["shown"]["rows"]} == {"Help", "Search", "Parcel"}


async def test_it_says_why_there_is_no_matrix(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate([row | {"Basket": 4} for row in crowd(120)])
    ids = tuple(people.touchpoints[name].id for name in NAMES)
    await find(database, shop, Selection(ids))
    address = "/priorities?touchpoint=" + ",".join(map(str, ids))
    assert "Everybody gave the same rating to Basket" in (await alice.get(address)).text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("missing=mean", "The missing-data rule is complete or pairwise."),
        ("stage=1", "There is no filter stage."),
        (f"touchpoint={uuid.UUID(int=7)}", "Choose at least two touchpoints to weigh."),
    ],
)
async def test_it_refuses_odd_filters(alice: Client, people: People, query: str, said: str) -> None:
    answer = await alice.get(f"/priorities?{query}")
    assert answer.status_code == 422 and said in answer.text
    file = await alice.get(f"/priorities.json?{query}")
    assert file.status_code == 422 and said in file.json()["detail"]


async def test_it_does_not_know_what_is_not_there(
    alice: Client, database: Database, people: People
) -> None:
    other = await open_shop(database, "other")
    strange = f"{other.payment.id},{other.delivery.id}"
    for query in (f"journey={other.journey.id}", "journey=x", f"touchpoint={strange}"):
        assert (await alice.get(f"/priorities?{query}")).status_code == 404


async def test_it_is_for_members_only(client: Client, shop: Shop) -> None:
    answer = await client.get("/priorities", follow_redirects=False)
    assert answer.status_code == 303 and "/sign-in" in answer.headers["Location"]


async def test_a_stranger_sees_their_own_empty_page(
    client: Client, database: Database, people: People
) -> None:
    other = await open_shop(database, "other")
    await sign_in(client, database, other.alice, other.workspace)
    assert "Help" not in (await client.get("/priorities")).text


async def test_it_is_only_read(alice: Client, people: People) -> None:
    assert (await alice.delete("/priorities")).status_code in (403, 405)
