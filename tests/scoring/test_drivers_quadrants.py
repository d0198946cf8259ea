"""Importance against performance, Martilla and James 1977."""

from pathlib import Path

import pytest

from feedback.offline.drivers import file_drivers
from feedback.scoring import Quadrants, ScoringError, quadrants

AIRPORT = Path(__file__).parents[1] / "data" / "sfo-2017.csv"
STAGES = ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAYS", "Q7SCREENS"]


def placed(found: Quadrants) -> dict[str, str]:
    return {item.name: item.quadrant for item in found.items}


def test_the_four_quadrants() -> None:
    found = quadrants(
        {"bad": 2, "good": 4, "dull": 2, "fancy": 4},
        {"bad": 0.4, "good": 0.4, "dull": 0.1, "fancy": 0.1},
    )
    assert (found.performance, found.importance) == (3, 0.25)
    assert placed(found) == {
        "bad": "concentrate_here",
        "good": "keep_up",
        "dull": "low_priority",
        "fancy": "possible_overkill",
    }


def test_the_airport() -> None:
    rows = file_drivers(
        AIRPORT, outcome="Q7ALL", drivers_named=STAGES, missing=["0", "6", "Blank"]
    ).found.rows
    found = quadrants(
        {row.driver: row.mean or 0 for row in rows}, {row.driver: row.share for row in rows}
    )
    assert found.importance == pytest.approx(1 / 6)
    assert placed(found) == {
        "Q7FOOD": "concentrate_here",
        "Q7SIGN": "keep_up",
        "Q7WALKWAYS": "keep_up",
        "Q7ART": "possible_overkill",
        "Q7SCREENS": "possible_overkill",
        "Q7STORE": "low_priority",
    }


def test_an_item_on_a_cross_hair_counts_as_high() -> None:
    found = quadrants({"a": 0.1, "b": 0.2, "c": 0.3}, {"a": 0.1, "b": 0.1, "c": 0.1})
    assert list(placed(found).values()) == ["concentrate_here", "keep_up", "keep_up"]


@pytest.mark.parametrize(
    ("performance", "importance"),
    [({}, {}), ({"a": 1.0}, {"b": 1.0}), ({"a": float("nan")}, {"a": 1.0})],
)
def test_it_refuses_items_without_both_numbers(
    performance: dict[str, float], importance: dict[str, float]
) -> None:
    with pytest.raises(ScoringError):
        quadrants(performance, importance)
