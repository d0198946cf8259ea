"""Scores against values worked out by hand or published."""

import json
from dataclasses import replace

import pytest

from feedback.scoring import METRICS, ScoringError, metric_dict, row_dict, score

NPS = METRICS["nps"]


def test_nps_of_20_30_50_is_30() -> None:
    found = score({0: 20, 8: 30, 9: 50}, NPS)
    assert (found.negative, found.neutral, found.positive) == (20, 30, 50)
    assert found.score == 30
    assert found.standard_error == pytest.approx(7.8102, abs=5e-5)
    assert found.low == pytest.approx(14.0511, abs=5e-5)
    assert found.high == pytest.approx(44.2013, abs=5e-5)
    assert (found.method, found.level) == ("adjusted_wald", 0.95)


def test_limits_are_not_clipped() -> None:
    found = score({10: 5}, NPS)
    assert found.low == pytest.approx(17.4915, abs=5e-5)
    assert found.high == pytest.approx(107.5085, abs=5e-5)


def test_csat_of_45_satisfied_of_50_is_90_per_cent() -> None:
    found = score({4: 40, 5: 5, 3: 2, 1: 3}, METRICS["csat_5"])
    assert found.score == 90
    assert found.low == pytest.approx(78.6398, abs=5e-5)
    assert found.high == pytest.approx(95.6524, abs=5e-5)
    assert found.method == "wilson"
    assert found.standard_error == pytest.approx(100 * (0.9 * 0.1 / 50) ** 0.5)


def test_effort_is_a_mean_where_low_is_good() -> None:
    found = score({1: 1, 3: 1, 5: 1}, METRICS["ces_effort_5"])
    assert (found.score, found.mean, found.positive, found.negative) == (3, 3, 1, 1)
    assert found.standard_error == pytest.approx(2 / 3**0.5)
    assert found.low == pytest.approx(3 - 4.302653 * 2 / 3**0.5, abs=1e-5)
    assert found.method == "t"


def test_one_answer_has_a_mean_but_no_interval() -> None:
    found = score({4: 1}, METRICS["csat_10"])
    assert (found.score, found.standard_error, found.low, found.high) == (4, None, None, None)


def test_shares_are_not_rounded_before_they_are_subtracted() -> None:
    assert score({0: 7, 7: 3, 10: 2}, NPS).score == pytest.approx(-41.6667, abs=5e-5)


def test_the_bands_come_from_the_metric_not_from_its_name() -> None:
    mirrored = replace(
        METRICS["csat_5"],
        low_is_good=True,
        negative=frozenset({4, 5}),
        positive=frozenset({1, 2}),
    )
    assert score({1: 3, 5: 1}, mirrored).score == 75
    assert score({1: 3, 5: 1}, METRICS["csat_5"]).score == 25


@pytest.mark.parametrize(
    ("n", "display"), [(0, "hidden"), (4, "hidden"), (5, "few"), (29, "few"), (30, "shown")]
)
def test_display_follows_n(n: int, display: str) -> None:
    assert score({9: n}, NPS).display == display


@pytest.mark.parametrize(
    "counts",
    [{11: 1}, {-1: 1}, {"9": 1}, {9.5: 1}, {None: 1}, {9: -1}, {9: 1.5}, {9: None}, {11: 0}],
    ids=str,
)
def test_it_rejects_what_no_survey_can_give(counts: dict[int, int]) -> None:
    with pytest.raises(ScoringError):
        score(counts, NPS)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95])
def test_it_rejects_a_level_outside_0_to_1(level: float) -> None:
    with pytest.raises(ScoringError):
        score({9: 1}, NPS, level=level)


def test_a_row_has_the_keys_of_the_contract() -> None:
    row = row_dict(score({9: 6}, NPS, missing=2, invalid=1))
    assert ",".join(row) == (
        "n,missing,invalid,counts,negative,neutral,positive,score,mean,standard_error,low,high,"
        "method,level,display"
    )
    assert json.loads(json.dumps(row)) == row
    assert (row["n"], row["missing"], row["invalid"], row["display"]) == (6, 2, 1, "few")
    assert row["counts"] == {str(rating): 6 * (rating == 9) for rating in range(11)}


def test_a_metric_has_its_json_object() -> None:
    assert json.loads(json.dumps(metric_dict(METRICS["ces_effort_5"]))) == {
        "key": "ces_effort_5",
        "minimum": 1,
        "maximum": 5,
        "low_is_good": True,
        "negative": [4, 5],
        "neutral": [3],
        "positive": [1, 2],
        "headline": "mean",
    }
