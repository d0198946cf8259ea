"""The importance-performance matrix of Martilla and James 1977.

==============  ====================================================================
``quadrants``   performance and importance of some items -> Quadrants
``Quadrants``   the two cross-hairs, and each item with the quadrant it stands in
==============  ====================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isclose, isfinite

from feedback.scoring.errors import ScoringError

CONCENTRATE_HERE = "concentrate_here"
KEEP_UP = "keep_up"
LOW_PRIORITY = "low_priority"
POSSIBLE_OVERKILL = "possible_overkill"
# (is it important, does it perform) -> what to do
QUADRANTS = {
    (True, False): CONCENTRATE_HERE,
    (True, True): KEEP_UP,
    (False, False): LOW_PRIORITY,
    (False, True): POSSIBLE_OVERKILL,
}


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """One item of the matrix: performance is x, importance y."""

    name: str
    performance: float
    importance: float
    quadrant: str


@dataclass(frozen=True, slots=True)
class Quadrants:
    """performance and importance: where the cross-hairs stand, the means over the items."""

    performance: float
    importance: float
    items: tuple[PlacedItem, ...]


def quadrants(performance: Mapping[str, float], importance: Mapping[str, float]) -> Quadrants:
    """Where each item stands beside the others, in the order of `performance`.

    performance: of each item a mean or a top-box share, high = good; importance: of the same items,
    such as their shares of R^2. An item on a cross-hair counts as high. An item near one changes
    its quadrant by chance: show the interval beside it.
    Raises ScoringError for no items, for items of only one side, and for what is no number.

    >>> placed = quadrants({"food": 3.6, "signs": 4.1}, {"food": 0.3, "signs": 0.2})
    >>> [item.quadrant for item in placed.items], round(placed.performance, 2)
    (['concentrate_here', 'possible_overkill'], 3.85)
    """
    if performance.keys() != importance.keys() or not performance:
        raise ScoringError("Each item of the matrix needs a performance and an importance.")
    if not all(map(isfinite, [*performance.values(), *importance.values()])):
        raise ScoringError("A performance or an importance is no number.")
    x, y = _mean(performance), _mean(importance)
    return Quadrants(
        x,
        y,
        tuple(
            PlacedItem(
                name,
                performance[name],
                importance[name],
                QUADRANTS[_high(importance[name], y), _high(performance[name], x)],
            )
            for name in performance
        ),
    )


def _mean(values: Mapping[str, float]) -> float:
    return fsum(values.values()) / len(values)


def _high(value: float, line: float) -> bool:
    return value > line or isclose(value, line, rel_tol=1e-12, abs_tol=1e-12)
