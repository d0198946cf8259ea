"""A route says whom it is for where it is registered; the guard asks the route, nobody else."""

import re
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar, Router, get, post
from litestar.testing import AsyncTestClient

from feedback.accounts.guards import Viewer, require_viewer
from feedback.accounts.needs import UnguardedError, WayIn, ways_in
from feedback.app import create_app
from feedback.db import Database
from feedback.settings import Settings
from tests import cast
from tests.cast import Shop
from tests.conftest import KEY

Client = AsyncTestClient[Any]
WAYS = ways_in(create_app(Settings(secret_key=KEY, demo=True)).routes)
# What everybody changes of their own: their language, their browsers.
OWN = {"/language", "/sign-out", "/settings/sign-out-others"}


def some(path: str) -> str:
    return re.sub(r"\{\w+\}", str(uuid4()), path)


async def token_of(client: Client) -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', (await client.get("/board")).text)
    assert found
    return found.group(1)


async def ask(client: Client, way: WayIn, token: str = "") -> int:
    headers = {"X-CSRF-Token": token}
    answer = await client.request(
        way.method, some(way.path), headers=headers, follow_redirects=False
    )
    return answer.status_code


@get("/forgotten")
async def forgotten() -> str:
    return "numbers"


@post("/misspelt", needs="edtior")
async def misspelt() -> str:
    return "done"


@get("/unguarded", needs="editor")
async def unguarded() -> str:
    return "numbers"


@pytest.mark.parametrize("handler", [forgotten, misspelt, unguarded], ids=lambda h: str(h.paths))
def test_a_route_that_does_not_say_whom_it_is_for_keeps_the_server_from_starting(
    handler: Any,
) -> None:
    guarded = Router("/team", route_handlers=[forgotten, misspelt], before_request=require_viewer)
    for app in (Litestar([handler]), Litestar([guarded])):
        with pytest.raises(UnguardedError):
            ways_in(app.routes)


async def test_a_route_that_says_nothing_is_denied_to_the_owner_too(
    alice: Client, settings: Settings
) -> None:
    app = create_app(settings)
    app.register(Router("/", route_handlers=[forgotten, misspelt], before_request=require_viewer))
    async with AsyncTestClient(app, raise_server_exceptions=False) as client:
        client.cookies = alice.cookies
        assert (await client.get("/board")).status_code == 200
        assert (await client.get("/forgotten")).status_code == 403
        headers = {"X-CSRF-Token": await token_of(client)}
        assert (await client.post("/misspelt", headers=headers)).status_code == 403


def test_what_changes_things_needs_an_editor() -> None:
    changing = [way for way in WAYS if way.method == "POST" and way.needs != "nobody"]
    assert {way.path for way in changing if way.needs == "viewer"} == OWN
    assert len(changing) > 20


async def test_a_stranger_is_led_to_the_sign_in_page_from_everything_that_needs_somebody(
    client: Client,
) -> None:
    for way in WAYS:
        if way.needs != "nobody" and not way.path.startswith("/demo"):
            assert await ask(client, way) == 303, way


async def test_a_viewer_may_look_and_may_not_change(
    client: Client, database: Database, shop: Shop
) -> None:
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    token = await token_of(client)
    for way in WAYS:
        if way.needs == "editor":
            assert await ask(client, way, token) == 403, way
    answer = await client.get("/board", headers={"X-CSRF-Token": token})
    assert answer.status_code == 200


async def test_what_is_not_there_is_not_there_for_the_owner(alice: Client, shop: Shop) -> None:
    token = await token_of(alice)
    asked = [way for way in WAYS if way.needs != "nobody" and re.search(r"\{\w+_id\}", way.path)]
    assert len(asked) > 20
    for way in asked:
        assert await ask(alice, way, token) == 404, way


@pytest.mark.parametrize(
    ("role", "may"),
    [("viewer", ["viewer"]), ("editor", ["viewer", "editor"]),
     ("owner", ["viewer", "editor", "owner"])],
)  # fmt: skip
async def test_a_role_may_what_those_below_it_may(role: str, may: list[str], shop: Shop) -> None:
    viewer = Viewer(shop.alice, shop.workspace, role)
    asked = ("viewer", "editor", "owner", "", "editors")
    assert [needs for needs in asked if viewer.may(needs)] == may
