"""Differences of two scores, against published examples and against their definitions."""

from math import inf, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import (
    METRICS,
    Comparison,
    Difference,
    Metric,
    ScoringError,
    compare_mean,
    compare_net,
    compare_scores,
    compare_share,
    compare_weighted,
    net_interval,
    row_dict,
    score,
    weighted_score,
)
from feedback.scoring.distributions import (
    chi_square_beyond,
    t_quantile,
    two_sided_normal,
    two_sided_t,
)

EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
Z = 1.959963984540054

tables = st.tuples(*[st.integers(0, 200)] * 3).filter(any)
counts = st.dictionaries(st.integers(1, 5), st.integers(0, 50)).filter(
    lambda found: sum(found.values()) > 1 and sum(n > 0 for n in found.values()) > 1
)


def near(value: float, digits: int) -> object:
    return pytest.approx(value, abs=0.51 * 10**-digits)


def is_opposite(one: Difference, other: Difference) -> None:
    assert (one.observed, one.difference) == pytest.approx((-other.observed, -other.difference))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.p_value == pytest.approx(other.p_value)
    assert one.standard_error == pytest.approx(other.standard_error)


def test_two_nets_give_the_published_difference() -> None:
    found = compare_net((30, 40, 30), (20, 35, 45))
    assert found.observed == -25
    assert found.difference == near(-24.2718, 4)
    assert found.p_value == near(0.023573, 6)


def test_each_net_gets_three_answers_of_its_own() -> None:
    """Four times the counts, so that 3/4, 3/2, 3/4 are whole; the error is then half as large."""
    plain = compare_net((83, 126, 123), (43, 66, 83), adjusted=False)
    found = compare_net((20, 30, 30), (10, 15, 20))
    assert found.difference == pytest.approx(plain.difference)
    assert found.standard_error == pytest.approx(2 * plain.standard_error)


def test_without_them_it_is_the_textbook_formula() -> None:
    found = compare_net((20, 30, 50), (30, 30, 40), adjusted=False)
    error = 100 * sqrt(0.61 / 100 + 0.69 / 100)
    assert found.difference == found.observed == 20
    assert found.standard_error == pytest.approx(error)
    assert (found.low, found.high) == pytest.approx((20 - Z * error, 20 + Z * error))
    assert found.statistic == pytest.approx(20 / error)


def test_a_net_has_the_interval_it_has_alone_when_the_other_is_certain() -> None:
    """Against so many passives that they add nothing."""
    alone = net_interval(20, 30, 50)
    found = compare_net((20, 30, 50), (0, 10**12, 0))
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), abs=1e-3)


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
    ids=str,
)
def test_two_shares_give_newcombe_s_table(
    x1: int, n1: int, x2: int, n2: int, low: float, high: float
) -> None:
    """Newcombe 1998, Stat Med 17:873, table II, method 10."""
    found = compare_share(x1, n1, x2, n2)
    assert (found.low, found.high) == (near(low, 4), near(high, 4))


def test_the_chi_square_is_that_of_observed_and_expected_counts() -> None:
    seen = [[45, 5], [60, 30]]
    rows, columns = [50, 90], [105, 35]
    expected = [[row * column / 140 for column in columns] for row in rows]
    statistic = sum(
        (seen[i][j] - expected[i][j]) ** 2 / expected[i][j] for i in (0, 1) for j in (0, 1)
    )
    found = compare_share(45, 50, 60, 90)
    assert found.statistic == pytest.approx(statistic)
    assert found.p_value == pytest.approx(two_sided_normal(sqrt(statistic)))


@pytest.mark.parametrize("x", [0, 1], ids=["nobody", "everybody"])
def test_two_equal_extremes_do_not_differ(x: int) -> None:
    found = compare_share(40 * x, 40, 90 * x, 90)
    assert (found.difference, found.statistic, found.p_value) == (0, 0, 1)
    assert found.low < 0 < found.high


# Student's sleep data (1908), hours times ten, as R's t.test(extra ~ group) prints it.
SLEEP_A = dict.fromkeys([7, -16, -2, -12, -1, 34, 37, 8, 0, 20], 1)
SLEEP_B = dict.fromkeys([19, 8, 11, 1, -1, 44, 55, 16, 46, 34], 1)


def test_two_means_give_the_published_t() -> None:
    found = compare_mean(SLEEP_A, SLEEP_B)
    assert found.statistic == near(-1.8608, 4)
    assert found.p_value == near(0.07939, 5)
    assert (found.low, found.high) == (near(-33.654832, 6), near(2.054832, 6))
    assert found.difference == found.observed == pytest.approx(-15.8)


def test_one_mean_may_have_no_spread() -> None:
    found = compare_mean({5: 9}, {1: 3, 2: 3, 3: 3})
    assert found.difference == 3 and 0 < found.p_value < 0.001


def test_a_p_value_far_out_is_small_and_not_zero() -> None:
    found = compare_net((0, 0, 2000), (2000, 0, 0))
    assert 0 <= found.p_value < 1e-300
    assert 0 < two_sided_normal(20) < 1e-80
    assert 0 < two_sided_t(-40, 1000) < 1e-200
    assert 0 < chi_square_beyond(400) < 1e-80
    assert (two_sided_normal(0), two_sided_normal(inf), two_sided_t(0, 3)) == (1, 0, 1)


@given(tables, tables)
@settings(max_examples=60)
def test_swapping_nets_swaps_the_sign(a: tuple[int, int, int], b: tuple[int, int, int]) -> None:
    is_opposite(compare_net(a, b), compare_net(b, a))


@given(st.integers(1, 300), st.integers(1, 300), st.data())
@settings(max_examples=60)
def test_swapping_shares_swaps_the_sign(n1: int, n2: int, data: st.DataObject) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    found = compare_share(x1, n1, x2, n2)
    is_opposite(found, compare_share(x2, n2, x1, n1))
    assert -1 - 1e-9 <= found.low <= found.difference <= found.high <= 1 + 1e-9


@given(counts, counts)
@settings(max_examples=60)
def test_swapping_means_swaps_the_sign(a: dict[int, int], b: dict[int, int]) -> None:
    is_opposite(compare_mean(a, b), compare_mean(b, a))


@given(tables, tables)
@settings(max_examples=60)
def test_the_interval_leaves_out_0_just_when_p_is_below_5_percent(
    a: tuple[int, int, int], b: tuple[int, int, int]
) -> None:
    found = compare_net(a, b)
    if abs(found.p_value - 0.05) > 1e-9:
        assert (found.low > 0 or found.high < 0) == (found.p_value < 0.05)


@EVERY_METRIC
@given(st.data())
@settings(max_examples=20)
def test_a_score_against_itself_is_no_difference(metric: Metric, data: st.DataObject) -> None:
    ratings = data.draw(st.lists(st.sampled_from(metric.scale), min_size=2, max_size=40))
    given_counts = {rating: ratings.count(rating) for rating in ratings}
    found = compare_scores(given_counts, dict(reversed(given_counts.items())), metric)
    assert found.observed == 0
    assert found.p_value is None or found.p_value == pytest.approx(1)


@EVERY_METRIC
def test_scores_and_counts_compare_alike(metric: Metric) -> None:
    a, b = {metric.minimum: 20, metric.maximum: 30}, {metric.minimum: 30, metric.maximum: 20}
    found = compare_scores(a, b, metric)
    assert found == compare_scores(score(a, metric), score(b, metric), metric)
    assert found.a.score is not None and found.b.score is not None
    assert found.observed == found.a.score - found.b.score


def test_the_headline_chooses_the_method() -> None:
    net = compare_scores({0: 30, 7: 40, 10: 30}, {0: 20, 7: 35, 10: 45}, METRICS["nps"])
    assert (net.method, net.p_value) == ("adjusted_wald", near(0.023573, 6))
    top = compare_scores({5: 56, 1: 14}, {4: 48, 3: 32}, METRICS["csat_5"])
    assert (top.method, top.low, top.high) == ("newcombe", near(5.24, 2), near(33.39, 2))
    assert top.standard_error == pytest.approx(100 * sqrt(0.16 / 70 + 0.24 / 80))
    mean = compare_scores({1: 5, 2: 5}, {4: 5, 5: 5}, METRICS["ces_effort_5"])
    assert (mean.method, mean.difference) == ("welch", -3)


@EVERY_METRIC
@pytest.mark.parametrize("empty", ["a", "b", "both"])
def test_without_answers_nothing_is_said(metric: Metric, empty: str) -> None:
    some = {metric.maximum: 5}
    found = compare_scores(
        {} if empty in ("a", "both") else some, {} if empty in ("b", "both") else some, metric
    )
    assert says_nothing(found) and found.observed is None


def test_what_has_no_spread_has_an_observed_difference_and_no_test() -> None:
    found = compare_scores({4: 9}, {5: 9}, METRICS["csat_10"])
    assert says_nothing(found) and found.observed == -1
    one = compare_scores({4: 1}, {5: 5, 6: 4}, METRICS["csat_10"])
    assert says_nothing(one) and one.observed is not None


def says_nothing(found: Comparison) -> bool:
    numbers = (found.difference, found.low, found.high, found.statistic, found.p_value)
    return set(numbers) == {None}


def test_it_has_the_object_of_the_contract() -> None:
    found = compare_scores({10: 5}, {0: 5}, METRICS["nps"])
    assert list(found.as_dict()) == [
        "a", "b", "observed", "difference", "low", "high", "statistic", "p_value", "method",
    ]  # fmt: skip
    assert found.as_dict()["a"] == row_dict(found.a)


def test_another_level_moves_the_limits_only() -> None:
    usual = compare_scores({10: 50, 0: 20}, {10: 40, 0: 30}, METRICS["nps"])
    strict = compare_scores({10: 50, 0: 20}, {10: 40, 0: 30}, METRICS["nps"], level=0.99)
    assert usual.low is not None and strict.low is not None
    assert strict.low < usual.low
    assert strict.p_value == usual.p_value


@pytest.mark.parametrize(
    "bad",
    [(0, 0, 0), (-1, 5, 5), (1.5, 2, 3), (1, 2)],
    ids=["none", "negative", "fraction", "two counts"],
)
def test_nets_are_rejected(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ScoringError):
        compare_net((1, 1, 1), bad)
    with pytest.raises(ScoringError):
        compare_net(bad, (1, 1, 1))


def test_nets_without_spread_are_rejected_unless_adjusted() -> None:
    with pytest.raises(ScoringError, match="spread"):
        compare_net((0, 0, 5), (5, 0, 0), adjusted=False)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({}, {1: 2, 2: 3}),
        ({3: 1}, {1: 2, 2: 3}),
        ({3: 4}, {2: 4}),
        ({3: -1, 2: 5}, {1: 1, 2: 1}),
        ({3: 1.5, 2: 5}, {1: 1, 2: 1}),
    ],
    ids=["none", "one", "no spread", "negative", "fraction"],
)
def test_means_are_rejected(a: dict[int, int], b: dict[int, int]) -> None:
    with pytest.raises(ScoringError):
        compare_mean(a, b)


@pytest.mark.parametrize(("x", "n"), [(0, 0), (6, 5), (-1, 5)])
def test_shares_are_rejected(x: int, n: int) -> None:
    with pytest.raises(ScoringError):
        compare_share(1, 2, x, n)


@EVERY_METRIC
def test_equal_weights_give_nearly_the_plain_difference(metric: Metric) -> None:
    a = [metric.minimum] * 200 + [metric.maximum] * 300
    b = [metric.minimum] * 250 + [metric.maximum] * 250
    found = compare_weighted(
        weighted_score(a, [3] * 500, metric), weighted_score(b, [1] * 500, metric), metric
    )
    plain = compare_scores(
        {metric.minimum: 200, metric.maximum: 300},
        {metric.minimum: 250, metric.maximum: 250},
        metric,
    )
    assert found is not None and plain.p_value is not None
    assert found.difference == pytest.approx(plain.observed)
    assert found.standard_error == pytest.approx(plain.standard_error, rel=0.01)
    assert found.p_value == pytest.approx(plain.p_value, rel=0.05)


def test_weighted_scores_add_their_squared_errors() -> None:
    nps = METRICS["nps"]
    a = weighted_score([0, 7, 10, 10, 9], [1, 2, 3, 4, 5], nps)
    b = weighted_score([0, 1, 8, 10], [2, 1, 1, 1], nps)
    found = compare_weighted(a, b, nps)
    assert found is not None and a.score is not None and b.score is not None
    assert a.standard_error is not None and b.standard_error is not None
    assert found.difference == a.score - b.score
    assert found.standard_error**2 == pytest.approx(a.standard_error**2 + b.standard_error**2)


def test_a_weighted_mean_has_the_freedom_of_its_effective_answers() -> None:
    effort = METRICS["ces_effort_5"]
    few = weighted_score([1, 2, 3, 4], [10, 1, 1, 1], effort)
    many = weighted_score([1, 2, 3, 4] * 4, [1] * 16, effort)
    found = compare_weighted(few, many, effort)
    assert found is not None
    assert few.standard_error is not None and many.standard_error is not None
    a, b = few.standard_error**2, many.standard_error**2
    degrees = (a + b) ** 2 / (a**2 / (169 / 103 - 1) + b**2 / 15)
    reach = t_quantile(0.95, degrees) * found.standard_error
    assert found.high - found.difference == pytest.approx(reach)
    assert found.p_value == pytest.approx(two_sided_t(found.statistic, degrees))


def test_a_weighted_net_score_is_tested_by_the_normal_distribution() -> None:
    nps = METRICS["nps"]
    few = weighted_score([10, 10, 0], [1, 1, 1], nps)
    found = compare_weighted(few, weighted_score([0, 10, 7], [1, 1, 2], nps), nps)
    assert found is not None
    assert found.high - found.difference == pytest.approx(Z * found.standard_error)
    assert found.p_value == pytest.approx(two_sided_normal(found.statistic))


@EVERY_METRIC
def test_weighted_scores_that_say_nothing_have_no_difference(metric: Metric) -> None:
    some = weighted_score([metric.minimum, metric.maximum], [1, 1], metric)
    alike = weighted_score([metric.maximum] * 3, [1] * 3, metric)
    assert compare_weighted(weighted_score([], [], metric), some, metric) is None
    assert compare_weighted(some, weighted_score([metric.minimum], [1], metric), metric) is None
    assert compare_weighted(alike, alike, metric) is None
