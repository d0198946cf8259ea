"""Scores of small groups, drawn towards what all groups have in common.

====================  =================================================
``shrink``            scores and their variances -> Shrinkage
``Shrinkage``         how much groups differ, the common score, each
                      group's shrunk score
====================  =================================================
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, isfinite

from feedback.scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """What shrink gives back, in the unit of the scores (tau2 in its square).

    tau2: variance of the true scores between groups; 0 says there is no evidence that they
    differ. pooled: the common score. shrunk: one a group, between its own score and pooled.
    """

    tau2: float
    pooled: float
    shrunk: list[float]


def shrink(scores: Iterable[float], variances: Iterable[float]) -> Shrinkage:
    """Empirical Bayes: each group's score and the common one, weighted by what each is worth.

    scores: one a group, in any unit. variances: the squared standard error of each, above 0 (for
    a group whose answers are all alike take that of the adjusted counts).
    tau2 as DerSimonian and Laird (1986); shrunk = (tau2 score + variance pooled) / (tau2 +
    variance). A second number beside the raw score, never in its place.
    Raises ScoringError without groups, and unless each score has a variance above 0.

    >>> found = shrink([10, 20, 60], [100, 100, 100])
    >>> round(found.tau2, 4), round(found.pooled, 4), [round(s, 2) for s in found.shrunk]
    (600.0, 30.0, [12.86, 21.43, 55.71])
    >>> shrink([10, 20], [64, 64]).shrunk
    [15.0, 15.0]
    """
    scores, variances = [float(s) for s in scores], [float(v) for v in variances]
    _check(scores, variances)
    tau2 = _between(scores, [1 / variance for variance in variances])
    pooled = _weighted_mean(scores, [1 / (variance + tau2) for variance in variances])
    shrunk = [
        pooled + tau2 / (tau2 + variance) * (own - pooled)
        for own, variance in zip(scores, variances, strict=True)
    ]
    return Shrinkage(tau2, pooled, shrunk)


def _between(scores: Sequence[float], weights: list[float]) -> float:
    """DerSimonian and Laird's tau^2: what the scores vary beyond their variances."""
    total = fsum(weights)
    mean = _weighted_mean(scores, weights)
    q = fsum(w * (s - mean) ** 2 for w, s in zip(weights, scores, strict=True))
    scale = total - fsum(w * w for w in weights) / total
    return max(0.0, (q - (len(scores) - 1)) / scale) if len(scores) > 1 else 0.0


def _weighted_mean(scores: Sequence[float], weights: list[float]) -> float:
    return fsum(w * s for w, s in zip(weights, scores, strict=True)) / fsum(weights)


def _check(scores: Sequence[float], variances: Sequence[float]) -> None:
    if not scores or len(scores) != len(variances):
        raise ScoringError("Each group needs a score and its variance.")
    if not all(isfinite(number) for number in (*scores, *variances)) or min(variances) <= 0:
        raise ScoringError("Scores are numbers, and their variances are above 0.")
