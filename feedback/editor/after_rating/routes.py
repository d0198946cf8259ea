"""The form of what a survey asks after the rating, and of how it ends.

Nothing here opens a series: the score question alone is the measurement.
"""

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback.accounts.visit import Answer, Visit
from feedback.editor.after_rating.draft import (
    Draft,
    act_on,
    draft_of,
    fallbacks,
    languages_of,
    lines,
    read_draft,
)
from feedback.editor.after_rating.form import AfterRating, check_draft, settle_ids
from feedback.editor.surveys.routes import need_survey
from feedback.i18n import gettext as _
from feedback.scoring import METRICS
from feedback.surveys.endings import write_endings
from feedback.surveys.follow_ups import SCALES, read_follow_ups, write_follow_ups
from feedback.surveys.labels import band_names, kind_names, language_names
from feedback.surveys.models import Survey
from feedback.surveys.queries import SurveyAt
from feedback.web.forms import Form

NO_ERRORS: Form[Any] = Form({}, {})


@get("/surveys/{survey_id:uuid}/follow-ups", blocks=("follow_up_form",), needs="editor")
async def edit_follow_ups(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
    return _form_page(visit, place, draft_of(place.survey, place.question))


@post("/surveys/{survey_id:uuid}/follow-ups", blocks=("follow_up_form",), needs="editor")
async def save_follow_ups(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    data = await visit.sent()
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
    act = await visit.act("save", field="do")
    draft = read_draft(data, languages_of(place.question))
    if act != "save":
        return _form_page(visit, place, act_on(draft, act))
    form = check_draft(data, draft)
    if form.checked is None:
        return _form_page(visit, place, draft, form)
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        _store(survey, form.checked)
    return visit.leave(f"/surveys/{survey_id}", _("Saved. The line goes on."))


def _store(survey: Survey, wanted: AfterRating) -> None:
    stored = read_follow_ups(survey.follow_ups)
    was_asked = survey.published_at is not None
    settled = settle_ids(wanted.follow_ups, stored, was_asked=was_asked)
    survey.follow_ups = write_follow_ups(settled)
    survey.endings = write_endings(wanted.endings)


def _form_page(
    visit: Visit, place: SurveyAt, draft: Draft, form: Form[Any] = NO_ERRORS
) -> Template:
    return visit.page(
        "surveys/follow_ups.html",
        form,
        place=place,
        draft=draft,
        lines=lines,
        languages=language_names(list(draft.languages)),
        lacking=fallbacks(draft.languages, draft.items, draft.endings),
        bands=band_names(METRICS[place.question.metric]),
        kinds=kind_names(),
        scales=SCALES,
        address=f"/surveys/{place.survey.id}/follow-ups",
    )


handlers = [edit_follow_ups, save_follow_ups]
