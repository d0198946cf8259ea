"""The page "Widget" of a survey: where it appears, in which colours, when and to whom."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback.accounts.visit import Answer, Visit
from feedback.editor.surveys.routes import need_survey
from feedback.editor.widget_settings.labels import (
    art_choices,
    color_notes,
    corner_choices,
    device_names,
    place_choices,
    scheme_choices,
)
from feedback.i18n import gettext as _
from feedback.surveys.customer_texts import page_words
from feedback.surveys.labels import language_names
from feedback.surveys.models import Survey
from feedback.surveys.places import SurveyPlace
from feedback.surveys.widget_settings.look import has_art
from feedback.surveys.widget_settings.page import (
    WidgetIn,
    change_widget,
    read_widget,
    widget_values,
)
from feedback.surveys.widget_settings.rules import roots
from feedback.web.forms import Form


@get("/surveys/{survey_id:uuid}/widget", blocks=("widget_form",), needs="editor")
async def widget_settings(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Template:
    async with visit.read() as session:
        place = await need_survey(visit, session, survey_id)
    return _show(visit, place, Form(widget_values(place.survey), {}))


@post("/surveys/{survey_id:uuid}/widget", blocks=("widget_form",), needs="editor")
async def save_widget_settings(visit: NamedDependency[Visit], survey_id: FromPath[UUID]) -> Answer:
    data = await visit.sent()
    async with visit.write() as session:
        survey = await visit.need(session, Survey, survey_id, lock=True)
        place = await need_survey(visit, session, survey_id)
        form = read_widget(data, place.question)
        if form.checked is not None:
            change_widget(survey, form.checked)
    if form.checked is None:
        return _show(visit, place, form)
    flash = _("Saved. Sites show it within a minute.")
    return visit.leave(f"/surveys/{survey_id}/widget", flash)


def _show(visit: Visit, place: SurveyPlace, form: Form[WidgetIn]) -> Template:
    question = place.question
    languages = list(question.texts)
    values = form.values
    return visit.page(
        "surveys/widget_settings.html",
        form,
        place=place,
        places=place_choices(),
        corners=corner_choices(),
        schemes=scheme_choices(),
        arts=art_choices(),
        devices=device_names(),
        has_art=has_art(question.metric),
        color_notes=color_notes(values.get("color", ""), values.get("scheme", "auto")),
        languages=language_names(languages),
        visitors=language_names(roots(languages)),
        usual_tabs={code: page_words(code, question.default_language)["tab"] for code in languages},
        address=f"/surveys/{place.survey.id}/widget",
    )


handlers = [widget_settings, save_widget_settings]
