"""The words of a comment that a query found, marked where they were written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from feedback.comments.indexed import letters_of
from feedback.comments.places import Place, places
from feedback.comments.query import Query, Term
from feedback.comments.stems import LANGUAGES, stem


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it was written; `is_found`: a word that was looked for."""

    text: str
    is_found: bool = False


def marked(text: str, query: Query, language: str) -> list[Piece]:
    """The whole text in pieces: what a query found, and what stands between.

    language: of the comment, "" where it is unknown. A phrase is one piece.

    >>> from feedback.comments.query import parse_query
    >>> [piece.text for piece in marked("Les Élèves, là", parse_query("eleve"), "fr")]
    ['Les ', 'Élèves', ', là']
    """
    pieces, at = [], 0
    for start, end in _spans(text, query, language):
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], is_found=True))
        at = end
    return [*pieces, Piece(text[at:])] if at < len(text) else pieces


def _spans(text: str, query: Query, language: str) -> Iterator[tuple[int, int]]:
    """Where something was found, in order, none within another."""
    words = places(text)
    runs = _Runs(words, language)
    found = sorted(
        (words[at].start, words[at + len(term.words) - 1].end)
        for term in query.wanted
        for at in runs.hits(term)
    )
    start = end = -1
    for each in found:
        if each[0] < end:
            end = max(end, each[1])
            continue
        if end > start:
            yield start, end
        start, end = each
    if end > start:
        yield start, end


class _Runs:
    """The tokens of a text's words: their letters, and their stems in each of its languages."""

    def __init__(self, words: Sequence[Place], language: str) -> None:
        self._words = words
        self._languages = (language,) if language in LANGUAGES else LANGUAGES

    @cached_property
    def _letters(self) -> list[str]:
        return [letters_of(place.word) for place in self._words]

    @cached_property
    def _stems(self) -> list[list[str]]:
        return [[stem(place.word, each) for place in self._words] for each in self._languages]

    def hits(self, term: Term) -> Iterator[int]:
        """At which words a term begins."""
        n = len(term.words)
        for tokens in [self._letters] if term.is_prefix else self._stems:
            for *before, last in term.runs():
                for at, token in enumerate(tokens[n - 1 :]):
                    is_last = token.startswith(last) if term.is_prefix else token == last
                    if is_last and tokens[at : at + n - 1] == before:
                        yield at
