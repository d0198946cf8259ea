"""The closing four of every journey address, and what a viewer may not do."""

import uuid

from feedback.db import Database
from tests import cast
from tests.cast import Shop
from tests.forms import Client, send

READS = ["/journeys/{journey}", "/stages/{stage}", "/touchpoints/{touchpoint}"]
ACTS = [
    "/journeys/{journey}/stages",
    "/journeys/{journey}/archive",
    "/stages/{stage}/touchpoints",
    "/stages/{stage}/move",
    "/stages/{stage}/archive",
    "/touchpoints/{touchpoint}/move",
    "/touchpoints/{touchpoint}/archive",
]
FIELDS = {"name": "X", "place": "site", "direction": "up", "act": "archive"}


def addresses(templates: list[str], shop: Shop) -> list[str]:
    journey, stage, touchpoint = shop.journey.id, shop.care.id, shop.delivery.id
    return [t.format(journey=journey, stage=stage, touchpoint=touchpoint) for t in templates]


def made_up(templates: list[str], id: object) -> list[str]:
    return [t.format(journey=id, stage=id, touchpoint=id) for t in templates]


async def test_it_rejects_the_wrong_method(alice: Client, shop: Shop) -> None:
    for path in addresses(ACTS, shop):
        assert (await alice.get(path)).status_code == 405, path


async def test_it_rejects_a_bad_id(alice: Client) -> None:
    for path in made_up(READS + ACTS, "x"):
        assert (await send(alice, path, **FIELDS)).status_code == 404, path


async def test_it_rejects_a_missing_thing(alice: Client) -> None:
    for path in made_up(READS + ACTS, uuid.uuid4()):
        assert (await send(alice, path, **FIELDS)).status_code == 404, path


async def test_it_rejects_someone_elses_thing(alice: Client, stranger: Shop) -> None:
    for path in addresses(READS + ACTS, stranger):
        assert (await send(alice, path, **FIELDS)).status_code == 404, path
    for path in addresses(READS, stranger):
        assert (await alice.get(path)).status_code == 404, path


async def test_a_viewer_may_not_change_anything(
    client: Client, shop: Shop, database: Database
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ["/journeys/new", *addresses(READS + ACTS, shop)]:
        assert (await send(client, path, **FIELDS)).status_code == 403, path


async def test_a_viewer_may_read(client: Client, shop: Shop, database: Database) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    for path in ["/journeys", *addresses(READS, shop)]:
        answer = await client.get(path)
        assert answer.status_code == 200 and 'class="button primary"' not in answer.text, path


async def test_it_rejects_a_form_without_its_token(alice: Client, shop: Shop) -> None:
    for path in ["/journeys/new", *addresses(READS + ACTS, shop)]:
        assert (await alice.post(path, data=FIELDS)).status_code == 403, path


async def test_nobody_reads_it_without_signing_in(client: Client, shop: Shop) -> None:
    for path in ["/journeys", "/journeys/new", *addresses(READS, shop)]:
        answer = await client.get(path, follow_redirects=False)
        assert answer.headers["Location"].startswith("/sign-in?next="), path
