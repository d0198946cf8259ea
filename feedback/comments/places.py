"""Where the words of a text stand in it: the words that search compares, letter by letter."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.comments.stems import UNSEEN, WORD, small


@dataclass(frozen=True, slots=True)
class Place:
    """text[start:end] is one word; `word` is it as stems are made of it: small, composed."""

    start: int
    end: int
    word: str


def places(text: str) -> list[Place]:
    """The words of a text in its order, each where it stands. Never raises.

    To lower a letter or to compose it may change how many there are, so each is followed: what is
    marked is what was written.

    >>> [(each.start, each.end, each.word) for each in places("d'İstanbul, ﬁn")]
    [(0, 1, 'd'), (2, 10, 'i̇stanbul'), (12, 14, 'fin')]
    """
    if _keeps_its_letters(text):
        return [Place(*each.span(), each[0]) for each in WORD.finditer(small(text))]
    letters, starts, ends = "", [], []
    for start, end in _letters(text):
        made = small(text[start:end])
        letters += made
        starts += [start] * len(made)
        ends += [end] * len(made)
    return [
        Place(starts[each.start()], ends[each.end() - 1], each[0])
        for each in WORD.finditer(letters)
    ]


def _keeps_its_letters(text: str) -> bool:
    """Whether each stands where it stood once the text is small: nearly all texts."""
    return text.isascii() or (
        unicodedata.is_normalized("NFKC", text)
        and len(text.lower()) == len(text)
        and not UNSEEN.search(text)
    )


def _letters(text: str) -> Iterator[tuple[int, int]]:
    """Each letter with the marks that follow it."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _goes_with_the_last(text[at]):
            yield start, at
            start = at


def _goes_with_the_last(letter: str) -> bool:
    return not letter.isascii() and (
        unicodedata.category(letter)[0] == "M" or bool(UNSEEN.match(letter))
    )
