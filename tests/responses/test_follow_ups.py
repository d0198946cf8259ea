"""What was answered after the rating, on the pages and in the files of the team."""

from typing import Any

import pytest

from feedback.db import Database
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.surveys.follow_ups import FOLLOW_UPS, Client

GIVEN = {"f2": "c2", "f3": ["c5", "c3"], "f4": 4}


@pytest.fixture
async def given(alice: Client, shop: Shop, database: Database) -> str:
    """The address of a response to every question, one of them put away since."""
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups = FOLLOW_UPS
    body: dict[str, Any] = {"rating": 3, "comment": "Late", "answers": GIVEN}
    answer = await alice.post(f"/r/{shop.nps.key}", json=body)
    return f"/responses/{answer.json()['id']}"


async def test_its_page_tells_questions_and_choices(alice: Client, given: str) -> None:
    page = (await alice.get(given)).text
    assert "What went wrong?</dt>" in page and ">Wait</dd>" in page
    assert ">Fax, Shop</dd>" in page  # in the order given, a choice put away too
    assert "And the staff?</dt>" in page and '>4<span class="muted">/5</span>' in page
    assert "What happened?" not in page  # the comment stands above, as ever


async def test_the_list_tells_them(alice: Client, given: str) -> None:
    page = (await alice.get("/responses")).text
    assert '<span class="muted">What went wrong?</span> Wait</p>' in page and "Fax, Shop" in page


async def test_the_files_hold_ids_and_words(alice: Client, given: str) -> None:
    [row] = (await alice.get("/responses.json")).json()["rows"]
    assert row["answers"] == GIVEN
    assert row["follow_ups"] == {
        "What went wrong?": "Wait",
        "What did you use?": "Fax, Shop",
        "And the staff?": "4",
    }
    head, line = (await alice.get("/responses.csv")).text.splitlines()
    assert ",properties,answers,follow_ups," in head and "Fax, Shop" in line


async def test_without_follow_ups_nothing_is_told(alice: Client, shop: Shop) -> None:
    answer = await alice.post(f"/r/{shop.csat.key}", json={"rating": 3, "answers": {"f2": "c1"}})
    assert answer.status_code == 201
    assert "answer-told" not in (await alice.get("/responses")).text
    [row] = (await alice.get("/responses.json")).json()["rows"]
    assert not row["answers"] and row["follow_ups"] == {}
