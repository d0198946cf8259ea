"""Store the hosted form as the newest message of its answer, or say why it was not stored."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request
from litestar.response import Template

from feedback import clock
from feedback.hosted.form import HostedForm, message_of, moment_seq, old_submission_id
from feedback.hosted.steps import is_last
from feedback.hosted.which import which_answer
from feedback.numbers import COUNTED
from feedback.responses.body import Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.ingest import prepare
from feedback.responses.limits import TooManyError
from feedback.responses.message import read_message
from feedback.responses.outcome import Outcome
from feedback.responses.receipts import Token, make_token
from feedback.surveys.overall import COUNTED_MOST

log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]

RETRY_SECONDS = "2"
# Presses within one second meet the same seq; each tries the next one, a few times.
SEQ_ATTEMPTS = 5
TOO_MANY = f"answers.{COUNTED_MOST}"


async def store_form(
    request: AnyRequest,
    survey: SurveyDefinition,
    form: HostedForm,
    own: Token | None = None,
) -> tuple[list[str], str]:
    """What of the form could not be kept, and the token of the answer's private link.

    own: of the answer that it changes, where somebody has shown that it is theirs. An anonymous
    survey takes one message and gives no token: it is stored when nothing is left to ask. Raises
    Refused.
    """
    state = request.app.state
    now = clock.now()
    message, dropped = read_message(message_of(form, survey, moment_seq(now)))
    answer = prepare(message, survey, now, state.key, dropped)
    if survey.is_anonymous and (TOO_MANY in dropped or not is_last(survey, form)):
        return dropped, ""
    sender = state.limits.admit_answer(request.scope, survey, message, answer)
    # Whoever has a link that names somebody may change the answer that another gave through it.
    is_shared = answer.who is not None
    if own is not None:
        answer = msgspec.structs.replace(answer, submission_id=own.submission_id)
        is_shared = bool(own.seal)
    elif answer.who is not None:
        old_id = old_submission_id(form, survey, state.key)
        completes = bool(form.asked)
        which = await which_answer(state.database, answer, old_id, completes=completes)
        answer = msgspec.structs.replace(answer, submission_id=which)
    for _attempt in range(SEQ_ATTEMPTS):
        outcome: Outcome = await state.bursts.store(answer, sender)
        if outcome.status not in ("conflict", "ignored"):
            break
        answer = msgspec.structs.replace(answer, seq=outcome.seq + 1)
    if survey.is_anonymous:
        return dropped, ""
    return dropped, make_token(state.key, answer, is_shared=is_shared)


def refused_page(error: Exception, ask_again: Callable[..., Template]) -> Template:
    """The form again with why it was not stored. ask_again: takes its `status` and its `error`."""
    if not isinstance(error, Refused):
        COUNTED["refusals", "busy"] += 1
        log.warning("an answer was not stored: %s", error, extra={"status": 503})
        page = ask_again(status=503, error="busy")
        page.headers["Retry-After"] = RETRY_SECONDS
        return page
    COUNTED["refusals", error.error] += 1
    page = ask_again(status=error.status, error=error.error)
    page.headers["X-Feedback-Reason"] = error.reason
    if isinstance(error, TooManyError):
        page.headers["Retry-After"] = str(error.retry_after)
    return page
