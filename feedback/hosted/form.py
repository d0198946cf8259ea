"""What a link to the hosted page and its form carry, and the message they mean."""

import hmac
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from feedback.db import new_id
from feedback.responses.catalog import SurveyDefinition
from feedback.responses.ingest import MAX_PROPERTIES, Refused
from feedback.surveys.follow_ups import BANDS, asked_in, band_of
from feedback.surveys.overall import COUNTED_MOST, MOST_MOMENTS

CHANNELS = ("page", "email", "qr", "kiosk")
TEST_FIELD = "feedback-test"
# The boxes of "What counted most?", each a touchpoint, and the one beside them.
MOMENT_FIELD, NONE_OF_THESE = "counted_most", "none"
# The boxes of a follow-up question, before its id.
FOLLOW_UP_FIELD = "f_"
MOST_FIELDS = 200
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# A merge tag nobody replaced names nobody: those who share it must not overwrite each other.
MERGE_TAG = re.compile(r"\{\{.*\}\}|\{%.*%\}|\*\|.*\|\*|%%.*%%|\[\[.*\]\]|<%.*%>")


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
    sig: str = ""
    channel: str = "page"
    answer: str = ""
    is_test: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked: str = ""

    @property
    def who(self) -> str:
        """Whose one answer this is; empty when anybody's."""
        return self.id or self.email

    def hidden_fields(self) -> list[tuple[str, str]]:
        """What the page passes on, besides what is typed into it."""
        named = {"id": self.id, "email": self.email, "sig": self.sig, "channel": self.channel}
        fields = [(name, value) for name, value in named.items() if value]
        fields += [(f"p_{name}", value) for name, value in self.properties.items()]
        return fields + ([(TEST_FIELD, "")] if self.is_test else [])


def read_link(query: bytes) -> HostedForm:
    """The parameters of a link; what cannot be read is left out, so that the page always opens."""
    # A copied address must not make two people share one answer.
    return _form({**link_fields(query), "answer": "", "asked": ""})


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
    try:
        pairs = parse_qsl(
            query.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    return {name: value.replace("\x00", "") for name, value in pairs}


def message_of(form: HostedForm, survey: SurveyDefinition, key: bytes, seq: int) -> bytes:
    """The body of `POST /r/{survey_key}` that this form means: one set of rules for both."""
    contact = {"id": form.id or None, "email": form.email or None}
    message: dict[str, Any] = {
        "v": 1,
        "submission_id": str(submission_id(form, survey, key)),
        "seq": seq,
        "rating": form.rating if (rating := given_rating(form)) is None else rating,
        "comment": form.comment.replace("\r\n", "\n").strip() or None,
        "properties": dict(form.properties) or None,
        "locale": form.lang or None,
        "channel": form.channel,
        "contact": contact if form.who else None,
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

    A box that is no longer offered is left out: the customer cannot mend that. Raises Refused.
    """
    known = {moment.id for moment in survey.moments}
    chosen = [value for value in form.moments if value in known]
    is_none = NONE_OF_THESE in form.moments
    if len(chosen) > MOST_MOMENTS or (chosen and is_none):
        reason = f"choose at most {MOST_MOMENTS} touchpoints, or none of these alone"
        raise Refused(422, f"{COUNTED_MOST}_invalid", reason)
    return chosen if chosen or is_none else None


def submission_id(form: HostedForm, survey: SurveyDefinition, key: bytes) -> uuid.UUID:
    """One id per person and survey, else the one made for this page, so a double press is one."""
    if form.who:
        who = form.who.strip().casefold().encode("utf-8", "replace")
        digest = hmac.digest(key, b"hosted" + survey.survey_id.bytes + who, "sha256")
        return uuid.UUID(bytes=digest[:16], version=5)
    return page_id(form.answer)


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
        id=_identity(fields.get("id", ""), 1, 200),
        email=_identity(fields.get("email", ""), 3, 254),
        sig=fields.get("sig", "")[:200],
        channel=channel if channel in CHANNELS else "page",
        answer=fields.get("answer", ""),
        asked=asked if (asked := fields.get("asked", "")) in BANDS else "",
        is_test=test is not None and test not in ("off", "false"),
        properties=_properties(fields),
    )


def _identity(text: str, least: int, most: int) -> str:
    text = text.strip()
    return "" if MERGE_TAG.fullmatch(text) or not least <= len(text) <= most else text


def _properties(fields: Mapping[str, str]) -> dict[str, str]:
    # The customer cannot mend a link: what does not fit is left out, the answer is kept.
    found = {
        name[2:]: value
        for name, value in fields.items()
        if name.startswith("p_") and 0 < len(name) - 2 <= 64 and len(value) <= 500
    }
    return dict(list(found.items())[:MAX_PROPERTIES])
