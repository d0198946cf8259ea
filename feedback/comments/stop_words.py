"""Words that say nothing by themselves, French and English: Snowball's lists, in `stop/`."""

import unicodedata
from functools import cache
from pathlib import Path

LISTS = Path(__file__).parent / "stop"


@cache
def stop_words() -> frozenset[str]:
    """Those of both languages, small and without their accents."""
    lines = (line for each in LISTS.glob("*.txt") for line in each.read_text("utf-8").splitlines())
    return frozenset(
        _fold(word) for line in lines if not line.startswith("#") for word in line.split()
    )


def is_stop_word(word: str) -> bool:
    """Whether the word says nothing, as it is written or without its accents.

    >>> is_stop_word("Été"), is_stop_word("the"), is_stop_word("don’t"), is_stop_word("caisse")
    (True, True, True, False)
    """
    return _fold(word) in stop_words()


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in apart if each.isalnum())
