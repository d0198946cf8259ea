"""What the form refuses, each with its reason beside the field; and who may do what."""

import uuid

import pytest

from feedback import clock
from feedback.db import Database
from feedback.journeys.models import Journey
from tests import cast
from tests.actions.conftest import Adder, filled
from tests.cast import Shop
from tests.forms import Client, send

pytestmark = pytest.mark.usefixtures("march")

WRONG = [
    pytest.param("title", " ", "Say what was done", id="no title"),
    pytest.param("title", "x" * 201, "Use at most 200 characters.", id="a long title"),
    pytest.param("title", "a\0b", "cannot be seen", id="a title with a NUL"),
    pytest.param("done_on", "2026-02-30", "A day is written", id="a day off the calendar"),
    pytest.param("done_on", "10/12/2025", "A day is written", id="a day written otherwise"),
    pytest.param("done_on", "", "A day is written", id="no day"),
    pytest.param("done_on", "1999-12-31", "Choose a day from 2000 to 2031", id="long ago"),
    pytest.param("done_on", "2032-01-01", "Choose a day from 2000 to 2031", id="far ahead"),
    pytest.param("kind", "wish", "Choose one from the list.", id="another kind"),
    pytest.param("place", "", "Choose one from the list.", id="no place"),
    pytest.param("place", f"stage:{uuid.UUID(int=7)}", "Choose one", id="a place made up"),
    pytest.param("done_by", "x" * 121, "Use at most 120", id="a long name"),
    pytest.param("details", "x" * 4001, "Use at most 4000", id="long details"),
    pytest.param("public_fr", "x" * 201, "Use at most 200", id="a long public sentence"),
]


@pytest.mark.parametrize("name, value, problem", WRONG)
async def test_it_rejects(alice: Client, shop: Shop, name: str, value: str, problem: str) -> None:
    answer = await send(alice, "/actions/new", **filled(shop, **{name: value}))
    assert answer.status_code == 422
    assert f'id="{name}_error">{problem}' in answer.text or problem in answer.text
    assert 'value="Ana"' in answer.text or name == "done_by"
    assert (await alice.get("/actions.json")).json() == {"rows": []}


async def test_it_rejects_a_public_note(alice: Client, shop: Shop) -> None:
    answer = await send(alice, "/actions/new", **filled(shop, kind="note", public_en="Hello."))
    assert answer.status_code == 422 and "A note stays in the team" in answer.text


async def test_it_rejects_a_public_sentence_without_a_touchpoint(alice: Client, shop: Shop) -> None:
    place = f"journey:{shop.journey.id}"
    answer = await send(alice, "/actions/new", **filled(shop, place=place, public_en="Hello."))
    assert answer.status_code == 422 and "the thank-you of one touchpoint" in answer.text


async def test_a_link_to_what_is_not_there_is_a_404(alice: Client, database: Database) -> None:
    stranger = await cast.open_shop(database, key="charlie")
    for text in (stranger.payment.id, uuid.UUID(int=7), "x"):
        for name in ("touchpoint", "stage", "journey"):
            assert (await alice.get(f"/actions/new?{name}={text}")).status_code == 404, (name, text)


async def test_a_link_to_another_journeys_touchpoint_is_a_422(
    alice: Client, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        other = Journey(workspace_id=shop.workspace.id, name="B2B", created_at=clock.now())
        session.add(other)
        await session.flush()
        other_id = other.id
    answer = await alice.get(f"/actions/new?touchpoint={shop.payment.id}&journey={other_id}")
    assert answer.status_code == 422 and "That is part of another journey." in answer.text
    assert (await alice.get("/actions/new?kind=wish")).status_code == 422


async def test_a_viewer_reads_and_does_not_write(
    client: Client, alice: Client, add: Adder, database: Database, shop: Shop
) -> None:
    address = await add()
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ("/actions", address):
        page = await client.get(path)
        assert page.status_code == 200 and "/edit" not in page.text and "/new" not in page.text
    assert (await client.get("/actions/new")).status_code == 403
    assert (await client.get(f"{address}/edit")).status_code == 403
    for path in ("/actions/new", f"{address}/edit", f"{address}/archive"):
        assert (await send(client, path, **filled(shop))).status_code == 403, path


@pytest.mark.parametrize("tail", ["", "/edit", ".json", ".csv"])
async def test_a_stranger_sees_nothing(
    client: Client, add: Adder, database: Database, tail: str
) -> None:
    address = await add()
    charlie = await cast.open_shop(database, key="charlie")
    await cast.sign_in(client, database, charlie.alice, charlie.workspace)
    assert (await client.get(address + tail)).status_code == 404
    assert "Wallets are in" not in (await client.get("/actions")).text
    if tail == "/edit":
        for path in (f"{address}/edit", f"{address}/archive"):
            assert (await send(client, path, **filled(charlie))).status_code == 404


async def test_what_is_not_there_is_a_404(alice: Client, add: Adder) -> None:
    address = await add()
    made_up = f"/actions/{uuid.UUID(int=7)}"
    for path in ("/actions/x", made_up, f"{made_up}.json", f"{address}.ods", f"{address}/x"):
        assert (await alice.get(path)).status_code == 404, path


async def test_it_rejects_the_wrong_method(alice: Client, add: Adder) -> None:
    address = await add()
    assert (await alice.get(f"{address}/archive")).status_code == 405
    assert (await send(alice, "/actions")).status_code == 405


async def test_without_a_journey_it_says_what_comes_first(
    client: Client, database: Database, shop: Shop
) -> None:
    async with database.write() as session:
        journey = await session.get_one(Journey, (shop.workspace.id, shop.journey.id))
        journey.archived_at = clock.now()
        session.add(journey)
    await cast.sign_in(client, database, shop.alice, shop.workspace)
    page = await client.get("/actions")
    assert "so make that first" in page.text and "/journeys/new" in page.text
    answer = await client.get("/actions/new", follow_redirects=False)
    assert answer.headers["location"] == "/journeys/new"
