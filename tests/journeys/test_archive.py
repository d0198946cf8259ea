"""Archive, restore, delete: what was answered is never lost."""

from feedback.accounts.models import PublicKey
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Question, Survey
from tests.cast import Shop
from tests.forms import Client, send
from tests.journeys.conftest import Rows


async def test_it_archives_a_touchpoint_with_its_surveys(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    answer = await send(alice, f"/touchpoints/{shop.payment.id}/archive", act="archive")
    assert answer.headers["Location"] == f"/journeys/{shop.journey.id}"
    assert (await rows.need(Touchpoint, shop.payment.id)).archived_at is not None
    assert (await rows.need(Survey, shop.nps.id)).archived_at is not None


async def test_an_archived_survey_takes_no_answers(alice: Client, shop: Shop) -> None:
    assert (await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})).status_code == 201
    await send(alice, f"/stages/{shop.checkout.id}/archive", act="archive")
    assert (await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})).status_code == 410


async def test_restoring_takes_back_what_was_archived_together(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/surveys/{shop.csat.id}/archive", act="archive")
    await send(alice, f"/journeys/{shop.journey.id}/archive", act="archive")
    await send(alice, f"/journeys/{shop.journey.id}/archive", act="restore")
    assert (await rows.need(Journey, shop.journey.id)).archived_at is None
    assert (await rows.need(Stage, shop.care.id)).archived_at is None
    assert (await rows.need(Survey, shop.nps.id)).archived_at is None
    assert (await rows.need(Survey, shop.csat.id)).archived_at is not None


async def test_a_part_of_something_archived_is_not_restored_alone(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/stages/{shop.care.id}/archive", act="archive")
    await send(alice, f"/touchpoints/{shop.delivery.id}/archive", act="restore")
    assert (await rows.need(Touchpoint, shop.delivery.id)).archived_at is not None


async def test_it_never_deletes_what_was_answered(alice: Client, shop: Shop, rows: Rows) -> None:
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})
    for path in (
        f"/touchpoints/{shop.payment.id}",
        f"/stages/{shop.checkout.id}",
        f"/journeys/{shop.journey.id}",
    ):
        await send(alice, f"{path}/archive", act="delete")
    assert await rows.get(Touchpoint, shop.payment.id) is not None
    assert await rows.get(Touchpoint, shop.delivery.id) is not None
    assert await rows.get(Survey, shop.nps.id) is not None


async def test_it_deletes_the_unanswered_with_all_below(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})
    await alice.post(f"/d/{shop.csat.key}", json={"kind": "shown"})
    answer = await send(alice, f"/stages/{shop.care.id}/archive", act="delete")
    assert answer.status_code == 303
    assert await rows.get(Stage, shop.care.id) is None
    assert await rows.get(Touchpoint, shop.delivery.id) is None
    assert await rows.get(Survey, shop.csat.id) is None
    assert await rows.get(Question, shop.csat.question_id) is None
    async with rows.database.read() as session:
        assert await session.get(PublicKey, shop.csat.key) is None


async def test_a_deleted_journey_leads_to_the_list(alice: Client, shop: Shop, rows: Rows) -> None:
    answer = await send(alice, f"/journeys/{shop.journey.id}/archive", act="delete")
    assert answer.headers["Location"] == "/journeys"
    assert await rows.get(Journey, shop.journey.id) is None


async def test_the_editor_lists_what_can_be_restored(alice: Client, shop: Shop) -> None:
    await send(alice, f"/touchpoints/{shop.payment.id}/archive", act="archive")
    text = (await alice.get(f"/journeys/{shop.journey.id}")).text
    assert "Archived (1)" in text and f"/touchpoints/{shop.payment.id}/archive" in text
