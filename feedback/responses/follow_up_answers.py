"""What one person answered after the rating, in the words of the questions."""

from collections.abc import Iterable
from dataclasses import dataclass

from feedback.responses.listing import Row
from feedback.responses.models import Response
from feedback.surveys.follow_ups import FollowUp, read_follow_ups


@dataclass(frozen=True, slots=True)
class FollowUpAnswer:
    """A question and what was answered: the choices' texts, or the rating and its scale's end."""

    question: str
    answers: tuple[str, ...]
    maximum: int = 0

    @property
    def said(self) -> str:
        """On one line, as a file holds it."""
        return ", ".join(self.answers)


def read_follow_up_answers(row: Row, language: str) -> list[FollowUpAnswer]:
    """The follow-up questions that were answered, those put away meanwhile too, in order.

    language: the reader's; a text that lacks it is told in the language of the answer.
    """
    asked = read_follow_ups(row.place.survey.follow_ups)
    return told_answers(asked, row.response, language, row.response.locale or "")


def told_answers(
    follow_ups: Iterable[FollowUp], response: Response, language: str, other: str
) -> list[FollowUpAnswer]:
    """What a response answers to these questions, in a language; `other` where a text lacks it."""
    given = response.answers or {}
    told = [_told(item, given[item.id], language, other) for item in follow_ups if item.id in given]
    return [each for each in told if each.answers]


def _told(item: FollowUp, value: object, language: str, other: str) -> FollowUpAnswer:
    question = item.text("question", language, other)
    if item.kind == "rating":
        return FollowUpAnswer(question, (str(value),), item.maximum)
    texts = {choice.id: choice.text(language, other) for choice in item.choices}
    chosen = value if isinstance(value, list) else [value]
    return FollowUpAnswer(question, tuple(texts[each] for each in chosen if each in texts))
