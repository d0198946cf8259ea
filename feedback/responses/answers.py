"""The further answers of a message: those to questions the survey asks, each checked alone."""

from typing import Any

from feedback.responses.catalog import SurveyDefinition
from feedback.surveys.follow_ups import check_answers
from feedback.surveys.overall import COUNTED_MOST, read_counted_most


def kept_answers(
    answers: dict[str, Any] | None, survey: SurveyDefinition, dropped: list[str]
) -> dict[str, Any] | None:
    """The answers as they are kept; null is no answer.

    What the survey never asked, or what no choice of it is, is left out and added to `dropped`:
    it must not cost the rating.
    """
    if not answers:
        return None
    kept, problems = check_answers(survey.follow_ups, answers)
    given = answers.get(COUNTED_MOST)
    if given is not None:
        try:
            kept[COUNTED_MOST] = read_counted_most(given, [each.id for each in survey.moments])
        except ValueError:
            problems.append(COUNTED_MOST)
    asked = {COUNTED_MOST, *(each.id for each in survey.follow_ups)}
    unknown = [name[:64] for name in answers if name not in asked]
    dropped += [f"answers.{name}" for name in [*problems, *unknown[:50]]]
    return kept or None
