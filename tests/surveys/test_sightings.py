"""The install check: real displays are seen on the share page, and cost nothing when it fails."""

import html
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import select

from feedback import clock
from feedback.db import Database
from feedback.i18n import set_locale
from feedback.responses.catalog import load_definition
from feedback.responses.models import DisplayCount
from feedback.settings import Settings
from feedback.surveys.models import Sighting
from feedback.widget import sightings
from feedback.widget.sightings import MOST_ORIGINS, Sightings, time_ago, web_origin
from tests import cast
from tests.applications import application
from tests.cast import Shop
from tests.forms import Client, send
from tests.waiting import until

ORIGIN = "https://shop.example"


async def show(client: Client, shop: Shop, origin: str | None = ORIGIN, **more: Any) -> int:
    headers = {} if origin is None else {"Origin": origin}
    body = {"kind": "shown"} | more
    answer = await client.post(f"/d/{shop.nps.key}", json=body, headers=headers)
    # The application has an event loop of its own: it writes when it is ready.
    await until(lambda: client.app.state.sightings.is_idle, pause=0.005)
    return answer.status_code


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sightings, "GATHER_SECONDS", 0.0)


async def seen(database: Database, shop: Shop) -> list[Sighting]:
    async with database.read() as session:
        query = select(Sighting).where(Sighting.workspace_id == shop.workspace.id)
        return list(await session.exec(query))


async def check(alice: Client, shop: Shop) -> str:
    path = f"/surveys/{shop.nps.id}/share"
    block = await alice.get(path, headers={"HX-Request": "true", "HX-Target": "install_check"})
    assert block.text.strip().startswith('<div id="install_check"')
    return html.unescape(block.text)


async def test_it_works(alice: Client, shop: Shop, database: Database) -> None:
    with time_machine.travel(clock.now() - timedelta(minutes=2)):
        assert await show(alice, shop) == 204
    [row] = await seen(database, shop)
    assert (row.survey_id, row.origin) == (shop.nps.id, ORIGIN)
    assert "Seen on https://shop.example 2 minutes ago" in await check(alice, shop)


async def test_it_names_the_usual_causes_until_it_is_seen(alice: Client, shop: Shop) -> None:
    text = await check(alice, shop)
    assert "Not seen yet." in text and text.count("<li>") == 3
    await show(alice, shop)
    assert "Not seen yet." not in await check(alice, shop)


async def test_the_block_is_a_part_of_the_page_and_asks_again_by_itself(
    alice: Client, shop: Shop
) -> None:
    text = await check(alice, shop)
    assert 'hx-trigger="every 10s"' in text
    page = await alice.get(f"/surveys/{shop.nps.id}/share")
    assert text.strip() in html.unescape(page.text)


ORIGINS = [
    pytest.param("null", "http://a.example:81/cart?x", "http://a.example:81", id="of its page"),
    pytest.param(None, "https://B.example/", "https://b.example", id="without a header"),
    pytest.param("https://c.example", "https://d.example/", "https://c.example", id="the header's"),
    pytest.param("file://", "/cart", None, id="of a file"),
    pytest.param("chrome-extension://abc", None, None, id="of an extension"),
    pytest.param("https://<b>.example", "https://[::1", None, id="malformed"),
    pytest.param(f"https://{'a' * 200}.example", None, None, id="long"),
]


@pytest.mark.parametrize(("origin", "page", "expected"), ORIGINS)
async def test_it_keeps_only_origins_of_the_web(
    client: Client, shop: Shop, database: Database, origin: Any, page: Any, expected: Any
) -> None:
    assert await show(client, shop, origin, page=page) == 204
    assert [row.origin for row in await seen(database, shop)] == ([expected] if expected else [])


async def test_a_test_and_a_dismissal_are_not_sightings(
    client: Client, shop: Shop, database: Database
) -> None:
    assert await show(client, shop, test=True) == 204
    assert await show(client, shop, kind="dismissed") == 204
    assert await seen(database, shop) == []


async def test_it_notes_a_site_once_a_minute(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await show(client, shop)
    [first] = await seen(database, shop)
    await show(client, shop)
    assert (await seen(database, shop))[0].seen_at == first.seen_at
    monkeypatch.setattr(sightings, "NOTE_SECONDS", 0.0)
    await show(client, shop)
    assert (await seen(database, shop))[0].seen_at > first.seen_at


async def test_strangers_cannot_fill_the_table(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sightings, "NOTE_SECONDS", 0.0)
    for n in range(MOST_ORIGINS + 3):
        await show(client, shop, f"https://{n}.example")
    kept = {row.origin for row in await seen(database, shop)}
    assert len(kept) == MOST_ORIGINS and "https://22.example" in kept
    assert "https://0.example" not in kept


async def test_in_one_minute_it_keeps_the_first_of_too_many(shop: Shop, database: Database) -> None:
    found, survey = Sightings(database), await load_definition(database, shop.nps.key)
    assert survey
    for n in range(MOST_ORIGINS + 3):
        found.note(survey, f"https://{n}.example", None)
    await found.stop()
    kept = {row.origin for row in await seen(database, shop)}
    assert kept == {f"https://{n}.example" for n in range(MOST_ORIGINS)}


async def test_a_display_counts_when_it_cannot_be_noted(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(sightings, "store_sightings", fail)
    assert await show(client, shop) == 204
    monkeypatch.undo()
    assert await seen(database, shop) == []
    async with database.read() as session:
        query = select(DisplayCount).where(DisplayCount.workspace_id == shop.workspace.id)
        [count] = await session.exec(query)
    assert count.n == 1
    await show(client, shop)
    assert len(await seen(database, shop)) == 1


async def test_it_is_written_at_the_end_of_the_server(
    settings: Settings, shop: Shop, database: Database
) -> None:
    with application(settings) as app:
        async with AsyncTestClient(app) as client:
            await client.post(
                f"/d/{shop.nps.key}", json={"kind": "shown"}, headers={"Origin": ORIGIN}
            )
    assert [row.origin for row in await seen(database, shop)] == [ORIGIN]


async def test_a_survey_that_was_seen_can_be_deleted(
    alice: Client, shop: Shop, database: Database
) -> None:
    await show(alice, shop)
    sent = await send(alice, f"/surveys/{shop.nps.id}/archive", act="delete")
    assert sent.status_code == 303


async def test_a_stranger_sees_no_sites(alice: Client, shop: Shop, database: Database) -> None:
    other = await cast.open_shop(database, key="charlie")
    assert (await alice.get(f"/surveys/{other.nps.id}/share")).status_code == 404


@pytest.mark.parametrize(
    ("locale", "past", "said"),
    [
        ("en", timedelta(seconds=40), "40 seconds ago"),
        ("en", timedelta(days=3), "3 days ago"),
        ("en", timedelta(seconds=-5), "1 second ago"),
        ("fr", timedelta(minutes=2), "il y a 2 minutes"),
    ],
)
def test_it_says_how_long_ago(locale: str, past: timedelta, said: str) -> None:
    set_locale(locale)
    try:
        assert time_ago(past) == said
    finally:
        set_locale("en")


@pytest.mark.parametrize("address", ["", "https://", "//a.example", "javascript:1", "https://a b"])
def test_it_is_no_origin(address: str) -> None:
    assert web_origin(address) is None
