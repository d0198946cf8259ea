"""A new journey: from one of the two starters, or empty."""

from typing import Any

import pytest

from feedback.accounts.models import Workspace
from feedback.db import Database
from tests.cast import Shop
from tests.forms import Client, id_in, send
from tests.journeys.conftest import Rows

ALL = [f"{stage}.{touchpoint}" for stage in range(5) for touchpoint in range(3)]


async def test_it_works(alice: Client, rows: Rows) -> None:
    fields: dict[str, Any] = {"name": "New customers", "starter": "recognition", "touchpoint": ALL}
    answer = await send(alice, "/journeys/new", **fields)
    assert answer.status_code == 303, answer.text
    tree = await rows.tree(id_in(answer.headers["Location"]))
    assert tree.name == "New customers"
    assert [stage.name for stage in tree.active] == [
        "Recognition",
        "Consideration",
        "Purchase decision",
        "Retention",
        "Recommendation",
    ]
    assert len(tree.active_touchpoints) >= 8
    assert (
        tree.active_touchpoints[1].name == "Search result"
        and tree.active_touchpoints[1].place == "site"
    )


async def test_it_offers_the_second_starter(alice: Client, rows: Rows) -> None:
    answer = await send(alice, "/journeys/new", name="B2B", starter="contact", touchpoint=ALL)
    tree = await rows.tree(id_in(answer.headers["Location"]))
    assert [stage.name for stage in tree.active] == [
        "Contact",
        "Qualification",
        "Prospecting",
        "Purchase",
        "After-sales",
    ]


async def test_it_speaks_the_workspaces_language(
    alice: Client, rows: Rows, shop: Shop, database: Database
) -> None:
    async with database.write() as session:
        (await session.get_one(Workspace, shop.workspace.id)).language = "fr"
    answer = await send(alice, "/journeys/new", name="Boutique", starter="contact", touchpoint=ALL)
    tree = await rows.tree(id_in(answer.headers["Location"]))
    assert tree.active[2].name == "Prospection"


async def test_it_leaves_out_unticked_touchpoints(alice: Client, rows: Rows) -> None:
    answer = await send(
        alice, "/journeys/new", name="B2B", starter="contact", touchpoint=["0.1", "4.0", "9.9", "x"]
    )
    tree = await rows.tree(id_in(answer.headers["Location"]))
    assert [touchpoint.name for touchpoint in tree.active_touchpoints] == [
        "First call",
        "Setting up",
    ]


async def test_it_makes_an_empty_one(alice: Client, rows: Rows) -> None:
    answer = await send(alice, "/journeys/new", name="Mine", starter="empty")
    assert (await rows.tree(id_in(answer.headers["Location"]))).stages == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "Give the journey a name."),
        ("   ", "Give the journey a name."),
        ("a\0b", "Leave out characters that cannot be seen."),
        ("a\x1bb", "Leave out characters that cannot be seen."),
        ("x" * 121, "Use at most 120 characters."),
    ],
    ids=["empty", "spaces", "NUL", "escape", "long"],
)
async def test_it_refuses_such_a_name(alice: Client, name: str, says: str) -> None:
    answer = await send(
        alice, "/journeys/new", block="journey_form", name=name, starter="contact", touchpoint=ALL
    )
    assert answer.status_code == 422
    assert says in answer.text and answer.text.startswith('<form id="journey_form"')


async def test_a_refused_form_keeps_what_was_ticked(alice: Client) -> None:
    answer = await send(alice, "/journeys/new", name="", starter="contact", touchpoint=["0.1"])
    assert answer.text.count(" checked>") == 1


async def test_htmx_is_told_to_load_the_new_page(alice: Client) -> None:
    answer = await send(alice, "/journeys/new", block="journey_form", name="B2B", starter="empty")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/journeys/")
