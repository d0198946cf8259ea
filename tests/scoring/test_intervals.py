"""Every interval method against its definition, worked out another way than in the product."""

from math import asin, comb, cos, gamma, log, sin, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import Interval, ScoringError, mean_interval, net_interval, share_interval
from feedback.scoring.intervals import NetMethod, ShareMethod

Z = 1.959963984540054
NET_METHODS: list[NetMethod] = ["adjusted_wald", "wald", "score"]
SHARE_METHODS: list[ShareMethod] = [
    "wilson",
    "agresti_coull",
    "jeffreys",
    "clopper_pearson",
    "wald",
]
SHARES = [(0, 5), (1, 5), (5, 5), (45, 50), (3, 200), (500, 1000)]
TABLES = [(20, 30, 50), (0, 0, 5), (5, 0, 0), (0, 4, 0), (1, 2, 3), (7, 3, 2), (1, 0, 1)]


def both(limits: Interval) -> tuple[float, float]:
    return limits.low, limits.high


def near(low: float, high: float, digits: int = 4) -> object:
    return pytest.approx((low, high), abs=0.51 * 10**-digits)


def test_adjusted_wald_gives_the_published_limits() -> None:
    assert both(net_interval(20, 30, 50)) == near(14.0511, 44.2013)
    assert both(net_interval(0, 0, 5)) == near(17.4915, 107.5085)


def test_adjusted_wald_is_wald_with_three_more_answers() -> None:
    # Four times the counts, so that 3/4, 3/2, 3/4 are whole; the error is then half as large.
    for table in TABLES:
        more = [4 * table[0] + 3, 4 * table[1] + 6, 4 * table[2] + 3]
        wald = net_interval(*more, method="wald")
        middle = (wald.low + wald.high) / 2
        expected = (middle - 2 * (middle - wald.low), middle + 2 * (wald.high - middle))
        assert both(net_interval(*table)) == near(*expected, digits=8)


def test_wald_is_the_textbook_formula() -> None:
    assert both(net_interval(20, 30, 50, method="wald")) == near(30 - Z * 7.81025, 30 + Z * 7.81025)
    assert both(net_interval(0, 0, 5, method="wald")) == (100, 100)


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_score_limits_are_where_the_score_test_reaches_z(table: tuple[int, int, int]) -> None:
    negative, neutral, positive = table
    n = sum(table)
    for limit in both(net_interval(*table, method="score")):
        t = limit / 100
        if abs(t) < 1 - 1e-9:
            spread = 2 * most_likely_negative(table, t) + t - t * t
            statistic = (positive - negative - n * t) / sqrt(n * spread)
            assert abs(statistic) == pytest.approx(Z, abs=1e-4)


def most_likely_negative(table: tuple[int, int, int], t: float) -> float:
    """The share of negative answers that makes the counts likeliest if the net score is t."""
    low, high = max(0.0, -t), (1 - t) / 2

    def likelihood(share: float) -> float:
        shares = (share, 1 - 2 * share - t, share + t)
        return sum(n * log(max(p, 1e-300)) for n, p in zip(table, shares, strict=True) if n)

    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if likelihood(left) < likelihood(right):
            low = left
        else:
            high = right
    return (low + high) / 2


@given(st.tuples(*[st.integers(0, 300)] * 3).filter(any))
@settings(max_examples=100)
def test_score_limits_stay_in_range_and_never_touch(table: tuple[int, int, int]) -> None:
    limits = net_interval(*table, method="score")
    assert -100 <= limits.low < limits.high <= 100


@given(
    st.tuples(*[st.integers(0, 300)] * 3).filter(any),
    st.sampled_from(NET_METHODS),
)
@settings(max_examples=100)
def test_mirrored_answers_give_mirrored_limits(
    table: tuple[int, int, int], method: NetMethod
) -> None:
    limits = net_interval(*table, method=method)
    mirrored = net_interval(*table[::-1], method=method)
    assert both(mirrored) == near(-limits.high, -limits.low, digits=8)


def test_wilson_gives_the_published_limits() -> None:
    assert both(share_interval(45, 50)) == near(0.786398, 0.956524, digits=6)


@pytest.mark.parametrize(("x", "n"), SHARES)
def test_wilson_limits_are_where_the_score_test_reaches_z(x: int, n: int) -> None:
    for limit in both(share_interval(x, n)):
        assert abs(x / n - limit) == pytest.approx(Z * sqrt(limit * (1 - limit) / n), abs=1e-9)


@pytest.mark.parametrize(("x", "n"), SHARES)
def test_clopper_pearson_leaves_half_the_rest_on_each_side(x: int, n: int) -> None:
    limits = share_interval(x, n, method="clopper_pearson")
    assert (limits.low == 0) == (x == 0) and (limits.high == 1) == (x == n)
    if x > 0:
        assert tail(range(x, n + 1), n, limits.low) == pytest.approx(0.025)
    if x < n:
        assert tail(range(x + 1), n, limits.high) == pytest.approx(0.025)


def tail(hits: range, n: int, p: float) -> float:
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in hits)


@pytest.mark.parametrize(("x", "n"), [(0, 5), (1, 5), (5, 5), (45, 50)])
def test_jeffreys_leaves_half_the_rest_on_each_side(x: int, n: int) -> None:
    limits = share_interval(x, n, method="jeffreys")
    assert beta_mass(x, n, limits.low) == pytest.approx(0.025, abs=1e-6)
    assert beta_mass(x, n, limits.high) == pytest.approx(0.975, abs=1e-6)


def beta_mass(x: int, n: int, upto: float) -> float:
    """The mass of Beta(x + 1/2, n - x + 1/2) below a value; p = sin(angle)^2 makes it smooth."""
    steps, end = 2000, asin(sqrt(upto))
    angles = [(k + 0.5) * end / steps for k in range(steps)]
    area = sum(sin(a) ** (2 * x) * cos(a) ** (2 * (n - x)) for a in angles) * end / steps
    return 2 * area * gamma(n + 1) / gamma(x + 0.5) / gamma(n - x + 0.5)


def test_agresti_coull_adds_z_squared_answers_half_of_them_good() -> None:
    n = 50 + Z * Z
    share = (45 + Z * Z / 2) / n
    margin = Z * sqrt(share * (1 - share) / n)
    assert both(share_interval(45, 50, method="agresti_coull")) == near(
        share - margin, share + margin, digits=8
    )


def test_agresti_coull_and_wald_are_clipped() -> None:
    assert share_interval(50, 50, method="agresti_coull").high == 1
    assert share_interval(0, 50, method="agresti_coull").low == 0
    assert share_interval(1, 5, method="wald").low == 0
    assert both(share_interval(25, 50, method="wald")) == near(0.361410, 0.638590, digits=6)


@given(st.integers(1, 400), st.data(), st.sampled_from(SHARE_METHODS))
@settings(max_examples=150)
def test_a_share_and_its_complement_have_mirrored_limits(
    n: int, data: st.DataObject, method: ShareMethod
) -> None:
    x = data.draw(st.integers(0, n))
    limits, mirrored = share_interval(x, n, method=method), share_interval(n - x, n, method=method)
    assert both(mirrored) == near(1 - limits.high, 1 - limits.low, digits=9)
    assert 0 <= limits.low <= limits.high <= 1


def test_the_mean_of_1_3_5_has_the_t_interval_of_any_table() -> None:
    assert both(mean_interval({1: 1, 3: 1, 5: 1})) == near(3 - 4.968275, 3 + 4.968275)
    assert both(mean_interval({1: 1, 5: 1}, level=0.5)) == near(1, 5)  # t(1, 0.75) is 1


def test_equal_ratings_have_an_interval_of_no_width() -> None:
    assert both(mean_interval({4: 9})) == (4, 4)


@pytest.mark.parametrize(
    "counts", [(0, 0, 0), (-1, 5, 5), (1.5, 2, 3)], ids=["none", "negative", "fraction"]
)
@pytest.mark.parametrize("method", NET_METHODS)
def test_net_interval_rejects(counts: tuple[int, int, int], method: NetMethod) -> None:
    with pytest.raises(ScoringError):
        net_interval(*counts, method=method)


@pytest.mark.parametrize(("x", "n"), [(0, 0), (6, 5), (-1, 5), (1.5, 5)])
@pytest.mark.parametrize("method", SHARE_METHODS)
def test_share_interval_rejects(x: int, n: int, method: ShareMethod) -> None:
    with pytest.raises(ScoringError):
        share_interval(x, n, method=method)


@pytest.mark.parametrize("counts", [{}, {3: 0}, {3: 1}, {3: 2, 4: -1}], ids=str)
def test_mean_interval_rejects(counts: dict[int, int]) -> None:
    with pytest.raises(ScoringError):
        mean_interval(counts)


def test_an_unknown_method_is_rejected_by_name() -> None:
    with pytest.raises(ScoringError, match=r"adjusted_wald, wald, score"):
        net_interval(1, 1, 1, method="bootstrap")  # type: ignore[arg-type]
    with pytest.raises(ScoringError, match="jeffreys"):
        share_interval(1, 2, method="exact")  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_0_to_1_is_rejected(level: float) -> None:
    for method in SHARE_METHODS:
        with pytest.raises(ScoringError):
            share_interval(1, 2, level=level, method=method)
