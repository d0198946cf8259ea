"""Two CSV files of answers compared, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feedback.errors import FeedbackError
from feedback.offline.labels import Labels
from feedback.offline.score import score_file
from feedback.scoring import (
    Comparison,
    Difference,
    Metric,
    ScoreRow,
    compare_scores,
    compare_weighted,
)
from feedback.scoring.compare_weighted import WEIGHTED_COMPARISONS


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides and their difference, a minus b: of the weighted scores if they have any.

    found: None where nothing can be said about chance. observed: the plain difference, None when
    a side has no score. method: what the interval and the test are.
    """

    a: ScoreRow
    b: ScoreRow
    observed: float | None
    found: Difference | Comparison | None
    method: str

    def as_dict(self) -> dict[str, object]:
        """The JSON object: a, b, observed, difference, low, high, statistic, p_value, method."""
        found = self.found
        return {
            "a": self.a.as_dict(),
            "b": self.b.as_dict(),
            "observed": self.observed,
            "difference": None if found is None else found.difference,
            "low": None if found is None else found.low,
            "high": None if found is None else found.high,
            "statistic": None if found is None else found.statistic,
            "p_value": None if found is None else found.p_value,
            "method": self.method,
        }


def compare_files(
    files: tuple[Path, Path],
    *,
    metric: Metric,
    rating: str,
    missing: Sequence[str] = (),
    weight: str | None = None,
    labels: Labels | None = None,
) -> Compared:
    """The score of column `rating` in the first file less that in the second.

    missing: codes that stand for no answer, in both files. weight: a column of survey weights;
    then the weighted scores are compared. labels: as score_file's. Raises FeedbackError, naming
    the file, as score_file.
    """
    a, b = (
        _scored(path, metric=metric, rating=rating, missing=missing, weight=weight, labels=labels)
        for path in files
    )
    if a.weighted is not None and b.weighted is not None:
        found = compare_weighted(a.weighted, b.weighted, metric)
        observed = _less(a.weighted.score, b.weighted.score)
        return Compared(a, b, observed, found, WEIGHTED_COMPARISONS[metric.headline])
    plain = compare_scores(a.score, b.score, metric)
    return Compared(a, b, plain.observed, plain, plain.method)


def _less(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b


def _scored(path: Path, **asked: Any) -> ScoreRow:
    try:
        (row,) = score_file(path, **asked)
    except FeedbackError as error:
        # Some refusals name the file already; with two files each must.
        named = path.name in error.message
        raise error if named else FeedbackError(f"{path.name}: {error.message}") from error
    return row
