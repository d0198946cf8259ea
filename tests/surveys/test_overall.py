"""The survey that asks about the whole journey: one of each journey, marked by an editor."""

import asyncio
from typing import Any

from feedback.db import Database
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Survey
from feedback.surveys.overall import mark_overall
from tests import cast
from tests.cast import OPENED, Shop
from tests.forms import Client, send
from tests.surveys.conftest import Rows

SWITCH = "This survey asks about the whole journey"


async def marked(rows: Rows) -> list[str]:
    return [survey.key for survey in await rows.surveys() if survey.is_overall]


async def test_it_works(alice: Client, shop: Shop, rows: Rows) -> None:
    path = f"/surveys/{shop.nps.id}"
    assert SWITCH in (await alice.get(path)).text and await marked(rows) == []
    saved = await send(alice, f"{path}/overall", is_overall="1")
    assert (saved.status_code, saved.headers["Location"]) == (303, path)
    assert await marked(rows) == [shop.nps.key]
    page = (await alice.get(path)).text
    assert 'name="is_overall" type="checkbox" value="1" checked' in page
    await send(alice, f"{path}/overall")
    assert await marked(rows) == []


async def test_marking_one_takes_the_mark_off_the_other(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/overall", is_overall="1")
    other = await alice.get(f"/surveys/{shop.csat.id}")
    assert "At the moment Payment does." in other.text
    await send(alice, f"/surveys/{shop.csat.id}/overall", is_overall="1")
    assert await marked(rows) == [shop.csat.key]


async def test_an_archived_survey_does_not_come_back_marked(
    alice: Client, shop: Shop, rows: Rows
) -> None:
    await send(alice, f"/surveys/{shop.nps.id}/overall", is_overall="1")
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="archive")
    await send(alice, f"/surveys/{shop.csat.id}/overall", is_overall="1")
    await send(alice, f"/surveys/{shop.nps.id}/archive", act="restore")
    assert await marked(rows) == [shop.csat.key]


async def test_another_journey_keeps_its_own(
    shop: Shop, stranger: Shop, rows: Rows, database: Database
) -> None:
    at: dict[str, Any] = {"workspace_id": shop.workspace.id}
    async with database.write() as session:
        journey = Journey(**at, name="By phone", created_at=OPENED)
        session.add(journey)
        await session.flush()
        stage = Stage(**at, journey_id=journey.id, name="Call")
        session.add(stage)
        await session.flush()
        touchpoint = Touchpoint(**at, stage_id=stage.id, name="Hotline")
        session.add(touchpoint)
        await session.flush()
        survey = Survey(
            **at, touchpoint_id=touchpoint.id, question_id=shop.nps.question_id,
            key="hotline", name="Hotline", created_at=OPENED,
        )  # fmt: skip
        session.add(survey)
        await session.flush()
        await mark_overall(session, survey)
    await _mark(database, stranger.nps)
    await _mark(database, shop.nps)
    assert sorted(await marked(rows)) == sorted(["hotline", shop.nps.key])
    assert await marked(Rows(database, stranger)) == [stranger.nps.key]


async def test_two_people_marking_at_once_leave_one_mark(
    shop: Shop, rows: Rows, database: Database
) -> None:
    for _ in range(3):
        await asyncio.gather(_mark(database, shop.nps), _mark(database, shop.csat))
        assert len(await marked(rows)) == 1


async def test_a_viewer_reads_the_mark_and_has_no_switch(
    client: Client, shop: Shop, database: Database
) -> None:
    await _mark(database, shop.nps)
    await cast.sign_in(client, database, shop.bob, shop.workspace)
    page = (await client.get(f"/surveys/{shop.nps.id}")).text
    assert SWITCH in page and "is_overall" not in page


async def _mark(database: Database, survey: Survey) -> None:
    async with database.write() as session:
        await mark_overall(session, await session.get_one(Survey, (survey.workspace_id, survey.id)))
