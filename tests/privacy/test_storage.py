"""The site says what its widget may keep on a device, before its first survey asks."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from feedback.db import Database
from feedback.privacy.models import Privacy
from feedback.surveys.models import Survey
from tests.cast import TEXTS, Shop
from tests.forms import Client, send
from tests.surveys.conftest import question_fields

REFUSED = "Choose first what the widget may keep on a visitor"


@pytest.fixture
async def new(database: Database, shop: Shop) -> Shop:
    """A workspace that never published a survey."""
    async with database.write() as session:
        own = col(Survey.workspace_id) == shop.workspace.id
        await session.exec(sa.update(Survey).where(own).values(state="draft", published_at=None))
    return shop


async def state(database: Database, shop: Shop) -> tuple[str, str | None]:
    async with database.read() as session:
        survey = await session.get_one(Survey, (shop.workspace.id, shop.nps.id))
        privacy = await session.get(Privacy, shop.workspace.id)
    return survey.state, privacy.storage if privacy else None


async def snippets(client: Client, shop: Shop) -> str:
    return (await client.get(f"/surveys/{shop.nps.id}/share")).text


async def test_the_first_publish_asks_and_nothing_is_chosen_beforehand(
    alice: Client, new: Shop, database: Database
) -> None:
    page = (await alice.get(f"/surveys/{new.nps.id}")).text
    form = page.partition('id="storage"')[2].partition("</form>")[0]
    assert form.count('type="radio"') == 2 and "checked" not in form
    path = f"/surveys/{new.nps.id}/state"
    for sent in ({}, {"storage": ""}, {"storage": "both"}, {"storage": "VISIT"}):
        answer = await send(alice, path, act="publish", **sent)
        assert answer.headers["Location"].endswith("#storage")
        assert REFUSED in (await alice.get(answer.headers["Location"])).text
        assert await state(database, new) == ("draft", None)
    await send(alice, path, act="publish", storage="after-act")
    assert await state(database, new) == ("live", "after-act")


@pytest.mark.parametrize("was", ["closed", "paused", "live"])
async def test_answers_imported_from_elsewhere_are_no_publish_of_this_site(
    alice: Client, new: Shop, database: Database, was: str
) -> None:
    """An imported survey is closed, and older than its row; one that was opened since asks here."""
    async with database.write() as session:
        survey = await session.get_one(Survey, (new.workspace.id, new.nps.id))
        survey.state, survey.published_at = was, survey.created_at - timedelta(days=400)
        session.add(survey)
    page = (await alice.get(f"/surveys/{new.nps.id}")).text
    assert ('id="storage"' in page) == (was == "closed")
    path = f"/surveys/{new.nps.id}/state"
    if was == "closed":
        for survey, act in ((new.csat, "publish"), (new.nps, "reopen")):
            answer = await send(alice, f"/surveys/{survey.id}/state", act=act)
            assert REFUSED in (await alice.get(answer.headers["Location"])).text
        assert await state(database, new) == ("closed", None)
        await send(alice, path, act="reopen", storage="visit")
        assert await state(database, new) == ("live", "visit")
    else:
        await send(alice, f"/surveys/{new.csat.id}/state", act="publish")
        assert "Your tags keep one mark of the visit" in await snippets(alice, new)


@pytest.mark.parametrize("storage", ["after-act", "visit"])
async def test_the_snippet_comes_with_the_choice_and_carries_it(
    alice: Client, new: Shop, storage: str
) -> None:
    assert "data-feedback-site" not in await snippets(alice, new)
    next_page = f"/surveys/{new.nps.id}/share"
    chosen = await send(alice, "/settings/privacy/storage", storage=storage, next=next_page)
    assert chosen.headers["Location"] == next_page
    told = await snippets(alice, new)
    # That of the survey, of the site, and of the frozen version.
    assert told.count(f"data-feedback-storage=&#34;{storage}&#34;") == 3


async def test_a_workspace_that_published_before_goes_on_and_is_asked_softly(
    alice: Client, shop: Shop, database: Database
) -> None:
    told = await snippets(alice, shop)
    assert "Your tags keep one mark of the visit, as they did so far." in told
    assert "data-feedback-site" in told and "data-feedback-storage" not in told
    await send(alice, f"/surveys/{shop.nps.id}/state", act="pause")
    await send(alice, f"/surveys/{shop.nps.id}/state", act="resume")
    assert await state(database, shop) == ("live", None)


async def test_a_new_survey_keeps_what_was_typed_when_the_choice_is_missing(
    alice: Client, new: Shop, database: Database
) -> None:
    fields = question_fields("csat_5", {"en": TEXTS["en"]}, touchpoint=str(new.payment.id))
    asking = fields | {"do": "publish"}
    answer = await send(alice, "/surveys/new", **asking)
    assert answer.status_code == 422 and REFUSED in answer.text
    assert TEXTS["en"]["question"] in answer.text
    assert await state(database, new) == ("draft", None)
    made = await send(alice, "/surveys/new", **asking, storage="visit")
    assert made.status_code == 303 and await state(database, new) == ("draft", "visit")
    assert 'id="storage"' not in (await alice.get("/surveys/new")).text


async def test_several_published_at_once_warn_and_are_published(alice: Client, new: Shop) -> None:
    at = [str(new.payment.id), str(new.delivery.id)]
    fields = question_fields("csat_5", {"en": TEXTS["en"]}, touchpoint=at, storage="visit")
    made = await send(alice, "/surveys/new", **fields, do="publish")
    told = (await alice.get(made.headers["Location"])).text
    assert "2 surveys published." in told and "lacks: what the answers are for" in told


async def test_a_draft_needs_no_choice(alice: Client, new: Shop) -> None:
    fields = question_fields("csat_5", {"en": TEXTS["en"]}, touchpoint=str(new.payment.id))
    saved = await send(alice, "/surveys/new", **fields, do="draft")
    assert saved.status_code == 303


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example", ""])
async def test_a_choice_that_is_none_changes_nothing_and_leads_nowhere_else(
    alice: Client, new: Shop, database: Database, next_page: str
) -> None:
    answer = await send(alice, "/settings/privacy/storage", storage="all", next=next_page)
    assert answer.headers["Location"].startswith("/") and "evil" not in answer.headers["Location"]
    assert await state(database, new) == ("draft", None)


async def test_the_mail_block_names_the_page_in_its_language(alice: Client, shop: Shop) -> None:
    page = (await alice.get(f"/surveys/{shop.nps.id}/share?lang=fr")).text
    assert f"/privacy/{shop.nps.key}?lang=fr" in page and "Vos données: http" in page
