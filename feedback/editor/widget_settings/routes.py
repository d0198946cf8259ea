"""The page "Widget" of a survey: where it appears, in which colours, when and to whom."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback.accounts.guards import Viewer
from feedback.db import Database
from feedback.editor.surveys.routes import lock_survey, need_survey
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
from feedback.surveys.places import SurveyPlace
from feedback.surveys.widget_settings.look import has_art
from feedback.surveys.widget_settings.page import (
    WidgetIn,
    change_widget,
    read_widget,
    widget_values,
)
from feedback.surveys.widget_settings.rules import roots
from feedback.web.forms import Form, leave
from feedback.web.page import page


@get("/surveys/{survey_id:uuid}/widget", blocks=("widget_form",), needs="editor")
async def widget_settings(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    survey_id: FromPath[UUID],
) -> Template:
    async with database.read() as session:
        place = await need_survey(session, viewer, survey_id)
    return _show(request, place, Form(widget_values(place.survey), {}))


@post("/surveys/{survey_id:uuid}/widget", blocks=("widget_form",), needs="editor")
async def save_widget_settings(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    survey_id: FromPath[UUID],
) -> Template | Redirect | Response[None]:
    data = await request.form()
    async with database.write() as session:
        survey = await lock_survey(session, viewer, survey_id)
        place = await need_survey(session, viewer, survey_id)
        form = read_widget(data, place.question)
        if form.checked is not None:
            change_widget(survey, form.checked)
    if form.checked is None:
        return _show(request, place, form)
    flash = _("Saved. Sites show it within a minute.")
    return leave(request, f"/surveys/{survey_id}/widget", flash)


def _show(request: HTMXRequest, place: SurveyPlace, form: Form[WidgetIn]) -> Template:
    question = place.question
    languages = list(question.texts)
    values = form.values
    return page(
        request,
        "surveys/widget_settings.html",
        status=422 if form.errors else 200,
        place=place,
        form=form,
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
