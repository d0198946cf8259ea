"""`/s/{survey_key}` of the survey about the whole journey: "What counted most?" under the score."""

import re
from typing import Any

import pytest

from feedback import clock
from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests.cast import Shop
from tests.surveys.hosted import Client, answers, fill_in, hidden

QUESTION = "What counted most?"


@pytest.fixture
async def moments(shop: Shop, database: Database) -> dict[str, str]:
    """The NPS survey at Payment asks about the whole journey; touchpoint ids by name."""
    at: dict[str, Any] = {"workspace_id": shop.workspace.id}
    made = [
        Touchpoint(**at, stage_id=shop.checkout.id, name="Cart", position=1),
        Touchpoint(**at, stage_id=shop.care.id, name="Returns", position=2),
        Touchpoint(
            **at, stage_id=shop.care.id, name="Fax", position=3, archived_at=clock.now()
        ),
    ]  # fmt: skip
    async with database.write() as session:
        await mark_overall(
            session, await session.get_one(Survey, (at["workspace_id"], shop.nps.id))
        )
        session.add_all(made)
    return {t.name: str(t.id) for t in [*made, shop.payment, shop.delivery]}


def boxes(page: str) -> list[str]:
    return re.findall(r'name="counted_most" value="([^"]*)"', page)


def ticked(page: str) -> list[str]:
    return re.findall(r'name="counted_most" value="([^"]*)" checked', page)


async def test_it_lists_the_other_touchpoints_in_the_order_of_the_journey(
    client: Client, shop: Shop, moments: dict[str, str]
) -> None:
    page = (await client.get(f"/s/{shop.nps.key}")).text
    assert QUESTION in page and "up to two" in page
    wanted = [moments["Cart"], moments["Delivery"], moments["Returns"], "none"]
    assert boxes(page) == wanted and ticked(page) == []
    french = (await client.get(f"/s/{shop.nps.key}?lang=fr")).text
    assert "le plus compté" in french and "Aucun de ces moments" in french


async def test_it_stores_what_was_ticked(
    client: Client, shop: Shop, database: Database, moments: dict[str, str]
) -> None:
    for who, chosen, kept in (
        ("a", [moments["Returns"], moments["Cart"]], [moments["Returns"], moments["Cart"]]),
        ("b", ["none"], []),
    ):
        typed: Any = {"rating": "3", "comment": "Late", "counted_most": chosen}
        sent = await fill_in(client, f"/s/{shop.nps.key}?id={who}", **typed)
        assert sent.status_code == 303
        stored = (await answers(database, shop))[-1]
        assert stored.answers == {"counted_most": kept} and stored.comment == "Late"


async def test_nothing_ticked_is_no_answer(
    client: Client, shop: Shop, database: Database, moments: dict[str, str]
) -> None:
    await fill_in(client, f"/s/{shop.nps.key}", rating="9")
    assert [stored.answers for stored in await answers(database, shop)] == [None]


@pytest.mark.parametrize("also", ["Returns", "none"])
async def test_too_many_boxes_are_said_and_nothing_is_lost(
    client: Client, shop: Shop, database: Database, moments: dict[str, str], also: str
) -> None:
    chosen = [moments["Cart"], moments["Delivery"], moments.get(also, also)]
    chosen = chosen[1:] if also == "none" else chosen
    typed: Any = {"rating": "4", "comment": "kept words", "counted_most": chosen}
    sent = await fill_in(client, f"/s/{shop.nps.key}?id=c-7", **typed)
    assert sent.status_code == 422 and "Choose up to two" in sent.text
    assert sent.headers["X-Feedback-Dropped"] == "answers.counted_most"
    assert ticked(sent.text) == chosen and "kept words" in sent.text
    assert 'value="4" required aria-label="4 of 10" checked' in sent.text
    assert hidden(sent.text)["id"] == "c-7"
    [stored] = await answers(database, shop)
    assert (stored.rating, stored.comment, stored.answers) == (4, "kept words", None)


async def test_a_box_that_is_gone_meanwhile_costs_nobody_an_answer(
    client: Client, shop: Shop, database: Database, moments: dict[str, str]
) -> None:
    typed: Any = {"rating": "4", "counted_most": ["00000000-0000-7000-8000-000000000000"]}
    assert (await fill_in(client, f"/s/{shop.nps.key}", **typed)).status_code == 303
    assert [stored.answers for stored in await answers(database, shop)] == [None]


async def test_a_long_journey_is_told_by_stage(
    client: Client, shop: Shop, database: Database, moments: dict[str, str]
) -> None:
    assert 'class="stage"' not in (await client.get(f"/s/{shop.nps.key}")).text
    async with database.write() as session:
        session.add_all(
            Touchpoint(
                workspace_id=shop.workspace.id, stage_id=shop.care.id, name=f"T{n}", position=9 + n
            )
            for n in range(6)
        )
    client.app.state.catalog.forget()
    page = (await client.get(f"/s/{shop.nps.key}")).text
    assert re.findall(r'class="stage"[^>]*>([^<]*)<', page) == ["Checkout", "After-sales"]


async def test_other_surveys_do_not_ask_it(
    client: Client, shop: Shop, moments: dict[str, str]
) -> None:
    assert QUESTION not in (await client.get(f"/s/{shop.csat.key}")).text


async def test_the_team_reads_the_names(
    alice: Client, shop: Shop, database: Database, moments: dict[str, str]
) -> None:
    for chosen in ([moments["Returns"], moments["Cart"]], ["none"], []):
        typed: Any = {"rating": "3", "counted_most": chosen}
        await fill_in(alice, f"/s/{shop.nps.key}", **typed)
    pages = [
        (await alice.get(f"/responses/{stored.id}")).text
        for stored in sorted(await answers(database, shop), key=lambda stored: stored.id)
    ]
    label = "<dt>What counted most</dt>"
    assert [label + "<dd>Returns, Cart</dd>" in page for page in pages] == [True, False, False]
    assert [label + "<dd>None of these</dd>" in page for page in pages] == [False, True, False]
    assert label not in pages[2]
