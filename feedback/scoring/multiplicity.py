"""Many tests at once: how surprising is the most surprising of them?

========================  ============================================
``benjamini_hochberg``    p-values adjusted for how many there are
========================  ============================================
"""

from collections.abc import Iterable

from feedback.scoring.errors import ScoringError


def benjamini_hochberg(p_values: Iterable[float]) -> list[float]:
    """The p-values adjusted for the size of their family, in the order they came in.

    Flag those at or below 0.05 and, on average, at most 5 % of the flags are false (Benjamini
    and Hochberg 1995): the i-th smallest of m becomes the least of m p / rank from there up, at
    most 1. Every question asked at once belongs in the family, and no question that was not.
    Raises ScoringError for a p-value outside 0..1.

    >>> [round(q, 6) for q in benjamini_hochberg([0.04, 0.01, 0.03, 0.8])]
    [0.053333, 0.04, 0.053333, 0.8]
    """
    family = [float(p) for p in p_values]
    if not all(0 <= p <= 1 for p in family):
        raise ScoringError("A p-value lies between 0 and 1.")
    m, least = len(family), 1.0
    adjusted = [1.0] * m
    largest_first = sorted(range(m), key=family.__getitem__, reverse=True)
    for rank, place in zip(range(m, 0, -1), largest_first, strict=True):
        # Multiplied by m / rank, as R does: the largest p-value stays exactly as it was.
        least = min(least, m / rank * family[place])
        adjusted[place] = least
    return adjusted
