"""What a link to the hosted page and its form carry, and the message they mean."""

import hmac
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from feedback.db import new_id
from feedback.identity import MOST_EMAIL, MOST_ID, old_name
from feedback.responses.body import Refused
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.message import MAX_PROPERTIES, MOST_ABOUT, MOST_NAME, MOST_VALUE
from feedback.surveys.follow_ups import BANDS, asked_in, band_of
from feedback.surveys.overall import COUNTED_MOST

CHANNELS = ("page", "email", "qr", "kiosk")
TEST_FIELD = "feedback-test"
# The boxes of "What counted most?", each a touchpoint, and the one beside them.
MOMENT_FIELD, NONE_OF_THESE = "counted_most", "none"
# The boxes of a follow-up question, before its id.
FOLLOW_UP_FIELD = "f_"
MOST_FIELDS = 200
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HostedForm:
    """The texts as given. `answer` is the id made for this page when the link names nobody.

    moments: the boxes ticked under "What counted most?". given: what was chosen in each
    follow-up question. asked: the band whose questions the page that was sent asked.
    """

    rating: str = ""
    comment: str = ""
    lang: str = ""
    id: str = ""
    email: str = ""
    about: str = ""
    sig: str = ""
    channel: str = "page"
    answer: str = ""
    is_test: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: str = ""

    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the page passes on, besides what is typed into it."""
        named = {
            "id": self.id,
            "email": self.email,
            "about": self.about,
            "sig": self.sig,
            "channel": self.channel,
        }
        fields = [(name, value) for name, value in named.items() if value]
        fields += [(f"p_{name}", value) for name, value in self.properties.items()]
        return fields + ([(TEST_FIELD, "")] if self.is_test else [])


def read_link(query: bytes) -> HostedForm:
    """The parameters of a link; what cannot be read is left out, so that the page always opens."""
    # A copied address must not make two people share one answer.
    return _form({**link_fields(query), "answer": "", "asked": ""})


def unnamed(form: HostedForm, survey: SurveyDefinition) -> HostedForm:
    """For an anonymous survey without whom a link names, and with the properties it keeps."""
    if not survey.is_anonymous:
        return form
    kept = {n: value for n, value in form.properties.items() if n in survey.kept_properties}
    return replace(form, id="", email="", about="", sig="", properties=kept)


def read_form(body: bytes, query: bytes = b"") -> HostedForm:
    """The fields of a posted form, and of the link it was posted to. Raises Refused."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Refused(400, "body_malformed", "the body is not a form in UTF-8") from None
    chosen: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        chosen.setdefault(name, {})[value] = None
    given = {name[2:]: tuple(chosen[name]) for name in chosen if name.startswith(FOLLOW_UP_FIELD)}
    ticked = tuple(chosen.get(MOMENT_FIELD, ()))
    return replace(_form(link_fields(query) | dict(pairs)), moments=ticked, given=given)


def link_fields(query: bytes) -> dict[str, str]:
    """The parameters of a link; of one given twice the last. Nothing where they are too many."""
    try:
        pairs = parse_qsl(
            query.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    # An address that was escaped for HTML and pasted elsewhere says "&amp;rating=4".
    return {name.removeprefix("amp;"): value.replace("\x00", "") for name, value in pairs}


def message_of(form: HostedForm, survey: SurveyDefinition, seq: int) -> bytes:
    """The body of `POST /r/{survey_key}` that this form means: one set of rules for both."""
    contact = {"id": form.id or None, "email": form.email or None}
    message: dict[str, Any] = {
        "v": 1,
        "submission_id": str(page_id(form.answer)),
        "seq": seq,
        "rating": form.rating if (rating := given_rating(form)) is None else rating,
        "comment": form.comment.replace("\r\n", "\n").strip() or None,
        "properties": dict(form.properties) or None,
        "locale": form.lang or None,
        "channel": form.channel,
        "contact": contact if form.id or form.email else None,
        "about": form.about or None,
        "answers": {COUNTED_MOST: counted_most(form, survey), **follow_up_answers(form, survey)},
        "signature": form.sig or None,
        "test": form.is_test,
    }
    return json.dumps(message).encode()


def given_rating(form: HostedForm) -> int | None:
    """The rating as a number, on the scale or not; None when it is no whole number."""
    return int(form.rating) if re.fullmatch(r"-?[0-9]{1,4}", form.rating) else None


def follow_up_answers(form: HostedForm, survey: SurveyDefinition) -> dict[str, Any]:
    """What was chosen in the follow-up questions that fit the rating; the comment is apart.

    What is no choice is left out, as a box that is gone: the customer cannot mend either.
    """
    found: dict[str, Any] = {}
    for each in asked_in(survey.follow_ups, band_of(survey.metric, given_rating(form))):
        known = {choice.id for choice in each.choices} or {str(rating) for rating in each.scale}
        chosen = [value for value in form.given.get(each.id, ()) if value in known]
        if chosen and each.kind == "rating":
            found[each.id] = int(chosen[-1])
        elif chosen and each.kind != "comment":
            found[each.id] = chosen if each.kind == "multiple" else chosen[-1]
    return found


def counted_most(form: HostedForm, survey: SurveyDefinition) -> list[str] | None:
    """The touchpoints that were ticked; empty for none of these, None when nothing was.

    A box that is no longer offered is left out: the customer cannot mend that.
    """
    known = {moment.id for moment in survey.moments}
    chosen = [value for value in form.moments if value in known]
    is_none = NONE_OF_THESE in form.moments
    if chosen and is_none:
        return [*chosen, NONE_OF_THESE]  # cannot be, and is told as such
    return chosen if chosen or is_none else None


def old_submission_id(form: HostedForm, survey: SurveyDefinition, key: bytes) -> uuid.UUID:
    """The id that earlier versions made of whom a link names: their one answer for ever."""
    who = old_name(form.id or form.email)
    digest = hmac.digest(key, b"hosted" + survey.survey_id.bytes + who, "sha256")
    return uuid.UUID(bytes=digest[:16], version=5)


def page_id(text: str) -> uuid.UUID:
    """The id a page was given when it was loaded, a new one if there is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return new_id()


def moment_seq(now: datetime) -> int:
    """A seq that rises with time: of two presses the later one wins.

    >>> moment_seq(datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    60
    """
    return max(1, int((now - EPOCH).total_seconds()))


def _form(fields: Mapping[str, str]) -> HostedForm:
    channel = fields.get("channel", "page")
    test = fields.get(TEST_FIELD)
    return HostedForm(
        rating=fields.get("rating", "").strip(),
        comment=fields.get("comment", ""),
        lang=fields.get("lang", "")[:16],
        id=_text(fields.get("id", ""), MOST_ID),
        email=_address(fields.get("email", "").strip()),
        about=_text(fields.get("about", ""), MOST_ABOUT),
        sig=fields.get("sig", "")[:200],
        channel=channel if channel in CHANNELS else "page",
        answer=fields.get("answer", ""),
        asked=asked if (asked := fields.get("asked", "")) in BANDS else "",
        is_test=test is not None and test not in ("off", "false"),
        properties=_properties(fields),
    )


def _text(text: str, most: int) -> str:
    text = text.strip()
    return text if len(text) <= most else ""


def _address(text: str) -> str:
    """An e-mail address of a link: some tools escape it twice, and a plus is not always escaped."""
    return _text(unquote(text).replace(" ", "+") if text.strip() else "", MOST_EMAIL)


def _properties(fields: Mapping[str, str]) -> dict[str, str]:
    # The customer cannot mend a link: what does not fit is left out, the answer is kept.
    found = {
        name[2:]: value
        for name, value in fields.items()
        if name.startswith("p_") and 0 < len(name) - 2 <= MOST_NAME and len(value) <= MOST_VALUE
    }
    return dict(list(found.items())[:MAX_PROPERTIES])
