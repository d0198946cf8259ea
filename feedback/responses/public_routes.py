"""`/r` and `/d`: what browsers, apps and servers send. No cookie is read here."""

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, Router, post
from litestar.params import FromPath

from feedback import clock
from feedback.responses.ingest import (
    MAX_BODY,
    Refused,
    month_of,
    prepare,
    read_display,
    read_message,
)
from feedback.responses.outcome import Display, Outcome, StoreUnavailableError
from feedback.responses.writer import QueueFullError
from feedback.surveys.catalog import SurveyDefinition

AnyRequest = Request[Any, Any, Any]

OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@post("/r/{survey_key:str}", request_max_body_size=MAX_BODY)
async def receive_response(request: AnyRequest, survey_key: FromPath[str]) -> Response[bytes]:
    message = read_message(await request.body())
    state = request.app.state
    survey = await find_survey(request, survey_key)
    answer = prepare(message, survey, clock.now(), state.key)
    return reply(await state.writer.store(answer))


@post("/d/{survey_key:str}", request_max_body_size=MAX_BODY)
async def receive_display(request: AnyRequest, survey_key: FromPath[str]) -> Response[None]:
    message = read_display(await request.body())
    survey = await find_survey(request, survey_key)
    if survey.state == "live" and survey.series_id is not None and not message.test:
        month = month_of(clock.now(), survey.zone)
        await request.app.state.writer.store(
            Display(survey.workspace_id, survey.series_id, message.channel, month, message.kind)
        )
    return Response(None, status_code=204, headers=OPEN_TO_ALL)


async def find_survey(request: AnyRequest, survey_key: str) -> SurveyDefinition:
    """The survey of a public key. Raises Refused when there is none."""
    survey: SurveyDefinition | None = await request.app.state.catalog.find(survey_key)
    if survey is None:
        raise Refused(404, "survey_unknown", "there is no survey with this key")
    return survey


def reply(outcome: Outcome) -> Response[bytes]:
    """201 for a new answer and each repetition of its first message, 200 for a later one."""
    if outcome.status == "conflict":
        raise Refused(409, "seq_conflict", "this seq was already sent with another content")
    is_first = outcome.status == "created" or (outcome.status == "repeated" and outcome.first)
    return Response(
        msgspec.json.encode({"id": outcome.response_id, "seq": outcome.seq}),
        status_code=201 if is_first else 200,
        media_type=MediaType.JSON,
        headers=OPEN_TO_ALL,
    )


def refuse(_request: AnyRequest, refused: Refused) -> Response[bytes]:
    return _refusal(refused.status, refused.error, refused.reason)


def say_busy(_request: AnyRequest, _error: Exception) -> Response[bytes]:
    answer = _refusal(503, "busy", "the server cannot store answers right now; send it again")
    answer.headers["Retry-After"] = "2"
    return answer


def say_too_large(_request: AnyRequest, _error: Exception) -> Response[bytes]:
    return _refusal(413, "body_too_large", f"the body is larger than {MAX_BODY} bytes")


def _refusal(status: int, error: str, reason: str) -> Response[bytes]:
    return Response(
        msgspec.json.encode({"error": error, "reason": reason}),
        status_code=status,
        media_type=MediaType.JSON,
        headers={
            **OPEN_TO_ALL,
            "Access-Control-Expose-Headers": "X-Feedback-Reason, Retry-After",
            "X-Feedback-Reason": reason,
        },
    )


router = Router(
    "/",
    route_handlers=[receive_response, receive_display],
    exception_handlers={
        Refused: refuse,
        QueueFullError: say_busy,
        StoreUnavailableError: say_busy,
        413: say_too_large,
    },
)
