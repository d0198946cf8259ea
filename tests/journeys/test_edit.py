"""The editor: stages and touchpoints named, placed, ordered, given a target."""

import pytest
from sqlmodel import select

from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Series
from tests.cast import Shop
from tests.forms import Client, send
from tests.journeys.conftest import Rows


async def test_it_renames_a_journey(alice: Client, shop: Shop, rows: Rows) -> None:
    answer = await send(alice, f"/journeys/{shop.journey.id}", name="  Web   shop ")
    assert answer.headers["Location"] == f"/journeys/{shop.journey.id}"
    assert (await rows.need(Journey, shop.journey.id)).name == "Web shop"


async def test_it_adds_a_stage_at_the_end(alice: Client, shop: Shop, rows: Rows) -> None:
    path = f"/journeys/{shop.journey.id}"
    answer = await send(alice, f"{path}/stages", block="journey_editor", name="Loyalty")
    assert answer.headers["Location"] == path
    tree = await rows.tree(shop.journey.id)
    assert [stage.name for stage in tree.active] == ["Checkout", "After-sales", "Loyalty"]


async def test_it_says_beside_the_field_what_is_wrong(alice: Client, shop: Shop) -> None:
    path = f"/stages/{shop.care.id}/touchpoints"
    answer = await send(alice, path, block="journey_editor", name="", place="site")
    assert answer.status_code == 422
    assert answer.text.startswith('<div id="journey_editor"')
    assert f'id="new_name_{shop.care.id}_error">Give the touchpoint a name.' in answer.text


async def test_it_adds_a_touchpoint_with_its_place(alice: Client, shop: Shop, rows: Rows) -> None:
    await send(alice, f"/stages/{shop.checkout.id}/touchpoints", name="Cart", place="app")
    tree = await rows.tree(shop.journey.id)
    added = tree.active[0].active[-1]
    assert (added.name, added.place) == ("Cart", "app")


async def test_it_sets_a_headline_metric_and_its_target(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    fields = {"name": "Care", "headline_metric": "ces_ease_7", "target": "72,5"}
    answer = await send(alice, f"/stages/{shop.care.id}", **fields)
    assert answer.status_code == 303
    stage = await rows.need(Stage, shop.care.id)
    assert (stage.name, stage.headline_metric, stage.target) == ("Care", "ces_ease_7", 72.5)


@pytest.mark.parametrize(
    ("metric", "target", "says"),
    [
        ("nps", "101", "NPS lies between −100 and +100."),
        ("csat_5", "-1", "lies between 0"),
        ("csat_10", "11", "lies between 1.0 and 10.0"),
        ("nps", "fifty", "Write a number."),
        ("nps", "nan", "Write a number."),
        ("", "50", "Choose the headline metric that this target is for."),
        ("stars", "", "Choose one from the list."),
    ],
)
async def test_it_refuses_such_a_target(
    alice: Client, shop: Shop, metric: str, target: str, says: str
) -> None:
    fields = {"name": "Care", "headline_metric": metric, "target": target}
    answer = await send(alice, f"/stages/{shop.care.id}", **fields)
    assert answer.status_code == 422 and says in answer.text


async def test_it_changes_a_touchpoint(alice: Client, shop: Shop, rows: Rows) -> None:
    fields = {"name": "Paying", "place": "phone", "owner": "Ada", "target": "+50"}
    answer = await send(alice, f"/touchpoints/{shop.payment.id}", **fields)
    assert answer.headers["Location"] == f"/journeys/{shop.journey.id}"
    changed = await rows.need(Touchpoint, shop.payment.id)
    assert (changed.name, changed.place, changed.owner) == ("Paying", "phone", "Ada")
    assert (changed.target, changed.stage_id) == (50.0, shop.checkout.id)


async def test_a_touchpoints_target_is_on_the_scale_of_what_is_asked(
    alice: Client, shop: Shop
) -> None:
    fields = {"name": "Delivery", "place": "phone", "target": "-20"}
    answer = await send(alice, f"/touchpoints/{shop.delivery.id}", **fields)
    assert answer.status_code == 422 and "CSAT 1–5 lies between" in answer.text


async def test_a_moved_touchpoint_takes_its_history_along_with_a_seam(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    fields = {"name": "Payment", "place": "site", "stage_id": str(shop.care.id)}
    await send(alice, f"/touchpoints/{shop.payment.id}", **fields)
    tree = await rows.tree(shop.journey.id)
    assert [t.name for t in tree.active[1].active] == ["Delivery", "Payment"]
    async with rows.database.read() as session:
        found = await session.exec(
            select(Series)
            .where(Series.workspace_id == rows.workspace_id, Series.survey_id == shop.nps.id)
            .order_by(Series.number)  # type: ignore[arg-type]
        )
        first, second = found.all()
    assert first.closed_at is not None and first.closed_at == second.opened_at
    assert second.closed_at is None and second.texts == first.texts


async def test_it_refuses_a_strangers_stage(alice: Client, shop: Shop, stranger: Shop) -> None:
    fields = {"name": "Payment", "place": "site", "stage_id": str(stranger.care.id)}
    answer = await send(alice, f"/touchpoints/{shop.payment.id}", **fields)
    assert answer.status_code == 422


async def test_buttons_move_a_stage(alice: Client, shop: Shop, rows: Rows) -> None:
    path = f"/stages/{shop.care.id}/move"
    for direction, first in [("up", "After-sales"), ("up", "After-sales"), ("down", "Checkout")]:
        answer = await send(alice, path, direction=direction)
        assert answer.status_code == 303
        assert (await rows.tree(shop.journey.id)).active[0].name == first


async def test_buttons_move_a_touchpoint(alice: Client, shop: Shop, rows: Rows) -> None:
    await send(alice, f"/stages/{shop.checkout.id}/touchpoints", name="Cart", place="site")
    cart = (await rows.tree(shop.journey.id)).active[0].active[-1]
    await send(alice, f"/touchpoints/{cart.id}/move", direction="up")
    tree = await rows.tree(shop.journey.id)
    assert [touchpoint.name for touchpoint in tree.active[0].active] == ["Cart", "Payment"]


async def test_after_a_move_htmx_gets_the_editor_alone(alice: Client, shop: Shop) -> None:
    headers = {"HX-Request": "true", "HX-Target": "journey_editor"}
    block = await alice.get(f"/journeys/{shop.journey.id}", headers=headers)
    whole = await alice.get(f"/journeys/{shop.journey.id}")
    assert block.text.startswith('<div id="journey_editor"')
    assert block.text.strip() in whole.text


async def test_a_coarse_journey_is_noticed_and_a_fine_one_is_not(alice: Client, shop: Shop) -> None:
    path = f"/journeys/{shop.journey.id}"
    assert "With fewer than 8 touchpoints" in (await alice.get(path)).text
    for number in range(6):
        await send(alice, f"/stages/{shop.care.id}/touchpoints", name=f"T{number}", place="site")
    assert "With fewer than 8 touchpoints" not in (await alice.get(path)).text
