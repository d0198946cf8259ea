"""What a metric is, and the eight that are built in.

=============  =====================================================================
``Metric``     scale, direction, bands and headline of one way of asking
``METRICS``    the built-in ones by key: nps, csat_5, csat_10, csat_7, csat_3,
               ces_effort_5, ces_ease_7, ces_ease_5
=============  =====================================================================
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from feedback.scoring.errors import ScoringError

Headline = Literal["net", "top", "mean"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A scale of whole numbers, its good end, its three bands and the number that heads it.

    headline: "net" is the share of positive less the share of negative ratings (-100..100
    points), "top" the share of positive ratings (0..100 %), "mean" the mean (scale units).
    Direction and bands are data, never guessed from the name: two CES questions may share their
    wording and run in opposite directions.
    Raises ScoringError unless the bands cover the scale and share no rating.

    >>> METRICS["nps"].scale
    range(0, 11)
    >>> sorted(METRICS["ces_effort_5"].positive)
    [1, 2]
    """

    key: str
    minimum: int
    maximum: int
    low_is_good: bool
    negative: frozenset[int]
    neutral: frozenset[int]
    positive: frozenset[int]
    headline: Headline

    def __post_init__(self) -> None:
        banded = sorted([*self.negative, *self.neutral, *self.positive])
        if self.minimum >= self.maximum or banded != list(self.scale):
            raise ScoringError(f"The bands of {self.key} must hold each rating of its scale once.")
        if self.headline not in ("net", "top", "mean"):
            raise ScoringError(f"{self.key} has no headline called {self.headline}.")

    @property
    def scale(self) -> range:
        """Every rating one can give, lowest first."""
        return range(self.minimum, self.maximum + 1)


def _high_is_good(
    key: str, minimum: int, neutral: range, maximum: int, headline: Headline
) -> Metric:
    return Metric(
        key=key,
        minimum=minimum,
        maximum=maximum,
        low_is_good=False,
        negative=frozenset(range(minimum, neutral.start)),
        neutral=frozenset(neutral),
        positive=frozenset(range(neutral.stop, maximum + 1)),
        headline=headline,
    )


def _built_in() -> dict[str, Metric]:
    metrics = (
        _high_is_good("nps", 0, range(7, 9), 10, "net"),
        _high_is_good("csat_5", 1, range(3, 4), 5, "top"),
        _high_is_good("csat_10", 1, range(7, 9), 10, "mean"),
        _high_is_good("csat_7", 1, range(4, 6), 7, "top"),
        _high_is_good("csat_3", 1, range(2, 3), 3, "top"),
        Metric(
            key="ces_effort_5",
            minimum=1,
            maximum=5,
            low_is_good=True,
            negative=frozenset({4, 5}),
            neutral=frozenset({3}),
            positive=frozenset({1, 2}),
            headline="mean",
        ),
        _high_is_good("ces_ease_7", 1, range(4, 5), 7, "top"),
        _high_is_good("ces_ease_5", 1, range(3, 4), 5, "top"),
    )
    return {metric.key: metric for metric in metrics}


METRICS: Mapping[str, Metric] = MappingProxyType(_built_in())
