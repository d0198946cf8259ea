"""How sure a score is where people answered several times: held against sums made another way."""

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from feedback.scoring import (
    METRICS,
    PeopleSums,
    Repeats,
    ScoringError,
    people_interval,
    people_sums,
    repeats_by,
    repeats_of,
    score,
    watch_scores,
    with_people,
)
from feedback.scoring.repeats import code_of

EVERY_METRIC = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
codes = st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=1, max_size=6), min_size=2)


def clustered(people: list[list[int]]) -> tuple[float, float]:
    """Mean and standard error by regression on a constant, residuals summed up by person: the
    sandwich that statistics packages give as `cluster`, with G / (G - 1)."""
    y = np.array([code for own in people for code in own], dtype=float)
    group = np.repeat(np.arange(len(people)), [len(own) for own in people])
    x = np.ones((len(y), 1))
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    meat = sum(
        np.outer(s, s)
        for g in set(group)
        if (s := x[group == g].T @ (y - x @ beta)[group == g]) is not None
    )
    variance = bread @ meat @ bread * len(people) / (len(people) - 1)
    return float(beta[0]), float(np.sqrt(variance[0, 0]))


@given(codes)
@settings(max_examples=80)
def test_its_error_is_that_of_a_clustered_regression(people: list[list[int]]) -> None:
    found = people_interval(people_sums(people))
    if found is not None:
        assert (found.score, found.standard_error) == pytest.approx(clustered(people), abs=1e-12)
        reach = stats.t.ppf(0.975, found.degrees) * found.standard_error
        assert (found.low, found.high) == pytest.approx((found.score - reach, found.score + reach))


@pytest.mark.parametrize(("people", "times"), [(100, 1), (50, 2), (100, 3), (20, 5), (12, 30)])
def test_people_who_answer_equally_often_leave_one_degree_less_than_they_are(
    people: int, times: int
) -> None:
    rng = np.random.default_rng(people)
    found = people_interval(people_sums(rng.integers(-1, 2, (people, times)).tolist()))
    assert found is not None and found.degrees == pytest.approx(people - 1)


def test_a_jackknife_over_people_tells_about_the_same() -> None:
    rng = np.random.default_rng(3)
    people = [rng.integers(-1, 2, rng.integers(1, 5)).tolist() for _ in range(60)]
    means = [np.mean(sum(left, [])) for left in combinations(people, 59)]
    jackknife = np.sqrt(59 / 60 * np.sum((np.array(means) - np.mean(means)) ** 2))
    found = people_interval(people_sums(people))
    assert found is not None and found.standard_error == pytest.approx(jackknife, rel=0.05)


@pytest.mark.parametrize(
    "people", [[[1, 0, 1]], [[1] * 80, [0] * 10, [1] * 10]], ids=["one alone", "one of nearly all"]
)
def test_one_person_tells_nothing_of_another(people: list[list[int]]) -> None:
    assert people_interval(people_sums(people)) is None


def test_who_gave_half_of_all_answers_leaves_three_degrees() -> None:
    found = people_interval(people_sums([[1] * 180, *([0] for _ in range(180))]))
    assert found is not None and found.degrees == pytest.approx(2.98, abs=0.01)


@pytest.mark.parametrize(
    "sums",
    [
        PeopleSums(0, 0, 0, 0, 0, 0),
        PeopleSums(3, 2, 1, 1, 1, 4),
        PeopleSums(2, 4, 0, 0, 0, 3),
        PeopleSums(2, 4, 4, 0, 16, 8),
    ],
    ids=["nobody", "more people than answers", "too few", "negative spread"],
)
def test_it_refuses_sums_that_no_answers_have(sums: PeopleSums) -> None:
    with pytest.raises(ScoringError):
        people_interval(sums)


def told(people: list[list[int]], metric: Any) -> tuple[Any, Any]:
    """The plain score of people's ratings, and the same by people."""
    plain = score(Counter(rating for own in people for rating in own), metric)
    repeats = Repeats()
    for own in people:
        coded = [code_of(rating, metric) for rating in own]
        repeats += repeats_by(len(own), sum(coded), sum(code * code for code in coded))
    return plain, with_people(plain, metric, repeats)


@EVERY_METRIC
@given(st.data())
@settings(max_examples=30)
def test_by_people_it_is_never_narrower_and_the_sums_are_theirs(
    metric: Any, data: st.DataObject
) -> None:
    rating = st.sampled_from(metric.scale)
    people = data.draw(st.lists(st.lists(rating, min_size=1, max_size=5), min_size=2, max_size=20))
    plain, found = told(people, metric)
    unit = 1 if metric.headline == "mean" else 100
    if all(len(own) == 1 for own in people):
        assert found is plain
        return
    assert (found.people, found.n, found.score) == (len(people), plain.n, plain.score)
    direct = people_interval(people_sums([[code_of(r, metric) for r in own] for own in people]))
    if direct is None:
        assert (found.low, found.high, found.standard_error) == (None, None, None)
    elif plain.low is not None and len({code_of(r, metric) for own in people for r in own}) > 1:
        assert found.low == pytest.approx(min(plain.low, unit * direct.low))
        assert found.high == pytest.approx(max(plain.high, unit * direct.high))


def test_people_who_all_agree_are_as_sure_as_so_many_answers() -> None:
    _, found = told([[10] * 30] * 12, METRICS["nps"])
    twelve = score({10: 12}, METRICS["nps"])
    assert (found.low, found.high) == pytest.approx((twelve.low, twelve.high))
    _, shares = told([[5] * 30] * 12, METRICS["csat_5"])
    twelve = score({5: 12}, METRICS["csat_5"])
    assert (shares.low, shares.high) == pytest.approx((twelve.low, twelve.high))


def test_answers_that_came_since_are_other_people() -> None:
    people = [[10, 10], [0, 0], [7, 7]]
    before, _ = told(people, METRICS["nps"])
    repeats = sum((repeats_by(2, s, abs(s)) for s in (2, -2, 0)), Repeats())
    later = with_people(
        score(Counter(before.counts) + Counter({10: 4}), METRICS["nps"]), METRICS["nps"], repeats
    )
    _, whole = told([*people, [10], [10], [10], [10]], METRICS["nps"])
    assert later == whole and later.people == 7


def test_repeats_of_more_answers_than_there_are_say_nothing() -> None:
    plain = score({10: 2, 0: 1}, METRICS["nps"])
    assert with_people(plain, METRICS["nps"], Repeats(30, 900, 900, 900)) is plain


def test_repeats_widen_a_month_as_often_as_its_people_are_alike() -> None:
    nps = METRICS["nps"]
    rng = np.random.default_rng(5)

    def month(alike: bool) -> tuple[Any, Repeats]:
        firsts = rng.choice([0, 7, 10], size=60)
        people = [
            [int(r)] * 4 if alike else rng.choice([0, 7, 10], size=4).tolist() for r in firsts
        ]
        plain = score(Counter(r for own in people for r in own), nps)
        added = Repeats()
        for own in people:
            coded = [code_of(r, nps) for r in own]
            added += repeats_by(4, sum(coded), sum(c * c for c in coded))
        return plain, added

    for alike, near in ((True, 4.0), (False, 1.0)):
        months = [month(alike) for _ in range(12)]
        found = repeats_of([each for each, _ in months], nps, dict(enumerate(r for _, r in months)))
        assert found[-1] == pytest.approx(near, abs=0.4) and min(found) >= 1
        watch_scores({"line": (nps, [each for each, _ in months])}, repeats={"line": found})


def test_later_months_change_nothing_of_earlier_ones() -> None:
    nps = METRICS["nps"]
    months = [score({10: 20, 0: 10 + at}, nps) for at in range(6)]
    known = {at: Repeats(10, 40 + at, 30 - at, 60) for at in (1, 3, 5)}
    whole = repeats_of(months, nps, known)
    assert whole[0] == whole[2] == 1.0
    for end in range(1, 7):
        assert repeats_of(months[:end], nps, known) == whole[:end]


def test_a_score_without_people_stays_what_it_was() -> None:
    plain = score({10: 3}, METRICS["nps"])
    assert plain.people is None and replace(plain, people=3) != plain


@pytest.mark.parametrize(("people", "is_few"), [(None, False), (17, True), (18, False)])
def test_people_are_told_below_nine_tenths_of_the_answers(people: int | None, is_few: bool) -> None:
    assert replace(score({10: 20}, METRICS["nps"]), people=people).has_few_people is is_few


def test_a_mean_of_few_answers_stays_without_a_number() -> None:
    _, few = told([[9, 10, 8], [1, 2, 3]], METRICS["csat_10"])
    assert (few.people, few.has_number) == (2, False)
    _, alike = told([[9] * 6, [9] * 6], METRICS["csat_10"])
    assert (alike.people, alike.has_number) == (2, False)
