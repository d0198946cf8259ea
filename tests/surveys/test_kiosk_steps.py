"""What `/k/{survey_key}` asks after the rating: by itself nothing that needs a keyboard."""

from typing import Any

from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.cast import TEXTS, Shop
from tests.forms import Client
from tests.surveys.follow_ups import ENDINGS, FOLLOW_UPS, RATING
from tests.surveys.kiosk import told


async def kiosk(client: Client, shop: Shop, query: str = "") -> dict[str, Any]:
    client.app.state.catalog.forget()
    return told((await client.get(f"/k/{shop.nps.key}?{query}")).text)


async def set_up(database: Database, shop: Shop, **values: Any) -> None:
    async with database.write() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        for name, value in values.items():
            setattr(survey, name, value)


async def test_it_asks_why_when_its_link_says_so(client: Client, shop: Shop) -> None:
    for query, kinds in (("comment", ["comment"]), ("comment=1", ["comment"]), ("comment=off", [])):
        steps = (await kiosk(client, shop, query))["steps"]
        assert [step["kind"] for step in steps] == kinds, query
    [why] = (await kiosk(client, shop, "comment"))["steps"]
    assert why["bands"] == ["negative", "neutral", "positive"]
    assert why["texts"]["fr"]["question"] == TEXTS["fr"]["comment"]


async def test_it_asks_the_questions_of_the_survey(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(database, shop, follow_ups=[*FOLLOW_UPS[:3], RATING])
    steps = (await kiosk(client, shop))["steps"]
    assert [step["id"] for step in steps] == ["f2", "f3", "f5"]  # none that needs a keyboard
    assert [choice["id"] for choice in steps[1]["choices"]] == ["c3", "c4"]  # nor what is gone
    assert steps[0]["choices"][1]["texts"] == {"en": "Wait", "fr": "Wait"}
    assert (steps[2]["minimum"], steps[2]["maximum"]) == (1, 7)
    steps = (await kiosk(client, shop, "comment"))["steps"]
    assert [step["id"] for step in steps] == ["f1", "f2", "f3", "f5"]


async def test_questions_put_away_leave_the_comment(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(database, shop, follow_ups=[FOLLOW_UPS[3]])
    assert (await kiosk(client, shop))["steps"] == []
    assert [step["id"] for step in (await kiosk(client, shop, "comment"))["steps"]] == ["comment"]


async def test_an_overall_survey_asks_last_what_counted_most(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(database, shop, follow_ups=[RATING])
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (shop.workspace.id, shop.nps.id)))
    first, last = (await kiosk(client, shop))["steps"]
    assert (first["id"], last["id"]) == ("f5", "counted_most")
    delivery = {"id": str(shop.delivery.id), "name": "Delivery"}
    assert last["stages"] == [{"name": "", "choices": [delivery]}]
    async with database.write() as session:
        for n in range(8):
            at: Any = {"workspace_id": shop.workspace.id, "stage_id": shop.checkout.id}
            session.add(Touchpoint(**at, name=f"Till {n}", position=n + 1))
    stages = (await kiosk(client, shop))["steps"][1]["stages"]
    assert [(stage["name"], len(stage["choices"])) for stage in stages] == [
        ("Checkout", 8),
        ("After-sales", 1),
    ]


async def test_endings_are_told_without_their_links(
    client: Client, shop: Shop, database: Database
) -> None:
    await set_up(database, shop, endings=ENDINGS)
    page = (await client.get(f"/k/{shop.nps.key}?lang=fr")).text
    assert told(page)["languages"]["fr"]["endings"] == {
        "negative": "Nous sommes désolés.",
        "positive": "Dites-le.",
    }
    assert "reviews.example.org" not in page and "Écrire un avis" not in page
