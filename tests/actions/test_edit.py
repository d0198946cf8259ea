"""An action is written down, changed, put away and taken back."""

import pytest

from feedback import clock
from feedback.calendar.models import Action
from feedback.calendar.queries import read_flags
from feedback.db import Database
from feedback.journeys.models import Journey, Stage, Touchpoint
from tests.actions.conftest import Adder, filled
from tests.cast import Shop
from tests.forms import Client, id_in, send

pytestmark = pytest.mark.usefixtures("march")
WHOLE = {"public_en": "You said it was slow. It now takes 4 seconds.", "public_fr": "Plus vite."}


async def stored(database: Database, shop: Shop, address: str) -> Action:
    async with database.read() as session:
        return await session.get_one(Action, (shop.workspace.id, id_in(address)))


async def flags(database: Database, shop: Shop) -> list[str]:
    async with database.read() as session:
        found = await read_flags(session, shop.workspace.id, shop.journey.id)
    return [flag.title for flag in found]


async def test_it_works(alice: Client, add: Adder, database: Database, shop: Shop) -> None:
    address = await add(details="One\r\n\r\nTwo", **WHOLE)
    action = await stored(database, shop, address)
    assert action.touchpoint_id == shop.payment.id and action.journey_id == shop.journey.id
    assert action.author_id == shop.alice.id and action.done_by == "Ana"
    assert str(action.done_on) == "2025-12-10" and action.details == "One\n\nTwo"
    assert action.public_texts == {"en": WHOLE["public_en"], "fr": "Plus vite."}
    page = (await alice.get(address)).text
    assert "Saved. Its flag is on the charts" in page and "Plus vite." in page
    assert "Wallets are in" in (await alice.get("/actions")).text


async def test_it_begins_today_where_the_link_says(alice: Client, shop: Shop) -> None:
    page = (await alice.get(f"/actions/new?touchpoint={shop.delivery.id}&kind=note")).text
    assert f'value="touchpoint:{shop.delivery.id}" selected' in page
    assert 'value="2026-03-15"' in page and "New note" in page


@pytest.mark.parametrize("part", ["journey", "stage"])
async def test_it_concerns_more_than_a_touchpoint(
    add: Adder, database: Database, shop: Shop, part: str
) -> None:
    place = {"journey": shop.journey.id, "stage": shop.care.id}[part]
    action = await stored(database, shop, await add(place=f"{part}:{place}"))
    assert action.touchpoint_id is None
    assert action.stage_id == (shop.care.id if part == "stage" else None)


async def test_it_changes_everything(
    alice: Client, add: Adder, database: Database, shop: Shop
) -> None:
    address = await add(**WHOLE)
    form = (await alice.get(f"{address}/edit")).text
    assert 'value="Wallets are in"' in form and WHOLE["public_en"] in form
    place = f"stage:{shop.care.id}"
    changed = filled(shop, kind="note", title="Prices rise", place=place, done_on="2026-01-02")
    answer = await send(alice, f"{address}/edit", **changed)
    assert answer.headers["location"] == address
    action = await stored(database, shop, address)
    assert (action.kind, action.title, action.public_texts) == ("note", "Prices rise", None)
    assert (action.stage_id, action.touchpoint_id) == (shop.care.id, None)


async def test_it_is_archived_and_taken_back(
    alice: Client, add: Adder, database: Database, shop: Shop
) -> None:
    address = await add()
    assert await flags(database, shop) == ["Wallets are in"]
    answer = await send(alice, f"{address}/archive", act="archive")
    listed = (await alice.get(answer.headers["location"])).text
    assert "Archived: Wallets are in" in listed and "Undo" in listed
    assert await flags(database, shop) == []
    assert (await alice.get("/actions.json")).json() == {"rows": []}
    assert "This is archived" in (await alice.get(address)).text
    answer = await send(alice, f"{address}/archive", act="restore")
    assert answer.headers["location"] == address
    assert await flags(database, shop) == ["Wallets are in"]


async def test_customers_read_it_at_once(alice: Client, add: Adder, shop: Shop) -> None:
    async def thanks() -> str:
        return (await alice.get(f"/s/{shop.nps.key}/thanks?rating=9&lang=fr")).text

    assert "Plus vite." not in await thanks()
    address = await add(**WHOLE)
    assert "Plus vite." in await thanks()
    changed = filled(shop, public_fr="Deux fois plus vite.")
    await send(alice, f"{address}/edit", **changed)
    assert "Deux fois plus vite." in await thanks()
    await send(alice, f"{address}/archive", act="archive")
    assert "plus vite" not in await thanks()
    await send(alice, f"{address}/archive", act="restore")
    assert "Deux fois plus vite." in await thanks()


async def test_it_shows_the_thank_you_before_saving(
    alice: Client, shop: Shop, database: Database
) -> None:
    typed = filled(shop, title="", public_fr="Plus vite.", do="preview")
    answer = await send(alice, "/actions/new", block="thanks_previews", **typed)
    assert answer.status_code == 200 and answer.text.strip().startswith("<div id=")
    assert "Merci." in answer.text and "Plus vite." in answer.text
    assert "190 characters left" in answer.text
    whole = await send(alice, "/actions/new", **typed)
    assert answer.text in whole.text and "<!doctype html>" in whole.text
    assert await flags(database, shop) == []


async def test_what_it_hangs_on_is_not_deleted(
    alice: Client, add: Adder, database: Database, shop: Shop
) -> None:
    await add()
    for part in (f"touchpoints/{shop.payment.id}", f"journeys/{shop.journey.id}"):
        answer = await send(alice, f"/{part}/archive", act="delete")
        page = (await alice.get(answer.headers["location"])).text
        assert "It has answers or actions, so it stays." in page
    assert await flags(database, shop) == ["Wallets are in"]


async def test_it_stays_readable_on_an_archived_journey(
    alice: Client, add: Adder, shop: Shop
) -> None:
    address = await add()
    await send(alice, f"/journeys/{shop.journey.id}/archive", act="archive")
    for path in ("/actions", "/actions.csv", address, f"{address}/edit", f"{address}.json"):
        answer = await alice.get(path)
        assert answer.status_code == 200 and "Wallets are in" in answer.text, path


async def test_its_flag_follows_a_touchpoint_to_another_journey(
    alice: Client, add: Adder, database: Database, shop: Shop
) -> None:
    address = await add()
    async with database.write() as session:
        other = Journey(workspace_id=shop.workspace.id, name="B2B", created_at=clock.now())
        session.add(other)
        await session.flush()
        stage = Stage(workspace_id=shop.workspace.id, journey_id=other.id, name="Sale")
        session.add(stage)
        await session.flush()
        touchpoint = await session.get_one(Touchpoint, (shop.workspace.id, shop.payment.id))
        touchpoint.stage_id = stage.id
        session.add(touchpoint)
    assert await flags(database, shop) == []
    async with database.read() as session:
        (flag,) = await read_flags(session, shop.workspace.id, other.id)
    assert (flag.title, flag.touchpoint_id) == ("Wallets are in", shop.payment.id)
    assert "Sale" in (await alice.get(address)).text
