"""What a survey asks after the rating: up to three follow-up questions, shown by band.

===================  ===========================================================
``read_follow_ups``  the questions in a survey's column, put away ones too
``asked``            those that are asked today
``asked_in``         those that somebody in this band is asked
``shown``            one question as the widget reads it
``text_in``          a text in a language, or what stands in for it
``check_answers``    the answers to them, and which of them cannot be
===================  ===========================================================

An id means one thing for ever: what was taken away stays in the column, marked as gone, so that
old answers keep their words and no new choice inherits them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from feedback.scoring import Metric

KINDS = ("comment", "single", "multiple", "rating")
BANDS = ("negative", "neutral", "positive")
MOST_FOLLOW_UPS = 3
FEWEST_CHOICES, MOST_CHOICES = 2, 12
SCALES = (3, 5, 7, 10)


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to tick. `texts` maps a language to its text; empty where it falls back."""

    id: str
    texts: dict[str, str]
    gone: bool = False

    def text(self, language: str, default: str) -> str:
        return text_in(self.texts, language, default)


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question. `texts` maps a language to its question and, of a rating, its two ends.

    bands: whose question it is; with none it rests. minimum, maximum: the scale of a rating.
    """

    id: str
    kind: str
    texts: dict[str, dict[str, str]]
    bands: tuple[str, ...] = BANDS
    choices: tuple[Choice, ...] = ()
    minimum: int = 1
    maximum: int = 5
    gone: bool = False

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The choices as they are today."""
        return tuple(choice for choice in self.choices if not choice.gone)

    @property
    def scale(self) -> range:
        return range(self.minimum, self.maximum + 1)

    def text(self, name: str, language: str, default: str) -> str:
        """The question, or the `low` or `high` end of its scale."""
        return text_in(self.texts_of(name), language, default)

    def texts_of(self, name: str) -> dict[str, str]:
        """One of its texts by language."""
        return {code: texts.get(name, "") for code, texts in self.texts.items()}


def read_follow_ups(column: Sequence[Any] | None) -> tuple[FollowUp, ...]:
    """The questions in a survey's column, in order; none where the comment alone is asked."""
    return msgspec.convert(column or (), tuple[FollowUp, ...])


def write_follow_ups(follow_ups: Iterable[FollowUp]) -> list[Any] | None:
    """The column that holds them; bands are always said."""
    found = [msgspec.to_builtins(each) | {"bands": list(each.bands)} for each in follow_ups]
    return found or None


def asked(follow_ups: Iterable[FollowUp]) -> tuple[FollowUp, ...]:
    return tuple(each for each in follow_ups if not each.gone)


def asked_in(follow_ups: Iterable[FollowUp], band: str) -> tuple[FollowUp, ...]:
    """What somebody whose rating is in this band is asked; nothing before there is one."""
    return tuple(each for each in asked(follow_ups) if band in each.bands)


def band_of(metric: Metric, rating: int | None) -> str:
    """`negative`, `neutral` or `positive`; empty for a rating that is none."""
    return next((band for band in BANDS if rating in getattr(metric, band)), "")


def band_limits(metric: Metric) -> dict[str, list[int]]:
    """The lowest and highest rating of each band, both belonging to it.

    >>> from feedback.scoring import METRICS
    >>> band_limits(METRICS["nps"])
    {'negative': [0, 6], 'neutral': [7, 8], 'positive': [9, 10]}
    """
    bands = {band: getattr(metric, band) for band in BANDS}
    return {band: [min(ratings), max(ratings)] for band, ratings in bands.items()}


def shown(follow_up: FollowUp, languages: Iterable[str], default: str) -> dict[str, Any]:
    """The question as the widget reads it: complete in these languages, what is gone left out."""
    codes = list(languages)
    names = ("question", "low", "high") if follow_up.kind == "rating" else ("question",)
    found: dict[str, Any] = {
        "id": follow_up.id,
        "kind": follow_up.kind,
        "bands": list(follow_up.bands),
        "texts": {
            code: {name: follow_up.text(name, code, default) for name in names} for code in codes
        },
    }
    if follow_up.kind == "rating":
        found |= {"minimum": follow_up.minimum, "maximum": follow_up.maximum}
    if follow_up.choices:
        found["choices"] = [
            {"id": choice.id, "texts": {code: choice.text(code, default) for code in codes}}
            for choice in follow_up.offered
        ]
    return found


def text_in(texts: Mapping[str, str], language: str, default: str) -> str:
    """The text in a language, else in the survey's own, else in the first there is.

    >>> text_in({"en": "Price", "fr": ""}, "fr", "en")
    'Price'
    """
    return texts.get(language) or texts.get(default) or next(filter(None, texts.values()), "")


def check_answers(
    follow_ups: Iterable[FollowUp], answers: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """The answers to these questions as they are kept, and the ids of those that cannot be.

    Null and an empty list are no answer. Answers to what is gone meanwhile are taken: the customer
    cannot know.
    """
    kept: dict[str, Any] = {}
    problems = []
    for follow_up in follow_ups:
        value = answers.get(follow_up.id)
        if value is None or value == []:
            continue
        if _fits(follow_up, value):
            kept[follow_up.id] = value
        else:
            problems.append(follow_up.id)
    return kept, problems


def _fits(follow_up: FollowUp, value: Any) -> bool:
    """Whether this can be its answer. The comment is none: its text is sent as `comment`."""
    if follow_up.kind == "rating":
        return type(value) is int and value in follow_up.scale
    known = {choice.id for choice in follow_up.choices}
    if follow_up.kind == "single":
        return isinstance(value, str) and value in known
    is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
    is_set = is_list and len(set(value)) == len(value)
    return follow_up.kind == "multiple" and is_set and known.issuperset(value)
