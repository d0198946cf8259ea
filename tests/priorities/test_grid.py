"""How often priorities claim something where nothing is so: the rates of docs/scoring.md, bounded.

A few seeds each; with TEST_LONG, as `make test-long` sets it, 1,000 pages and the promised bounds.
"""

import os

import pytest

from scripts import priorities_grid as grid

IS_LONG = bool(os.environ.get("TEST_LONG"))
PAGES, ALLOWED = (1_000, 0.07) if IS_LONG else (20, 0.15)
FOUND = 60 if IS_LONG else 6
LARGE = [(20, 300)] if IS_LONG else []


@pytest.mark.parametrize(("k", "n"), [(5, 120), *LARGE])
@pytest.mark.parametrize("kind", list(grid.kinds(5))[: grid.QUIET])
def test_where_nothing_counts_more_hardly_a_page_says_so(kind: str, k: int, n: int) -> None:
    found = grid.rates(kind, k, n, PAGES)
    said = ("start with", "concentrate_here", "possible_overkill", "low_priority", "keep_up")
    assert {word: found.get(word, 0) for word in said if found.get(word, 0) > ALLOWED} == {}


@pytest.mark.parametrize(("k", "n"), [(5, 300), *LARGE])
def test_a_true_driver_is_found_on_every_page(k: int, n: int) -> None:
    found = grid.rates("a true driver, rated low", k, n, FOUND)
    assert found["start with the first"] == 1 and found["start with"] == 1


def test_a_proxy_is_named_with_the_driver() -> None:
    found = grid.rates("a driver and its proxy", 5, 300, FOUND)
    assert found["with its proxy"] == found["start with"] == 1
