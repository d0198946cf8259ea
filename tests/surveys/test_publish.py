"""Draft, live, paused, closed: what each state does to answers and to the line."""

import asyncio

import pytest

from tests.cast import Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows


async def state_after(alice: Client, shop: Shop, rows: Rows, *acts: str) -> str:
    for act in acts:
        answer = await send(alice, f"/surveys/{shop.nps.id}/state", act=act)
        assert answer.headers["Location"] == f"/surveys/{shop.nps.id}"
    return (await rows.survey(shop.nps.id)).state


async def test_it_works(alice: Client, shop: Shop, rows: Rows) -> None:
    assert await state_after(alice, shop, rows, "pause") == "paused"
    assert await state_after(alice, shop, rows, "resume") == "live"
    assert await state_after(alice, shop, rows, "close") == "closed"
    assert await state_after(alice, shop, rows, "reopen") == "live"


async def test_a_survey_taken_up_again_goes_on_with_its_line(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await state_after(alice, shop, rows, "pause", "resume", "close", "reopen")
    [series] = await rows.series(shop.nps)
    assert series.closed_at is None


async def test_a_closed_survey_refuses_answers_at_once(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    assert (await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})).status_code == 201
    await state_after(alice, shop, rows, "close")
    assert (await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})).status_code == 410
    await state_after(alice, shop, rows, "reopen")
    assert (await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})).status_code == 201


@pytest.mark.parametrize("act", ["publish", "resume", "reopen", "explode", ""])
async def test_an_act_that_is_not_offered_changes_nothing(
    alice: Client, shop: Shop, rows: Rows, act: str
) -> None:
    assert await state_after(alice, shop, rows, act) == "live"


async def test_two_people_publishing_at_once_open_one_series(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    async with rows.database.write() as session:
        survey = await rows.survey(shop.nps.id)
        survey.state = "draft"
        [series] = await rows.series(shop.nps)
        await session.delete(await session.merge(series))
        await session.merge(survey)
    path = f"/surveys/{shop.nps.id}/state"
    await asyncio.gather(*(send(alice, path, act="publish") for _ in range(4)))
    assert len(await rows.series(shop.nps)) == 1
    assert (await rows.survey(shop.nps.id)).state == "live"


async def test_the_page_offers_what_the_state_allows(alice: Client, shop: Shop, rows: Rows) -> None:
    live = (await alice.get(f"/surveys/{shop.nps.id}")).text
    assert 'value="pause"' in live and 'value="reopen"' not in live
    await state_after(alice, shop, rows, "close")
    closed = (await alice.get(f"/surveys/{shop.nps.id}")).text
    assert 'value="reopen"' in closed and 'value="pause"' not in closed


async def test_it_renames_a_survey(alice: Client, shop: Shop, rows: Rows) -> None:
    await send(alice, f"/surveys/{shop.nps.id}", name="After paying")
    assert (await rows.survey(shop.nps.id)).name == "After paying"
    refused = await send(alice, f"/surveys/{shop.nps.id}", name="\0")
    assert refused.status_code == 422


async def test_an_answered_survey_is_archived_not_deleted(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await alice.post(f"/r/{shop.nps.key}", json={"rating": 9})
    path = f"/surveys/{shop.nps.id}/archive"
    await send(alice, path, act="delete")
    assert (await rows.survey(shop.nps.id)).archived_at is None
    await send(alice, path, act="archive")
    assert (await rows.survey(shop.nps.id)).archived_at is not None
    await send(alice, path, act="restore")
    assert (await rows.survey(shop.nps.id)).archived_at is None


async def test_an_unanswered_survey_can_be_deleted(alice: Client, shop: Shop, rows: Rows) -> None:
    answer = await send(alice, f"/surveys/{shop.nps.id}/archive", act="delete")
    assert answer.headers["Location"] == "/surveys"
    assert [survey.id for survey in await rows.surveys()] == [shop.csat.id]


async def test_a_survey_is_not_restored_under_an_archived_touchpoint(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/touchpoints/{shop.payment.id}/archive", act="archive")
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="restore")
    assert (await rows.survey(shop.nps.id)).archived_at is not None
