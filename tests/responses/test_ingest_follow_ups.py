"""`answers` of `POST /r/{survey_key}`: what a survey's own follow-up questions take."""

from typing import Any

import pytest
from sqlmodel import select

from feedback.db import Database
from feedback.responses.models import Response
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.surveys.follow_ups import FOLLOW_UPS, Client


@pytest.fixture
async def asking(shop: Shop, database: Database) -> Shop:
    """The NPS survey asks a comment, a single and a multiple choice and, once, a rating."""
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        survey.follow_ups = FOLLOW_UPS
    return shop


async def stored(database: Database, shop: Shop) -> list[dict[str, Any] | None]:
    async with database.read() as session:
        found = await session.exec(
            select(Response).where(Response.workspace_id == shop.workspace.id)
        )
        return [response.answers for response in found]


KEPT: dict[str, tuple[Any, Any]] = {
    "single": ({"f2": "c1"}, {"f2": "c1"}),
    "multiple": ({"f3": ["c4", "c3"]}, {"f3": ["c4", "c3"]}),
    "rating of a question put away": ({"f4": 5}, {"f4": 5}),
    "choice put away": ({"f3": ["c5"]}, {"f3": ["c5"]}),
    "no answer": ({"f2": None, "f3": [], "f4": None}, None),
    "beside other keys": ({"f2": "c2", "why": {"a": 1}}, {"f2": "c2"}),
}


@pytest.mark.parametrize(("given", "kept"), KEPT.values(), ids=KEPT.keys())
async def test_it_keeps_what_can_be(
    client: Client, asking: Shop, database: Database, given: Any, kept: Any
) -> None:
    answer = await client.post(f"/r/{asking.nps.key}", json={"rating": 3, "answers": given})
    assert answer.status_code == 201, answer.text
    assert await stored(database, asking) == [kept]


WRONG: dict[str, Any] = {
    "single with another question's choice": {"f2": "c3"},
    "single as a list": {"f2": ["c1"]},
    "single as an object": {"f2": {}},
    "multiple as a text": {"f3": "c3"},
    "multiple of numbers": {"f3": [3]},
    "multiple with an unknown choice": {"f3": ["c3", "c9"]},
    "multiple twice": {"f3": ["c3", "c3"]},
    "rating off its scale": {"f4": 6},
    "rating as a text": {"f4": "5"},
    "rating as a fraction": {"f4": 4.0},
    "rating as true": {"f4": True},
    "comment under its id": {"f1": "Late"},
}


@pytest.mark.parametrize("given", WRONG.values(), ids=WRONG.keys())
async def test_what_cannot_be_an_answer_costs_nothing_else(
    client: Client, asking: Shop, database: Database, given: Any
) -> None:
    [name] = given
    other = {"f3": ["c3"]} if name == "f2" else {"f2": "c1"}
    body = {"rating": 3, "answers": given | other}
    answer = await client.post(f"/r/{asking.nps.key}", json=body)
    assert answer.status_code == 201
    assert answer.headers["X-Feedback-Dropped"] == f"answers.{name}"
    assert await stored(database, asking) == [other]


async def test_it_keeps_no_answers_to_what_it_does_not_ask(
    client: Client, asking: Shop, database: Database
) -> None:
    answer = await client.post(f"/r/{asking.csat.key}", json={"rating": 3, "answers": {"f2": [7]}})
    assert answer.status_code == 201 and answer.headers["X-Feedback-Dropped"] == "answers.f2"
    assert await stored(database, asking) == [None]


async def test_the_score_is_kept_when_the_follow_ups_never_come(
    client: Client, asking: Shop, database: Database
) -> None:
    body = {"submission_id": "01a200aa-0000-7000-8000-0000000000aa", "seq": 1, "rating": 3}
    assert (await client.post(f"/r/{asking.nps.key}", json=body)).status_code == 201
    wrong = body | {"seq": 2, "answers": {"f2": "c9"}}
    assert (await client.post(f"/r/{asking.nps.key}", json=wrong)).status_code == 200
    assert await stored(database, asking) == [None]
    right = body | {"seq": 3, "answers": {"f2": "c1"}}
    assert (await client.post(f"/r/{asking.nps.key}", json=right)).status_code == 200
    assert await stored(database, asking) == [{"f2": "c1"}]
