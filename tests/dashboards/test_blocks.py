"""Every block a route is willing to send alone is exactly a part of that route's page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from httpx import Response
from litestar.routes import HTTPRoute

from feedback.app import create_app
from feedback.comments.index import follow_all
from feedback.db import Database
from feedback.resources import resource_dir
from feedback.settings import Settings
from tests.actions.conftest import filled
from tests.cast import Shop
from tests.dashboards.counted import Counted
from tests.forms import HTMX, Client, id_in, send

# What a filter hides is part of the page too.
QUERIES = {"/board": ["", "?month=2025-06"], "/trends": ["", "?metric=csat_5"]}
# No POST takes this: each answers with its form, either refused or as a preview.
REFUSED = {"do": "preview", "name": "", "color": "x"}


def listed_blocks() -> Iterator[Any]:
    """(method, path with its parameters' names, query, block) of every route."""
    for route in create_app(Settings(secret_key="k" * 40, demo=True)).routes:
        for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
            for block in handler.opt.get("blocks", ()):
                method = next(iter(handler.http_methods - {"HEAD", "OPTIONS"}))
                for query in QUERIES.get(route.path_format, [""]) if method == "GET" else [""]:
                    name = f"{method} {route.path_format}{query} {block}"
                    yield pytest.param(method, route.path_format, query, block, id=name)


LISTED = sorted(listed_blocks(), key=lambda each: str(each.id))


@pytest.fixture
async def address(
    alice: Client, shop: Shop, years: Counted, database: Database
) -> dict[str, object]:
    """What stands for each parameter of a path."""
    made = await send(alice, "/actions/new", **filled(shop))
    await alice.get("/actions")  # says what was made: no block after it
    body = {"rating": 9, "comment": "Waiting"}
    given = (await alice.post(f"/r/{shop.nps.key}", json=body)).json()["id"]
    await follow_all(database, shop.workspace.id)
    tagged = await send(alice, "/comments/tags", name="Queue")
    await alice.get("/actions")
    return {
        "response_id": given,
        "tag_id": tagged.headers["Location"].rpartition("/")[2],
        "journey_id": shop.journey.id,
        "stage_id": shop.checkout.id,
        "touchpoint_id": shop.payment.id,
        "survey_id": shop.nps.id,
        "name": id_in(made.headers["Location"]),
    }


async def answer(client: Client, method: str, path: str, target: str = "") -> Response:
    if method == "POST":
        return await send(client, path, block=target, **REFUSED)
    return await client.get(path, headers=HTMX | {"HX-Target": target} if target else {})


@pytest.mark.parametrize("method, path, query, block", LISTED)
async def test_a_block_is_a_part_of_its_page(
    alice: Client, address: dict[str, object], method: str, path: str, query: str, block: str
) -> None:
    path = path.format(**address) + query
    alone = await answer(alice, method, path, block)
    assert alone.status_code in ((200, 422) if method == "POST" else (200,)), alone.text
    assert alone.headers["Vary"] == "HX-Request, HX-Target"
    fragment, page = alone.text.strip(), (await answer(alice, method, path)).text
    assert fragment in page
    assert f'id="{block}"' in fragment.split(">")[0]
    assert "<!doctype" not in fragment and "<!doctype" in page


async def test_no_other_block_can_be_asked_for(alice: Client, address: dict[str, object]) -> None:
    for method, path in sorted({each.values[:2] for each in LISTED}):
        for target in ("content", "title"):
            whole = await answer(alice, method, path.format(**address), target)
            assert "<!doctype" in whole.text, (method, path, target)


def test_every_target_in_a_template_is_a_block_of_a_route() -> None:
    texts = [path.read_text() for path in resource_dir("templates").rglob("*.html")]
    targets = {name for text in texts for name in re.findall(r'hx-target="#(\w+)"', text)}
    assert targets and targets <= {each.values[3] for each in LISTED}
