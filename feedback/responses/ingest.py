"""One response, from bytes to a checked answer: parsed once, refused with a reason.

Plain decoders answer bad UTF-8, lone surrogates, deep nesting and doubled keys each in their own
way, some with a crash. Here every one of them is a refusal (SAFETY.md G2).
"""

import hashlib
import hmac
import json
import math
import re
import secrets
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from feedback.identity import UNSIGNED, identity_secret, is_signed
from feedback.responses.answers import AnswersError, kept_answers
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.models import CHANNELS
from feedback.responses.outcome import Answer
from feedback.responses.page import kept_page

MAX_BODY = 65_536  # what a browser sends with `keepalive` at most
MAX_DEPTH = 32
MAX_PROPERTIES = 50
OLDEST = timedelta(days=7)
# A phone's clock may run ahead a little; its answer then counts as given now.
CLOCK_TOLERANCE = timedelta(minutes=5)

Text = Annotated[str, msgspec.Meta(max_length=500)]


class Refused(Exception):
    """A message that is not stored. `error` is for programs, `reason` for the integrator."""

    def __init__(self, status: int, error: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.error = error
        self.reason = reason


class Contact(msgspec.Struct):
    """Who answers, in the customer's own terms; only a keyed hash of it is stored."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254)] | None = None
    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Message(msgspec.Struct, kw_only=True):
    """The body of `POST /r/{survey_key}`; unknown keys are ignored."""

    rating: int
    v: int = 1
    submission_id: uuid.UUID | None = None
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 1
    comment: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    answers: dict[str, Any] | None = None
    properties: (
        dict[Annotated[str, msgspec.Meta(max_length=64)], Text | int | float | bool | None] | None
    ) = None
    locale: Annotated[str, msgspec.Meta(max_length=16)] | None = None
    channel: str = "api"
    contact: Contact | None = None
    signature: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    page: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    answered_at: datetime | None = None
    test: bool = False


class DisplayMessage(msgspec.Struct, kw_only=True):
    """The body of `POST /d/{survey_key}`."""

    kind: str
    channel: str = "widget"
    page: Text | None = None
    test: bool = False


def read_message(body: bytes) -> Message:
    """The checked message in a body. Raises Refused."""
    return _convert(read_json(body), Message)


def read_display(body: bytes) -> DisplayMessage:
    """The checked display in a body. Raises Refused."""
    message = _convert(read_json(body), DisplayMessage)
    if message.kind not in ("shown", "dismissed"):
        raise Refused(422, "kind_invalid", "kind must be shown or dismissed")
    _check_channel(message.channel)
    return message


def read_json(body: bytes) -> Any:
    """Decode strictly: valid UTF-8, no key twice, no NaN, no NUL, at most 32 levels."""
    # Whatever its content type: a body sent as text/plain needs no preflight.
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_no_constant
        )
        _check_tree(value, MAX_DEPTH, escapes=b"\\u" in body)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Refused(
            400, "body_malformed", f"the body is not valid JSON: {_said(error)}"
        ) from None
    return value


def prepare(
    message: Message, survey: SurveyDefinition, received_at: datetime, key: bytes
) -> Answer:
    """The answer that a message means for this survey at this moment. Raises Refused.

    key: the server's secret, which turns who answered into a keyed hash.
    """
    _check_state(survey, message.test)
    _check_rating(message.rating, survey)
    _check_channel(message.channel)
    assert survey.series_id is not None
    answered_at = _moment(message.answered_at, received_at)
    return Answer(
        workspace_id=survey.workspace_id,
        survey_id=survey.survey_id,
        series_id=survey.series_id,
        submission_id=message.submission_id or uuid.uuid4(),
        response_id=id_at(answered_at),
        seq=message.seq,
        digest=hashlib.blake2b(msgspec.msgpack.encode(message), digest_size=16).digest(),
        rating=message.rating,
        comment=message.comment or None,
        answers=_json(_answers(message.answers, survey)),
        properties=_json(message.properties),
        channel=message.channel,
        locale=message.locale,
        page=kept_page(message.page),
        answered_at=answered_at,
        received_at=received_at,
        month=month_of(answered_at, survey.zone),
        state="test" if message.test else "counted",
        respondent_key=_respondent_key(message, survey, key),
    )


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    """The first day of the month a moment belongs to, on the workspace's own calendar.

    >>> month_of(datetime(2026, 7, 31, 16, 30, tzinfo=UTC), ZoneInfo("Asia/Manila"))
    datetime.date(2026, 8, 1)
    """
    return moment.astimezone(zone).date().replace(day=1)


def id_at(moment: datetime, seed: bytes | None = None) -> uuid.UUID:
    """A UUIDv7 of this moment; the same `seed` gives the same id again, none gives a random one."""
    tail = int.from_bytes(seed[:10] if seed else secrets.token_bytes(10))
    milliseconds = int(moment.timestamp() * 1000)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def respondent_key(who: str, workspace_id: uuid.UUID, key: bytes) -> bytes:
    """A keyed hash of an external id or e-mail: joins one person's answers, names nobody."""
    return hmac.digest(key, workspace_id.bytes + who.strip().casefold().encode(), "sha256")[:16]


def _respondent_key(message: Message, survey: SurveyDefinition, key: bytes) -> bytes | None:
    contact, given = message.contact, message.signature
    who = contact and (contact.id or contact.email)
    if who and (survey.needs_signature or given is not None):
        secret = identity_secret(key, survey.workspace_id)
        is_true = is_signed(who, given or "", secret)
        if not is_true and survey.needs_signature:
            raise Refused(403, *UNSIGNED)
        who = who if is_true else None  # the answer counts, the contact may be false
    return respondent_key(who, survey.workspace_id, key) if who else None


def _check_state(survey: SurveyDefinition, is_test: bool) -> None:
    if survey.state == "closed":
        raise Refused(410, "survey_closed", "this survey is closed and takes no more answers")
    if survey.series_id is None or (survey.state != "live" and not is_test):
        raise Refused(403, f"survey_{survey.state}", f"this survey is {survey.state}, not live")


def _check_rating(rating: int, survey: SurveyDefinition) -> None:
    metric = survey.metric
    if not metric.minimum <= rating <= metric.maximum:
        scale = f"{metric.minimum} to {metric.maximum}"
        raise Refused(422, "rating_off_scale", f"rating must be a whole number from {scale}")


def _answers(answers: dict[str, Any] | None, survey: SurveyDefinition) -> dict[str, Any] | None:
    try:
        return kept_answers(answers, survey)
    except AnswersError as error:
        raise Refused(422, error.error, str(error)) from None


def _check_channel(channel: str) -> None:
    if channel not in CHANNELS or channel == "import":
        names = ", ".join(name for name in CHANNELS if name != "import")
        raise Refused(422, "channel_invalid", f"channel must be one of {names}")


def _moment(answered_at: datetime | None, received_at: datetime) -> datetime:
    if answered_at is None:
        return received_at
    if answered_at.tzinfo is None:
        raise Refused(422, "answered_at_invalid", "answered_at needs its time zone, such as Z")
    if answered_at > received_at + CLOCK_TOLERANCE:
        raise Refused(422, "answered_at_ahead", "answered_at is in the future")
    if answered_at < received_at - OLDEST:
        raise Refused(422, "answered_at_too_old", "answered_at is more than 7 days back")
    return min(answered_at.astimezone(UTC), received_at)


M = TypeVar("M", Message, DisplayMessage)


def _convert(value: Any, kind: type[M]) -> M:
    if not isinstance(value, dict):
        raise Refused(400, "body_malformed", "the body must be a JSON object")
    try:
        message = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    if isinstance(message, Message) and message.v != 1:
        raise Refused(422, "v_invalid", "v must be 1")
    if isinstance(message, Message) and len(message.properties or ()) > MAX_PROPERTIES:
        raise Refused(422, "properties_invalid", f"at most {MAX_PROPERTIES} properties")
    return message


_PLACE = re.compile(r"`\$\.(\w+)")


def _invalid(said: str) -> Refused:
    place = _PLACE.search(said) or re.search(r"required field `(\w+)`", said)
    name = place.group(1) if place else "body"
    return Refused(422, f"{name}_invalid", said.replace("`", ""))


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _check_tree(value: Any, depth: int, *, escapes: bool) -> None:
    # Only an escape can bring in NUL or half a character: raw ones are not valid JSON or UTF-8.
    if depth == 0:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, str):
        if escapes:
            _check_text(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            if escapes:
                _check_text(name)
            _check_tree(item, depth - 1, escapes=escapes)
    elif isinstance(value, list):
        for item in value:
            _check_tree(item, depth - 1, escapes=escapes)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is too large")


def _check_text(text: str) -> None:
    if "\x00" in text:  # PostgreSQL refuses it in text, and with it the whole batch
        raise ValueError("it holds a NUL character")
    text.encode("utf-8")  # a lone surrogate has no encoding and raises a ValueError


def _said(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).encode("ascii", "replace").decode()


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None
