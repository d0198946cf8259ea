"""How often Compare says "more than chance" where nothing differs; `make test-long` looks longer.

The bounds hold the true rate (at most 5 % of years, 9 % where a window grows from one month on)
with room for the few years that are drawn here.
"""

import os
from collections.abc import Mapping
from math import sqrt

import numpy as np
import pytest

from scripts import compare_rates as rates

YEARS = 600 if os.environ.get("TEST_LONG") else 12
CELLS: tuple[Mapping[str, int], ...] = ({}, {"rolling": True}, {"planned": 100})


def most(rate: float, of: int) -> float:
    """Three standard errors above."""
    return of * rate + 3 * sqrt(of * rate * (1 - rate))


@pytest.mark.parametrize("metric", ["nps", "csat_5"])
@pytest.mark.parametrize("how", CELLS, ids=lambda how: next(iter(how), "growing"))
def test_groups_looked_at_all_year_seldom_differ_by_chance(
    metric: str, how: Mapping[str, int]
) -> None:
    rng = np.random.default_rng(11)
    said = sum(rates.wrong_year(metric, [40, 15, 60], rng, **how) for _ in range(YEARS))
    assert said <= most(0.09 if not how else 0.05, YEARS)


def test_a_true_difference_is_found() -> None:
    rng = np.random.default_rng(12)
    found = [rates.found_after(20, 100, 2, rng, planned=300)[0] for _ in range(YEARS)]
    assert sum(found) >= 0.7 * YEARS


def test_the_best_of_twenty_is_not_oversold() -> None:
    rng = np.random.default_rng(13)
    draws = [rates.league_errors(20, 6.0, 150, rng) for _ in range(4 * YEARS)]
    raw, shrunken, best_raw, best = np.mean(draws, axis=0)
    assert shrunken**0.5 < 0.8 * raw**0.5
    assert best_raw > 7 and abs(best) < 2.5


@pytest.mark.parametrize("rho", [0.0, 0.003, 0.01])
def test_quiet_periods_seldom_differ(rho: float) -> None:
    rng = np.random.default_rng(14)
    lines = [rates.unquiet_months(300, 6, rho, rng) for _ in range(4 * YEARS)]
    said = sum(rates.is_clear(line[3:], line[:3], rho) for line in lines)
    assert said <= most(0.05, 4 * YEARS)


def test_the_best_month_and_the_worst_seldom_differ() -> None:
    rng = np.random.default_rng(15)
    said = sum(rates.picked_wrong(100, 15, 3, 0.003, rng) for _ in range(YEARS))
    assert said <= most(0.06, YEARS)
