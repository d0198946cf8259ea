"""Answers as numbers and their correlations, for all respondents or for many samples of them.

====================  ===============================================================
``read_answers``      a frame -> Answers: one row a respondent, the outcome first
``moments``           how often each respondent counts -> Moments of each sample
``check_regression``  refuses correlations no regression can be made of
====================  ===============================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from feedback.scoring.errors import ScoringError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, np.dtype[np.float64]]

_CELLS = 1 << 21  # numbers held at a time while products of columns are summed
_FLAT = 1e-12  # a variance this small beside that of all respondents is rounding
SINGULAR = 1e-9  # the smallest eigenvalue of correlations that can still be inverted


@dataclass(frozen=True, slots=True)
class Answers:
    """Standardised answers (n, p), 0 where nobody answered; column 0 is the outcome.

    present: 1 where there is an answer, None when there is one everywhere.
    """

    names: tuple[str, ...]
    values: "Array"
    present: "Array | None"
    centers: "Array"
    scales: "Array"


@dataclass(frozen=True, slots=True)
class Moments:
    """For each of m samples: correlations and answers in each pair (m, p, p), means (m, p)."""

    correlations: "Array"
    pairs: "Array"
    means: "Array"


class _Sums(NamedTuple):
    """Over those who answered both i and j, (m, p, p): how many; of i j; of i; of i squared."""

    pairs: "Array"
    products: "Array"
    first: "Array"
    squares: "Array"


def read_answers(
    frame: "pd.DataFrame", outcome: str, drivers: Sequence[str], *, complete: bool
) -> Answers:
    """The columns as numbers; with `complete` only rows without a blank. Raises ScoringError."""
    import numpy as np

    names = (outcome, *drivers)
    _check_names(outcome, drivers)
    table = np.column_stack([_numbers(frame, name) for name in names])
    present = ~np.isnan(table)
    kept = present.all(axis=1) if complete else present.any(axis=1)
    table, present = table[kept], present[kept]
    if not len(table):
        everything = "all of" if len(drivers) > 1 else "also"
        raise ScoringError(f"Nobody who rated {outcome} rated {everything} {', '.join(drivers)}.")
    for name, column, there in zip(names, table.T, present.T, strict=True):
        _check_spread(name, column[there])
    centers, scales = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    values = np.where(present, (table - centers) / scales, 0)
    blanks = None if present.all() else present.astype(np.float64)
    return Answers(names, values, blanks, centers, scales)


def moments(answers: Answers, times: "Array") -> Moments:
    """times: (m, n), how often each respondent stands in each sample.

    Each correlation is of those who answered both; where it has no value it is NaN.
    """
    import numpy as np

    sums = _sums(answers, times)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums.first / sums.pairs
        variances = sums.squares / sums.pairs - means**2
        variances = np.where(variances > _FLAT, variances, np.nan)
        shared = sums.products / sums.pairs - means * means.transpose(0, 2, 1)
        correlations = shared / np.sqrt(variances * variances.transpose(0, 2, 1))
    place = np.arange(len(answers.names))
    own = means[:, place, place] * answers.scales + answers.centers
    return Moments(correlations, sums.pairs, own)


def check_regression(matrix: "Array", names: Sequence[str]) -> None:
    """Raises ScoringError, naming the columns, unless R^2 and its parts can be computed.

    matrix: (p, p), the outcome first.
    """
    import numpy as np

    values, vectors = np.linalg.eigh(matrix[1:, 1:])
    if values[0] < -SINGULAR or np.linalg.eigvalsh(matrix)[0] < -SINGULAR:
        raise ScoringError(
            "The correlations contradict one another (the matrix is not positive definite): too "
            "different people stand behind them. Use those who rated everything."
        )
    if values[0] <= SINGULAR:
        alike = [
            name for name, part in zip(names[1:], vectors[:, 0], strict=True) if abs(part) > 1e-6
        ]
        raise ScoringError(
            f"{_joined(alike)} are perfectly collinear: one follows from the others. Leave one out."
        )


def check_pairs(found: Moments, names: Sequence[str]) -> None:
    """Raises ScoringError for two columns whose correlation has no value, naming them."""
    import numpy as np

    unknown = np.argwhere(np.isnan(found.correlations[0]))
    if not len(unknown):
        return
    first, second = sorted(names[place] for place in unknown[0])
    n = int(found.pairs[0][tuple(unknown[0])])
    why = "one of them is constant" if n else "the correlation is not known"
    raise ScoringError(f"Among the {n} who rated both {first} and {second} {why}.")


def read_matrix(matrix: Any, names: Sequence[str] | None) -> tuple["Array", tuple[str, ...]]:
    """A correlation matrix (p, p), checked, and p names, the outcome's first."""
    import numpy as np

    try:
        numbers = np.asarray(matrix, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ScoringError("The correlations are not a table of numbers.") from error
    if numbers.ndim != 2 or numbers.shape[0] != numbers.shape[1] or len(numbers) < 2:
        raise ScoringError("The correlations are a square table, the outcome first.")
    if not np.isfinite(numbers).all() or (abs(numbers) > 1 + SINGULAR).any():
        raise ScoringError("A correlation lies between -1 and 1.")
    if (abs(numbers - numbers.T) > SINGULAR).any() or (
        abs(numbers.diagonal() - 1) > SINGULAR
    ).any():
        raise ScoringError("The correlations are symmetric, with 1 from corner to corner.")
    labels = [f"x{place}" for place in range(1, len(numbers))] if names is None else list(names)
    if len(labels) == len(numbers) - 1:
        labels = ["the outcome", *labels]
    if len(labels) != len(numbers):
        raise ScoringError(f"{len(numbers) - 1} drivers have {len(labels)} names.")
    _check_names(labels[0], labels[1:])
    return numbers, tuple(labels)


def _check_names(outcome: str, drivers: Sequence[str]) -> None:
    if not drivers:
        raise ScoringError("Name at least one driver.")
    for place, name in enumerate(drivers):
        if name == outcome:
            raise ScoringError(f"{name} is the outcome; it cannot be its own driver.")
        if name in drivers[:place]:
            raise ScoringError(f"The driver {name} is named twice.")


def _numbers(frame: "pd.DataFrame", name: str) -> "Array":
    import numpy as np

    if name not in frame.columns:
        raise ScoringError(f"There is no column {name}.")
    column = frame[name]
    if column.ndim != 1:
        raise ScoringError(f"There are several columns {name}.")
    try:
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ScoringError(f"The column {name} holds what is no number.") from error
    if np.isinf(numbers).any():
        raise ScoringError(f"The column {name} holds an infinite number.")
    return numbers


def _check_spread(name: str, answers: "Array") -> None:
    if not len(answers):
        raise ScoringError(f"{name} has no rating.")
    if answers.min() == answers.max():
        raise ScoringError(
            f"{name} is constant: every rating that counts is {answers[0]:g}, so nothing can be "
            "linked with it."
        )


def _sums(answers: Answers, times: "Array") -> _Sums:
    """A block of respondents at a time, so that memory does not grow with their number."""
    import numpy as np

    n, p = answers.values.shape
    step = max(1, _CELLS // (4 * p * p))
    parts = (times[:, at : at + step] @ _terms(answers, at, at + step) for at in range(0, n, step))
    total: Array = sum(parts, np.zeros(()))
    if answers.present is not None:
        return _Sums(*total.reshape(-1, 4, p, p).transpose(1, 0, 2, 3))
    products = total[:, p:].reshape(-1, p, p)
    everyone = times.sum(axis=1)[:, None, None]
    squares = np.diagonal(products, axis1=1, axis2=2)
    repeated = [np.repeat(column[:, :, None], p, axis=2) for column in (total[:, :p], squares)]
    return _Sums(np.broadcast_to(everyone, products.shape), products, *repeated)


def _terms(answers: Answers, start: int, stop: int) -> "Array":
    """What is summed, one row a respondent: i and i j; with blanks what each pair needs."""
    import numpy as np

    said = answers.values[start:stop]
    products = _outer(said, said)
    if answers.present is None:
        return np.hstack([said, products])
    there = answers.present[start:stop]
    return np.hstack([_outer(there, there), products, _outer(said, there), _outer(said**2, there)])


def _outer(left: "Array", right: "Array") -> "Array":
    return (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)


def _joined(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
