"""What single cells of ratings say. Each text is read once."""

from feedback.imports.mapping import RatingPart
from feedback.offline.words import folded, plain_number
from feedback.scoring import Metric, parse_ratings
from feedback.scoring.ratings import normalise

# Beside the ratings 0 to 10 of any scale.
BLANK = -1
BAD = -2

# A file may hold millions of different texts; what is remembered of them must not grow with it.
REMEMBERED = 1 << 16


class Ratings(dict[str, int]):
    """Cell text -> its rating, BLANK or BAD, under one metric, missing codes and labels.

    A number is one however it is written: the label "1" is that of 1.0 too. BAD is also a number
    without a label whose rating another number's label gives: half a scale would be turned round.
    Words are compared as `folded`.
    """

    def __init__(self, part: RatingPart, metric: Metric) -> None:
        super().__init__()
        self.metric = metric
        self._missing = frozenset(said(code) for code in part.missing)
        self._labels = {said(label): rating for label, rating in part.labels.items()}
        self._taken = {rating for word, rating in self._labels.items() if isinstance(word, int)}

    def __missing__(self, cell: str) -> int:
        meant = said(cell)
        rating = self._labels.get(meant)
        if rating is None:
            found = parse_ratings([meant], self.metric, self._missing)
            rating = next((rating for rating, n in found.counts.items() if n), None)
            if rating is None:
                rating = BLANK if found.missing else BAD
            elif rating in self._taken:
                rating = BAD
        if len(self) < REMEMBERED:
            self[cell] = rating
        return rating

    @property
    def scale(self) -> str:
        labelled = "; every number needs its label" if self._taken else ""
        return f"{self.metric.minimum} to {self.metric.maximum}{labelled}"


def said(text: int | str) -> int | str | None:
    """What a cell, a code or a label says: a whole number, words as `folded`, None for nothing.

    >>> said("9,0"), said(" Don’t\u00a0Know"), said(" ")
    (9, "don't know", None)
    """
    known = normalise(plain_number(folded(text)) if isinstance(text, str) else text)
    return None if isinstance(known, bool) else known
