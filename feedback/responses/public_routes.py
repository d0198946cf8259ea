"""`/r` and `/d`: what browsers, apps and servers send. No cookie is read here.

Plain ASGI in front of the router: this is the one path where every microsecond is paid by each
answer, and where every failure must still be JSON with a reason (docs/decisions/0002).
"""

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec
from litestar.datastructures import State
from litestar.types import HTTPScope, Receive, Send

from feedback import clock
from feedback.db import is_away
from feedback.log_lines import REQUEST_ID, Asked
from feedback.numbers import COUNTED
from feedback.responses.body import MAX_BODY, Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.ingest import month_of, prepare
from feedback.responses.limits import TooManyError
from feedback.responses.message import read_display, read_message
from feedback.responses.outcome import Display, Outcome, StoreUnavailableError
from feedback.responses.receipts import make_token, receipt_path
from feedback.responses.writer import QueueFullError
from feedback.web.edge import CLOSE, NOSNIFF, Patience
from feedback.web.under import path_of

log = logging.getLogger(__name__)

BUSY = "the server cannot store answers right now; send it again"
RETRY_SECONDS = 2

# Anybody may send an answer from anywhere, without credentials.
_OPEN_TO_ALL = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"x-feedback-reason, x-feedback-dropped, retry-after"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"cache-control", b"no-store"),
    NOSNIFF,
]
_PREFLIGHT = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, idempotency-key"),
    (b"access-control-max-age", b"86400"),
]


# Names the details of an answer that could not be kept as they came.
DROPPED = "X-Feedback-Dropped"
# Told with 200: whether it was a repeat nobody can tell, as nothing leads to what was stored.
ONE_MESSAGE = b"an anonymous survey keeps the first message of an answer; this one changed nothing"
MOST_DROPPED = 20


def told_dropped(dropped: Iterable[str]) -> str:
    """The value of that header: names in the order found, what is no plain letter as in addresses.

    >>> told_dropped(["comment", "properties.prénom", "comment"])
    'comment, properties.pr%C3%A9nom'
    """
    names = list(dict.fromkeys(dropped))
    more = ["..."] if len(names) > MOST_DROPPED else []
    return ", ".join([*(quote(name, safe=".") for name in names[:MOST_DROPPED]), *more])


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a JSON body or none, and headers beside the usual ones."""

    status: int
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


async def store_response(state: State, scope: HTTPScope, body: bytes) -> Reply:
    """201 for a new answer and each repetition of its first message, 200 for a later one; of an
    anonymous survey 201 for the first alone."""
    message, dropped = read_message(body)
    survey = await find_survey(state, _key(scope))
    answer = prepare(message, survey, clock.now(), state.key, dropped)
    sender = state.limits.admit_answer(scope, survey, message, answer)
    outcome: Outcome = await state.bursts.store(answer, sender)
    if outcome.status == "conflict":
        raise Refused(409, "seq_conflict", "this seq was already sent with another content")
    is_first = outcome.status == "created" or (outcome.status == "repeated" and outcome.first)
    headers = [(DROPPED.lower().encode(), told_dropped(dropped).encode())] if dropped else []
    if survey.is_anonymous:
        content = msgspec.json.encode({"id": outcome.response_id, "seq": message.seq})
        if outcome.status != "created":
            is_first, headers = False, [(b"x-feedback-reason", ONE_MESSAGE)]
        return Reply(201 if is_first else 200, content, headers)
    # Who names a person and a thing may be anybody: another message may be about the same answer.
    is_shared = answer.about_key is not None and answer.who is not None
    token = make_token(state.key, answer, is_shared=is_shared)
    receipt = path_of(state.settings.base_url) + receipt_path(survey.key, token)
    said = {"id": outcome.response_id, "seq": outcome.seq, "receipt": receipt}
    return Reply(201 if is_first else 200, msgspec.json.encode(said), headers)


async def count_display(state: State, scope: HTTPScope, body: bytes) -> Reply:
    message = read_display(body)
    survey = await find_survey(state, _key(scope))
    state.limits.admit_display(scope, survey)
    if survey.state == "live" and survey.series_id is not None and not message.test:
        month = month_of(clock.now(), survey.zone)
        await state.writer.store(
            Display(survey.workspace_id, survey.series_id, message.channel, month, message.kind)
        )
        if message.kind == "shown":
            state.sightings.note(survey, _origin(scope), message.page)
    return Reply(204)


async def find_survey(state: State, survey_key: str) -> SurveyDefinition:
    """The survey of a public key. Raises Refused when there is none, StoreUnavailableError
    when nobody can tell."""
    try:
        survey: SurveyDefinition | None = await state.catalog.find(survey_key)
    except Exception as error:
        if is_away(error):
            raise StoreUnavailableError(str(error)) from error
        raise
    if survey is None:
        raise Refused(404, "survey_unknown", "there is no survey with this key")
    return survey


ACTS: dict[str, Callable[[State, HTTPScope, bytes], Awaitable[Reply]]] = {
    "/r/": store_response,
    "/d/": count_display,
}

PATHS = tuple(f"{start}{{survey_key}}" for start in ACTS)


async def answer(
    state: State, scope: HTTPScope, receive: Receive, send: Send, patience: Patience
) -> None:
    """Act on one request to `/r/{survey_key}` or `/d/{survey_key}`; always answers JSON."""
    began = time.perf_counter()
    try:
        reply = await _reply(state, scope, receive, patience)
    except Refused as refused:
        reply = _refused(refused)
        about = _about(scope, began, refused.status)
        log.info("an answer was refused: %s", refused.error, extra=about)
    except (QueueFullError, StoreUnavailableError) as error:
        about = _about(scope, began, 503)
        is_full = isinstance(error, QueueFullError)
        said = "the queue is full" if is_full else error
        log.warning("an answer was not stored: %s", said, extra=about)
        reply = _refusal(503, "busy", BUSY, (b"retry-after", str(RETRY_SECONDS).encode()))
        reply.headers.append((REQUEST_ID, about["asked"].id.encode()))
    except Exception:
        about = _about(scope, began, 500)
        log.exception("an answer was not stored", extra=about)
        reply = _refusal(500, "server_error", "the server failed; send it again later")
        reply.headers.append((REQUEST_ID, about["asked"].id.encode()))
    await _send(send, reply)


def _about(scope: HTTPScope, began: float, status: int) -> dict[str, Any]:
    """What the line about a refused answer says of its request."""
    return {"asked": Asked(scope, scope["path"][:3] + "{survey_key}", began), "status": status}


async def _reply(state: State, scope: HTTPScope, receive: Receive, patience: Patience) -> Reply:
    if scope["method"] == "OPTIONS":
        return Reply(204, headers=_PREFLIGHT)
    if scope["method"] != "POST":
        raise Refused(405, "method_not_allowed", "send it with POST")
    body = await patience.whole(_body(receive), _too_slow)
    return await ACTS[scope["path"][:3]](state, scope, body)


def _too_slow() -> Refused:
    """Why a body that never became whole is refused."""
    return Refused(408, "too_slow", "the body did not come in time")


def _key(scope: HTTPScope) -> str:
    return scope["path"][3:]


def _origin(scope: HTTPScope) -> str:
    found = (value for name, value in scope["headers"] if name == b"origin")
    return next(found, b"").decode("latin-1")


async def _body(receive: Receive) -> bytes:
    parts = []
    size = 0
    while True:
        event: Any = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(400, "body_incomplete", "the connection ended before the body did")
        part = event.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise Refused(413, "body_too_large", f"the body is larger than {MAX_BODY} bytes")
        parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts)


def _refused(refused: Refused) -> Reply:
    if isinstance(refused, TooManyError):
        wait = str(refused.retry_after).encode()
        return _refusal(429, refused.error, refused.reason, (b"retry-after", wait))
    return _refusal(refused.status, refused.error, refused.reason)


def _refusal(status: int, error: str, reason: str, *headers: tuple[bytes, bytes]) -> Reply:
    COUNTED["refusals", error] += 1
    content = msgspec.json.encode({"error": error, "reason": reason})
    return Reply(status, content, [(b"x-feedback-reason", reason.encode()), *headers])


async def _send(send: Send, reply: Reply) -> None:
    headers = [*_OPEN_TO_ALL, *reply.headers]
    if reply.status == 408:
        headers.append(CLOSE)
    if reply.status != 204:
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
