"""The list of surveys, and the first minutes without any."""

from feedback.db import Database
from feedback.journeys.models import Journey
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send


async def test_it_works(alice: Client, shop: Shop) -> None:
    for rating in (9, 10, 3):
        await alice.post(f"/r/{shop.nps.key}", json={"rating": rating})
    text = (await alice.get("/surveys")).text
    places = [text.index(word) for word in ("Online shop", "Checkout", "Payment", "After-sales")]
    assert places == sorted(places)
    assert '<td class="number" data-after="answers">3</td>' in text
    assert f'href="/surveys/{shop.nps.id}/share"' in text


async def test_a_touchpoint_without_a_survey_offers_to_ask(alice: Client, shop: Shop) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="archive")
    text = (await alice.get("/surveys")).text
    assert f'href="/surveys/new?touchpoint={shop.payment.id}"' in text
    assert "Archived surveys (1)" in text


async def test_a_new_workspace_is_shown_the_two_journeys(
    alice: Client, shop: Shop, database: Database
) -> None:
    await send(alice, f"/journeys/{shop.journey.id}/archive", act="delete")
    async with database.read() as session:
        assert await session.get(Journey, (shop.workspace.id, shop.journey.id)) is None
    text = (await alice.get("/surveys")).text
    assert "/journeys/new?start=recognition" in text and "/journeys/new?start=contact" in text


async def test_a_viewer_reads_and_is_offered_no_change(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ("/surveys", f"/surveys/{shop.nps.id}"):
        text = (await client.get(path)).text
        assert "Payment" in text and "/surveys/new" not in text and "/archive" not in text
