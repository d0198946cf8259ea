"""Every law over every metric, on answers hypothesis makes up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, Metric, score
from tests.scoring.laws import LAWS, Law

EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


@EVERY_METRIC
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(law: Law, metric: Metric) -> None:
    @settings(max_examples=25)
    @given(st.lists(st.sampled_from(metric.scale), min_size=1, max_size=60))
    def holds(ratings: list[int]) -> None:
        law(metric, ratings)

    holds()


@EVERY_METRIC
def test_no_answers_give_no_score(metric: Metric) -> None:
    nothing = score({}, metric)
    assert nothing.n == 0
    assert nothing.counts == dict.fromkeys(metric.scale, 0)
    assert (nothing.score, nothing.mean, nothing.standard_error) == (None, None, None)
    assert (nothing.low, nothing.high, nothing.display) == (None, None, "hidden")
