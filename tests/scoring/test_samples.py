"""How many answers are needed."""

from math import ceil, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import (
    ScoringError,
    net_difference_sample_size,
    net_interval,
    net_sample_size,
    share_difference_sample_size,
)


def test_the_numbers_of_the_guide() -> None:
    assert (net_sample_size(10), net_sample_size(5)) == (255, 1027)
    assert net_difference_sample_size(10) == 1049


@pytest.mark.parametrize(
    ("p1", "p2", "power", "n"),
    [(0.50, 0.75, 0.9, 76.65294), (0.15, 0.30, 0.8, 120.4719), (0.10, 0.05, 0.9, 581.0821)],
    ids=str,
)
def test_shares_need_what_r_says(p1: float, p2: float, power: float, n: float) -> None:
    """R: power.prop.test(p1 = .50, p2 = .75, power = .90), and so on."""
    assert share_difference_sample_size(p1, p2, power=power) == ceil(n)
    assert share_difference_sample_size(p2, p1, power=power) == ceil(n)


@given(st.integers(5, 60))
@settings(max_examples=30)
def test_the_answers_it_asks_for_reach_the_half_width(half_width: int) -> None:
    """A fourth negative and a fourth positive: a variance of 0.5, in the adjusted counts too."""
    n = net_sample_size(half_width, variance=0.5)
    quarter = ceil(n / 4)
    limits = net_interval(quarter, 2 * quarter, quarter)
    assert (limits.high - limits.low) / 2 <= half_width + 1e-9


def test_the_worst_case_needs_more() -> None:
    assert net_sample_size(10, variance=1) == 382 > net_sample_size(10)


def test_more_certainty_and_more_power_need_more() -> None:
    assert net_sample_size(10, level=0.99) > net_sample_size(10)
    assert net_difference_sample_size(10, power=0.9) > net_difference_sample_size(10)
    assert share_difference_sample_size(0.7, 0.8, level=0.99) > share_difference_sample_size(
        0.7, 0.8
    )


def test_an_even_chance_of_finding_it_needs_no_more_than_reaching_it() -> None:
    """z_power is 0: n is that at which the difference itself is just significant."""
    n = net_difference_sample_size(20, variance_a=0.5, variance_b=0.5, power=0.5)
    assert 1.959963984 * sqrt(1 / (n + 3)) <= 0.2 < 1.959963984 * sqrt(1 / (n + 2))


def test_a_low_power_needs_fewer_than_an_even_one() -> None:
    assert net_difference_sample_size(10, power=0.2) < net_difference_sample_size(10, power=0.5)


def test_a_huge_difference_needs_one_answer() -> None:
    assert net_sample_size(200) == 1


@pytest.mark.parametrize("half_width", [0, -5, float("nan")])
def test_a_half_width_is_rejected(half_width: float) -> None:
    with pytest.raises(ScoringError):
        net_sample_size(half_width)


@pytest.mark.parametrize("variance", [0, 1.01, float("nan")])
def test_a_variance_is_rejected(variance: float) -> None:
    with pytest.raises(ScoringError):
        net_sample_size(10, variance=variance)
    with pytest.raises(ScoringError):
        net_difference_sample_size(10, variance_b=variance)


@pytest.mark.parametrize("power", [0, 1, 80])
def test_a_power_is_rejected(power: float) -> None:
    with pytest.raises(ScoringError):
        net_difference_sample_size(10, power=power)
    with pytest.raises(ScoringError):
        share_difference_sample_size(0.5, 0.6, power=power)


@pytest.mark.parametrize(("p1", "p2"), [(0.5, 0.5), (-0.1, 0.5), (0.5, 1.1), (float("nan"), 0.5)])
def test_shares_are_rejected(p1: float, p2: float) -> None:
    with pytest.raises(ScoringError):
        share_difference_sample_size(p1, p2)


def test_no_difference_is_rejected() -> None:
    with pytest.raises(ScoringError):
        net_difference_sample_size(0)
