"""The words of a comment as they can be chosen, and the comment without the chosen ones."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from feedback.responses.masking.suggest import Span, suggest

MARK = "▇▇▇"
# More words than this nobody chooses one by one: what is suggested, and a field for the others.
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a comment as it is shown: `span` is None of what stands between the words."""

    text: str
    span: Span | None = None

    @property
    def value(self) -> str:
        """What a form sends when it is chosen."""
        return f"{self.span.start}-{self.span.end}" if self.span else ""


def pieces(text: str) -> list[Piece]:
    """The whole text in pieces: its words, and what is suggested as one piece each.

    >>> [piece.text for piece in pieces("Ask Ann, a@b.example!") if piece.span]
    ['Ask', 'Ann', 'a@b.example']
    """
    found: list[Piece] = []
    at = 0
    for span in sorted([*suggest(text), *_words(text, suggest(text))]):
        if span.start > at:
            found.append(Piece(text[at : span.start]))
        found.append(Piece(text[span.start : span.end], span))
        at = span.end
    return [*found, Piece(text[at:])] if at < len(text) else found


def read_spans(values: Iterable[str], text: str) -> list[Span]:
    """The chosen pieces of a text; what names none is left out."""
    known = {piece.value: piece.span for piece in pieces(text) if piece.span}
    return [span for value in values if (span := known.get(value))]


def find_passage(text: str, passage: str) -> list[Span]:
    """Each place where it stands, whatever its case, accents' form, blanks and apostrophes.

    As whole words where it does so anywhere; else within others, as in a script without blanks.

    >>> find_passage("Ann, Anna and ANN", "ann")
    [Span(start=0, end=3, kind=''), Span(start=14, end=17, kind='')]
    """
    forms = {unicodedata.normalize(form, passage.strip()) for form in ("NFC", "NFD")}
    within = "|".join(map(_pattern, forms - {""}))
    if not within:
        return []
    for pattern in (rf"(?<!\w)(?:{within})(?!\w)", within):
        if found := [Span(*each.span()) for each in re.finditer(pattern, text, re.IGNORECASE)]:
            return found
    return []


def masked(text: str, spans: Sequence[Span]) -> str:
    """The text with a mark for each chosen piece; neighbours share one, which hides their number.

    >>> masked("I am Ann Lee, call me.", [Span(5, 8), Span(9, 12)])
    'I am ▇▇▇, call me.'
    """
    made, at = "", 0
    for start, end in _joined(text, spans):
        made += text[at:start] + MARK
        at = end
    return made + text[at:]


def says_nothing(text: str) -> bool:
    """Whether nothing can be read in it beside marks and punctuation."""
    return not any(unicodedata.category(each)[0] in "LNS" for each in text.replace(MARK, ""))


def _words(text: str, besides: Sequence[Span]) -> Iterator[Span]:
    free = list(text)
    for span in besides:
        free[span.start : span.end] = " " * (span.end - span.start)
    for run in re.finditer(r"\S+", "".join(free).replace(MARK, " " * len(MARK))):
        start, end = run.span()
        while start < end and not _is_letter(text[start]):
            start += 1
        while start < end and not _is_letter(text[end - 1]):
            end -= 1
        if start < end:
            yield Span(start, end)


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _pattern(passage: str) -> str:
    words = [re.sub("['’]", "['’]", re.escape(word)) for word in passage.split()]
    return r"\s+".join(words)


def _joined(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The chosen places without overlaps; with nothing but blanks between them they are one."""
    start = end = -1
    for span in sorted(spans):
        if start >= 0 and not text[end : span.start].strip():
            end = max(end, span.end)
            continue
        if start >= 0:
            yield start, end
        start, end = span.start, span.end
    if start >= 0:
        yield start, end
