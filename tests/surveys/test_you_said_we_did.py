"""A thank-you tells what we did: the newest public sentence of an action at that touchpoint."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from feedback import clock
from feedback.accounts.models import PublicKey
from feedback.calendar.models import Action
from feedback.db import Database
from feedback.responses import catalog
from tests.cast import Shop
from tests.surveys.hosted import Client

SAID = {
    "en": "You said payment was slow. It now takes 4 seconds.",
    "fr": "Vous trouviez le paiement lent. Il prend maintenant 4 secondes.",
}


async def act(database: Database, shop: Shop, **changed: Any) -> Action:
    fields: dict[str, Any] = {
        "workspace_id": shop.workspace.id,
        "journey_id": shop.journey.id,
        "touchpoint_id": shop.payment.id,
        "title": "A faster payment page",
        "done_on": date(2026, 3, 1),
        "public_texts": SAID,
        "author_id": shop.alice.id,
        "created_at": clock.now(),
    }
    action = Action(**(fields | changed))
    async with database.write() as session:
        session.add(action)
    return action


async def thanks(client: Client, shop: Shop, language: str = "en") -> str:
    return (await client.get(f"/s/{shop.nps.key}/thanks?rating=9&lang={language}")).text


async def test_it_works(client: Client, shop: Shop, database: Database) -> None:
    await act(database, shop)
    assert SAID["en"] in await thanks(client, shop)
    assert SAID["fr"] in await thanks(client, shop, "fr")
    other = (await client.get(f"/s/{shop.csat.key}/thanks")).text
    assert SAID["en"] not in other


async def test_the_newest_action_speaks(client: Client, shop: Shop, database: Database) -> None:
    await act(database, shop, done_on=date(2026, 4, 1), public_texts={"en": "Newer."})
    await act(database, shop)
    page = await thanks(client, shop)
    assert "Newer." in page and SAID["en"] not in page
    assert "Newer." in await thanks(client, shop, "fr")


SILENT: dict[str, dict[str, Any]] = {
    "a note": {"kind": "note"},
    "archived": {"archived_at": clock.now()},
    "still to come": {"done_on": (clock.now() + timedelta(days=3)).date()},
    "of the stage": {"touchpoint_id": None},
    "without a sentence": {"public_texts": None},
    "with a blank one": {"public_texts": {"en": " ", "fr": ""}},
    "in another language": {"public_texts": {"de": "Schneller."}},
}


@pytest.mark.parametrize("changed", SILENT.values(), ids=list(SILENT))
async def test_nothing_else_speaks(
    client: Client, shop: Shop, database: Database, changed: dict[str, Any]
) -> None:
    await act(database, shop, **changed)
    page = await thanks(client, shop)
    assert 'class="done"' not in page and "Schneller" not in page


async def test_it_is_kept_as_text(client: Client, shop: Shop, database: Database) -> None:
    await act(database, shop, public_texts={"en": "<b>Faster</b>"})
    assert "&lt;b&gt;Faster" in await thanks(client, shop)


async def test_the_widget_thanks_with_it_too(
    client: Client, shop: Shop, database: Database
) -> None:
    await act(database, shop)
    async with database.read() as session:
        query = select(PublicKey.key).where(
            PublicKey.kind == "site", PublicKey.workspace_id == shop.workspace.id
        )
        site = (await session.exec(query)).one()
    every = {
        each["key"]: each["texts"] for each in (await client.get(f"/w/{site}")).json()["surveys"]
    }
    assert every[shop.nps.key]["en"]["thanks"] == f"Thank you. {SAID['en']}"
    assert every[shop.nps.key]["fr"]["thanks"] == f"Merci. {SAID['fr']}"
    assert every[shop.csat.key]["en"]["thanks"] == "Thank you."
    one = (await client.get(f"/w/{site}?survey={shop.nps.key}&lang=fr-CA")).json()
    assert one["surveys"][0]["texts"]["fr"]["thanks"].endswith(SAID["fr"])


async def test_an_action_of_another_process_is_told_within_seconds(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As today's edits of surveys: at once where it is made, elsewhere once the entry ages."""
    assert SAID["en"] not in await thanks(client, shop)
    await act(database, shop)
    assert SAID["en"] not in await thanks(client, shop)
    monkeypatch.setattr(catalog, "FRESH_SECONDS", 0.0)
    assert SAID["en"] in await thanks(client, shop)


async def test_an_action_of_this_process_is_told_at_once(
    client: Client, shop: Shop, database: Database
) -> None:
    assert SAID["en"] not in await thanks(client, shop)
    await act(database, shop)
    client.app.state.catalog.forget()
    assert SAID["en"] in await thanks(client, shop)
