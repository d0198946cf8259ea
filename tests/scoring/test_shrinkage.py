"""Scores of small groups, drawn together."""

from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import ScoringError, shrink

# Thirteen trials of BCG vaccine (Colditz 1994): cases and others, vaccinated and not.
TRIALS = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]  # fmt: skip
groups = st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 1000)), min_size=1, max_size=12)


def test_the_published_example() -> None:
    """R: metafor's rma(yi, vi, method = "DL") on dat.bcg."""
    ratios = [log(a / (a + b)) - log(c / (c + d)) for a, b, c, d in TRIALS]
    variances = [1 / a - 1 / (a + b) + 1 / c - 1 / (c + d) for a, b, c, d in TRIALS]
    found = shrink(ratios, variances)
    assert found.tau2 == pytest.approx(0.3088, abs=5e-5)
    assert found.pooled == pytest.approx(-0.7141, abs=5e-5)
    for own, variance, shrunk in zip(ratios, variances, found.shrunk, strict=True):
        between = found.tau2 * own + variance * found.pooled
        assert shrunk == pytest.approx(between / (found.tau2 + variance))


def test_groups_that_need_not_differ_shrink_to_one_score() -> None:
    found = shrink([28, 31, 33], [100, 90, 110])
    assert found.tau2 == 0
    assert found.shrunk == [found.pooled] * 3


def test_a_group_that_knows_little_shrinks_most() -> None:
    found = shrink([0, 50, 100], [10, 10, 1000])
    moved = [abs(a - b) for a, b in zip(found.shrunk, [0, 50, 100], strict=True)]
    assert moved[2] > moved[0] > 0


def test_a_group_alone_stays_where_it_is() -> None:
    found = shrink([12], [4])
    assert (found.tau2, found.pooled, found.shrunk) == (0, 12, [12])


@given(groups)
@settings(max_examples=80)
def test_a_shrunk_score_lies_between_its_own_and_the_common_one(
    given_groups: list[tuple[float, float]],
) -> None:
    scores = [score for score, _ in given_groups]
    found = shrink(scores, [variance for _, variance in given_groups])
    assert found.tau2 >= 0
    for own, shrunk in zip(scores, found.shrunk, strict=True):
        low, high = sorted((own, found.pooled))
        assert low - 1e-6 <= shrunk <= high + 1e-6


@given(groups)
@settings(max_examples=50)
def test_order_does_not_matter(given_groups: list[tuple[float, float]]) -> None:
    forward = shrink(*map(list, zip(*given_groups, strict=True)))
    backward = shrink(*map(list, zip(*given_groups[::-1], strict=True)))
    assert backward.shrunk[::-1] == pytest.approx(forward.shrunk)


def test_containers_do_not_matter_and_are_left_alone() -> None:
    scores, variances = [10.0, 20.0, 60.0], [100.0, 90.0, 80.0]
    expected = shrink(scores, variances)
    assert shrink(np.array(scores), np.array(variances)) == expected
    assert shrink(iter(scores), iter(variances)) == expected
    assert (scores, variances) == ([10, 20, 60], [100, 90, 80])


@pytest.mark.parametrize(
    ("scores", "variances"),
    [([], []), ([1, 2], [1]), ([1, 2], [1, 0]), ([1, 2], [1, -1]), ([1, float("nan")], [1, 1])],
    ids=str,
)
def test_it_rejects(scores: list[float], variances: list[float]) -> None:
    with pytest.raises(ScoringError):
        shrink(scores, variances)
