"""How sure the drivers' shares are: respondents drawn again and again."""

import numpy as np
import pandas as pd
import pytest

from feedback.scoring import Drivers, drivers, drivers_bootstrap, drivers_data
from feedback.scoring.drivers_bootstrap import SEED

NAMES = ["a", "b", "c"]


def answers(n: int, *, seed: int = 1, blanks: float = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    halo = random.normal(size=n)
    frame = pd.DataFrame({name: halo + random.normal(size=n) for name in NAMES})
    frame["y"] = halo + frame["a"] + 0.5 * frame["b"] + random.normal(size=n)
    return frame.mask(random.random(frame.shape) < blanks) if blanks else frame


def shares(found: Drivers) -> list[float]:
    return [row.share for row in found.rows]


def limits(found: Drivers) -> list[tuple[float, float]]:
    return [(row.share_low or 0, row.share_high or 0) for row in found.rows]


@pytest.mark.parametrize(("rule", "blanks"), [("complete", 0), ("pairwise", 0.2)])
def test_the_limits_are_percentiles_over_plain_resamples(rule: str, blanks: float) -> None:
    frame = answers(90, blanks=blanks)
    found = drivers(frame, "y", NAMES, missing=rule, resamples=60)
    people = frame.dropna(how="any" if rule == "complete" else "all")
    draws = np.random.default_rng(SEED).integers(0, len(people), size=(60, len(people)))
    again = [drivers(people.iloc[draw], "y", NAMES, missing=rule, resamples=0) for draw in draws]
    low, high = np.quantile([shares(each) for each in again], [0.025, 0.975], axis=0)
    assert limits(found) == [pytest.approx(pair) for pair in zip(low, high, strict=True)]
    means = [[row.mean for row in each.rows] for each in again]
    assert [row.mean_low for row in found.rows] == pytest.approx(
        list(np.quantile(np.asarray(means, dtype=float), 0.025, axis=0))
    )
    differences = [shares(each)[0] - shares(each)[2] for each in again]
    pair = next(pair for pair in found.pairs if (pair.first, pair.second) == ("a", "c"))
    assert (pair.low, pair.high) == pytest.approx(tuple(np.quantile(differences, [0.025, 0.975])))
    assert pair.difference == pytest.approx(shares(found)[0] - shares(found)[2])
    assert found.resamples == 60


def test_the_same_seed_gives_the_same_limits_and_another_seed_others() -> None:
    one, same = (drivers(answers(200), "y", NAMES) for _ in range(2))
    assert one == same and (one.seed, one.resamples) == (SEED, 1000)
    other = drivers(answers(200), "y", NAMES, seed=7)
    assert limits(other) != limits(one)
    assert np.allclose(limits(other), limits(one), atol=0.02)


def test_without_resamples_there_are_no_limits() -> None:
    found = drivers(answers(200), "y", NAMES, resamples=0)
    assert (found.resamples, found.seed, found.pairs) == (0, None, ())
    assert {row.share_low for row in found.rows} == {None}
    assert not found.differ("a", "c")


@pytest.mark.parametrize(("rule", "blanks"), [("complete", 0), ("pairwise", 0.2)])
def test_working_in_pieces_changes_nothing(
    rule: str, blanks: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = answers(150, blanks=blanks)
    whole = drivers(frame, "y", NAMES, missing=rule, resamples=50)
    monkeypatch.setattr(drivers_bootstrap, "_DRAWN", 1000)
    monkeypatch.setattr(drivers_data, "_CELLS", 1000)
    pieces = drivers(frame, "y", NAMES, missing=rule, resamples=50)
    assert limits(pieces) == [pytest.approx(pair) for pair in limits(whole)]


def test_more_confidence_is_wider() -> None:
    narrow, wide = (drivers(answers(200), "y", NAMES, level=level) for level in (0.8, 0.99))
    for (low, high), (lower, higher) in zip(limits(narrow), limits(wide), strict=True):
        assert lower < low < high < higher


def test_more_respondents_are_narrower() -> None:
    few, many = (drivers(answers(n), "y", NAMES, resamples=300) for n in (100, 5000))
    for (low, high), (lower, higher) in zip(limits(many), limits(few), strict=True):
        assert high - low < (higher - lower) / 3


def test_two_drivers_alike_do_not_differ_and_unlike_ones_do() -> None:
    found = drivers(answers(2000), "y", NAMES)
    assert found.differ("a", "c") and found.differ("b", "a")
    frame = answers(2000)
    frame["y"] = frame["a"] + frame["b"] + np.random.default_rng(2).normal(size=2000)
    assert not drivers(frame, "y", NAMES).differ("a", "b")


def test_resamples_that_cannot_be_analysed_are_left_out_and_not_counted() -> None:
    frame = answers(40).assign(b=[5.0] + [1.0] * 39)
    found = drivers(frame, "y", NAMES)
    assert 550 < found.resamples < 710  # somebody is in 63 % of the samples
    assert found.rows[1].share_low is not None


def test_when_most_resamples_fall_apart_there_are_no_limits() -> None:
    frame = answers(40).assign(b=[5.0] + [1.0] * 39, c=[1.0, 5.0] + [1.0] * 38)
    found = drivers(frame, "y", NAMES)
    assert (found.resamples, found.pairs) == (0, ())
    assert {row.share_high for row in found.rows} == {None}


def test_the_limits_hold_the_true_share_about_as_often_as_they_say() -> None:
    truth = shares(drivers(answers(200_000, seed=99), "y", NAMES, resamples=0))
    held = [
        low <= true <= high
        for seed in range(60)
        for true, (low, high) in zip(
            truth,
            limits(drivers(answers(300, seed=seed), "y", NAMES, resamples=300)),
            strict=True,
        )
    ]
    assert 0.88 <= sum(held) / len(held) <= 0.99


def test_one_driver_alone_has_the_whole_share() -> None:
    (row,) = drivers(answers(120), "y", ["a"], resamples=50).rows
    assert (row.share, row.share_low, row.share_high) == pytest.approx((1, 1, 1))
