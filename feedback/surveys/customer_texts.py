"""What a customer reads around a survey's own texts, in the widget and on the hosted page.

Not in the catalogues of the interface: a survey speaks the customer's language, which the team's
need not be. Each language is one file in `respondent/`, read when it is first asked for.
"""

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from feedback.resources import PACKAGE
from feedback.surveys.languages import DEFAULT, built_in

FOLDER = PACKAGE / "surveys" / "respondent"

# The sections of a file that hold words. Those of `widget` go with every configuration.
SECTIONS = ("widget", "steps", "page", "kiosk", "receipt")


@cache
def respondent_texts(code: str) -> Mapping[str, Any]:
    """The file of a built-in language: `checked`, by whom, and its sections of texts."""
    return tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def words_language(language: str, default: str = DEFAULT) -> str:
    """The language of these words that suits a survey's language, else its default, else `en`.

    >>> words_language("fr-CA"), words_language("eu", "fr-CA"), words_language("eu", "eu")
    ('fr', 'fr', 'en')
    """
    return built_in(language) or built_in(default) or DEFAULT


def complete_texts(
    texts: Mapping[str, Mapping[str, str]], language: str, default: str = DEFAULT
) -> dict[str, str]:
    """A survey's texts in a language, with the usual ones where it has none of its own."""
    usual = respondent_texts(words_language(language, default))["usual"]
    complete = {"question": "", "low": "", "high": "", **usual}
    own = texts.get(language, {})
    return {name: own.get(name) or text for name, text in complete.items()}


def widget_words(
    language: str, default: str = DEFAULT, extra: tuple[str, ...] = ()
) -> dict[str, str]:
    """What the widget says in every survey, and the `extra` words that this one needs."""
    words = page_words(language, default)
    code = words_language(language, default)
    return {name: words[name] for name in (*respondent_texts(code)["widget"], *extra)}


@lru_cache(maxsize=1024)
def page_words(language: str, default: str = DEFAULT) -> Mapping[str, str]:
    """All words around a survey's texts, for the hosted page and the kiosk."""
    sections = respondent_texts(words_language(language, default))
    return {name: text for section in SECTIONS for name, text in sections[section].items()}


def survey_words(
    texts: Mapping[str, Mapping[str, str]], language: str, default: str = DEFAULT
) -> Mapping[str, str]:
    """All words around a survey's texts, those it says in its own way among them."""
    return {**page_words(language, default), **own_words(texts, language)}


def own_words(texts: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    """The words that a survey says in its own way in a language: kept beside its texts, by name."""
    words = page_words(language)
    return {name: text for name, text in texts.get(language, {}).items() if text and name in words}
