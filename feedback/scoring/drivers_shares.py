"""Key drivers: how much of what people say overall each touchpoint's rating is linked with.

==============================  ============================================================
``drivers``                     a frame, one row a respondent -> Drivers, with intervals
``drivers_from_correlation``    a correlation matrix -> Drivers, without intervals
==============================  ============================================================

Linked with, not caused by: people who are content overall rate everything higher.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from feedback.scoring.drivers_bootstrap import SEED, compare_pairs, limits, place_p, resample
from feedback.scoring.drivers_data import (
    Answers,
    Moments,
    check_pairs,
    check_regression,
    moments,
    read_answers,
    read_matrix,
)
from feedback.scoring.drivers_result import DriverRow, Drivers, NearTwins
from feedback.scoring.drivers_weights import MOST_LMG, johnson, lmg
from feedback.scoring.errors import ScoringError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, np.dtype[np.float64]]

RULES = ("complete", "pairwise")
_NEAR_TWINS = 0.95
_NOTHING = 1e-12


def drivers(
    frame: "pd.DataFrame",
    outcome: str,
    drivers: Sequence[str],
    *,
    missing: str = "complete",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = SEED,
) -> Drivers:
    """How R^2 of `outcome` on `drivers` is divided among them, with bootstrap intervals.

    frame: one row a respondent, one column a question, numbers with high = good and blanks where
    nothing was said. missing: "complete" counts those who rated everything named; "pairwise" takes
    each correlation from all who rated both. Shares are of LMG (Shapley regression; Lindeman,
    Merenda and Gold 1980) up to 12 drivers, beyond of Johnson's relative weights (2000).
    Intervals are percentiles over `resamples` drawings of the respondents; 0 leaves them out.
    Raises ScoringError for an unknown rule, a column that is not there, named twice, constant or
    not of numbers, without respondents, for drivers that determine one another, and with
    "pairwise" for correlations that contradict one another.

    >>> import pandas as pd
    >>> told = pd.DataFrame({"all": [1, 2, 3, 5, 4], "a": [1, 1, 2, 2, 2], "b": [1, 2, 1, 2, 1]})
    >>> found = drivers(told, "all", ["a", "b"], resamples=0)
    >>> round(found.r_squared, 4), [round(row.share, 4) for row in found.rows]
    (0.9429, [0.8535, 0.1465])
    """
    if missing not in RULES:
        raise ScoringError(f"The rule for missing answers is {' or '.join(RULES)}, not {missing}.")
    if not 0 < level < 1:
        raise ScoringError(f"A level of confidence lies between 0 and 1, not at {level}.")
    if isinstance(drivers, str):
        raise ScoringError("The drivers are a list of columns, not one text.")
    answers = read_answers(frame, outcome, drivers, complete=missing == "complete")
    found = _moments_of_all(answers)
    check_pairs(found, answers.names)
    check_regression(found.correlations[0], answers.names)
    plain = replace(
        _divided(found.correlations[0], answers.names, int(found.pairs.min())),
        missing=missing,
        respondents=len(frame),
        level=level,
    )
    plain = replace(plain, rows=_with_means(plain.rows, found))
    return _with_intervals(plain, found, answers, resamples, seed) if resamples else plain


def drivers_from_correlation(matrix: Any, n: int, names: Sequence[str] | None = None) -> Drivers:
    """The same division from correlations alone: no means, no intervals.

    matrix: square, the outcome first. n: respondents behind it (of the smallest pair). names: of
    the drivers, with or without the outcome's before them; x1, x2, ... when None.
    Raises ScoringError unless it is a correlation matrix whose drivers can be told apart.

    >>> found = drivers_from_correlation([[1, 0.6, 0.3], [0.6, 1, 0], [0.3, 0, 1]], 200)
    >>> [(row.driver, round(row.lmg, 2), round(row.share, 2)) for row in found.rows]
    [('x1', 0.36, 0.8), ('x2', 0.09, 0.2)]
    """
    correlations, labels = read_matrix(matrix, names)
    if isinstance(n, bool) or n != int(n) or n < 1:
        raise ScoringError(f"The number of respondents is a whole number from 1 up, not {n}.")
    check_regression(correlations, labels)
    return _divided(correlations, labels, int(n))


def _moments_of_all(answers: Answers) -> Moments:
    import numpy as np

    return moments(answers, np.ones((1, len(answers.values))))


def _divided(matrix: "Array", names: Sequence[str], n: int) -> Drivers:
    shapley = len(names) - 1 <= MOST_LMG
    relative = johnson(matrix[None])[0]
    weights = lmg(matrix[None])[0] if shapley else relative
    explained = float(weights.sum())
    if explained <= _NOTHING:
        raise ScoringError(f"{names[0]} is not correlated with any driver: nothing to divide.")
    rows = tuple(
        DriverRow(
            driver=name,
            lmg=float(weights[place]) if shapley else None,
            johnson=float(relative[place]),
            share=float(weights[place]) / explained,
            correlation=float(matrix[0, place + 1]),
        )
        for place, name in enumerate(names[1:])
    )
    method = "lmg" if shapley else "johnson"
    return Drivers(n, explained, method, None, rows, near_twins=_near_twins(matrix, names))


def _near_twins(matrix: "Array", names: Sequence[str]) -> tuple[NearTwins, ...]:
    return tuple(
        NearTwins(names[a], names[b], float(matrix[a, b]))
        for a, b in combinations(range(1, len(names)), 2)
        if abs(matrix[a, b]) > _NEAR_TWINS
    )


def _with_means(rows: Sequence[DriverRow], found: Moments) -> tuple[DriverRow, ...]:
    return tuple(
        replace(row, mean=float(found.means[0, place]), pair_n=int(found.pairs[0, 0, place]))
        for place, row in enumerate(rows, start=1)
    )


def _with_intervals(
    plain: Drivers, found: Moments, answers: Answers, resamples: int, seed: int
) -> Drivers:
    drawn = resample(answers, resamples, seed)
    if len(drawn) * 2 < resamples:  # most samples fell apart: percentiles of the rest would lie
        return replace(plain, seed=seed)
    low, high = limits(drawn.shares, plain.level)
    mean_low, mean_high = limits(drawn.means, plain.level)
    shares = [row.share for row in plain.rows]
    places = place_p(shares, found.means[0, 1:], drawn)
    rows = tuple(
        replace(
            row,
            share_low=float(low[place]),
            share_high=float(high[place]),
            mean_low=float(mean_low[place]),
            mean_high=float(mean_high[place]),
            place_p=places[place],
        )
        for place, row in enumerate(plain.rows)
    )
    names = [row.driver for row in rows]
    pairs = compare_pairs(names, shares, drawn, plain.level, found.correlations[0])
    return replace(plain, rows=rows, pairs=pairs, seed=seed, resamples=len(drawn))
