"""`/priorities.svg`, `.png`, `.pdf`: the matrix and its items, drawn for paper by a job."""

from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient

from feedback.db import Database
from tests.cast import Shop
from tests.dashboards.test_pictures import STARTS, drawn
from tests.priorities.conftest import NOW, People
from tests.priorities.test_findings import crowd
from tests.priorities.test_page import find

Client = AsyncTestClient[Any]


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(NOW):
        yield


@pytest.mark.parametrize(("kind", "start"), STARTS.items(), ids=STARTS.keys())
async def test_it_draws(
    alice: Client, database: Database, shop: Shop, people: People, kind: str, start: bytes
) -> None:
    await people.rate(crowd(150))
    await find(database, shop)
    found = await drawn(alice, f"/priorities.{kind}")
    assert found.status_code == 200 and found.content.startswith(start)
    assert f"priorities.{kind}" in found.headers["Content-Disposition"]


async def test_it_says_what_the_page_says(
    alice: Client, database: Database, shop: Shop, people: People
) -> None:
    await people.rate(crowd(150))
    await find(database, shop)
    page, picture = (await alice.get("/priorities")).text, await drawn(alice, "/priorities.svg")
    for words in ("Concentrate here", "Help", "Search"):
        assert words in page and words in picture.text


async def test_there_is_none_before_anything_was_found(alice: Client) -> None:
    assert (await alice.get("/priorities.svg")).status_code == 404
