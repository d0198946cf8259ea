"""`/w/{site_key}`: what the widget reads of follow-ups, endings and "What counted most?"."""

from typing import Any

import pytest
from sqlmodel import select

from feedback.accounts.models import PublicKey
from feedback.db import Database
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.cast import Shop
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS, RATING, Client
from tests.surveys.test_you_said_we_did import SAID, act

KEYS = {"follow_ups", "endings", "bands", "counted_most"}


@pytest.fixture
async def address(shop: Shop, database: Database) -> str:
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        return f"/w/{(await session.exec(query)).one()}"


async def set_up(shop: Shop, database: Database, **columns: Any) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        for name, value in columns.items():
            setattr(survey, name, value)


@pytest.mark.parametrize("query", [{}, {"survey": "", "lang": "fr"}], ids=["all", "one"])
async def test_a_plain_survey_says_nothing_of_them(
    client: Client, address: str, query: dict[str, str]
) -> None:
    surveys = (await client.get(address, params=query)).json()["surveys"]
    assert surveys and not any(KEYS & survey.keys() for survey in surveys)


async def test_the_questions_come_in_the_language_asked(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    await set_up(shop, database, follow_ups=[*FOLLOW_UPS[1:], RATING])
    [survey] = (await client.get(address, params={"survey": "", "lang": "fr"})).json()["surveys"]
    assert survey["follow_ups"] == [
        {
            "id": "f2",
            "kind": "single",
            "bands": ["negative"],
            "texts": {"fr": {"question": "Qu’est-ce ?"}},
            "choices": [
                {"id": "c1", "texts": {"fr": "Le prix"}},
                {"id": "c2", "texts": {"fr": "Wait"}},
            ],
        },
        {
            "id": "f3",
            "kind": "multiple",
            "bands": ["negative", "positive"],
            "texts": {"fr": {"question": "What did you use?"}},
            "choices": [
                {"id": "c3", "texts": {"fr": "Shop"}},
                {"id": "c4", "texts": {"fr": "L’appli"}},
            ],
        },
        {
            "id": "f5",
            "kind": "rating",
            "bands": ["negative", "neutral", "positive"],
            "texts": {"fr": {"question": "How was the staff?", "low": "Rude", "high": "Kind"}},
            "minimum": 1,
            "maximum": 7,
        },
    ]
    assert survey["bands"] == {"negative": [0, 6], "neutral": [7, 8], "positive": [9, 10]}


async def test_all_languages_are_complete(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    await set_up(shop, database, follow_ups=FOLLOW_UPS, endings=ENDINGS)
    survey = (await client.get(address)).json()["surveys"][0]
    assert [item["id"] for item in survey["follow_ups"]] == ["f1", "f2", "f3"]
    assert all(set(item["texts"]) == {"en", "fr"} for item in survey["follow_ups"])
    assert survey["endings"] == ENDINGS


async def test_an_ending_comes_in_the_language_asked(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    await set_up(shop, database, endings=ENDINGS)
    [survey] = (await client.get(address, params={"survey": "", "lang": "fr"})).json()["surveys"]
    assert survey["endings"] == {
        "negative": {"texts": {"fr": "Nous sommes désolés."}},
        "positive": {
            "texts": {"fr": "Dites-le."},
            "link": "https://reviews.example.org/shop?a=1&b=2",
            "link_texts": {"fr": "Écrire un avis"},
        },
    }
    assert "follow_ups" not in survey and "bands" in survey


async def test_only_questions_put_away_are_no_questions(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    await set_up(shop, database, follow_ups=[FOLLOW_UPS[3]], endings={})
    survey = (await client.get(address)).json()["surveys"][0]
    assert not KEYS & survey.keys()


async def test_the_survey_about_the_journey_lists_what_may_have_counted_most(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        await mark_overall(session, survey)
    found, other = (await client.get(address)).json()["surveys"]
    assert found["counted_most"] == [{"id": str(shop.delivery.id), "name": "Delivery"}]
    assert not KEYS & other.keys()


async def test_what_we_did_follows_an_ending(
    client: Client, shop: Shop, database: Database, address: str
) -> None:
    await set_up(shop, database, endings=ENDINGS)
    await act(database, shop)
    survey = (await client.get(address)).json()["surveys"][0]
    assert survey["endings"]["negative"]["texts"]["en"] == f"We are sorry. {SAID['en']}"
