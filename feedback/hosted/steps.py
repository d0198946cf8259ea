"""The second step of the hosted page: what is asked after the rating, once that is stored.

Without JavaScript nobody knows the band before the first Send. So the first page of a survey with
follow-up questions asks the rating alone; the next asks what fits its band, as the same answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from feedback.hosted.form import (
    HostedForm,
    given_rating,
    link_fields,
    moment_seq,
    page_id,
    read_link,
)
from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.follow_ups import FollowUp, asked, asked_in, band_of

# An address that is passed on must not lead a second person into the first one's answer.
FRESH_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """One question on the page, in the reader's language; `given` is what was ticked so far."""

    id: str
    kind: str
    question: str
    choices: tuple[tuple[str, str], ...]
    low: str
    high: str
    given: tuple[str, ...]


def is_stepwise(survey: SurveyDefinition) -> bool:
    return bool(asked(survey.follow_ups))


def questions(survey: SurveyDefinition, form: HostedForm) -> tuple[FollowUp, ...]:
    """What fits the rating; while it cannot be read, what the page asked before."""
    band = band_of(survey.metric, given_rating(form)) or form.asked
    return asked_in(survey.follow_ups, band)


def has_more(survey: SurveyDefinition, form: HostedForm) -> bool:
    """Whether anything is asked after this rating."""
    if not is_stepwise(survey) or not band_of(survey.metric, given_rating(form)):
        return False
    has_moments = survey.is_overall and any(moment.is_asked for moment in survey.moments)
    return bool(questions(survey, form)) or has_moments


def is_answered(survey: SurveyDefinition, form: HostedForm) -> bool:
    """Whether the page that was sent asked all that fits the rating it came with."""
    was_asked = {each.id for each in asked_in(survey.follow_ups, form.asked)}
    return bool(form.asked) and all(each.id in was_asked for each in questions(survey, form))


def is_last(survey: SurveyDefinition, form: HostedForm) -> bool:
    """Whether the thanks come next."""
    return not has_more(survey, form) or is_answered(survey, form)


def more_address(survey: SurveyDefinition, form: HostedForm, now: datetime) -> str:
    """Where the first Send leads; the answer's id in it serves for an hour."""
    fields = [*form.hidden_fields(), ("lang", form.lang), ("rating", form.rating)]
    fields += [("answer", form.answer), ("at", str(moment_seq(now)))]
    return f"/s/{survey.key}/more?{urlencode(fields)}#more"


def read_more(query: bytes, now: datetime) -> HostedForm:
    """The form that such an address stands for; without its answer's id when it is too old."""
    fields = link_fields(query)
    at = fields.get("at", "")
    is_fresh = at.isdecimal() and len(at) < 12 and moment_seq(now) - int(at) <= FRESH_SECONDS
    answer = str(page_id(fields.get("answer", ""))) if is_fresh else ""
    return replace(read_link(query), answer=answer)


def as_asked(survey: SurveyDefinition, form: HostedForm, language: str) -> list[PageQuestion]:
    """The questions as the page shows them."""
    default = survey.default_language
    return [
        PageQuestion(
            id=each.id,
            kind=each.kind,
            question=each.text("question", language, default),
            choices=tuple((c.id, c.text(language, default)) for c in each.offered)
            or tuple((str(rating), str(rating)) for rating in each.scale),
            low=each.text("low", language, default),
            high=each.text("high", language, default),
            given=form.given.get(each.id, ()),
        )
        for each in questions(survey, form)
    ]


def ending_in(survey: SurveyDefinition, form: HostedForm, language: str) -> dict[str, Any]:
    """The last words for this rating: `thanks` when the band has its own, `link`, `link_text`."""
    ending = survey.endings.get(band_of(survey.metric, given_rating(form)))
    if ending is None:
        return {"thanks": "", "link": "", "link_text": ""}
    default = survey.default_language
    return {
        "thanks": ending.text(language, default),
        "link": ending.link,
        "link_text": ending.link_text(language, default),
    }
