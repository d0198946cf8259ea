"""Follow-up questions and endings while somebody writes them: as typed, right or wrong.

=================  ==============================================================
``draft_of``       what a survey asks after the rating, ready for the form
``read_draft``     the form as sent
``act_on``         after a button: one question more, moved, taken away
``fallbacks``      how many texts each language lacks
=================  ==============================================================

In the form, questions are numbered from 0 and so are their choices; ids travel hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from msgspec.structs import replace as changed

from feedback.scoring import METRICS
from feedback.surveys.endings import Ending, read_endings
from feedback.surveys.follow_ups import (
    BANDS,
    KINDS,
    MOST_CHOICES,
    MOST_FOLLOW_UPS,
    SCALES,
    Choice,
    FollowUp,
    asked,
    read_follow_ups,
)
from feedback.surveys.labels import band_names, kind_names
from feedback.surveys.models import Question, Survey
from feedback.surveys.queries import SurveyAt
from feedback.web.forms import FormReader

SPARE_LINES = 2
ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form shows. `languages`: those of the survey, its default first.

    focus: the number of the question that a button was about, -1 when it is gone.
    """

    languages: tuple[str, ...]
    items: tuple[FollowUp, ...]
    endings: Mapping[str, Ending]
    focus: int | None = None

    @property
    def addable(self) -> tuple[str, ...]:
        """The kinds of which one more fits."""
        if len(self.items) >= MOST_FOLLOW_UPS:
            return ()
        has_comment = any(item.kind == "comment" for item in self.items)
        return KINDS[1:] if has_comment else KINDS


@dataclass(frozen=True, slots=True)
class AfterRatingRead:
    """What the survey's page says of it. `lacking`: texts that are missing, by language."""

    items: tuple[FollowUp, ...]
    endings: Mapping[str, Ending]
    lacking: Mapping[str, int]
    kinds: Mapping[str, str]
    bands: Mapping[str, str]


def languages_of(question: Question) -> tuple[str, ...]:
    default = question.default_language
    return (default, *(code for code in question.texts if code != default))


def draft_of(survey: Survey, question: Question) -> Draft:
    found = asked(read_follow_ups(survey.follow_ups))
    items = tuple(changed(item, choices=item.offered) for item in found)
    endings = dict.fromkeys(BANDS, Ending({})) | read_endings(survey.endings)
    return Draft(languages_of(question), items, endings)


def read_draft(data: Any, languages: tuple[str, ...]) -> Draft:
    reader = FormReader(data)
    sent = range(MOST_FOLLOW_UPS)
    numbers = takewhile(lambda n: reader.raw(f"kind_{n}") in KINDS, sent)
    items = tuple(_item(reader, n, languages) for n in numbers)
    return Draft(languages, items, {band: _ending(reader, band, languages) for band in BANDS})


def act_on(draft: Draft, act: str) -> Draft:
    """The draft after a button such as `add_single`, `up_1`, `drop_0` or `raise_1_2`."""
    name, *where = act.split("_")
    items = list(draft.items)
    if name == "add" and where and where[0] in draft.addable:
        return replace(draft, items=(*items, FollowUp("", where[0], {})), focus=len(items))
    numbers = [int(part) for part in where if part.isdecimal() and len(part) < 3]
    if not numbers or numbers[0] >= len(items):
        return draft
    at = numbers[0]
    if name == "drop":
        del items[at]
        return replace(draft, items=tuple(items), focus=-1)
    if name in ("up", "down"):
        to = at - 1 if name == "up" else at + 1
        _swap(items, at, to)
        return replace(draft, items=tuple(items), focus=max(0, min(to, len(items) - 1)))
    if name == "raise" and len(numbers) == 2:
        choices = list(items[at].choices)
        _swap(choices, numbers[1], numbers[1] - 1)
        items[at] = changed(items[at], choices=tuple(choices))
    return replace(draft, items=tuple(items))


def lines(item: FollowUp) -> tuple[Choice, ...]:
    """The choices of a question and the empty lines offered for more."""
    spare = max(min(SPARE_LINES, MOST_CHOICES - len(item.choices)), 2 - len(item.choices))
    return item.choices + (Choice("", {}),) * spare


def fallbacks(
    languages: Sequence[str], items: Iterable[FollowUp], endings: Mapping[str, Ending]
) -> dict[str, int]:
    """How many texts each language lacks that the first, the default, has."""
    default, *others = languages
    texts = [text for item in asked(items) for text in _texts_of(item)]
    texts += [each for ending in endings.values() for each in (ending.texts, ending.link_texts)]
    needed = [text for text in texts if text.get(default)]
    counts = {code: sum(not text.get(code) for text in needed) for code in others}
    return {code: n for code, n in counts.items() if n}


def read_after_rating(place: SurveyAt) -> AfterRatingRead:
    draft = draft_of(place.survey, place.question)
    return AfterRatingRead(
        draft.items,
        draft.endings,
        fallbacks(draft.languages, draft.items, draft.endings),
        kind_names(),
        band_names(METRICS[place.question.metric]),
    )


def _texts_of(item: FollowUp) -> list[dict[str, str]]:
    names = ("question", *ENDS) if item.kind == "rating" else ("question",)
    return [*map(item.texts_of, names), *(choice.texts for choice in item.offered)]


def _swap(listed: list[Any], a: int, b: int) -> None:
    if 0 <= a < len(listed) and 0 <= b < len(listed):
        listed[a], listed[b] = listed[b], listed[a]


def _item(reader: FormReader, n: int, languages: tuple[str, ...]) -> FollowUp:
    scale = reader.raw(f"scale_{n}")
    return FollowUp(
        id=reader.raw(f"id_{n}")[:16],
        kind=reader.raw(f"kind_{n}"),
        texts={
            code: {
                name: text
                for name in ("question", *ENDS)
                if (text := reader.raw(f"{name}_{n}_{code}"))
            }
            for code in languages
        },
        bands=tuple(band for band in BANDS if band in reader.all(f"band_{n}")),
        choices=_choices(reader, n, languages),
        maximum=int(scale) if scale in map(str, SCALES) else 5,
    )


def _choices(reader: FormReader, n: int, languages: tuple[str, ...]) -> tuple[Choice, ...]:
    """The lines that say something: an emptied one is taken away."""
    found = []
    for k in range(MOST_CHOICES + SPARE_LINES):
        texts = {code: reader.raw(f"choice_{n}_{k}_{code}") for code in languages}
        if any(text.strip() for text in texts.values()):
            found.append(Choice(reader.raw(f"choice_{n}_{k}_id")[:16], texts))
    return tuple(found)


def _ending(reader: FormReader, band: str, languages: tuple[str, ...]) -> Ending:
    return Ending(
        texts={code: reader.raw(f"ending_{band}_{code}") for code in languages},
        link=reader.raw(f"link_{band}").strip(),
        link_texts={code: reader.raw(f"link_text_{band}_{code}") for code in languages},
    )
