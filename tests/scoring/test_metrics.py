"""The eight metrics, and what a metric may be."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from feedback.scoring import METRICS, ScoringError

# key, scale, low is good, negative, neutral, positive, headline
PUBLISHED: list[tuple[Any, ...]] = [
    ("nps", (0, 10), False, {0, 1, 2, 3, 4, 5, 6}, {7, 8}, {9, 10}, "net"),
    ("csat_5", (1, 5), False, {1, 2}, {3}, {4, 5}, "top"),
    ("csat_10", (1, 10), False, {1, 2, 3, 4, 5, 6}, {7, 8}, {9, 10}, "mean"),
    ("csat_7", (1, 7), False, {1, 2, 3}, {4, 5}, {6, 7}, "top"),
    ("csat_3", (1, 3), False, {1}, {2}, {3}, "top"),
    ("ces_effort_5", (1, 5), True, {4, 5}, {3}, {1, 2}, "mean"),
    ("ces_ease_7", (1, 7), False, {1, 2, 3}, {4}, {5, 6, 7}, "top"),
    ("ces_ease_5", (1, 5), False, {1, 2}, {3}, {4, 5}, "top"),
]


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row[0])
def test_it_has_the_standard_bands(row: tuple[Any, ...]) -> None:
    key, scale, low_is_good, negative, neutral, positive, headline = row
    metric = METRICS[key]
    assert (metric.key, (metric.minimum, metric.maximum)) == (key, scale)
    assert (metric.low_is_good, metric.headline) == (low_is_good, headline)
    assert (metric.negative, metric.neutral, metric.positive) == (negative, neutral, positive)


def test_there_are_eight() -> None:
    assert list(METRICS) == [row[0] for row in PUBLISHED]


@pytest.mark.parametrize(
    "change",
    [
        {"negative": frozenset({1})},
        {"neutral": frozenset({2, 3})},
        {"positive": frozenset({4, 5, 6})},
        {"minimum": 5, "maximum": 1},
        {"headline": "median"},
    ],
    ids=["gap", "overlap", "off the scale", "upside down", "unknown headline"],
)
def test_it_rejects_a_metric_that_contradicts_itself(change: dict[str, Any]) -> None:
    with pytest.raises(ScoringError):
        replace(METRICS["csat_5"], **change)


def test_four_labels_have_no_neutral_band() -> None:
    french = replace(
        METRICS["csat_5"],
        key="french_4",
        maximum=4,
        neutral=frozenset(),
        positive=frozenset({3, 4}),
    )
    assert french.scale == range(1, 5)


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        METRICS["nps"].maximum = 5  # type: ignore[misc]
    with pytest.raises(TypeError):
        METRICS["nps"] = METRICS["csat_5"]  # type: ignore[index]
