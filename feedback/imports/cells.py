"""What single cells of ratings say. Each text is read once."""

from feedback.imports.mapping import RatingPart
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
    """

    def __init__(self, part: RatingPart, metric: Metric) -> None:
        super().__init__()
        self.metric = metric
        self._missing = part.missing
        self._labels = {_folded(label): rating for label, rating in part.labels.items()}
        self._taken = {rating for said, rating in self._labels.items() if isinstance(said, int)}

    def __missing__(self, cell: str) -> int:
        rating = self._labels.get(_folded(cell))
        if rating is None:
            found = parse_ratings([cell], self.metric, self._missing)
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


def _folded(text: str) -> int | str:
    said = normalise(text)
    return said if isinstance(said, int) else " ".join(text.split()).casefold()
