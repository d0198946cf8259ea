"""The order of journeys: by buttons on their list, which work without script."""

import pytest

from feedback import clock
from feedback.db import Database, new_id
from feedback.journeys.models import Journey
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send

NAMES = ["Online shop", "By mail", "In town"]


@pytest.fixture
async def others(database: Database, shop: Shop) -> list[Journey]:
    """Two more journeys, and one between them that was put away."""
    made = [
        Journey(
            workspace_id=shop.workspace.id,
            id=new_id(),
            name=name,
            position=position,
            created_at=cast.OPENED,
            archived_at=clock.now() if name == "Gone" else None,
        )
        for position, name in enumerate(["By mail", "Gone", "In town"], start=1)
    ]
    async with database.write() as session:
        session.add_all(made)
    return [made[0], made[2]]


async def listed(client: Client) -> list[str]:
    page = (await client.get("/journeys")).text.partition("put-away")[0]
    return sorted(NAMES, key=lambda name: page.index(f">{name}</a>"))


async def test_it_moves_a_journey_up_and_down(alice: Client, others: list[Journey]) -> None:
    assert await listed(alice) == NAMES
    path = f"/journeys/{others[1].id}/move"
    for direction, order in [
        ("up", ["Online shop", "In town", "By mail"]),
        ("up", ["In town", "Online shop", "By mail"]),
        ("up", ["In town", "Online shop", "By mail"]),
        ("down", ["Online shop", "In town", "By mail"]),
    ]:
        answer = await send(alice, path, direction=direction)
        assert answer.headers["Location"] == "/journeys"
        assert await listed(alice) == order


async def test_the_map_opens_on_the_first(alice: Client, others: list[Journey]) -> None:
    for _ in NAMES:
        await send(alice, f"/journeys/{others[1].id}/move", direction="up")
    page = (await alice.get("/map")).text
    assert f'<option value="{others[1].id}" selected>In town</option>' in page


async def test_a_block_is_a_part_of_its_page(alice: Client, others: list[Journey]) -> None:
    headers = {"HX-Request": "true", "HX-Target": "journey_rows"}
    block = (await alice.get("/journeys", headers=headers)).text.strip()
    assert block.startswith('<div id="journey_rows"')
    assert block in (await alice.get("/journeys")).text


async def test_one_journey_alone_has_no_buttons(alice: Client, shop: Shop) -> None:
    assert "/move" not in (await alice.get("/journeys")).text


async def test_missing_journey(alice: Client, shop: Shop) -> None:
    assert (await send(alice, f"/journeys/{new_id()}/move", direction="up")).status_code == 404


async def test_someone_elses_journey(alice: Client, stranger: Shop) -> None:
    path = f"/journeys/{stranger.journey.id}/move"
    assert (await send(alice, path, direction="up")).status_code == 404


async def test_a_reader_cannot_move(
    client: Client, database: Database, shop: Shop, others: list[Journey]
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    path = f"/journeys/{others[0].id}/move"
    assert path not in (await client.get("/journeys")).text
    assert (await send(client, path, direction="up")).status_code == 403
