"""What is kept of an answer to an anonymous survey: nothing that leads to whoever gave it.

| | |
|---|---|
| who, what about, the page | dropped |
| properties | those the survey lists |
| the moments | the workspace's day, in the id too, which is random within it |
| what recognises a repeat | an HMAC of the submission id; the answer's own id stands nowhere else |
"""

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from feedback.identity import keyed_hash
from feedback.responses.message import Message
from feedback.responses.outcome import Answer

# A digest of what was said would lead from the submission to its answer. So every later message of
# an answer is taken for a repeat: same seq, same digest.
NO_DIGEST = bytes(16)


def stripped(message: Message, kept: Collection[str], dropped: list[str]) -> Message:
    """The message without what an anonymous survey never keeps; it is named in `dropped`.

    kept: the names of the properties that the survey lists.
    """
    for name in ("contact", "about", "page"):
        if getattr(message, name) is not None:
            dropped.append(name)
    properties: dict[str, Any] = {}
    for name, value in (message.properties or {}).items():
        if name in kept:
            properties[name] = value
        else:
            dropped.append(f"properties.{name}")
    return msgspec.structs.replace(
        message, contact=None, about=None, signature=None, page=None, properties=properties
    )


def unlinked(answer: Answer, key: bytes, zone: ZoneInfo, id_at: Any) -> Answer:
    """The answer as it is stored: cut to the day, its submission leading nowhere.

    key: the server's secret. id_at: makes the id of a moment.
    """
    day = day_of(answer.answered_at, zone)
    once = once_id(key, answer.workspace_id, answer.survey_id, answer.submission_id)
    return msgspec.structs.replace(
        answer,
        submission_id=once,
        response_id=once,
        row_id=id_at(day),
        seq=1,
        digest=NO_DIGEST,
        answered_at=day,
        received_at=day,
        late=False,
    )


def day_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The midnight in which this day began there, in UTC: the answer's month stays the same.

    >>> day_of(datetime(2026, 7, 31, 16, 30, tzinfo=UTC), ZoneInfo("Asia/Manila")).isoformat()
    '2026-07-31T16:00:00+00:00'
    """
    return datetime.combine(moment.astimezone(zone).date(), time(), zone).astimezone(UTC)


def once_id(
    key: bytes, workspace_id: uuid.UUID, survey_id: uuid.UUID, submission_id: uuid.UUID
) -> uuid.UUID:
    """What stands for a submission: always the same, and without the secret nobody's."""
    digest = keyed_hash(key, workspace_id, b"\0once\0" + survey_id.bytes + submission_id.bytes)
    return uuid.UUID(bytes=digest, version=5)
