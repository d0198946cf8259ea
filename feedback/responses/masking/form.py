"""The form on the page of one answer in which words are chosen."""

from dataclasses import dataclass
from typing import Any

from feedback.responses.masking.mask import Choice, name_of
from feedback.responses.masking.words import MOST_WORDS, Piece, pieces
from feedback.web.forms import FormReader


@dataclass(frozen=True, slots=True)
class Maskable:
    """A comment in pieces. `ticked`: those that are chosen; at first what is suggested.

    is_long: the words of a long comment are typed; only what is suggested can be ticked.
    """

    seen: str
    pieces: list[Piece]
    ticked: frozenset[str]
    typed: str
    error: str
    is_long: bool

    @property
    def suggested(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.span and piece.span.kind]

    def can_tick(self, piece: Piece) -> bool:
        return piece.span is not None and (bool(piece.span.kind) or not self.is_long)


def read_choice(sent: Any) -> Choice:
    """What was sent; each line of `typed` is a passage."""
    form = FormReader(sent)
    lines = tuple(filter(None, (line.strip() for line in form.raw("typed").splitlines())))
    return Choice(form.raw("seen"), tuple(form.all("word")), lines, form.raw("act") == "all")


def maskable(comment: str | None, refused: tuple[Choice, str] | None) -> Maskable | None:
    """The form for a comment, None without one. refused: what was chosen before, and why not."""
    if not comment:
        return None
    found, seen = pieces(comment), name_of(comment)
    ticked = {piece.value for piece in found if piece.span and piece.span.kind}
    typed, error = "", ""
    if refused is not None:
        choice, error = refused
        typed = "\n".join(choice.typed)
        if choice.seen == seen:
            ticked = set(choice.ticked)
    is_long = sum(piece.span is not None for piece in found) > MOST_WORDS
    return Maskable(seen, found, frozenset(ticked), typed, error, is_long)
