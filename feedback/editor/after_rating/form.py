"""What the form of follow-up questions and endings sends, checked field by field.

Ids are given here, and none twice: a choice that is renamed keeps its id, one that is taken away
keeps its place in the column as gone, and a new one gets a number nobody had.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from msgspec.structs import replace as changed

from feedback.editor.after_rating.draft import ENDS, Draft
from feedback.i18n import gettext as _
from feedback.surveys.endings import Ending, gates_reviews, is_safe_link
from feedback.surveys.follow_ups import BANDS, FEWEST_CHOICES, MOST_CHOICES, Choice, FollowUp
from feedback.web.forms import Form, FormReader

MOST_QUESTION, MOST_END, MOST_CHOICE, MOST_LINK_TEXT = 300, 60, 120, 60


@dataclass(frozen=True, slots=True)
class AfterRating:
    """What is asked after the rating, and how the survey ends, both ready to be stored."""

    follow_ups: tuple[FollowUp, ...]
    endings: Mapping[str, Ending]


def check_draft(data: Any, draft: Draft) -> Form[AfterRating]:
    """The form's value with the ids as sent; `settle_ids` gives the final ones."""
    reader = FormReader(data)
    items = tuple(_item(reader, n, item, draft) for n, item in enumerate(draft.items))
    if sum(item.kind == "comment" for item in items) > 1:
        last = max(n for n, item in enumerate(items) if item.kind == "comment")
        said = _("One question for a comment is enough: take this one away.")
        reader.fail(f"question_{last}_{draft.languages[0]}", said)
    endings = {band: _ending(reader, band, ending, draft) for band, ending in draft.endings.items()}
    if gates_reviews(endings):
        said = _(
            "Review sites forbid asking only some customers: put this link at all three, or none."
        )
        for band in BANDS:
            reader.fail(f"link_{band}", said)
    told = {band: ending for band, ending in endings.items() if any(ending.texts.values())}
    return reader.result(AfterRating(items, told))


def settle_ids(
    wanted: Iterable[FollowUp], stored: Sequence[FollowUp], *, was_asked: bool
) -> tuple[FollowUp, ...]:
    """The questions with their ids for ever, and behind them those that are asked no more.

    stored: the column so far. was_asked: whether anybody can have answered; if not, nothing that
    is taken away needs to be kept. Another kind or scale makes another question.
    """
    old = {item.id: item for item in stored}
    ids = _fresh("f", old)
    choice_ids = _fresh("c", (choice.id for item in stored for choice in item.choices))
    settled: list[FollowUp] = []
    for item in wanted:
        base = old.get(item.id)
        if base and (base.kind, base.maximum) == (item.kind, item.maximum):
            old.pop(item.id)
            settled.append(_settled(item, base, choice_ids, was_asked=was_asked))
        else:
            choices = tuple(changed(choice, id=next(choice_ids)) for choice in item.choices)
            settled.append(changed(item, id=next(ids), choices=choices))
    gone = [changed(item, gone=True) for item in old.values()] if was_asked else []
    return (*settled, *gone)


def _settled(item: FollowUp, base: FollowUp, fresh: Iterator[str], *, was_asked: bool) -> FollowUp:
    left = {choice.id: choice for choice in base.choices}
    choices = [
        choice if left.pop(choice.id, None) else changed(choice, id=next(fresh))
        for choice in item.choices
    ]
    gone = [changed(choice, gone=True) for choice in left.values()] if was_asked else []
    return changed(item, choices=(*choices, *gone))


def _fresh(letter: str, taken: Iterable[str]) -> Iterator[str]:
    numbers = [int(found[1]) for each in taken if (found := re.fullmatch(r"[a-z](\d+)", each))]
    return (f"{letter}{n}" for n in count(max(numbers, default=0) + 1))


def _item(reader: FormReader, n: int, item: FollowUp, draft: Draft) -> FollowUp:
    texts: dict[str, dict[str, str]] = {code: {} for code in draft.languages}
    for name, most, missing in _wanted_texts(item.kind):
        found = _texts(reader, f"{name}_{n}", draft, most, missing)
        for code, text in found.items():
            texts[code][name] = text
    has_choices = item.kind in ("single", "multiple")
    return changed(
        item,
        texts={code: written for code, written in texts.items() if written},
        choices=_choices(reader, n, item, draft) if has_choices else (),
        maximum=item.maximum if item.kind == "rating" else 5,
    )


def _wanted_texts(kind: str) -> list[tuple[str, int, str]]:
    wanted = [("question", MOST_QUESTION, _("Write the question."))]
    if kind == "rating":
        wanted += [(name, MOST_END, _("Say what this end means.")) for name in ENDS]
    return wanted


def _choices(reader: FormReader, n: int, item: FollowUp, draft: Draft) -> tuple[Choice, ...]:
    default = draft.languages[0]
    found: list[Choice] = []
    seen: set[str] = set()
    for k, choice in enumerate(item.choices):
        missing = _("Write this choice, or empty it in every language.")
        typed = {code: choice.texts.get(code, "") for code in draft.languages}
        read = {code: _line(reader, f"choice_{n}_{k}_{code}", typed[code]) for code in typed}
        texts = {code: text for code, text in read.items() if text}
        if not texts.get(default):
            reader.fail(f"choice_{n}_{k}_{default}", missing)
        elif texts[default].casefold() in seen:
            reader.fail(f"choice_{n}_{k}_{default}", _("This choice is there twice."))
        seen.add(texts.get(default, "").casefold())
        found.append(changed(choice, texts=texts))
    if not FEWEST_CHOICES <= len(found) <= MOST_CHOICES:
        said = _("Write %(fewest)s to %(most)s choices.")
        reader.fail(f"choices_{n}", said % {"fewest": FEWEST_CHOICES, "most": MOST_CHOICES})
    return tuple(found)


def _ending(reader: FormReader, band: str, ending: Ending, draft: Draft) -> Ending:
    if not (ending.link or any(text.strip() for text in _typed(ending))):
        return Ending({})
    texts = _texts(reader, f"ending_{band}", draft, MOST_QUESTION, _("Write the thank-you text."))
    if not ending.link:
        _texts(reader, f"link_text_{band}", draft, MOST_LINK_TEXT, "")
        if any(text.strip() for text in ending.link_texts.values()):
            reader.fail(f"link_{band}", _("Write the address that this text leads to."))
        return Ending(texts)
    if not is_safe_link(ending.link):
        reader.fail(f"link_{band}", _("Write a whole address that begins with https://"))
    missing = _("Write the text of the link.")
    link_texts = _texts(reader, f"link_text_{band}", draft, MOST_LINK_TEXT, missing)
    return Ending(texts, ending.link, link_texts)


def _typed(ending: Ending) -> list[str]:
    return [*ending.texts.values(), *ending.link_texts.values()]


def _texts(reader: FormReader, name: str, draft: Draft, most: int, missing: str) -> dict[str, str]:
    """One text in each language that has it; the default language must."""
    default = draft.languages[0]
    found = {
        code: reader.line(
            f"{name}_{code}", most=most, missing=missing or None if code == default else None
        )
        for code in draft.languages
    }
    return {code: text for code, text in found.items() if text}


def _line(reader: FormReader, name: str, typed: str) -> str:
    """A choice's text; its line in the form may have moved up over an emptied one."""
    line = FormReader({name: typed})
    text = line.line(name, most=MOST_CHOICE)
    reader.errors |= line.errors
    return text
