"""Weighted scores: by hand, and against the unweighted ones."""

from collections import Counter
from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, ScoringError, score, weighted_net, weighted_score

EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


def test_it_works_by_hand() -> None:
    found = weighted_net([-1, 0, 1], [1, 2, 3])
    net = (3 - 1) / 6
    spread = (1 * (-1 - net)) ** 2 + (2 * (0 - net)) ** 2 + (3 * (1 - net)) ** 2
    assert found.score == pytest.approx(100 * net)
    assert found.standard_error == pytest.approx(100 * sqrt(3 / 2 * spread) / 6)
    assert found.effective_n == pytest.approx(36 / 14)


@EVERY_METRIC
@given(st.data(), st.sampled_from([0.25, 1.0, 4.0]))
@settings(max_examples=40)
def test_equal_weights_give_the_unweighted_score_and_interval(
    metric: Any, data: st.DataObject, weight: float
) -> None:
    ratings = data.draw(st.lists(st.sampled_from(metric.scale), min_size=1, max_size=40))
    plain = score(Counter(ratings), metric)
    found = weighted_score(ratings, [weight] * len(ratings), metric)
    assert found.effective_n == pytest.approx(plain.n)
    assert found.score == pytest.approx(plain.score)
    if plain.low is None:
        assert (found.low, found.high) == (None, None)
    else:
        assert found.low == pytest.approx(plain.low)
        assert found.high == pytest.approx(plain.high)


@EVERY_METRIC
def test_a_whole_weight_moves_the_score_like_that_many_answers(metric: Any) -> None:
    best = metric.minimum if metric.low_is_good else metric.maximum
    worst = metric.maximum if metric.low_is_good else metric.minimum
    found = weighted_score([best, worst], [3, 1], metric)
    assert found.score == pytest.approx(score({best: 3, worst: 1}, metric).score)


def test_the_scale_of_the_weights_does_not_matter() -> None:
    small = weighted_net([-1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    large = weighted_net([-1, 0, 1, 1], [10, 20, 30, 40])
    assert small.score == pytest.approx(large.score)
    assert small.standard_error == pytest.approx(large.standard_error)
    assert small.effective_n == pytest.approx(large.effective_n)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]], ids=["no answers", "no weight"])
def test_nothing_gives_no_score(weights: list[float]) -> None:
    found = weighted_net([1] * len(weights), weights)
    assert (found.score, found.standard_error, found.low, found.high) == (None, None, None, None)
    assert found.effective_n == 0


def test_one_answer_has_no_standard_error() -> None:
    assert weighted_net([1], [2]).standard_error is None
    assert weighted_score([4, 5], [1, 0], METRICS["csat_10"]).low is None


@pytest.mark.parametrize(
    ("codes", "weights"),
    [([2], [1]), ([1], [-1]), ([1], [float("nan")]), ([1], [float("inf")]), ([1, 0], [1])],
    ids=str,
)
def test_it_rejects(codes: list[int], weights: list[float]) -> None:
    with pytest.raises(ScoringError):
        weighted_net(codes, weights)


def test_it_rejects_a_rating_off_the_scale() -> None:
    with pytest.raises(ScoringError, match="11"):
        weighted_score([11], [1], METRICS["nps"])
