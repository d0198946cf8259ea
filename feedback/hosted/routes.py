"""`/s/{survey_key}`: the survey as a page of its own, for links, e-mails and QR codes.

It works without JavaScript, reads no cookie and asks for no token: anybody may answer, from
anywhere. A GET never writes, whatever the link says: scanners load every link in an e-mail.
"""

import logging
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Redirect, Template

from feedback import clock
from feedback.hosted.form import (
    HostedForm,
    message_of,
    moment_seq,
    old_submission_id,
    page_id,
    read_form,
    read_link,
    unnamed,
)
from feedback.hosted.page import (
    form_page,
    state_page,
    thanks_address,
    thanks_page,
)
from feedback.hosted.steps import (
    has_more,
    is_answered,
    is_stepwise,
    more_address,
    read_more,
)
from feedback.hosted.which import which_answer
from feedback.numbers import COUNTED
from feedback.responses.body import MAX_BODY, Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.ingest import prepare
from feedback.responses.limits import TooManyError
from feedback.responses.message import read_message
from feedback.responses.outcome import Outcome, StoreUnavailableError
from feedback.responses.public_routes import DROPPED, told_dropped
from feedback.responses.writer import QueueFullError
from feedback.surveys.overall import COUNTED_MOST
from feedback.web.page import security_headers

log = logging.getLogger(__name__)

AnyRequest = Request[Any, Any, Any]

RETRY_SECONDS = "2"
# Presses within one second meet the same seq; each tries the next one, a few times.
SEQ_ATTEMPTS = 5
_TOO_MANY = f"answers.{COUNTED_MOST}"


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
        dropped = await _store(request, survey, form)
    except Refused as refused:
        assert survey is not None
        COUNTED["refusals", refused.error] += 1
        page = _ask_again(request, survey, form, status=refused.status, error=refused.error)
        page.headers["X-Feedback-Reason"] = refused.reason
        if isinstance(refused, TooManyError):
            page.headers["Retry-After"] = str(refused.retry_after)
        return page
    except (QueueFullError, StoreUnavailableError) as away:
        assert survey is not None
        COUNTED["refusals", "busy"] += 1
        log.warning("an answer was not stored: %s", away, extra={"status": 503})
        page = _ask_again(request, survey, form, status=503, error="busy")
        page.headers["Retry-After"] = RETRY_SECONDS
        return page
    reply = _go_on(request, survey, form)
    if _TOO_MANY in dropped:  # the rating is stored; this they can mend
        error = f"{COUNTED_MOST}_invalid"
        reply = _ask_again(request, survey, form, status=422, error=error)
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
    return thanks_page(request, survey, form)


def _is_last(survey: SurveyDefinition, form: HostedForm) -> bool:
    return not has_more(survey, form) or is_answered(survey, form)


def _go_on(request: AnyRequest, survey: SurveyDefinition, form: HostedForm) -> Template | Redirect:
    """The next step of an answer that is stored: what fits its rating, then the thanks.

    Of an anonymous survey no address holds the rating: a proxy would log it beside who asked.
    """
    if survey.is_anonymous and _is_last(survey, form):
        page = thanks_page(request, survey, form) if survey.endings else None
        return page or Redirect(thanks_address(survey, replace(form, rating="")), status_code=303)
    if _is_last(survey, form):
        return Redirect(thanks_address(survey, form), status_code=303)
    if (
        form.asked or survey.is_anonymous
    ):  # the rating moved to another band: what was typed stays on the page
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


async def _store(request: AnyRequest, survey: SurveyDefinition, form: HostedForm) -> list[str]:
    """Store the form as the newest message of its answer; what of it could not be kept.

    An anonymous survey takes one: it is stored when nothing is left to ask. Raises Refused.
    """
    state = request.app.state
    now = clock.now()
    message, dropped = read_message(message_of(form, survey, moment_seq(now)))
    answer = prepare(message, survey, now, state.key, dropped)
    if survey.is_anonymous and (_TOO_MANY in dropped or not _is_last(survey, form)):
        return dropped
    sender = state.limits.admit_answer(request.scope, survey, message, answer)
    if answer.who is not None:
        old_id = old_submission_id(form, survey, state.key)
        completes = bool(form.asked)
        which = await which_answer(state.database, answer, old_id, completes=completes)
        answer = msgspec.structs.replace(answer, submission_id=which)
    for _attempt in range(SEQ_ATTEMPTS):
        outcome: Outcome = await state.bursts.store(answer, sender)
        if outcome.status not in ("conflict", "ignored"):
            break
        answer = msgspec.structs.replace(answer, seq=outcome.seq + 1)
    return dropped


def _say_too_large(request: AnyRequest, _error: HTTPException) -> Template:
    return state_page(request, None, HostedForm(), 413, "too_large")


router = Router(
    "/",
    route_handlers=[survey_page, answer_survey, survey_more, survey_thanks],
    exception_handlers={413: _say_too_large},
    # The link may name the reader: it is not passed on to anybody.
    response_headers={
        **security_headers(framed_by="'self'"),
        "Referrer-Policy": "no-referrer",
        # Who may frame it, its policy says; a site that isolates itself asks for this too.
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
)
