"""The texts a survey needs in the widget: no byte for what it does not show."""

from collections.abc import Sequence

from feedback.surveys.customer_texts import own_words, widget_words
from feedback.surveys.languages import direction
from feedback.surveys.models import Question, Survey

# Said between the questions, and where "What counted most?" is asked.
STEPS: tuple[str, ...] = ("next",)
MOMENTS = ("counted_most", "up_to_two", "none_of_these")


def words_around(
    survey: Survey, question: Question, languages: Sequence[str], *, has_moments: bool
) -> dict[str, dict[str, str]]:
    """By language, what the widget says around a survey's texts; `dir` where it runs leftward."""
    extra = STEPS if survey.follow_ups or has_moments else ()
    extra += MOMENTS if has_moments else ()
    return {
        code: widget_words(code, question.default_language, extra)
        | ({"dir": "rtl"} if direction(code) == "rtl" else {})
        for code in languages
    }


def said_otherwise(question: Question, languages: Sequence[str]) -> dict[str, dict[str, str]]:
    """By language, what the survey says in its own way."""
    return {code: own for code in languages if (own := own_words(question.texts, code))}
