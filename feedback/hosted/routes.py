"""`/s/{survey_key}`: the survey as a page of its own, for links, e-mails and QR codes.

It works without JavaScript, reads no cookie and asks for no token: anybody may answer, from
anywhere. A GET never writes, whatever the link says: scanners load every link in an e-mail.
"""

from dataclasses import replace
from functools import partial
from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from feedback import clock
from feedback.hosted.form import (
    HostedForm,
    link_fields,
    page_id,
    read_form,
    read_link,
    unnamed,
)
from feedback.hosted.page import (
    RECEIPT_FIELD,
    form_page,
    state_page,
    thanks_address,
    thanks_page,
)
from feedback.hosted.steps import (
    has_more,
    is_last,
    is_stepwise,
    more_address,
    read_more,
)
from feedback.hosted.store import TOO_MANY, refused_page, store_form
from feedback.responses.body import MAX_BODY, Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.outcome import StoreUnavailableError
from feedback.responses.public_routes import DROPPED, told_dropped
from feedback.responses.receipts import read_token, receipt_path
from feedback.responses.writer import QueueFullError
from feedback.surveys.overall import COUNTED_MOST
from feedback.web.page import security_headers

AnyRequest = Request[Any, Any, Any]


@get("/s/{survey_key:str}", needs="nobody")
async def survey_page(request: AnyRequest, survey_key: FromPath[str]) -> Template:
    form = read_link(request.scope["query_string"])
    survey = await _find(request, survey_key)
    if survey is None or is_shut(survey, form):
        return _say_shut(request, survey, form)
    return form_page(request, survey, unnamed(form, survey))


@post("/s/{survey_key:str}", needs="nobody", request_max_body_size=MAX_BODY)
async def answer_survey(
    request: AnyRequest, survey_key: FromPath[str]
) -> Template | Redirect | Response[Any]:
    survey = await _find(request, survey_key)
    form = HostedForm()
    try:
        form = read_form(await request.body(), request.scope["query_string"])
        form = replace(form, answer=str(page_id(form.answer)))
        if survey is None or is_shut(survey, form):
            return _say_shut(request, survey, form)
        form = unnamed(form, survey)
        dropped, token = await store_form(request, survey, form)
    except (Refused, QueueFullError, StoreUnavailableError) as error:
        assert survey is not None
        return refused_page(error, partial(_ask_again, request, survey, form))
    reply = _go_on(request, survey, form, token)
    if TOO_MANY in dropped:  # the rating is stored; this they can mend
        wrong = f"{COUNTED_MOST}_invalid"
        reply = _ask_again(request, survey, form, status=422, error=wrong)
    if dropped:
        request.app.state.sightings.note_unfilled(survey, dropped)
        reply.headers[DROPPED] = told_dropped(dropped)
    return reply


@get("/s/{survey_key:str}/more", needs="nobody")
async def survey_more(request: AnyRequest, survey_key: FromPath[str]) -> Template | Redirect:
    """What is asked after a rating that is stored; of an old address only the thanks are left."""
    form = read_more(request.scope["query_string"], clock.now())
    survey = await _find(request, survey_key)
    if survey is None or is_shut(survey, form):
        return _say_shut(request, survey, form)
    form = unnamed(form, survey)
    if not form.answer or not has_more(survey, form):
        return Redirect(thanks_address(survey, form), status_code=303)
    return form_page(request, survey, form, is_more=True)


@get("/s/{survey_key:str}/thanks", needs="nobody")
async def survey_thanks(request: AnyRequest, survey_key: FromPath[str]) -> Template:
    form = read_link(request.scope["query_string"])
    survey = await _find(request, survey_key)
    if survey is None:
        return _say_shut(request, None, form)
    token = link_fields(request.scope["query_string"]).get(RECEIPT_FIELD, "")
    is_ours = read_token(request.app.state.key, survey.survey_id, token) is not None
    return thanks_page(request, survey, form, receipt_path(survey.key, token) if is_ours else "")


def _go_on(
    request: AnyRequest, survey: SurveyDefinition, form: HostedForm, token: str
) -> Template | Redirect:
    """The next step of an answer that is stored: what fits its rating, then the thanks.

    Of an anonymous survey no address holds the rating: a proxy would log it beside who asked.
    """
    if survey.is_anonymous and is_last(survey, form):
        page = thanks_page(request, survey, form, "") if survey.endings else None
        return page or Redirect(thanks_address(survey, replace(form, rating="")), status_code=303)
    if is_last(survey, form):
        return Redirect(thanks_address(survey, form, token), status_code=303)
    # Where the rating moved to another band what was typed stays on the page.
    if form.asked or survey.is_anonymous:
        return form_page(request, survey, form, is_more=True)
    return Redirect(more_address(survey, form, clock.now()), status_code=303)


def _ask_again(
    request: AnyRequest, survey: SurveyDefinition, form: HostedForm, **problem: Any
) -> Template:
    is_more = bool(form.asked) and is_stepwise(survey)
    return form_page(request, survey, form, is_more=is_more, **problem)


async def _find(request: AnyRequest, survey_key: str) -> SurveyDefinition | None:
    survey: SurveyDefinition | None = await request.app.state.catalog.find(survey_key)
    return survey


def is_shut(survey: SurveyDefinition, form: HostedForm) -> bool:
    """Whether the survey takes no answer; a test may be given before it is live."""
    if survey.series_id is None or survey.state == "closed":
        return True
    return survey.state != "live" and not form.is_test


def _say_shut(request: AnyRequest, survey: SurveyDefinition | None, form: HostedForm) -> Template:
    if survey is None:
        return state_page(request, None, form, 404, "unknown")
    state = survey.state if survey.state in ("closed", "paused") else "draft"
    return state_page(request, survey, form, 410 if state == "closed" else 403, state)


def say_too_large(request: AnyRequest, _error: HTTPException) -> Template:
    return state_page(request, None, HostedForm(), 413, "too_large")


router = Router(
    "/",
    route_handlers=[survey_page, answer_survey, survey_more, survey_thanks],
    exception_handlers={413: say_too_large},
    # The link may name the reader: it is not passed on to anybody.
    response_headers={
        **security_headers(framed_by="'self'"),
        "Referrer-Policy": "no-referrer",
        # Who may frame it, its policy says; a site that isolates itself asks for this too.
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
)
