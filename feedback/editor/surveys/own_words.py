"""The words a survey says in its own way: read from the form, and shown in it."""

import re
from dataclasses import dataclass

from feedback.i18n import current_locale
from feedback.i18n import gettext as _
from feedback.surveys.customer_texts import page_words, respondent_texts
from feedback.surveys.languages import DEFAULT
from feedback.surveys.texts import Texts
from feedback.web.forms import FormReader

MOST_CHARACTERS = 120
EXAMPLE = {"rating": "8", "maximum": "10"}


@dataclass(frozen=True, slots=True)
class OwnWord:
    """One field: what `ours` says in the language, and what it means in the reader's (`label`)."""

    field: str
    label: str
    ours: str
    value: str


def own_names() -> tuple[str, ...]:
    """The names of the words that a survey may replace; a side tab is named with its look."""
    sections = respondent_texts(DEFAULT)
    return tuple(name for name in (*sections["widget"], *sections["steps"]) if name != "tab")


def word_field(language: str, name: str) -> str:
    return f"word_{language}_{name}"


def sent_words(reader: FormReader, language: str) -> dict[str, str]:
    """The words as typed, those alone that are not empty."""
    typed = {name: reader.raw(word_field(language, name)) for name in own_names()}
    return {name: text for name, text in typed.items() if text}


def read_words(reader: FormReader, language: str) -> dict[str, str]:
    """The words, checked: what our own text fills in must stay in it."""
    found = {}
    for name in own_names():
        field = word_field(language, name)
        text = reader.line(field, most=MOST_CHARACTERS)
        marks = _marks(page_words(language)[name])
        if text and _marks(text) != marks:
            reader.fail(field, _mark_problem(marks))
        elif text:
            found[name] = text
    return found


def word_fields(texts: Texts, default: str) -> dict[str, list[OwnWord]]:
    """By language of a draft, the fields for its own words."""
    labels = page_words(current_locale())
    return {
        language: [
            OwnWord(
                word_field(language, name),
                labels[name].format(**EXAMPLE),
                page_words(language, default)[name],
                written.get(name, ""),
            )
            for name in own_names()
        ]
        for language, written in texts.items()
    }


def _marks(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w*\}", text))


def _mark_problem(marks: list[str]) -> str:
    if not marks:
        return _("Leave out the words in braces: nothing is filled in here.")
    return _("Keep %(marks)s once each: the numbers stand there.") % {"marks": ", ".join(marks)}
