"""Look at a file and put together what it seems to say."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from feedback.errors import FeedbackError
from feedback.imports.guessing.by_kind import ByKind, guess_by_kind
from feedback.imports.guessing.columns import Column, is_id, read_columns
from feedback.imports.guessing.exports import Export, known_names, recognise
from feedback.imports.guessing.ratings import RatingGuess, guess_rating
from feedback.offline.tables import Table, open_table
from feedback.offline.words import folded
from feedback.scoring.ratings import normalise

# What a time is of, and where people write freely: by name.
_ANSWERED = re.compile(r"submit|complet|answer|respond|record|\bend|fin\b|abgeschl|envi|respuesta")
_NOT_ANSWERED = re.compile(
    r"birth|naiss|geburt|nacim|nascit|nascim|updat|modif|expir|\bdue|deliver|order|purchas|bought|"
    r"sign|regist|join|arriv|depart|flight|visit|check|sent|invit|open|click|commande|achat|livr|kauf|bestell|"
    r"liefer|compra|pedido|acquist|ordine|entrega"
)
_FREE = re.compile(
    r"comment|feedback|why|reason|improve|suggest|pourquoi|raison|améliorer|kommentar|warum|"
    r"grund|verbesser|comentario|por qué|mejorar|commento|perché|migliorare|comentário|por que"
)
_FRENCH = re.compile(r"\b(horodateur|vous|votre|vos|nous|notre|êtes|quelle?|avez|pourquoi)\b")


@dataclass(slots=True)
class Guess:
    """What a file seems to say. times: every column that may be the time of the answer.

    ragged: how many rows have more or fewer cells than the header.
    """

    file_name: str
    table: Table
    rows: int
    ragged: int
    columns: list[Column]
    export: Export | None
    language: str
    times: list[Column]
    ratings: list[RatingGuess]
    kinds: ByKind | None = None
    id: Column | None = None
    submission: Column | None = None
    email: Column | None = None
    comment: Column | None = None
    own: set[str] = field(default_factory=set)


def guess_file(path: Path, now: datetime) -> Guess:
    """What the file seems to say. Raises FeedbackError for one that cannot be read, or is empty."""
    table = open_table(path)
    columns, rows, ragged = read_columns(table, now)
    if not rows:
        raise FeedbackError(f"{table.path.name} holds no row under its header.")
    export = recognise([column.name for column in columns])
    names = known_names([column.name for column in columns])
    named = dict(zip(reversed(names), reversed(columns), strict=True))
    guess = Guess(
        file_name=table.path.name,
        table=table,
        rows=rows,
        ragged=ragged,
        columns=columns,
        export=export,
        language="fr" if any(_FRENCH.search(folded(c.asked)) for c in columns) else "en",
        times=_times(columns, export, named),
        ratings=[],
    )
    guess.id = _id(columns, names, export, named, rows)
    guess.submission = _first(export.submission, named) if export else None
    guess.email = _first(export.email, named) if export else named.get("email")
    guess.own = _own(guess, names, export)
    if export is not None and export.by is not None and export.rating is not None:
        guess.kinds = guess_by_kind(table, named[export.by], named[export.rating])
    else:
        guess.ratings = _ratings(guess, named)
    guess.comment = _comment(guess, named)
    return guess


def _first(names: Sequence[str], named: dict[str, Column]) -> Column | None:
    return next((named[name] for name in names if name in named), None)


def _times(columns: list[Column], export: Export | None, named: dict[str, Column]) -> list[Column]:
    """The one column that is the time of the answer, if it is plain; else all that may be it."""
    if export is not None:
        known = _first(export.time, named)
        if known is not None:
            return [known]
    found = [column for column in columns if column.times is not None]
    likely = [column for column in found if not _NOT_ANSWERED.search(folded(column.name))]
    if len(likely) > 1:
        told = [column for column in likely if _ANSWERED.search(folded(column.name))]
        return told if len(told) == 1 else likely
    return likely


def _id(
    columns: list[Column],
    names: list[str],
    export: Export | None,
    named: dict[str, Column],
    rows: int,
) -> Column | None:
    if export is not None:
        candidates = [column for name in export.id if (column := named.get(name))]
    else:
        pairs = zip(names, columns, strict=True)
        candidates = [column for name, column in pairs if is_id(name)]
    whole = (column for column in candidates if column.is_unique and column.filled == rows)
    return next(whole, None)


def _own(guess: Guess, names: list[str], export: Export | None) -> set[str]:
    """The columns that ask nothing."""
    own = {
        column.name for column in (guess.id, guess.submission, guess.email, *guess.times) if column
    }
    if export is not None:
        listed = {*export.own, *export.time, *export.id, *export.email, *export.comment}
        pairs = zip(names, guess.columns, strict=True)
        own |= {c.name for name, c in pairs if name in listed or name.endswith(" - option id")}
    return own


def _ratings(guess: Guess, named: dict[str, Column]) -> list[RatingGuess]:
    asked = [column for column in guess.columns if column.name not in guess.own]
    if guess.export is not None and guess.export.rating is not None:
        asked = [named[guess.export.rating]]
    is_known = guess.export is not None and guess.export.all_asked
    found = [guess_rating(column, known=is_known) for column in asked]
    if not any(rating.is_scaled for rating in found if rating is not None):
        # No numbers sound like ratings: whatever is short numbers may be, its owner says which.
        found = [guess_rating(column, known=True) for column in asked]
    return [rating for rating in found if rating is not None]


def _comment(guess: Guess, named: dict[str, Column]) -> Column | None:
    if guess.export is not None and guess.export.comment:
        return _first(guess.export.comment, named)
    rated = {rating.column.name for rating in guess.ratings}
    free = [
        column
        for column in guess.columns
        if column.name not in guess.own | rated and column.times is None and column.filled
    ]
    after = min((rating.column.place for rating in guess.ratings), default=0)
    told = [column for column in free if column.words or _is_free(column)]
    return next((column for column in told if column.place > after), None)


def _is_free(column: Column) -> bool:
    """Called like a comment, and words stand in it."""
    if not _FREE.search(folded(column.asked)):
        return False
    return not any(isinstance(normalise(text), int) for text in column.values)


def counted(values: Counter[str], most: int) -> str:
    """`9 (34), 10 (20) and 5 more`, the most frequent first."""
    named = [f"{_short(text)} ({n})" for text, n in values.most_common(most)]
    others = len(values) - len(named)
    return ", ".join(named) + (f" and {others} more" if others > 0 else "")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else plain[:39] + "…"
