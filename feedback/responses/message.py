"""The messages of `POST /r/{survey_key}` and `/d/{survey_key}`, from bytes to checked values.

What says which answer this is and what it rates is taken as it is, or the message is refused. A
detail beside it never costs the rating: what cannot be kept is mended or left out, and named.
"""

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from feedback.identity import MOST_EMAIL, MOST_ID
from feedback.responses.body import Refused, read_json
from feedback.responses.models import CHANNELS

MAX_PROPERTIES = 50
MOST_NAME, MOST_VALUE, MOST_COMMENT = 64, 500, 10_000
MOST_ABOUT = 200

Text = Annotated[str, msgspec.Meta(max_length=MOST_VALUE)]
Scalar = Text | int | float | bool | None
# A number that names somebody or something is taken as its text.
Named = Annotated[str, msgspec.Meta(max_length=MOST_ID)] | int | float


class Contact(msgspec.Struct, gc=False):
    """Who answers, in the customer's own terms; only a keyed hash of it is stored."""

    id: Named | None = None
    email: Annotated[str, msgspec.Meta(max_length=MOST_EMAIL)] | None = None
    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Message(msgspec.Struct, kw_only=True, gc=False):
    """The body of `POST /r/{survey_key}`; unknown keys are ignored.

    about: what is rated, such as an order; only a keyed hash of it is stored. late: given longer
    ago than `answered_at` may say.
    """

    rating: int
    v: int = 1
    submission_id: uuid.UUID | None = None
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 1
    comment: Annotated[str, msgspec.Meta(max_length=MOST_COMMENT)] | None = None
    answers: dict[str, Any] | None = None
    properties: dict[Annotated[str, msgspec.Meta(max_length=MOST_NAME)], Scalar] | None = None
    locale: Annotated[str, msgspec.Meta(max_length=16)] | None = None
    channel: str = "api"
    contact: Contact | None = None
    about: Named | None = None
    signature: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    page: Text | None = None
    answered_at: datetime | None = None
    late: bool = False
    test: bool = False


class DisplayMessage(msgspec.Struct, kw_only=True):
    """The body of `POST /d/{survey_key}`."""

    kind: str
    channel: str = "widget"
    page: Any = None
    test: bool = False


def read_message(body: bytes) -> tuple[Message, list[str]]:
    """The checked message in a body, and what of it was mended or left out. Raises Refused."""
    value, dropped = read_json(body)
    try:
        message = msgspec.convert(value, Message)
    except msgspec.ValidationError:
        message = _convert(_kept(value, dropped), Message)
    if message.v != 1:
        raise Refused(422, "v_invalid", "v must be 1")
    if len(message.properties or ()) > MAX_PROPERTIES:
        message.properties = _properties(message.properties, dropped)
    return message, dropped


def read_display(body: bytes) -> DisplayMessage:
    """The checked display in a body. Raises Refused."""
    message = _convert(read_json(body)[0], DisplayMessage)
    if message.kind not in ("shown", "dismissed"):
        raise Refused(422, "kind_invalid", "kind must be shown or dismissed")
    check_channel(message.channel)
    message.page = message.page[:MOST_VALUE] if isinstance(message.page, str) else None
    return message


def check_channel(channel: str) -> None:
    if channel not in CHANNELS or channel == "import":
        names = ", ".join(name for name in CHANNELS if name != "import")
        raise Refused(422, "channel_invalid", f"channel must be one of {names}")


M = TypeVar("M", Message, DisplayMessage)


def _convert(value: Any, kind: type[M]) -> M:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None


_PLACE = re.compile(r"`\$\.(\w+)")


def _invalid(said: str) -> Refused:
    place = _PLACE.search(said) or re.search(r"required field `(\w+)`", said)
    name = place.group(1) if place else "body"
    return Refused(422, f"{name}_invalid", said.replace("`", ""))


def _kept(value: dict[str, Any], dropped: list[str]) -> dict[str, Any]:
    """The message with details that fit; which did not is added to `dropped`."""
    kept = dict(value)
    for name, fitting in _DETAILS.items():
        if kept.get(name) is not None:
            kept[name] = fitting(kept[name], dropped)
    return kept


def _cut(name: str, most: int) -> Callable[[Any, list[str]], str | None]:
    """A text to its longest; what is no text is left out."""

    def fitting(value: Any, dropped: list[str]) -> str | None:
        if not isinstance(value, str) or len(value) > most:
            dropped.append(name)
        return value[:most] if isinstance(value, str) else None

    return fitting


def _whole(name: str, most: int) -> Callable[[Any, list[str]], Any]:
    """What means another thing when it is cut: left out when it is too long."""

    def fitting(value: Any, dropped: list[str]) -> Any:
        if _is_name(value, most):
            return value
        dropped.append(name)
        return None

    return fitting


def _is_name(value: Any, most: int) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number or (isinstance(value, str) and len(value) <= most)


def _contact(value: Any, dropped: list[str]) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        dropped.append("contact")
        return None
    limits = {"id": MOST_ID, "email": MOST_EMAIL, "name": 200}
    kept = {}
    for name, most in limits.items():
        item = value.get(name)
        if item is None or (_is_name(item, most) and (name == "id" or isinstance(item, str))):
            kept[name] = item
        else:
            dropped.append(f"contact.{name}")
    return kept


def _properties(value: Any, dropped: list[str]) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        dropped.append("properties")
        return None
    kept: dict[str, Any] = {}
    for name, item in value.items():
        is_scalar = item is None or isinstance(item, str | int | float)
        fits = is_scalar and not (isinstance(item, str) and len(item) > MOST_VALUE)
        if fits and len(name) <= MOST_NAME and len(kept) < MAX_PROPERTIES:
            kept[name] = item
        else:
            dropped.append(f"properties.{name[:MOST_NAME]}")
    return kept


def _answers(value: Any, dropped: list[str]) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return value
    dropped.append("answers")
    return None


def _signature(value: Any, _dropped: list[str]) -> str:
    """A broken signature is a wrong one, never none: unsigned might be allowed to do more."""
    return value if isinstance(value, str) and len(value) <= 200 else ""


def _flag(name: str) -> Callable[[Any, list[str]], Any]:
    def fitting(value: Any, dropped: list[str]) -> Any:
        if isinstance(value, bool):
            return value
        dropped.append(name)
        return False

    return fitting


_DETAILS: dict[str, Callable[[Any, list[str]], Any]] = {
    "comment": _cut("comment", MOST_COMMENT),
    "page": _cut("page", MOST_VALUE),
    "locale": _whole("locale", 16),
    "about": _whole("about", MOST_ABOUT),
    "contact": _contact,
    "properties": _properties,
    "answers": _answers,
    "signature": _signature,
    "late": _flag("late"),
}
