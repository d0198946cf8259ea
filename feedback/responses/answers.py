"""The further answers of a message: those a survey knows are checked, others kept as they come."""

from typing import Any

from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.follow_ups import check_answers
from feedback.surveys.overall import COUNTED_MOST, read_counted_most


class AnswersError(ValueError):
    """An answer that cannot be. `error` is for programs, the text for the integrator."""

    def __init__(self, error: str, reason: str) -> None:
        super().__init__(reason)
        self.error = error


def kept_answers(answers: dict[str, Any] | None, survey: SurveyDefinition) -> dict[str, Any] | None:
    """The answers as they are kept; a known one that is null is left out. Raises AnswersError."""
    if not answers:
        return answers
    if survey.follow_ups:
        try:
            answers = check_answers(survey.follow_ups, answers)
        except ValueError as error:
            raise AnswersError("answers_invalid", str(error)) from None
    return _with_counted_most(answers, survey) if COUNTED_MOST in answers else answers


def _with_counted_most(answers: dict[str, Any], survey: SurveyDefinition) -> dict[str, Any]:
    kept = {name: value for name, value in answers.items() if name != COUNTED_MOST}
    if answers[COUNTED_MOST] is None:
        return kept
    known = [moment.id for moment in survey.moments]
    try:
        return kept | {COUNTED_MOST: read_counted_most(answers[COUNTED_MOST], known)}
    except ValueError as error:
        reason = f"answers.{COUNTED_MOST} {error}"
        raise AnswersError(f"{COUNTED_MOST}_invalid", reason) from None
