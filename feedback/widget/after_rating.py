"""What the configuration says of what comes after the rating; nothing where that is the comment."""

from collections.abc import Collection, Sequence
from typing import Any

from feedback.calendar.public import Sentences, sentence_in
from feedback.scoring import METRICS
from feedback.surveys import endings, follow_ups
from feedback.surveys.models import Question, Survey
from feedback.surveys.overall import Moment


def after_rating(
    survey: Survey,
    question: Question,
    languages: Collection[str],
    moments: Sequence[Moment],
    sentences: Sentences,
) -> dict[str, Any]:
    """`follow_ups`, `endings` and `counted_most`, each only when set, complete in `languages`.

    With the first two come `bands`: the lowest and highest rating of each. What we did at the
    touchpoint follows an ending, as it follows the survey's thanks.
    """
    default = question.default_language
    found: dict[str, Any] = {}
    asked = follow_ups.asked(follow_ups.read_follow_ups(survey.follow_ups))
    if asked:
        found["follow_ups"] = [follow_ups.shown(each, languages, default) for each in asked]
    if survey.endings:
        found["endings"] = {
            band: _ending(ending, languages, default, sentences)
            for band, ending in endings.read_endings(survey.endings).items()
        }
    if found:
        found["bands"] = follow_ups.band_limits(METRICS[question.metric])
    if moments:
        found["counted_most"] = [{"id": moment.id, "name": moment.name} for moment in moments]
    return found


def _ending(
    ending: endings.Ending, languages: Collection[str], default: str, sentences: Sentences
) -> dict[str, Any]:
    found = endings.shown(ending, languages, default)
    for code, text in found["texts"].items():
        done = sentence_in(sentences, code, default)
        found["texts"][code] = f"{text} {done}" if done else text
    return found
