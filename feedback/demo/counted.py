"""What the demo's customers say counted most: weighty touchpoints, and those that went wrong."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from feedback.demo.shop import DROPPED, POINTS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

# Who answers it at all, and who names none, one, two touchpoints.
_ANSWERED = 0.82
_HOW_MANY = (0.09, 0.47, 0.44)
# How much a bad experience (unhappy) or a good one (happy) brings a touchpoint to mind.
_REMEMBERED = (-1.1, -0.2, 0.6)


def counted_most(
    random: "np.random.Generator",
    experience: "Array",
    feeling: "Array",
    age: "Array",
    asked: "Array",
) -> Sequence[tuple[str, ...] | None]:
    """For each answer the keys of up to two touchpoints, None where it was not answered.

    experience: a row for each touchpoint, a column for each answer. feeling: 0, 1, 2 from unhappy
    to happy. A touchpoint without weight is never named.
    """
    import numpy as np

    n = len(feeling)
    points = [number for number, point in enumerate(POINTS) if point.weight]
    keys = [POINTS[number].key for number in points]
    lean = np.array([POINTS[number].lean for number in points])
    drop = np.array([POINTS[number].drop for number in points])
    went = experience[points].T + 2 * lean - 6 * drop * (age <= DROPPED)[:, None]
    pull = np.log([POINTS[number].weight for number in points])
    pull = pull + np.array(_REMEMBERED)[feeling][:, None] * went + random.gumbel(size=went.shape)
    first, second = np.argsort(-pull, axis=1)[:, :2].T.tolist()
    how_many = np.searchsorted(np.cumsum(_HOW_MANY), random.random(n)).tolist()
    answered = (asked & (random.random(n) < _ANSWERED)).tolist()
    return [
        (keys[first[at]], keys[second[at]])[: how_many[at]] if answered[at] else None
        for at in range(n)
    ]
