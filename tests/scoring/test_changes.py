"""What the CUSUM names and what it leaves alone; its table against a new simulation."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
import pytest

from feedback.scoring import (
    FALSE_ALARMS_A_YEAR,
    METRICS,
    Metric,
    ScoringError,
    changes,
    changes_from,
    compare_net,
    compare_scores,
)
from feedback.scoring.changes import threshold
from feedback.scoring.thresholds import SERIES, THRESHOLDS
from scripts import change_thresholds as simulation

NPS = METRICS["nps"]
Month = dict[int, int]
USUAL: Month = {3: 20, 8: 30, 10: 50}
FALLEN: Month = {3: 30, 8: 30, 10: 40}
EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


def drawn(seed: int, *levels: tuple[int, int, Sequence[float]]) -> list[Month]:
    """Months of NPS answers: so many months of n answers with these shares, and so on."""
    rng = np.random.default_rng(seed)
    tables = [row for months, n, shares in levels for row in rng.multinomial(n, shares, months)]
    return [dict(zip((3, 8, 10), map(int, table), strict=True)) for table in tables]


def spread(metric: Metric, low: int, high: int) -> Month:
    """So many answers at the lowest and at the highest rating, and 40 in the middle."""
    middle = (metric.minimum + metric.maximum) // 2
    return dict(Counter({metric.minimum: low, middle: 40, metric.maximum: high}))


def when(monthly: Sequence[Month], metric: Metric = NPS, **options: Any) -> list[tuple[int, int]]:
    return [(change.signalled, change.began) for change in changes(monthly, metric, **options)]


def test_it_works_by_hand() -> None:
    # A month is 20 points, 2.56 standard errors, below: 1.26 a month past the slack of 1.25
    # (skewness takes 0.05), so that the third passes 2.92.
    monthly = [USUAL] * 12 + [FALLEN] * 4
    [change] = changes(monthly, NPS, series=5)
    found = compare_net((120, 120, 160), (240, 360, 600))
    assert (change.signalled, change.began) == (14, 12)
    assert change.difference == pytest.approx(-20)
    assert (change.low, change.high) == pytest.approx((found.low, found.high))


def test_the_first_months_of_a_change_are_not_yet_named() -> None:
    assert changes([USUAL] * 12 + [FALLEN] * 2, NPS, series=5) == []


@EVERY_METRIC
def test_it_names_a_fall_and_a_rise_of_every_headline(metric: Metric) -> None:
    usual, other = spread(metric, 30, 30), spread(metric, 55, 5)
    for before, after in ((usual, other), (other, usual)):
        [change] = changes([before] * 12 + [after] * 5, metric, series=5)
        pooled = [Counter({r: n * times for r, n in month.items()}) for month, times in (
            (after, 5), (before, 12))]  # fmt: skip
        found = compare_scores(pooled[0], pooled[1], metric)
        assert change.began == 12 and change.signalled < 17
        assert (change.difference, change.low, change.high) == pytest.approx(
            (found.observed, found.low, found.high)
        )


@EVERY_METRIC
def test_a_line_that_repeats_itself_never_changes(metric: Metric) -> None:
    assert changes([spread(metric, 5, 20)] * 60, metric) == []
    assert changes([{metric.maximum: 50}] * 60, metric) == []


@EVERY_METRIC
def test_answers_that_all_agree_can_change_too(metric: Metric) -> None:
    monthly = [{metric.maximum: 50}] * 12 + [{metric.minimum: 50}] * 3
    [change] = changes(monthly, metric)
    assert (change.signalled, change.began) == (12, 12)
    assert change.low <= change.difference <= change.high


def test_two_moves_are_two_changes_each_from_the_level_before() -> None:
    monthly = [USUAL] * 12 + [FALLEN] * 9 + [USUAL] * 6
    first, second = changes(monthly, NPS, series=5)
    assert (first.began, second.began) == (12, 21)
    assert (first.difference, second.difference) == pytest.approx((-20, 20))


def test_a_new_level_is_watched_again_from_six_months_on() -> None:
    monthly = [USUAL] * 12 + [FALLEN] * 6 + [{0: 100}]
    assert when(monthly, series=5) == [(14, 12), (18, 18)]
    assert when([*monthly[:17], {0: 100}], series=5) == [(14, 12)]


def test_months_of_few_answers_feed_nothing() -> None:
    few, none = {0: 29}, dict[int, int]()
    monthly = [USUAL] * 6 + [few, none] + [USUAL] * 6 + [few] * 12 + [FALLEN] * 4
    assert when(monthly, series=5) == [(28, 26)]
    assert changes([few] * 60, NPS) == []
    assert changes([], NPS) == []


def test_all_answers_of_the_new_level_count_for_its_size() -> None:
    monthly = [USUAL] * 12 + [FALLEN] * 3 + [{0: 20}]
    [change] = changes(monthly, NPS, series=5)
    assert change.difference == pytest.approx(100 * (120 - 110) / 320 - 30)


def test_no_later_month_takes_back_what_was_named() -> None:
    levels = (0.2, 0.3, 0.5), (0.3, 0.3, 0.4)
    for seed in range(10):
        monthly = drawn(seed, (20, 100, levels[0]), (15, 60, levels[1]), (30, 120, levels[0]))
        named = when(monthly)
        for known in range(len(monthly)):
            assert when(monthly[:known]) == [each for each in named if each[0] < known]


def test_a_change_under_way_when_the_baseline_is_renewed_is_not_lost() -> None:
    assert when([USUAL] * 23 + [FALLEN] * 3, series=5) == [(25, 23)]
    assert when([USUAL] * 22 + [FALLEN] * 3, series=5) == [(24, 22)]


def test_it_adapts_to_a_slow_drift_of_years() -> None:
    drift = [{3: 20, 8: 30 - year, 10: 50 + year} for year in range(6) for _ in range(12)]
    assert changes(drift, NPS) == []


@pytest.mark.parametrize("n", [1_000, 5_000], ids="{} answers".format)
def test_waves_of_large_months_are_no_change(n: int) -> None:
    # People differ between months: 3 points up or down are no news, however many answered.
    found = 0
    for seed in range(30):
        waves = np.random.default_rng(seed).normal(0, 0.015, 36)
        levels = [(1, n, (0.2 - wave, 0.3, 0.5 + wave)) for wave in waves]
        found += bool(changes(drawn(seed, *levels), NPS))
    assert found <= 4


def test_a_real_fall_shows_among_such_waves() -> None:
    waves = [0.01, -0.02, 0, 0.02, -0.01, 0.015] * 2
    usual = [(1, 2_000, (0.2 - wave, 0.3, 0.5 + wave)) for wave in waves]
    monthly = drawn(1, *usual, (4, 2_000, (0.3, 0.3, 0.4)))
    assert [began for _, began in when(monthly, series=5)] == [12]


def test_a_line_that_grows_is_held_to_what_its_baseline_knows() -> None:
    growing = [
        drawn(seed, (12, 50, (0.2, 0.3, 0.5)), (12, 500, (0.2, 0.3, 0.5))) for seed in range(200)
    ]
    # With z alone, ten times the answers flag 30 % of the years of a single line.
    assert sum(bool(changes(monthly, NPS)) for monthly in growing) <= 12


@pytest.mark.parametrize("shares", [simulation.TYPICAL, simulation.SKEWED], ids=str)
def test_quiet_pages_are_rarely_flagged_however_skewed(shares: tuple[float, ...]) -> None:
    flagged = simulation.pages_flagged(shares, 30, pages=100)
    assert max(flagged) <= FALSE_ALARMS_A_YEAR + 4 * sqrt(0.05 * 0.95 / 100)


def test_a_fall_of_20_points_is_seen_soon() -> None:
    seen = simulation.drop_seen(100, pages=300)
    assert seen[2] >= 0.6 and seen[4] >= 0.85
    assert simulation.drop_seen(200, pages=300)[2] >= 0.94


@pytest.mark.parametrize(
    ("baseline", "series"), [(6, 1), (6, 50), (12, 5), (12, 200), (18, 12), (24, 5)], ids=str
)
def test_the_table_holds_its_rate_in_a_new_simulation(baseline: int, series: int) -> None:
    lines = 400_000
    rng = np.random.default_rng(baseline * 1_000 + series)
    peaks = simulation.highest_sums(baseline, lines, rng)
    rate = simulation.page_rate(peaks, threshold(series, baseline), series)
    one = FALSE_ALARMS_A_YEAR / series  # a line's own rate, nearly
    error = series * sqrt(one / lines)
    assert rate == pytest.approx(FALSE_ALARMS_A_YEAR, abs=4 * error + 0.001)


def test_between_its_columns_too() -> None:
    peaks = simulation.highest_sums(12, 400_000, np.random.default_rng(9))
    for series in (4, 16, 65):
        rate = simulation.page_rate(peaks, threshold(series, 12), series)
        assert rate == pytest.approx(FALSE_ALARMS_A_YEAR, abs=0.007)


def test_more_lines_or_a_shorter_baseline_need_more() -> None:
    for baseline in THRESHOLDS:
        heights = [threshold(series, baseline) for series in range(1, SERIES[-1] + 1)]
        assert heights == sorted(heights) and len(set(heights)) == len(heights)
    for series in SERIES:
        falling = [threshold(series, baseline) for baseline in THRESHOLDS]
        assert falling == sorted(falling, reverse=True)
    assert threshold(5, 12) == pytest.approx(3.0, abs=0.1)
    assert threshold(5, 6) == pytest.approx(3.75, abs=0.1)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], None),
        ([29] * 30, None),
        ([100] * 9, 12),
        ([100] * 40, 12),
        ([100] * 6 + [0] * 3 + [100] * 6, 15),
        ([100] * 6 + [5] * 20, 32),
    ],
    ids=str,
)
def test_it_says_from_when_changes_can_be_named(sizes: list[int], expected: int | None) -> None:
    assert changes_from([{10: n} for n in sizes]) == expected


def test_no_change_is_named_before() -> None:
    for baseline in (6, 12, 24):
        monthly = [USUAL] * baseline + [{0: 100}]
        assert when(monthly, baseline=baseline) == [(baseline, baseline)]
        assert changes_from(monthly, baseline=baseline) == baseline
        assert changes(monthly[1:], NPS, baseline=baseline) == []


def test_it_leaves_its_input_alone() -> None:
    monthly = [USUAL | {}] * 12 + [FALLEN | {}] * 4
    before = [dict(month) for month in monthly]
    changes(monthly, NPS)
    assert monthly == before


@pytest.mark.parametrize(
    ("monthly", "options"),
    [
        ([USUAL], {"baseline": 5}),
        ([USUAL], {"baseline": 25}),
        ([USUAL], {"baseline": 7.5}),
        ([USUAL], {"series": 0}),
        ([USUAL], {"series": 201}),
        ([USUAL, {11: 1}], {}),
        ([USUAL, {3: -1}], {}),
        ([USUAL, {3: 1.5}], {}),
    ],
    ids=str,
)
def test_it_rejects(monthly: list[Any], options: dict[str, Any]) -> None:
    with pytest.raises(ScoringError):
        changes(monthly, NPS, **options)


@pytest.mark.parametrize("baseline", [5, 25])
def test_so_does_the_month_from_which(baseline: int) -> None:
    with pytest.raises(ScoringError):
        changes_from([USUAL], baseline=baseline)
