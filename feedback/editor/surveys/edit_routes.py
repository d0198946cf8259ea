"""The two forms with texts: a new survey at one or more touchpoints, and a changed question."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from feedback import clock
from feedback.accounts.visit import Answer, Visit
from feedback.editor.surveys.draft import Draft, draft_of, new_draft, offered_languages, read_draft
from feedback.editor.surveys.own_words import word_fields
from feedback.editor.surveys.questions import (
    Effect,
    change_question,
    create_surveys,
    expected_effect,
    sharing_surveys,
)
from feedback.editor.surveys.routes import need_survey
from feedback.editor.surveys.schemas import SurveysIn, read_question, read_surveys
from feedback.i18n import ngettext
from feedback.journeys.models import Touchpoint
from feedback.privacy.choosing import left_open, settle_storage
from feedback.privacy.read import load_told, storage_choice
from feedback.privacy.words import (
    lacking_sentence,
    lacking_words,
    storage_meanings,
    storage_names,
)
from feedback.readings.journey import JourneyInfo, TouchpointInfo, read_journeys
from feedback.surveys.labels import language_names, metric_choices
from feedback.surveys.models import Question
from feedback.surveys.publish import publish_survey
from feedback.web.forms import Form

NO_ERRORS: Form[Any] = Form({}, {})
NEW_BLOCKS = ("survey_form", "question_fields")
EDIT_BLOCKS = ("survey_form", "question_fields", "question_effect")


@get("/surveys/new", blocks=NEW_BLOCKS, needs="editor")
async def new_survey(visit: NamedDependency[Visit], touchpoint: FromQuery[str] = "") -> Template:
    draft = new_draft("nps", visit.workspace.name, visit.workspace.language)
    return await _new_form(visit, draft, chosen={touchpoint})


@post("/surveys/new", blocks=NEW_BLOCKS, needs="editor")
async def make_surveys(visit: NamedDependency[Visit]) -> Answer:
    data = await visit.sent()
    act = str(data.get("do", ""))
    draft = read_draft(data, visit.workspace.name)
    async with visit.read() as session:
        journeys = await read_journeys(session, visit.workspace.id)
        choice = await storage_choice(session, visit.workspace.id)
    form = read_surveys(data, {touchpoint.id for touchpoint in _touchpoints(journeys)})
    if act == "publish" and (problem := left_open(choice, data)):
        form = Form(form.values, {**form.errors, "storage": problem})
    if form.checked is None or act not in ("draft", "publish"):
        shown = form if act in ("draft", "publish") else NO_ERRORS
        chosen = set(data.getall("touchpoint", []))
        return await _new_form(visit, draft, chosen=chosen, form=shown)
    made = await _store(visit, form.checked, data, is_published=act == "publish")
    flash = _made(len(made), is_published=act == "publish")
    if act == "publish" and len(made) > 1:  # the page of one survey says so itself
        async with visit.read() as session:
            lacks = lacking_words(await load_told(session, visit.workspace))
        flash += f" {lacking_sentence(lacks)}" if lacks else ""
    return visit.leave(f"/surveys/{made[0]}" if len(made) == 1 else "/surveys", flash)


@get("/surveys/{survey_id:uuid}/edit", blocks=EDIT_BLOCKS, needs="editor")
async def edit_question(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
    return await _edit_form(visit, survey_id, draft_of(place.question))


@post("/surveys/{survey_id:uuid}/edit", blocks=EDIT_BLOCKS, needs="editor")
async def save_question(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    data = await visit.sent()
    act = str(data.get("do", "save"))
    form = read_question(data)
    draft = read_draft(data, visit.workspace.name)
    if form.checked is None or act != "save":
        shown = form if act == "save" else Form(form.values, {}, form.checked)
        return await _edit_form(visit, survey_id, draft, form=shown)
    async with visit.write() as session:
        place = await need_survey(visit, session, survey_id)
        question = await visit.need(session, Question, place.question.id, lock=True)
        effect = await change_question(session, question, form.checked, clock.now())
    return visit.leave(f"/surveys/{survey_id}", _changed(effect))


async def _store(visit: Visit, wanted: SurveysIn, data: Any, *, is_published: bool) -> list[UUID]:
    async with visit.write() as session:
        touchpoints = [await visit.need(session, Touchpoint, id) for id in wanted.touchpoint_ids]
        now = clock.now()
        surveys = await create_surveys(session, touchpoints, wanted.question, now, name=wanted.name)
        if is_published:
            await settle_storage(session, visit.workspace.id, data)
            for survey in surveys:
                await publish_survey(session, survey, now)
    return [survey.id for survey in surveys]


async def _new_form(
    visit: Visit, draft: Draft, *, chosen: set[str], form: Form[Any] = NO_ERRORS
) -> Template:
    async with visit.read() as session:
        journeys = await read_journeys(session, visit.workspace.id)
        choice = await storage_choice(session, visit.workspace.id)
    return _form_page(
        visit,
        "surveys/new.html",
        form,
        draft,
        chosen=chosen,
        asks_storage=choice == "first",
        storages=storage_names(),
        storage_meanings=storage_meanings(),
        journeys=[
            journey
            for journey in journeys
            if not journey.is_archived and journey.active_touchpoints
        ],
        address="/surveys/new",
    )


async def _edit_form(
    visit: Visit, survey_id: UUID, draft: Draft, *, form: Form[Any] = NO_ERRORS
) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
        sharing = await sharing_surveys(session, place.question)
        effect = None
        if form.checked is not None:
            effect = await expected_effect(session, place.question, form.checked)
    return _form_page(
        visit,
        "surveys/edit.html",
        form,
        draft,
        place=place,
        sharing=sharing,
        effect=effect,
        address=f"/surveys/{survey_id}/edit",
    )


def _form_page(
    visit: Visit, template: str, form: Form[Any], draft: Draft, **context: object
) -> Template:
    return visit.page(
        template,
        form,
        draft=draft,
        metrics=metric_choices(),
        languages=language_names(list(draft.texts)),
        offered=offered_languages(draft),
        words=word_fields(draft.texts, draft.default_language),
        **context,
    )


def _touchpoints(journeys: Sequence[JourneyInfo]) -> list[TouchpointInfo]:
    return [
        t for journey in journeys if not journey.is_archived for t in journey.active_touchpoints
    ]


def _made(n: int, *, is_published: bool) -> str:
    if is_published:
        return ngettext(
            "Published. It asks from now on.", "%(n)s surveys published. They ask from now on.", n
        ) % {"n": n}
    return ngettext("Saved as a draft.", "%(n)s drafts saved.", n) % {"n": n}


def _changed(effect: Effect) -> str:
    if effect.seams:
        return ngettext(
            "Saved. A new line begins now in %(n)s survey.",
            "Saved. A new line begins now in %(n)s surveys.",
            effect.seams,
        ) % {"n": effect.seams}
    return ngettext(
        "Saved in %(n)s survey. The line goes on.",
        "Saved in %(n)s surveys. Their lines go on.",
        effect.surveys,
    ) % {"n": effect.surveys}


handlers = [new_survey, make_surveys, edit_question, save_question]
