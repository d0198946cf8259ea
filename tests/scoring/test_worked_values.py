"""Every number the scoring reference prints that our functions can give, in its order.

Numbers whose data are not at hand (other years of the airport survey, the R package's test data)
are left out; simulated ones are simulated again, with a seed, and met within their own error.
"""

from itertools import product
from math import comb, sqrt
from typing import Any

import numpy as np
import pytest

from feedback.scoring import (
    METRICS,
    Metric,
    ScoringError,
    benjamini_hochberg,
    compare_net,
    net_chart,
    net_difference_sample_size,
    net_interval,
    net_sample_size,
    parse_ratings,
    round_half_away,
    score,
    share_interval,
    xmr,
)
from feedback.scoring.control import MEAN_RANGE, XMR_LIMITS, XMR_RANGE_LIMIT
from feedback.scoring.intervals import NetMethod
from feedback.scoring.samples import TYPICAL_VARIANCE

NPS = METRICS["nps"]
Z = 1.959963984540054


def near(value: float, digits: int) -> Any:
    return pytest.approx(value, abs=0.51 * 10**-digits)


def of(detractors: int, passives: int, promoters: int) -> dict[int, int]:
    return {0: detractors, 7: passives, 10: promoters}


# The metrics and what is known by heart.


@pytest.mark.parametrize(
    ("key", "low", "high", "low_is_good", "neutral", "positive", "headline"),
    [
        ("nps", 0, 10, False, {7, 8}, {9, 10}, "net"),
        ("csat_5", 1, 5, False, {3}, {4, 5}, "top"),
        ("csat_10", 1, 10, False, {7, 8}, {9, 10}, "mean"),
        ("csat_7", 1, 7, False, {4, 5}, {6, 7}, "top"),
        ("csat_3", 1, 3, False, {2}, {3}, "top"),
        ("ces_effort_5", 1, 5, True, {3}, {1, 2}, "mean"),
        ("ces_ease_7", 1, 7, False, {4}, {5, 6, 7}, "top"),
        ("ces_ease_5", 1, 5, False, {3}, {4, 5}, "top"),
    ],
)
def test_the_metrics(
    key: str,
    low: int,
    high: int,
    low_is_good: bool,
    neutral: set[int],
    positive: set[int],
    headline: str,
) -> None:
    metric = METRICS[key]
    assert (metric.minimum, metric.maximum, metric.low_is_good) == (low, high, low_is_good)
    assert (set(metric.neutral), set(metric.positive)) == (neutral, positive)
    assert str(metric.headline) == headline


def test_20_30_50() -> None:
    found = score(of(20, 30, 50), NPS)
    assert (found.score, found.method, found.level) == (30, "adjusted_wald", 0.95)
    assert found.standard_error == near(7.8102, 4)
    assert found.standard_error == pytest.approx(100 * sqrt(0.61 / 100))
    assert (found.low, found.high) == (near(14.0511, 4), near(44.2013, 4))


def test_0_0_5() -> None:
    limits = net_interval(0, 0, 5)
    assert (limits.low, limits.high) == (near(17.4915, 4), near(107.5085, 4))


def test_45_of_50() -> None:
    limits = share_interval(45, 50)
    assert (limits.low, limits.high) == (near(0.786398, 6), near(0.956524, 6))
    of_a_metric = score({4: 20, 5: 25, 1: 5}, METRICS["csat_5"])
    assert (of_a_metric.low, of_a_metric.high) == (near(78.6398, 4), near(95.6524, 4))


def test_30_40_30_against_20_35_45() -> None:
    found = compare_net((30, 40, 30), (20, 35, 45))
    assert found.observed == -25
    assert (found.difference, found.p_value) == (near(-24.2718, 4), near(0.023573, 6))


def test_no_answers_have_no_score() -> None:
    assert (score({}, NPS).n, score({}, NPS).score) == (0, None)


# 1.1: direction is data, and a mirrored scale gives the mirrored score.

EASY_LOW = Metric(
    "net_easy", 1, 7, True, frozenset({5, 6, 7}), frozenset({3, 4}), frozenset({1, 2}), "net"
)
EASY_HIGH = Metric(
    "net_easy_mirrored",
    1,
    7,
    False,
    frozenset({1, 2, 3}),
    frozenset({4, 5}),
    frozenset({6, 7}),
    "net",
)


def test_net_easy_is_the_same_on_mirrored_answers() -> None:
    counts = {1: 9, 2: 4, 3: 5, 4: 1, 5: 2, 6: 7, 7: 3}
    mirrored = {8 - rating: n for rating, n in counts.items()}
    assert score(counts, EASY_LOW).score == score(mirrored, EASY_HIGH).score
    assert score(counts, EASY_LOW).score == pytest.approx(100 * (13 - 12) / 31)


# 1.2: details of the NPS.


def test_blanks_are_in_no_denominator() -> None:
    answers: list[object] = [10] * 50 + [3] * 20 + [7] * 30 + [None] * 25
    read = parse_ratings(answers, NPS)
    found = score(read.counts, NPS, missing=read.missing)
    assert (found.score, found.n, found.missing) == (30, 100, 25)


def test_rounded_shares_are_not_subtracted() -> None:
    found = score(of(7, 3, 2), NPS)
    assert found.score == near(-41.67, 2)
    assert round_half_away(found.score or 0) == -42


def test_a_half_goes_away_from_zero() -> None:
    assert (round_half_away(12.5), round_half_away(-12.5)) == (13, -13)
    assert score(of(3, 1, 4), NPS).score == 12.5 == -(score(of(4, 1, 3), NPS).score or 0)


def test_a_fraction_is_invalid() -> None:
    read = parse_ratings([7.5, 9], NPS)
    assert (read.invalid, sum(read.counts.values())) == (1, 1)
    with pytest.raises(ScoringError):
        score({7.5: 1}, NPS)  # type: ignore[dict-item]


# 1.3: where vendors' examples are right, and where not.


def test_vendors_examples() -> None:
    assert score({1: 5, 3: 5, 5: 10}, METRICS["ces_ease_5"]).score == 50
    assert score(of(75, 85, 215), NPS).score == near(37.3, 1)
    assert score({1: 3, 3: 7}, METRICS["csat_3"]).score == 70  # its text says 8 of 10


# 2.1: coverage, by counting every sample there is.


def coverage(shares: tuple[float, float, float], n: int, method: NetMethod) -> float:
    """The chance that the interval of n answers holds the true net score."""
    net = 100 * (shares[2] - shares[0])
    total = 0.0
    for d, r in product(range(n + 1), repeat=2):
        if d + r <= n:
            limits = net_interval(d, n - d - r, r, method=method)
            if limits.low - 1e-9 <= net <= limits.high + 1e-9:
                ways = comb(n, d) * comb(n - d, r)
                total += ways * shares[0] ** d * shares[1] ** (n - d - r) * shares[2] ** r
    return total


@pytest.mark.parametrize(
    ("method", "expected"), [("wald", 0.9262), ("adjusted_wald", 0.9478), ("score", 0.9472)]
)
def test_coverage_of_20_answers(method: NetMethod, expected: float) -> None:
    assert coverage((0.2, 0.3, 0.5), 20, method) == near(expected, 4)


@pytest.mark.parametrize(("n", "wald"), [(5, 0.77), (10, 0.87)])
def test_mean_coverage_over_every_kind_of_audience(n: int, wald: float) -> None:
    """Over shares drawn uniformly; the reference drew 400, so do we."""
    drawn = [tuple(row) for row in np.random.default_rng(1).dirichlet([1, 1, 1], 400).tolist()]
    plain = float(np.mean([coverage(shares, n, "wald") for shares in drawn]))
    adjusted = float(np.mean([coverage(shares, n, "adjusted_wald") for shares in drawn]))
    assert plain == pytest.approx(wald, abs=0.02)
    assert 0.94 < adjusted < 0.96


# 2.3: sample sizes and the table of precision.


def test_how_many_answers() -> None:
    assert (net_sample_size(10), net_sample_size(5)) == (255, 1027)
    assert net_difference_sample_size(10) == 1049
    assert TYPICAL_VARIANCE == 0.67


@pytest.mark.parametrize(
    ("n", "typical", "worst"),
    [
        (5, 57, 69), (10, 45, 54), (20, 34, 41), (30, 28, 34), (50, 22, 27), (100, 16, 19),
        (200, 11, 14), (300, 9, 11), (500, 7, 9), (1000, 5, 6), (2000, 4, 4),
    ],
)  # fmt: skip
def test_the_table_of_precision(n: int, typical: int, worst: int) -> None:
    for variance, printed in ((TYPICAL_VARIANCE, typical), (1.0, worst)):
        half_width = 100 * Z * sqrt(variance / (n + 3))
        # 45 and 34 are printed for 44.495 and 33.452: a variance of 0.672 would give them.
        assert half_width == pytest.approx(printed, abs=0.55)
        assert net_sample_size(half_width, variance=variance) == n


# 3.1: a year in which nothing happens: five stages, twelve months, 100 answers, 20/30/50.

YEARS = 300


@pytest.fixture(scope="module")
def quiet() -> Any:
    drawn = np.random.default_rng(7).multinomial(100, [0.2, 0.3, 0.5], (YEARS, 5, 12))
    return drawn.tolist()


def month_against_month(stage: list[list[int]]) -> list[float]:
    months = [(month[0], month[1], month[2]) for month in stage]
    return [compare_net(b, a).p_value for a, b in zip(months, months[1:], strict=False)]


def within_error(seen: float, expected: float) -> bool:
    """Three standard errors of so many simulated years, and of theirs."""
    return abs(seen - expected) < 3 * sqrt(2 * expected * (1 - expected) / YEARS)


def test_false_alarms_of_a_quiet_year(quiet: Any) -> None:
    raw = [[p for stage in year for p in month_against_month(stage)] for year in quiet]
    flags = [sum(p < 0.05 for p in year) for year in raw]
    assert within_error(sum(n > 0 for n in flags) / YEARS, 0.895)
    assert sum(flags) / YEARS == pytest.approx(2.55, abs=0.35)
    adjusted = [min(benjamini_hochberg(year)) <= 0.05 for year in raw]
    assert within_error(sum(adjusted) / YEARS, 0.055)


def test_false_alarms_of_charts_in_a_quiet_year(quiet: Any) -> None:
    natural = [
        [xmr([month[2] - month[0] for month in stage]).signals for stage in year] for year in quiet
    ]
    assert within_error(sum(any(year) for year in natural) / YEARS, 0.13)
    pooled = [[net_chart(stage).signals for stage in year] for year in quiet]
    assert within_error(sum(any(year) for year in pooled) / YEARS, 0.09)


@pytest.mark.parametrize(("n", "month", "pooled"), [(50, 0.23, 0.70), (100, 0.41, 0.94)])
def test_power_for_a_drop_of_20_points(n: int, month: float, pooled: float) -> None:
    """20/30/50 falls to 30/30/40; one month against one, and three against the six before."""

    def found(after: int, before: int) -> float:
        chance = np.random.default_rng(11)
        low = chance.multinomial(after * n, [0.3, 0.3, 0.4], 1000).tolist()
        high = chance.multinomial(before * n, [0.2, 0.3, 0.5], 1000).tolist()
        p_values = [compare_net(tuple(a), tuple(b)).p_value for a, b in zip(low, high, strict=True)]
        return float(np.mean([p < 0.05 for p in p_values]))

    assert found(1, 1) == pytest.approx(month, abs=0.06)
    assert found(3, 6) == pytest.approx(pooled, abs=0.06)


# 3.3: the constants.


def test_the_constants_of_the_charts() -> None:
    assert (XMR_LIMITS, XMR_RANGE_LIMIT, MEAN_RANGE) == (2.66, 3.268, 1.128)
    assert near(2.6596, 4) == 3 / MEAN_RANGE
    chart = xmr([10, 20, 10, 20])
    assert (chart.lower, chart.upper, chart.range_limit) == pytest.approx((-11.6, 41.6, 32.68))
