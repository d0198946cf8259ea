"""The two forms with texts: a new survey at one or more touchpoints, and a changed question."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.guards import Viewer
from feedback.db import Database
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
from feedback.readings.journey import JourneyInfo, TouchpointInfo, read_journeys
from feedback.surveys.labels import language_names, metric_choices
from feedback.surveys.models import Question
from feedback.surveys.publish import publish_survey
from feedback.web.forms import Form, leave
from feedback.web.page import page

NO_ERRORS: Form[Any] = Form({}, {})
NEW_BLOCKS = ("survey_form", "question_fields")
EDIT_BLOCKS = ("survey_form", "question_fields", "question_effect")


@get("/surveys/new", blocks=NEW_BLOCKS, needs="editor")
async def new_survey(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    touchpoint: FromQuery[str] = "",
) -> Template:
    draft = new_draft("nps", viewer.workspace.name, viewer.workspace.language)
    return await _new_form(request, database, viewer, draft, chosen={touchpoint})


@post("/surveys/new", blocks=NEW_BLOCKS, needs="editor")
async def make_surveys(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect | Response[None]:
    data = await request.form()
    act = str(data.get("do", ""))
    draft = read_draft(data, viewer.workspace.name)
    async with database.read() as session:
        journeys = await read_journeys(session, viewer.workspace.id)
    form = read_surveys(data, {touchpoint.id for touchpoint in _touchpoints(journeys)})
    if form.checked is None or act not in ("draft", "publish"):
        shown = form if act in ("draft", "publish") else NO_ERRORS
        chosen = set(data.getall("touchpoint", []))
        return await _new_form(request, database, viewer, draft, chosen=chosen, form=shown)
    made = await _store(database, viewer, form.checked, is_published=act == "publish")
    flash = _made(len(made), is_published=act == "publish")
    return leave(request, f"/surveys/{made[0]}" if len(made) == 1 else "/surveys", flash)


@get("/surveys/{survey_id:uuid}/edit", blocks=EDIT_BLOCKS, needs="editor")
async def edit_question(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    survey_id: FromPath[UUID],
) -> Template:
    async with database.read() as session:
        place = await need_survey(session, viewer, survey_id)
    return await _edit_form(request, database, viewer, survey_id, draft_of(place.question))


@post("/surveys/{survey_id:uuid}/edit", blocks=EDIT_BLOCKS, needs="editor")
async def save_question(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    survey_id: FromPath[UUID],
) -> Template | Redirect | Response[None]:
    data = await request.form()
    act = str(data.get("do", "save"))
    form = read_question(data)
    draft = read_draft(data, viewer.workspace.name)
    if form.checked is None or act != "save":
        shown = form if act == "save" else Form(form.values, {}, form.checked)
        return await _edit_form(request, database, viewer, survey_id, draft, form=shown)
    async with database.write() as session:
        place = await need_survey(session, viewer, survey_id)
        question = await session.get_one(
            Question, (viewer.workspace.id, place.question.id), with_for_update=True
        )
        effect = await change_question(session, question, form.checked, clock.now())
    return leave(request, f"/surveys/{survey_id}", _changed(effect))


async def _store(
    database: Database, viewer: Viewer, wanted: SurveysIn, *, is_published: bool
) -> list[UUID]:
    async with database.write() as session:
        found = await session.exec(
            select(Touchpoint).where(
                Touchpoint.workspace_id == viewer.workspace.id,
                col(Touchpoint.id).in_(wanted.touchpoint_ids),
            )
        )
        by_id = {touchpoint.id: touchpoint for touchpoint in found}
        touchpoints = [by_id[each] for each in wanted.touchpoint_ids]
        now = clock.now()
        surveys = await create_surveys(session, touchpoints, wanted.question, now, name=wanted.name)
        if is_published:
            for survey in surveys:
                await publish_survey(session, survey, now)
    return [survey.id for survey in surveys]


async def _new_form(
    request: HTMXRequest,
    database: Database,
    viewer: Viewer,
    draft: Draft,
    *,
    chosen: set[str],
    form: Form[Any] = NO_ERRORS,
) -> Template:
    async with database.read() as session:
        journeys = await read_journeys(session, viewer.workspace.id)
    return page(
        request,
        "surveys/new.html",
        status=422 if form.errors else 200,
        form=form,
        draft=draft,
        chosen=chosen,
        journeys=[
            journey
            for journey in journeys
            if not journey.is_archived and journey.active_touchpoints
        ],
        metrics=metric_choices(),
        languages=language_names(list(draft.texts)),
        offered=offered_languages(draft),
        words=word_fields(draft.texts, draft.default_language),
        address="/surveys/new",
    )


async def _edit_form(
    request: HTMXRequest,
    database: Database,
    viewer: Viewer,
    survey_id: UUID,
    draft: Draft,
    *,
    form: Form[Any] = NO_ERRORS,
) -> Template:
    async with database.read() as session:
        place = await need_survey(session, viewer, survey_id)
        sharing = await sharing_surveys(session, place.question)
        effect = None
        if form.checked is not None:
            effect = await expected_effect(session, place.question, form.checked)
    return page(
        request,
        "surveys/edit.html",
        status=422 if form.errors else 200,
        form=form,
        draft=draft,
        place=place,
        sharing=sharing,
        effect=effect,
        metrics=metric_choices(),
        languages=language_names(list(draft.texts)),
        offered=offered_languages(draft),
        words=word_fields(draft.texts, draft.default_language),
        address=f"/surveys/{survey_id}/edit",
    )


def _touchpoints(journeys: list[JourneyInfo]) -> list[TouchpointInfo]:
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
