"""One response, from a checked message to an answer of a survey, or refused with a reason."""

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import uuid_utils

from feedback.identity import (
    UNSIGNED,
    Who,
    email_of,
    id_of,
    identity_secret,
    is_merge_tag,
    keyed_hash,
    vouched,
    who_of,
)
from feedback.responses.answers import kept_answers
from feedback.responses.body import Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.message import Contact, Message, check_channel
from feedback.responses.outcome import Answer
from feedback.responses.page import kept_page
from feedback.responses.unlinked import stripped, unlinked

OLDEST = timedelta(days=7)
# A phone's clock may run ahead a little; its answer then counts as given now.
CLOCK_TOLERANCE = timedelta(minutes=5)


def prepare(
    message: Message,
    survey: SurveyDefinition,
    received_at: datetime,
    key: bytes,
    dropped: list[str] | None = None,
) -> Answer:
    """The answer that a message means for this survey at this moment. Raises Refused.

    key: the server's secret, which turns who answered, and what about, into keyed hashes.
    dropped: gets the names of the details that cannot be kept.
    """
    left = [] if dropped is None else dropped
    _check_state(survey, message.test)
    _check_rating(message.rating, survey)
    check_channel(message.channel)
    assert survey.series_id is not None
    if survey.is_anonymous:
        message = stripped(message, survey.kept_properties, left)
    answered_at = _moment(message, received_at)
    who = _who(message, survey, key, left)
    answer = Answer(
        workspace_id=survey.workspace_id,
        survey_id=survey.survey_id,
        series_id=survey.series_id,
        submission_id=message.submission_id or uuid.uuid4(),
        response_id=id_at(answered_at),
        seq=message.seq,
        digest=hashlib.blake2b(msgspec.msgpack.encode(message), digest_size=16).digest(),
        rating=message.rating,
        comment=message.comment or None,
        answers=_json(kept_answers(message.answers, survey, left)),
        properties=_json(_filled(message.properties, left)),
        channel=message.channel,
        locale=message.locale,
        page=kept_page(message.page),
        answered_at=answered_at,
        received_at=received_at,
        month=month_of(answered_at, survey.zone),
        state="test" if message.test else "counted",
        late=message.late and message.answered_at is None,
        who=who,
        respondent_key=who.names[0].key if who else None,
        about_key=_about_key(message.about, survey.workspace_id, key, left),
    )
    return unlinked(answer, key, survey.zone, id_at) if survey.is_anonymous else answer


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    """The first day of the month a moment belongs to, on the workspace's own calendar.

    >>> month_of(datetime(2026, 7, 31, 16, 30, tzinfo=UTC), ZoneInfo("Asia/Manila"))
    datetime.date(2026, 8, 1)
    """
    return moment.astimezone(zone).date().replace(day=1)


def id_at(moment: datetime) -> uuid.UUID:
    """A UUIDv7 of this moment, random but for its time."""
    # Not os.urandom: a call into the system gives the interpreter away, which is then waited for.
    chance = uuid_utils.uuid4().int
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    versioned = milliseconds << 80 | 0x7 << 76 | (chance >> 112 & 0xFFF) << 64
    return uuid.UUID(int=versioned | 0x2 << 62 | chance & 0x3FFFFFFFFFFFFFFF)


def _who(message: Message, survey: SurveyDefinition, key: bytes, dropped: list[str]) -> Who | None:
    contact = message.contact or Contact()
    external_id, email = id_of(contact.id), email_of(contact.email)
    for name, given, found in (("id", contact.id, external_id), ("email", contact.email, email)):
        if given is not None and found is None and (given != "" or name == "id"):
            dropped.append(f"contact.{name}")
    if external_id is None and email is None:
        return None
    is_joined = False
    if survey.needs_signature or message.signature is not None:
        sent_id = None if external_id is None else str(contact.id)
        sent_email = None if email is None else contact.email
        secret = identity_secret(key, survey.workspace_id)
        is_true, is_joined = vouched(sent_id, sent_email, message.signature or "", secret)
        if not is_true and survey.needs_signature:
            raise Refused(403, *UNSIGNED)
        if not is_true:  # the answer counts, the contact may be false
            dropped.append("contact")
            return None
    return who_of(key, survey.workspace_id, external_id, email, is_joined=is_joined)


def _about_key(about: Any, workspace_id: uuid.UUID, key: bytes, dropped: list[str]) -> bytes | None:
    if about is None:
        return None
    text = id_of(about)
    if text is None:
        dropped.append("about")
        return None
    return keyed_hash(key, workspace_id, b"\0about\0" + text.encode())


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


def _moment(message: Message, received_at: datetime) -> datetime:
    answered_at = message.answered_at
    if answered_at is None:
        return received_at
    if answered_at.tzinfo is None:
        raise Refused(422, "answered_at_invalid", "answered_at needs its time zone, such as Z")
    if answered_at > received_at + CLOCK_TOLERANCE:
        raise Refused(422, "answered_at_ahead", "answered_at is in the future")
    if answered_at < received_at - OLDEST:
        reason = "answered_at is more than 7 days back; without it, and with late, it counts now"
        raise Refused(422, "answered_at_too_old", reason)
    return min(answered_at.astimezone(UTC), received_at)


def _filled(properties: dict[str, Any] | None, dropped: list[str]) -> dict[str, Any] | None:
    """Without those that a tool did not fill in."""
    tags = [
        name
        for name, value in (properties or {}).items()
        if isinstance(value, str) and is_merge_tag(value)
    ]
    if not properties or not tags:
        return properties
    dropped += [f"properties.{name}" for name in tags]
    return {name: value for name, value in properties.items() if name not in tags}


def _json(value: Any) -> str | None:
    return msgspec.json.encode(value).decode() if value else None
