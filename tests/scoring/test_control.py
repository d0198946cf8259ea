"""Limits of control charts, against the NIST handbook and against their definitions."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import ScoringError, laney_p_chart, net_chart, p_chart, xmr

# NIST/SEMATECH e-Handbook 6.3.2.2, flow rates; its limits rest on 3 / 1.128, ours on 2.66.
FLOW = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
# NIST/SEMATECH e-Handbook 6.3.3.2, defects on 30 wafers of 50 chips.
WAFERS = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
    8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip


def test_individuals_have_the_published_centre_and_limits() -> None:
    chart = xmr(FLOW)
    assert chart.center == pytest.approx(50.81)
    assert chart.range_limit == pytest.approx(3.268 * 1.8777778)
    assert (chart.lower, chart.upper) == pytest.approx((45.8151111, 55.8048889))
    assert (chart.lower, chart.upper) == pytest.approx((45.8159, 55.8041), abs=1e-3)
    assert chart.signals == []


def test_shares_have_the_published_centre_and_limits() -> None:
    chart = p_chart(WAFERS, [50] * 30)
    assert chart.center == pytest.approx(0.2313, abs=5e-5)
    assert chart.lower == pytest.approx([0.0524] * 30, abs=1e-4)
    assert chart.upper == pytest.approx([0.4102] * 30, abs=1e-4)
    assert [place + 1 for place in chart.signals] == [15, 23]


def test_a_point_outside_is_a_signal_on_either_side() -> None:
    quiet = [10.0, 11.0] * 8
    assert 16 in xmr([*quiet, 20.0]).signals
    assert 16 in xmr([*quiet, 1.0]).signals


def test_eight_in_a_row_are_a_signal_and_seven_are_not() -> None:
    """Alternating steps keep the limits wide."""
    low, high = [0, 3] * 4, [6, 9] * 4
    assert xmr([*low, *high]).signals == [7, 15]
    assert xmr([*low[:7], *high[:7]]).signals == []
    assert xmr([*low, 0, *high]).signals == [7, 8, 16]


def test_a_point_on_the_centre_ends_a_run() -> None:
    assert xmr([0, 3, 0, 3, 5, 0, 3, 0, 3, 10, 7, 10, 7, 5, 10, 7, 10, 7]).signals == []


@pytest.mark.parametrize("value", [0.1, 30.000000000000004, -1e6])
def test_what_never_varies_gives_no_signal(value: float) -> None:
    assert xmr([value] * 20).signals == []
    assert p_chart([3] * 7, [30] * 7).signals == laney_p_chart([3] * 7, [30] * 7).signals == []


def test_p_limits_are_those_of_a_share_with_so_many_answers() -> None:
    chart = p_chart([30, 120, 10], [100, 400, 20])
    p = 160 / 520
    assert chart.center == p
    for n, low, high in zip([100, 400, 20], chart.lower, chart.upper, strict=True):
        assert high - p == pytest.approx(p - low) == pytest.approx(3 * sqrt(p * (1 - p) / n))


@pytest.mark.parametrize("hits", [0, 1], ids=["nobody", "everybody"])
def test_shares_that_leave_no_room_have_no_limits_and_no_signal(hits: int) -> None:
    for chart in (p_chart([9 * hits] * 3, [9] * 3), laney_p_chart([9 * hits] * 3, [9] * 3)):
        assert chart.lower == chart.upper == [hits] * 3
        assert chart.signals == []


def test_laney_widens_by_what_months_differ_beyond_answers() -> None:
    """Shares that swing by two standard errors a month: 2 / 1.128 times as wide."""
    hits, n = [49_500, 50_500] * 6, [100_000] * 12
    plain, wide = p_chart(hits, n), laney_p_chart(hits, n)
    step = 0.01 / sqrt(0.25 / 100_000)
    assert wide.inflation == pytest.approx(step / 1.128)
    for low, wider in zip(plain.lower, wide.lower, strict=True):
        assert 0.5 - wider == pytest.approx((0.5 - low) * step / 1.128)
    assert plain.signals == list(range(12)) and wide.signals == []


def test_laney_is_the_p_chart_when_answers_are_all_that_varies() -> None:
    """Steps of 1.128 standard errors are what chance gives on average."""
    n = 10**8
    step = round(1.128 * sqrt(0.25 / n) * n / 2)
    chart = laney_p_chart([n // 2 - step, n // 2 + step] * 5, [n] * 10)
    assert chart.inflation == pytest.approx(1, abs=1e-3)


def test_laney_narrows_where_months_differ_less_than_answers_would() -> None:
    hits, n = [500, 501] * 4, [1000] * 8
    plain, narrow = p_chart(hits, n), laney_p_chart(hits, n)
    assert narrow.inflation is not None and narrow.inflation < 0.1
    assert narrow.upper[0] < plain.upper[0]


def test_net_limits_come_from_the_pooled_answers() -> None:
    chart = net_chart([(20, 30, 50), (40, 60, 100), (60, 30, 10)])
    assert chart.center == 10
    assert chart.upper[1] - 10 == pytest.approx(300 * sqrt(0.69 / 200))
    assert chart.signals == [1, 2]


@given(st.lists(st.tuples(*[st.integers(0, 50)] * 3).filter(any), min_size=1, max_size=24))
@settings(max_examples=50)
def test_mirrored_answers_give_the_mirrored_chart(table: list[tuple[int, int, int]]) -> None:
    chart, mirrored = net_chart(table), net_chart([month[::-1] for month in table])
    assert mirrored.center == pytest.approx(-chart.center)
    assert mirrored.upper == pytest.approx([-limit for limit in chart.lower])
    assert mirrored.signals == chart.signals


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
@settings(max_examples=50)
def test_time_run_backwards_has_the_same_limits(values: list[float]) -> None:
    chart, backwards = xmr(values), xmr(values[::-1])
    assert (backwards.center, backwards.lower) == pytest.approx((chart.center, chart.lower))


@pytest.mark.parametrize("values", [[], [1.0], [1.0, float("nan")], [1.0, float("inf")]], ids=str)
def test_xmr_rejects(values: list[float]) -> None:
    with pytest.raises(ScoringError):
        xmr(values)


@pytest.mark.parametrize(
    ("hits", "n"),
    [([], []), ([1], [1, 2]), ([0], [0]), ([3], [2]), ([-1], [2]), ([1.5], [2])],
    ids=str,
)
def test_share_charts_reject(hits: list[int], n: list[int]) -> None:
    for chart in (p_chart, laney_p_chart):
        with pytest.raises(ScoringError):
            chart(hits, n)


def test_laney_rejects_a_single_month() -> None:
    with pytest.raises(ScoringError, match="two months"):
        laney_p_chart([1], [2])


def test_containers_do_not_matter_and_are_left_alone() -> None:
    hits, n = [12, 15, 8], [50, 50, 100]
    assert p_chart(iter(hits), iter(n)) == p_chart(np.array(hits), np.array(n)) == p_chart(hits, n)
    assert laney_p_chart(pd.Series(hits), pd.Series(n)) == laney_p_chart(hits, n)
    assert xmr(np.array(FLOW)) == xmr(iter(FLOW)) == xmr(FLOW)
    table = [(20, 30, 50), (40, 60, 100)]
    assert net_chart(np.array(table)) == net_chart(iter(table)) == net_chart(table)
    assert (hits, n, table) == ([12, 15, 8], [50, 50, 100], [(20, 30, 50), (40, 60, 100)])


def test_the_numbers_are_plain_ones() -> None:
    """So that they can be written as JSON."""
    chart = net_chart(np.array([(20, 30, 50), (40, 60, 100)]))
    assert {type(limit) for limit in (chart.center, *chart.lower, *chart.upper)} == {float}


@pytest.mark.parametrize("table", [[], [(0, 0, 0)], [(1, -1, 1)], [(1, 2)], [(1.5, 1, 1)]], ids=str)
def test_net_chart_rejects(table: list[tuple[int, int, int]]) -> None:
    with pytest.raises(ScoringError):
        net_chart(table)
