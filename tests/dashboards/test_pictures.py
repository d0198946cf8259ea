"""`/trends.svg`, `.png`, `.pdf`: the numbers of the page, drawn for paper by a job."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from feedback import clock
from feedback.charts import drawings
from feedback.db import Database
from feedback.outbox.models import Computed, Job
from feedback.outbox.worker import Work
from feedback.settings import Settings
from feedback.work import HANDLERS
from tests import cast
from tests.applications import application
from tests.cast import Shop
from tests.waiting import arrival

Client = AsyncTestClient[Any]
STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.fixture
async def apart(
    settings: Settings, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """Alice at a server whose worker is apart, and away; she waits for a moment only."""
    monkeypatch.setattr(drawings, "PAUSES", (0.01, 0.01))
    with application(settings.model_copy(update={"worker": "apart"})) as app:
        async with AsyncTestClient(app, raise_server_exceptions=False) as client:
            await cast.sign_in(client, database, shop.alice, shop.workspace)
            yield client


async def answer(client: Client, shop: Shop, *ratings: int) -> None:
    for rating in ratings:
        assert (await client.post(f"/r/{shop.nps.key}", json={"rating": rating})).is_success


async def drawn(client: Client, address: str) -> Response:
    """The picture, looked for as the waiting page looks for it."""

    async def look() -> Response | None:
        nonlocal address
        found = await client.get(address)
        if found.status_code != 202:
            return found
        address = found.headers["Refresh"].partition("url=")[2]
        return None

    found = await arrival(look)
    assert found is not None
    return found


async def do_job(database: Database, settings: Settings) -> None:
    """What a worker does with the one job there is."""
    async with database.read() as session:
        [job] = await session.exec(select(Job).where(col(Job.kind) == drawings.KIND))
    await HANDLERS[job.kind].handler(Work(database, settings, clock.now(), job.payload))
    async with database.write() as session:
        await session.exec(sa.update(Job).values(done_at=clock.now()))


async def computed_moments(database: Database, shop: Shop) -> list[Any]:
    async with database.read() as session:
        wanted = select(Computed.computed_at).where(col(Computed.workspace_id) == shop.workspace.id)
        return list(await session.exec(wanted))


@pytest.mark.parametrize(("kind", "start"), STARTS.items(), ids=STARTS.keys())
async def test_it_draws(alice: Client, shop: Shop, kind: str, start: bytes) -> None:
    await answer(alice, shop, *[9] * 6)
    found = await drawn(alice, f"/trends.{kind}")
    assert found.status_code == 200 and found.content.startswith(start)
    assert f"trends.{kind}" in found.headers["Content-Disposition"]


async def test_it_says_what_the_page_says(alice: Client, shop: Shop) -> None:
    await answer(alice, shop, *[9] * 6, 2)
    found = (await drawn(alice, "/trends.svg?metric=nps")).text
    assert ">Checkout<" in found and "+71" in found


async def test_the_same_data_gives_the_same_bytes_and_new_data_others(
    alice: Client, shop: Shop
) -> None:
    await answer(alice, shop, *[9] * 6)
    first = (await drawn(alice, "/trends.svg")).content
    assert (await drawn(alice, "/trends.svg")).content == first
    await answer(alice, shop, 0)
    assert (await drawn(alice, "/trends.svg")).content != first


@pytest.mark.usefixtures("march")
async def test_it_says_when_it_was_computed_on_the_clock_and_in_the_language_of_its_reader(
    alice: Client, shop: Shop, database: Database
) -> None:
    await answer(alice, shop, 9)
    english = (await drawn(alice, "/trends.svg")).text
    assert "15 Mar 2026, 13:00 (Europe/Paris)" in english
    async with database.write() as session:
        await session.exec(sa.update(type(shop.alice)).values(language="fr"))
    assert "15 mars 2026, 13:00" in (await drawn(alice, "/trends.svg")).text


async def test_it_refuses_a_filter_that_names_nothing(alice: Client, shop: Shop) -> None:
    assert (await alice.get("/trends.png?metric=fun")).status_code == 422


async def test_a_place_of_somebody_else_is_not_there(
    alice: Client, database: Database, settings: Settings
) -> None:
    other = await cast.open_shop(database, "other")
    found = await alice.get(f"/trends.svg?journey={other.journey.id}")
    assert found.status_code == 404


async def test_until_it_is_drawn_a_page_says_so_and_looks_again(
    apart: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    await answer(apart, shop, 9)
    waiting = await apart.get("/trends.svg?metric=nps")
    assert waiting.status_code == 202 and "being drawn" in waiting.text
    assert int(waiting.headers["Retry-After"]) > 0
    assert 'href="/trends?metric=nps"' in waiting.text
    again = waiting.headers["Refresh"].partition("url=")[2]
    await do_job(database, settings)
    assert (await apart.get(again)).content.startswith(STARTS["svg"])


async def test_who_waited_gets_it_though_new_answers_came_while_it_was_drawn(
    apart: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    await answer(apart, shop, 9)
    again = (await apart.get("/trends.svg")).headers["Refresh"].partition("url=")[2]
    await do_job(database, settings)
    await answer(apart, shop, 0)
    assert (await apart.get(again)).status_code == 200
    assert (await apart.get("/trends.svg")).status_code == 202


async def test_many_who_wait_ask_for_one_job(
    apart: Client, shop: Shop, database: Database, settings: Settings
) -> None:
    await answer(apart, shop, 9)
    for _ in range(3):
        await apart.get("/trends.svg")
    await do_job(database, settings)
    assert len(await computed_moments(database, shop)) == 1


async def test_what_cannot_be_drawn_says_so(apart: Client, shop: Shop, database: Database) -> None:
    await answer(apart, shop, 9)
    await apart.get("/trends.svg")
    async with database.write() as session:
        await session.exec(sa.update(Job).values(dead_at=clock.now()))
    found = await apart.get("/trends.svg")
    assert found.status_code == 503 and "cannot be drawn" in found.text
    assert "Refresh" not in found.headers
    async with database.write() as session:
        await session.exec(sa.update(Job).values(dead_at=clock.now() - drawings.SECOND_CHANCE))
    again = await apart.get("/trends.svg")
    assert again.status_code == 202 and "Refresh" in again.headers


async def test_a_workspace_that_is_gone_leaves_nothing_to_draw(
    database: Database, settings: Settings, shop: Shop
) -> None:
    order = drawings.Order(shop.journey.id, "/trends.svg", "en")
    work = Work(database, settings, clock.now(), order.payload)
    await HANDLERS[drawings.KIND].handler(work)
    assert await computed_moments(database, shop) == []
