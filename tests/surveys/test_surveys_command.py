"""`feedback surveys`: every survey and where it is answered."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from feedback.cli import app
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.surveys.models import Survey
from tests import cast
from tests.databases import SqliteMaker


@pytest.fixture
def url(sqlite_maker: SqliteMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty database that the command finds in its environment."""
    made = str(sqlite_maker.make())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEEDBACK_DATABASE_URL", made)
    monkeypatch.setenv("FEEDBACK_BASE_URL", "https://f.example")
    return made


def fill(url: str, *keys: str) -> list[cast.Shop]:
    async def run() -> list[cast.Shop]:
        database = Database(make_url(url.replace("sqlite:", "sqlite+aiosqlite:")))
        try:
            shops = [await cast.open_shop(database, key=key) for key in keys]
            async with database.write() as session:
                for shop in shops:
                    survey = await session.get_one(Survey, (shop.workspace.id, shop.csat.id))
                    survey.state = "paused"
            return shops
        finally:
            await database.close()

    return asyncio.run(run())


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, ["surveys", *arguments], catch_exceptions=True)
    if isinstance(result.exception, FeedbackError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_it_works(url: str) -> None:
    [shop] = fill(url, "shop")
    assert json.loads(run("--format", "json")) == [
        {
            "key": shop.nps.key,
            "name": "Payment",
            "journey": "Online shop",
            "stage": "Checkout",
            "touchpoint": "Payment",
            "metric": "nps",
            "state": "live",
            "url": f"https://f.example/s/{shop.nps.key}",
        },
        {
            "key": shop.csat.key,
            "name": "Delivery",
            "journey": "Online shop",
            "stage": "After-sales",
            "touchpoint": "Delivery",
            "metric": "csat_5",
            "state": "paused",
            "url": f"https://f.example/s/{shop.csat.key}",
        },
    ]


def test_it_prints_the_site_keys_when_asked(url: str) -> None:
    fill(url, "shop")
    printed = json.loads(run("--format", "json", "--sites"))
    assert len(printed["surveys"]) == 2 and len(printed["sites"][0]) == 12
    assert printed["sites"][0] in run("--sites")


def test_the_table_is_for_readers(url: str) -> None:
    fill(url, "shop")
    head, first, _second = run().splitlines()
    assert head.split() == [
        "key", "name", "journey", "stage", "touchpoint", "metric", "state", "url",
    ]  # fmt: skip
    assert "Online shop" in first and first.index("Online") == head.index("journey")


def test_it_wants_to_know_which_of_several_workspaces(url: str) -> None:
    fill(url, "shop", "bakery")
    with pytest.raises(FeedbackError, match="--workspace: bakery, shop") as raised:
        run()
    assert raised.value.exit_code == 2
    assert len(json.loads(run("--format", "json", "--workspace", "bakery"))) == 2


def test_it_names_the_workspaces_there_are(url: str) -> None:
    fill(url, "shop")
    with pytest.raises(FeedbackError, match="The workspaces are: shop"):
        run("--workspace", "store")


def test_it_says_what_to_do_without_any_workspace(url: str) -> None:
    with pytest.raises(FeedbackError, match="There is no workspace yet"):
        run()
