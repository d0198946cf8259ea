"""The band of a month to come: from odd lines a number that holds or none; how often it holds."""

import os
from typing import Any

import pytest

from feedback.changes.coming import coming_month
from feedback.changes.lines import Scores
from feedback.readings.queries import RATINGS
from feedback.scoring import METRICS
from scripts import usual_bands as bands
from scripts.watch_grid import season, steady

IS_LONG = bool(os.environ.get("TEST_LONG"))
NPS, CSAT, EASE = METRICS["nps"], METRICS["csat_5"], METRICS["csat_10"]
QUIET = {3: 20, 8: 30, 10: 50}


def found(monthly: list[dict[int, int]], metric: Any = NPS, rho: float = 0.0) -> Any:
    months = Scores(metric.key, tuple(tuple(of.get(each, 0) for each in RATINGS) for of in monthly))
    return coming_month(months, months, metric, (rho, 1.0), "2026-10")


@pytest.mark.parametrize(
    ("monthly", "known_from"),
    [
        ([QUIET], "2027-05"),
        ([QUIET] * 6, "2026-12"),
        ([{10: 29}] * 20, "2027-06"),
        ([{10: 1}] * 20, "2027-06"),
        ([QUIET] * 12 + [{}] * 4, ""),
        ([{}], ""),
        ([], ""),
    ],
    ids=["one month", "six", "months of 29", "of 1", "stopped", "nothing", "no line"],
)
def test_there_is_none_without_a_level(monthly: list[dict[int, int]], known_from: str) -> None:
    assert found(monthly) == (None, known_from)


def test_months_that_are_all_alike_still_have_a_width() -> None:
    band, _known = found([{10: 100}] * 12)
    assert band.score == 100 and 0 < band.high - band.low < 10
    band, _known = found([{10: 100}] * 12, EASE)
    assert band.score == 10 and band.high > band.low


def test_one_enormous_month_is_one_month() -> None:
    """Its answers decide where the band lies; that they came in one month makes it wider."""
    even, _known = found([QUIET] * 12, rho=0.01)
    odd, _known = found([QUIET] * 11 + [{3: 200_000, 8: 300_000, 10: 500_000}], rho=0.01)
    assert odd.n == even.n == 100 and odd.months == even.months == 12
    assert odd.high - odd.low > 1.15 * (even.high - even.low)


def test_a_million_answers_are_counted_and_unrest_still_counts() -> None:
    month = {3: 200_000, 8: 300_000, 10: 500_000}
    calm, restless = (found([month] * 24, rho=rho)[0] for rho in (0, 0.003))
    assert calm.high - calm.low == pytest.approx(0.32, abs=0.01)
    assert restless.high - restless.low == pytest.approx(17.5, abs=0.2)


def test_more_answers_make_it_narrower_and_more_months_too() -> None:
    widths = [
        (lambda band: band.high - band.low)(found([{3: 2 * n, 8: 3 * n, 10: 5 * n}] * months)[0])
        for n, months in ((3, 7), (10, 7), (10, 24), (100, 24))
    ]
    assert widths == sorted(widths, reverse=True)


CELLS = [
    bands.Cell("rho 0", 5, 100, steady(0)),
    bands.Cell("rho .01", 5, 300, steady(0.01)),
    bands.Cell("a share", 5, 100, bands.happy(0.003), CSAT, bands.HIGH),
    bands.Cell("a season", 5, 100, season(5)),
]


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_it_holds_the_next_month(cell: bands.Cell) -> None:
    held = bands.measured(cell, 100 if IS_LONG else 8)["all"]
    share = held.held / held.bands
    assert 0.93 < share < 0.975, share
    assert held.forward / held.bands < share - 0.08  # this month's interval is no such band


@pytest.mark.parametrize("wandering", [0, 0.02])
@pytest.mark.parametrize("asked", [30, 100, 1000])
def test_a_rate_that_comes_and_goes_is_not_said_to_have_moved(asked: int, wandering: float) -> None:
    years = 4000 if IS_LONG else 300
    assert bands.moved_years(0.2, asked, wandering, years) <= 0.055 + 2 * (0.05 / years) ** 0.5
