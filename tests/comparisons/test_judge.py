"""What is said of two scores and the interval beside it agree, whatever the answers."""

import random

import pytest

from feedback.comparisons.compare import Split, compare_groups, looks_at
from feedback.comparisons.groups import Groups
from feedback.comparisons.judge import judge_pair, unrest_widens
from feedback.comparisons.league import make_league
from feedback.comparisons.read import Period
from feedback.comparisons.words import difference_sentence, verdict
from feedback.scoring import METRICS, all_pairs, pair_level, score

KEYS = ("nps", "csat_5", "csat_3", "csat_10", "ces_effort_5")
ASKED = {"name": "variant", "base": "", "difference": 0.0, "planned": 0}


def some_counts(rng: random.Random, key: str) -> dict[int, int]:
    """Few or many answers, spread out or all alike."""
    scale = METRICS[key].scale
    used = rng.sample(list(scale), rng.randint(1, len(scale)))
    most = rng.choice((2, 8, 40, 900))
    return {rating: rng.randint(0, most) for rating in used} | {used[0]: rng.randint(1, most)}


@pytest.mark.parametrize("key", KEYS)
def test_a_verdict_and_its_interval_agree(key: str) -> None:
    rng, metric = random.Random(key), METRICS[key]
    seen = set()
    for _ in range(400):
        a, b = (score(some_counts(rng, key), metric) for _ in "ab")
        groups, looks, times = rng.choice((2, 3, 12)), rng.choice((1, 12)), rng.choice((1.0, 1.6))
        found, q_value = judge_pair(a, b, metric, groups, looks, times=times)
        said, tone = difference_sentence(found, metric), verdict(found, metric)
        if q_value is None or found.low is None or found.high is None:
            assert said.startswith(("Too few", "The answers of each side")) and not tone
            continue
        excludes = not found.low <= 0 <= found.high
        assert found.is_clear == excludes == (q_value < 0.05), (a.counts, b.counts, groups)
        assert said.startswith("No clear difference") != excludes
        assert bool(tone) == excludes
        assert found.low <= found.high and 0 <= q_value <= 1
        seen.add(excludes)
    assert seen == {True, False}


def some_groups(rng: random.Random, key: str, months: list[str]) -> Groups:
    names = [f"g{at}" for at in range(rng.randint(1, 9))]
    return Groups({name: {m: some_counts(rng, key) for m in months} for name in names}, 0, 0)


@pytest.mark.parametrize("key", KEYS)
def test_no_table_says_what_its_intervals_do_not(key: str) -> None:
    rng, metric, months = random.Random(key), METRICS[key], ["2026-01", "2026-02"]
    for _ in range(20):
        groups = some_groups(rng, key, months)
        split = compare_groups(metric, groups, ASKED, Period(*months), "2026-03")
        assert isinstance(split, Split) and split.base == "g0"
        judged = [group for group in split.groups if group.score.n >= 5]
        rank = [group.shrunk for group in judged]
        low_first = metric.low_is_good and metric.headline == "mean"
        assert rank == sorted(rank, reverse=not low_first, key=lambda each: each or 0.0)
        for group in split.groups:
            if group.found is not None and group.q_value is not None:
                assert group.found.is_clear == (group.q_value < 0.05)
            if group.found is not None and group.found.is_clear:
                assert split.lead is not None and split.lead[2].is_clear


def test_which_two_are_picked_makes_no_difference() -> None:
    """Every other base gives the same verdict of the same two groups."""
    metric, month = METRICS["nps"], "2026-01"
    counts = {"a": {10: 60, 2: 40}, "b": {10: 80, 2: 20}, "c": {10: 40, 2: 60}}
    groups = Groups({name: {month: each} for name, each in counts.items()}, 0, 0)
    said = {}
    for base in counts:
        split = compare_groups(
            metric, groups, ASKED | {"base": base}, Period(month, month), "2026-02"
        )
        assert split is not None and split.base == base
        said[base] = {group.name: group.q_value for group in split.groups}
        assert split.lead is not None and split.lead[:2] == ("b", "c")
    for one, other in (("a", "b"), ("a", "c"), ("b", "c")):
        assert said[one][other] == pytest.approx(said[other][one])


def test_a_running_month_is_told_and_not_judged() -> None:
    metric, month = METRICS["nps"], "2026-01"
    groups = Groups({"a": {month: {10: 500}}, "b": {month: {2: 500}}}, 0, 0)
    split = compare_groups(metric, groups, ASKED, Period(month, month), month)
    assert split is not None and not split.judged and split.lead is None
    found = split.by_name["b"].found
    assert found is not None and found.observed == -200 and found.low is None


def test_planned_answers_are_judged_once() -> None:
    """What comes after the month in which all had them changes nothing."""
    metric = METRICS["nps"]
    months = [f"2026-0{at}" for at in range(1, 7)]
    a = {month: {10: 20, 2: 20} for month in months}
    b = {month: {10: 21, 2: 19} for month in months[:3]} | {m: {10: 900} for m in months[3:]}
    seen = []
    for until in months:
        groups = Groups(
            {
                name: {m: n for m, n in of.items() if m <= until}
                for name, of in (("a", a), ("b", b))
            },
            0,
            0,
        )
        split = compare_groups(
            metric, groups, ASKED | {"planned": 100}, Period(months[0], until), "2026-07"
        )
        assert split is not None
        found = split.by_name["b"].found
        seen.append((split.judged, split.period.until, found and found.low))
    assert [each[0] for each in seen] == [0, 0, 2, 2, 2, 2]
    assert len(set(seen[2:])) == 1 and seen[2][1] == "2026-03"


def test_the_interval_is_that_of_the_family() -> None:
    """The studentized range, as printed: q(0.05; 3, infinity) = 3.314, of 20 groups 5.012."""
    for groups, printed in ((2, 2.772), (3, 3.314), (5, 3.858), (20, 5.012)):
        from statistics import NormalDist

        reach = NormalDist().inv_cdf(1 - (1 - pair_level(groups)) / 2) * 2**0.5
        assert reach == pytest.approx(printed, abs=0.002)
        assert all_pairs(1 - pair_level(groups), groups) == pytest.approx(0.05)
    assert looks_at(1) == 1 and looks_at(3) == 12


def test_unrest_widens_a_large_month_most() -> None:
    metric = METRICS["nps"]
    small, large = (score({10: 5 * n, 2: 5 * n}, metric) for n in (1, 100))
    assert unrest_widens([(small, 1)] * 2, metric, 0.003) == pytest.approx(1.03**0.5)
    assert unrest_widens([(large, 1)] * 2, metric, 0.003) == pytest.approx(4**0.5)


def test_groups_of_none_one_and_all_alike_have_a_place() -> None:
    metric = METRICS["csat_10"]
    scores = {
        name: score(counts, metric)
        for name, counts in (("one", {9: 1}), ("alike", {8: 50}), ("more", {3: 30, 9: 30}))
    }
    league = make_league(scores, metric)
    assert league.names == ("alike", "more", "one") and set(league.shrunk) == {"alike", "more"}
