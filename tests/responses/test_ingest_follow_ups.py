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
    "beside other keys": ({"f2": "c2", "why": {"a": 1}}, {"f2": "c2", "why": {"a": 1}}),
}


@pytest.mark.parametrize(("given", "kept"), KEPT.values(), ids=KEPT.keys())
async def test_it_keeps_what_can_be(
    client: Client, asking: Shop, database: Database, given: Any, kept: Any
) -> None:
    answer = await client.post(f"/r/{asking.nps.key}", json={"rating": 3, "answers": given})
    assert answer.status_code == 201, answer.text
    assert await stored(database, asking) == [kept]


REFUSED: dict[str, tuple[Any, str]] = {
    "single with another question's choice": ({"f2": "c3"}, "f2 must be the id of a choice"),
    "single as a list": ({"f2": ["c1"]}, "f2 must be the id of a choice"),
    "single as an object": ({"f2": {}}, "f2 must be the id of a choice"),
    "multiple as a text": ({"f3": "c3"}, "f3 must be a list of ids of choices"),
    "multiple of numbers": ({"f3": [3]}, "f3 must be a list of ids of choices"),
    "multiple with an unknown choice": ({"f3": ["c3", "c9"]}, "f3 names what is no choice"),
    "multiple twice": ({"f3": ["c3", "c3"]}, "f3 names one choice twice"),
    "rating off its scale": ({"f4": 6}, "f4 must be a whole number from 1 to 5"),
    "rating as a text": ({"f4": "5"}, "f4 must be a whole number"),
    "rating as a fraction": ({"f4": 4.0}, "f4 must be a whole number"),
    "rating as true": ({"f4": True}, "f4 must be a whole number"),
    "comment under its id": ({"f1": "Late"}, "f1 is the comment"),
}


@pytest.mark.parametrize(("given", "said"), REFUSED.values(), ids=REFUSED.keys())
async def test_it_refuses_what_cannot_be(
    client: Client, asking: Shop, database: Database, given: Any, said: str
) -> None:
    answer = await client.post(f"/r/{asking.nps.key}", json={"rating": 3, "answers": given})
    assert (answer.status_code, answer.json()["error"]) == (422, "answers_invalid")
    assert answer.json()["reason"].startswith(f"answers.{said}")
    assert answer.headers["X-Feedback-Reason"] == answer.json()["reason"]
    assert await stored(database, asking) == []


async def test_it_keeps_any_answers_of_a_survey_without_follow_ups(
    client: Client, asking: Shop, database: Database
) -> None:
    answer = await client.post(f"/r/{asking.csat.key}", json={"rating": 3, "answers": {"f2": [7]}})
    assert answer.status_code == 201
    assert await stored(database, asking) == [{"f2": [7]}]


async def test_the_score_is_kept_when_the_follow_ups_never_come(
    client: Client, asking: Shop, database: Database
) -> None:
    body = {"submission_id": "01a200aa-0000-7000-8000-0000000000aa", "seq": 1, "rating": 3}
    assert (await client.post(f"/r/{asking.nps.key}", json=body)).status_code == 201
    wrong = body | {"seq": 2, "answers": {"f2": "c9"}}
    assert (await client.post(f"/r/{asking.nps.key}", json=wrong)).status_code == 422
    assert await stored(database, asking) == [None]
    right = body | {"seq": 3, "answers": {"f2": "c1"}}
    assert (await client.post(f"/r/{asking.nps.key}", json=right)).status_code == 200
    assert await stored(database, asking) == [{"f2": "c1"}]
