"""Days with the month in words: 5 mai 2024, May 5th, 2024, 5. Mai 2024, 5 de mayo de 2024."""

import re
from datetime import date
from functools import cache

from babel import Locale

from feedback.offline.words import folded

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")

_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
_BETWEEN = re.compile(r"[\w\s,.'/-]*")
# Between and around a day, a month, a year and a clock.
_FILL = frozenset(
    ["at", "on", "of", "the", "st", "nd", "rd", "th", "à", "le", "er", "um", "uhr", "den", "der"]
    + ["a", "las", "el", "de", "del", "alle", "ore", "o", "às", "om"]
)
_SPELT = {"sept": 9, "mrt": 3}  # where a language has two short forms, the one that is not its own


def day_in_words(text: str) -> date:
    """The day of a text that names its month. Raises ValueError if it names none, or two.

    A year has four digits: in 5-May-24 the day may be either.

    >>> day_in_words("lundi 1er janvier 2024").isoformat(), day_in_words("Dec 24th, 2023").day
    ('2024-01-01', 24)
    """
    if not _BETWEEN.fullmatch(text):
        raise ValueError(text)
    tokens = _TOKEN.findall(folded(text))
    words = [word for word in tokens if not word.isdecimal() and word not in _FILL]
    numbers = [word for word in tokens if word.isdecimal()]
    months, weekdays = _known()
    named = [word for word in words if word in months]
    if len(named) > 1:  # "mar." is a Tuesday beside another month
        named = [word for word in named if word not in weekdays]
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) < 3]
    if len(named) != 1 or len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        raise ValueError(text)
    if any(word not in weekdays for word in words if word != named[0]):
        raise ValueError(text)
    return date(int(years[0]), months[named[0]], int(days[0]))


@cache
def _known() -> tuple[dict[str, int], set[str]]:
    """The names of months, without those that are two months in two languages; of weekdays."""
    said: dict[str, set[int]] = {word: {month} for word, month in _SPELT.items()}
    weekdays: set[str] = set()
    for locale in map(Locale, LANGUAGES):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in locale.months[context][width].items():
                    said.setdefault(_word(name), set()).add(month)
                for name in locale.days[context][width].values():
                    weekdays.update(_TOKEN.findall(_word(name)))  # terça-feira is two
    return {word: months.pop() for word, months in said.items() if len(months) == 1}, weekdays


def _word(name: str) -> str:
    return folded(name).rstrip(".")
