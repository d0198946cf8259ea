"""The airport's passengers: what their overall satisfaction goes with, through the product."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.accounts.setup import add_member
from feedback.app import create_app
from feedback.db import Database
from feedback.imports.load import Request, import_file
from feedback.journeys.models import Journey, Touchpoint
from feedback.priorities.compute import Task, find_out
from feedback.priorities.findings import Selection
from feedback.settings import Settings
from tests import cast

ROOT = Path(__file__).parents[2]
SIX = (
    "Art and exhibitions",
    "Restaurants",
    "Shops",
    "Signs inside",
    "Escalators, lifts, moving walkways",
    "Information screens",
)
EIGHT_MORE = (
    "Information booths, lower level",
    "Information booths, upper level",
    "Wi-Fi",
    "Signs on the airport roads",
    "Parking",
    "AirTrain",
    "Long-term parking shuttle",
    "Rental car centre",
)


class Airport:
    """The imported survey, a reader of it, and what a job finds for a choice of touchpoints."""

    def __init__(self, database: Database, client: AsyncTestClient[Any]) -> None:
        self.database, self.client = database, client

    async def weigh(self, names: tuple[str, ...]) -> tuple[dict[str, Any], str]:
        """The document and the page of a choice of touchpoints, once its job is done."""
        async with self.database.read() as session:
            workspace = (await session.exec(select(Workspace))).one()
            journey = (
                await session.exec(select(Journey).where(Journey.workspace_id == workspace.id))
            ).one()
            found = await session.exec(
                select(Touchpoint).where(Touchpoint.workspace_id == workspace.id)
            )
            ids = {touchpoint.name: touchpoint.id for touchpoint in found}
        chosen = tuple(ids[name] for name in names)
        task = Task(workspace.id, journey.id, Selection(chosen))
        await find_out(self.database, task, clock.now())
        query = f"?touchpoint={','.join(map(str, chosen))}"
        document = (await self.client.get(f"/priorities.json{query}")).json()
        return document["shown"], (await self.client.get(f"/priorities{query}")).text


@pytest.fixture
async def airport(settings: Settings, database: Database) -> AsyncIterator[Airport]:
    request = Request(ROOT / "tests/data/sfo-2017.csv", ROOT / "examples/sfo-airport.toml")
    await import_file(settings, request, lambda doing, n: None)
    async with AsyncTestClient(create_app(settings)) as client:
        async with database.write() as session:
            workspace = (await session.exec(select(Workspace))).one()
            user = await add_member(
                session, workspace, "lead@sfo.example", role="owner", now=clock.now()
            )
        await cast.sign_in(client, database, user, workspace)
        yield Airport(database, client)


async def test_food_leads_the_list_and_is_no_finding_yet(airport: Airport) -> None:
    shown, page = await airport.weigh(SIX)
    assert (shown["n"], shown["method"], shown["missing"]) == (1850, "lmg", "complete")
    assert round(shown["r_squared"], 4) == 0.5376
    # Shares of R squared, which add to it.
    assert sum(row["share"] for row in shown["rows"]) == pytest.approx(1, abs=1e-9)
    places = {row["touchpoint"]: row["quadrant"] for row in shown["rows"]}
    assert places == {
        "Restaurants": "concentrate_here",
        "Signs inside": "keep_up",
        "Escalators, lifts, moving walkways": "keep_up",
        "Information screens": "possible_overkill",
        "Art and exhibitions": "possible_overkill",
        "Shops": "low_priority",
    }
    assert shown["rows"][0]["touchpoint"] == "Restaurants"
    # Food has 19 % where an even share is 17 %: 1,850 people do not tell that from chance.
    assert {row["verdict"] for row in shown["rows"]} == {"unclear"}
    assert "Start with" not in page and "Concentrate here" not in page
    assert "Restaurants has the most unhappy answers (255 a month): start there." in page
    assert "Method: LMG, R² 0.54" in page


async def test_fourteen_touchpoints_are_weighed_by_johnson_and_the_page_says_so(
    airport: Airport,
) -> None:
    shown, page = await airport.weigh(SIX + EIGHT_MORE)
    assert shown["method"] == "johnson" and len(shown["rows"]) == 14
    assert sum(row["share"] for row in shown["rows"]) == pytest.approx(1, abs=1e-9)
    assert "More than 12 touchpoints: Johnson's relative weights are used instead of LMG." in (
        page.replace("&#39;", "'")
    )
