"""What the kiosk asks after the rating, as its script reads it."""

from typing import Any

from feedback.hosted.page import moments_by_stage
from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.customer_texts import complete_texts
from feedback.surveys.follow_ups import BANDS, asked, shown
from feedback.surveys.overall import COUNTED_MOST


def told_steps(survey: SurveyDefinition, *, asks_why: bool) -> list[dict[str, Any]]:
    """The questions in order, each with its bands; "What counted most?" comes last.

    asks_why: whether a comment is asked for, which needs a keyboard.
    """
    questions = asked(survey.follow_ups)
    found = [
        shown(each, survey.texts, survey.default_language)
        for each in questions
        if asks_why or each.kind != "comment"
    ]
    if asks_why and not questions:
        found.append(_comment(survey))
    return found + _counted_most(survey)


def _comment(survey: SurveyDefinition) -> dict[str, Any]:
    """What a survey without questions of its own asks."""
    default = survey.default_language
    texts = {code: complete_texts(survey.texts, code, default)["comment"] for code in survey.texts}
    return {
        "id": "comment",
        "kind": "comment",
        "bands": BANDS,
        "texts": {code: {"question": text} for code, text in texts.items()},
    }


def _counted_most(survey: SurveyDefinition) -> list[dict[str, Any]]:
    stages = [
        {"name": stage, "choices": [{"id": moment.id, "name": moment.name} for moment in listed]}
        for stage, listed in moments_by_stage(survey)
    ]
    step = {"id": COUNTED_MOST, "kind": "counted_most", "bands": BANDS, "stages": stages}
    return [step] if stages else []
