"""Key drivers against printed values, by hand, and against what no shortcut takes."""

import json
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from feedback.scoring import (
    Drivers,
    ScoringError,
    drivers,
    drivers_from_correlation,
    respondents_needed,
)
from feedback.scoring.drivers_bootstrap import SEED

AIRPORT = Path(__file__).parents[1] / "data" / "sfo-2017.csv"
STAGES = ["Q7ART", "Q7FOOD", "Q7STORE", "Q7SIGN", "Q7WALKWAYS", "Q7SCREENS"]

# Motor Trend 1974, 32 cars (Henderson and Velleman 1981): what R calls mtcars.
CARS = {
    "mpg": "21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4 "
    "30.4 33.9 21.5 15.5 15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4",
    "cyl": "6 6 4 6 8 6 8 4 4 6 6 8 8 8 8 8 8 4 4 4 4 8 8 8 8 4 4 4 8 6 8 4",
    "disp": "160 160 108 258 360 225 360 146.7 140.8 167.6 167.6 275.8 275.8 275.8 472 460 440 "
    "78.7 75.7 71.1 120.1 318 304 350 400 79 120.3 95.1 351 145 301 121",
    "hp": "110 110 93 110 175 105 245 62 95 123 123 180 180 180 205 215 230 66 52 65 97 150 150 "
    "245 175 66 91 113 264 175 335 109",
    "gear": "4 4 4 3 3 3 3 4 4 4 4 3 3 3 3 3 3 4 4 4 3 3 3 3 3 4 5 5 5 5 5 4",
}


def cars() -> pd.DataFrame:
    return pd.DataFrame({name: [float(x) for x in row.split()] for name, row in CARS.items()})


def airport() -> pd.DataFrame:
    frame = pd.read_csv(AIRPORT, usecols=["Q7ALL", "NETPRO", *STAGES], na_values=["Blank"])
    frame[STAGES] = frame[STAGES].replace({0: np.nan, 6: np.nan})
    return frame.assign(NETPRO=frame["NETPRO"].replace(11, np.nan))


def made_up(n: int, k: int, *, seed: int = 1, blanks: float = 0) -> pd.DataFrame:
    """An outcome y and drivers d0, d1, ... that share a halo, the later ones less of it."""
    random = np.random.default_rng(seed)
    halo = random.normal(size=n)
    frame = pd.DataFrame(
        {f"d{place}": halo / (place + 1) + random.normal(size=n) for place in range(k)}
    )
    frame.insert(0, "y", halo + frame["d0"] + random.normal(size=n))
    return frame.mask(random.random(frame.shape) < blanks) if blanks else frame


def named(k: int) -> list[str]:
    return [f"d{place}" for place in range(k)]


def test_two_drivers_by_hand() -> None:
    """r = 0.6 and 0.4, 0.5 between them: R^2 = (0.36 + 0.16 - 0.24) / 0.75 = 0.28 / 0.75. LMG of
    the first: half of 0.36 and of R^2 - 0.16. With two drivers Johnson's weights are the same."""
    found = drivers_from_correlation([[1, 0.6, 0.4], [0.6, 1, 0.5], [0.4, 0.5, 1]], 200)
    explained = 0.28 / 0.75
    expected = [(0.36 + explained - 0.16) / 2, (0.16 + explained - 0.36) / 2]
    assert found.r_squared == pytest.approx(explained)
    assert [row.lmg for row in found.rows] == pytest.approx(expected)
    assert [row.johnson for row in found.rows] == pytest.approx(expected)
    assert [row.share for row in found.rows] == pytest.approx([w / explained for w in expected])
    assert [row.correlation for row in found.rows] == [0.6, 0.4]


def test_uncorrelated_drivers_have_their_squared_correlation() -> None:
    matrix = np.eye(4)
    matrix[0, 1:] = matrix[1:, 0] = 0.5, 0.3, -0.1
    found = drivers_from_correlation(matrix, 200)
    for row, weight in zip(found.rows, (0.25, 0.09, 0.01), strict=True):
        assert [row.lmg, row.johnson] == pytest.approx([weight, weight])


def test_the_cars_have_the_weights_r_prints() -> None:
    """Johnson: rwa's documentation. LMG: calc.relimp of relaimpo."""
    found = drivers(cars(), "mpg", ["cyl", "disp", "hp", "gear"], resamples=0)
    assert found.n == 32
    assert found.r_squared == pytest.approx(0.7791896, abs=5e-8)
    assert [row.johnson for row in found.rows] == pytest.approx(
        [0.2284797, 0.2221469, 0.2321744, 0.0963886], abs=5e-8
    )
    assert [100 * row.johnson / found.r_squared for row in found.rows] == pytest.approx(
        [29.32274, 28.50999, 29.79691, 12.37037], abs=5e-6
    )
    assert [row.lmg for row in found.rows] == pytest.approx(
        [0.2470520, 0.2434996, 0.2109129, 0.0777251], abs=5e-8
    )


@pytest.mark.parametrize("k", [1, 3, 5])
def test_lmg_is_the_mean_over_all_orders_of_entry(k: int) -> None:
    frame = made_up(80, k)
    matrix = frame.corr().to_numpy()
    gains = np.zeros(k)
    for order in permutations(range(k)):
        for place, driver in enumerate(order):
            with_it, without = order[: place + 1], order[:place]
            gains[driver] += explained(matrix, with_it) - explained(matrix, without)
    expected = gains / len(list(permutations(range(k))))
    found = drivers(frame, "y", named(k), resamples=0)
    assert [row.lmg for row in found.rows] == pytest.approx(list(expected), abs=1e-12)


def explained(
    matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", which: Sequence[int]
) -> float:
    """R^2 of the outcome, in place 0, on some drivers."""
    if not which:
        return 0.0
    places = [driver + 1 for driver in which]
    own = matrix[places, 0]
    return float(own @ np.linalg.solve(matrix[np.ix_(places, places)], own))


@pytest.mark.parametrize("k", [1, 2, 7, 12, 13, 20])
def test_both_weights_add_to_r_squared_and_shares_to_one(k: int) -> None:
    frame = made_up(500, k)
    found = drivers(frame, "y", named(k), resamples=0)
    fit = np.linalg.lstsq(
        np.column_stack([np.ones(500), frame[named(k)]]), frame["y"].to_numpy(), rcond=None
    )
    assert found.r_squared == pytest.approx(1 - fit[1][0] / (500 * frame["y"].var(ddof=0)))
    assert sum(row.johnson for row in found.rows) == pytest.approx(found.r_squared)
    assert sum(row.share for row in found.rows) == pytest.approx(1)
    assert all(row.share >= 0 for row in found.rows)


def test_beyond_twelve_drivers_the_shares_are_johnsons_and_it_says_so() -> None:
    twelve, thirteen = (drivers(made_up(400, k), "y", named(k), resamples=20) for k in (12, 13))
    assert twelve.method == "lmg"
    assert sum(row.lmg or 0 for row in twelve.rows) == pytest.approx(twelve.r_squared)
    assert thirteen.method == "johnson"
    assert {row.lmg for row in thirteen.rows} == {None}
    assert thirteen.rows[0].share_low is not None


def test_the_correlations_alone_give_the_same() -> None:
    frame = made_up(300, 4)
    found = drivers(frame, "y", named(4), resamples=0)
    again = drivers_from_correlation(frame.corr(), 300, named(4))
    assert (again.n, again.method, again.missing) == (300, "lmg", None)
    for one, other in zip(found.rows, again.rows, strict=True):
        assert other.driver == one.driver
        assert (other.lmg, other.johnson) == pytest.approx((one.lmg, one.johnson))
        assert (other.mean, other.share_low) == (None, None)


def test_names_may_include_the_outcome_and_are_x1_x2_without() -> None:
    matrix = [[1, 0.5, 0.4], [0.5, 1, 0.1], [0.4, 0.1, 1]]
    for names, expected in ((["a", "b"], "ab"), (["y", "a", "b"], "ab"), (None, ["x1", "x2"])):
        found = drivers_from_correlation(matrix, 50, names)
        assert [row.driver for row in found.rows] == list(expected)


def test_the_airport() -> None:
    """n is pandas' own count of complete rows; R^2 that of a plain least-squares fit."""
    frame = airport()
    found = drivers(frame, "Q7ALL", STAGES)
    whole = frame[["Q7ALL", *STAGES]].dropna()
    fit = np.linalg.lstsq(
        np.column_stack([np.ones(len(whole)), whole[STAGES]]), whole["Q7ALL"].to_numpy(), rcond=None
    )
    assert found.n == len(whole) == 1850
    assert found.respondents == 2831
    total = len(whole) * whole["Q7ALL"].var(ddof=0)
    assert found.r_squared == pytest.approx(1 - fit[1][0] / total)
    assert [row.driver for row in found.rows] == STAGES
    assert [row.mean for row in found.rows] == pytest.approx(whole[STAGES].mean().tolist())
    assert found.differ("Q7FOOD", "Q7ART") and found.differ("Q7ART", "Q7FOOD")
    assert not found.differ("Q7FOOD", "Q7SIGN")


def test_at_the_airport_the_rule_for_missing_answers_changes_the_ranking() -> None:
    complete, pairwise = (
        drivers(airport(), "NETPRO", STAGES, missing=rule, resamples=0)
        for rule in ("complete", "pairwise")
    )
    assert complete.n == 1858
    assert (complete.missing, pairwise.missing) == ("complete", "pairwise")
    assert [ranking(found).index("Q7FOOD") + 1 for found in (complete, pairwise)] == [5, 3]


def ranking(found: Drivers) -> list[str]:
    return [row.driver for row in sorted(found.rows, key=lambda row: -row.share)]


def test_pairwise_correlations_are_those_of_pandas() -> None:
    frame = made_up(400, 3, blanks=0.3)
    found = drivers(frame, "y", named(3), missing="pairwise", resamples=0)
    expected = drivers_from_correlation(frame.corr(), 1, named(3))
    assert [row.lmg for row in found.rows] == pytest.approx([row.lmg for row in expected.rows])
    there = frame.notna().astype(int)
    assert found.n == (there.T @ there).to_numpy().min()
    assert [row.pair_n for row in found.rows] == (there.T @ there)["y"].tolist()[1:]


def test_without_blanks_both_rules_agree() -> None:
    frame = made_up(200, 3)
    complete = drivers(frame, "y", named(3), resamples=50)
    pairwise = drivers(frame, "y", named(3), missing="pairwise", resamples=50)
    assert pairwise.rows == complete.rows and pairwise.n == complete.n


@pytest.mark.parametrize("change", [lambda x: 10 * x - 4, lambda x: x.astype("Float64")])
def test_units_and_column_types_do_not_matter(change: "object") -> None:
    frame = airport()
    changed = frame.assign(Q7FOOD=change(frame["Q7FOOD"]))  # type: ignore[operator]
    one, other = (drivers(told, "Q7ALL", STAGES, resamples=0) for told in (frame, changed))
    assert [row.lmg for row in other.rows] == pytest.approx([row.lmg for row in one.rows])


def test_the_order_of_rows_columns_and_names_does_not_matter() -> None:
    frame = made_up(200, 4)
    one = drivers(frame, "y", named(4), resamples=0)
    other = drivers(frame.iloc[::-1, ::-1], "y", named(4)[::-1], resamples=0)
    assert [row.share for row in other.rows][::-1] == pytest.approx([r.share for r in one.rows])


def test_the_frame_is_left_alone() -> None:
    frame = made_up(100, 2, blanks=0.2)
    before = frame.copy(deep=True)
    drivers(frame, "y", named(2), resamples=10)
    pd.testing.assert_frame_equal(frame, before)


def test_a_weak_fit_near_twins_and_few_respondents_are_told() -> None:
    random = np.random.default_rng(3)
    frame = made_up(250, 2).assign(y=random.normal(size=250))
    frame["twin"] = -frame["d0"] + 0.05 * random.normal(size=250)
    found = drivers(frame, "y", ["d0", "d1", "twin"], resamples=0)
    assert found.low_r_squared and found.few
    ((first, second, correlation),) = found.near_twins
    assert (first, second) == ("d0", "twin") and correlation < -0.95
    sound = drivers(made_up(300, 2), "y", named(2), resamples=0)
    assert not (sound.low_r_squared or sound.few or sound.near_twins or sound.too_few)


@pytest.mark.parametrize(("n", "k", "missing"), [(60, 2, 40), (100, 10, 0), (99, 11, 11)])
def test_it_tells_how_many_respondents_are_missing(n: int, k: int, missing: int) -> None:
    found = drivers(made_up(n, k), "y", named(k), resamples=0)
    assert found.too_few == missing == max(0, respondents_needed(k) - n)


Y = [1.0, 2, 3, 4, 5, 4]
A = [1.0, 1, 2, 2, 3, 1]
B = [2.0, 1, 2, 3, 3, 3]


@pytest.mark.parametrize(
    ("columns", "named_drivers", "reason"),
    [
        ({"y": [], "a": []}, ["a"], "Nobody who rated y rated also a."),
        (
            {"y": Y, "a": [1, None, 2, None, 1, None], "b": [None, 1, None, 1, None, 2]},
            ["a", "b"],
            "Nobody who rated y rated all of a, b.",
        ),
        ({"y": [3.0] * 6, "a": A}, ["a"], "y is constant: every rating that counts is 3"),
        ({"y": Y, "a": [4.0] * 6}, ["a"], "a is constant: every rating that counts is 4"),
        ({"y": Y, "a": A}, ["a", "a"], "The driver a is named twice."),
        ({"y": Y, "a": A}, ["a", "y"], "y is the outcome; it cannot be its own driver."),
        ({"y": Y, "a": A}, [], "Name at least one driver."),
        ({"y": Y, "a": A}, "a", "The drivers are a list of columns"),
        ({"y": Y, "a": A}, ["b"], "There is no column b."),
        ({"y": Y, "a": ["good"] * 6}, ["a"], "The column a holds what is no number."),
        ({"y": Y, "a": [float("inf")] * 6}, ["a"], "The column a holds an infinite number."),
        (
            {"y": Y, "a": A, "b": B, "c": [x + 2 * z for x, z in zip(A, B, strict=True)]},
            ["a", "b", "c"],
            "a, b and c are perfectly collinear: one follows from the others.",
        ),
        ({"y": Y, "a": A, "b": B, "c": A}, ["a", "b", "c"], "a and c are perfectly collinear"),
        ({"y": Y[:3], "a": A[:3], "b": B[:3], "c": [5, 6, 9]}, ["a", "b", "c"], "collinear"),
        ({"y": [1, 2, 1, 2], "a": [1, 1, 2, 2]}, ["a"], "not correlated with any driver"),
    ],
)
def test_it_refuses_what_cannot_be_divided(
    columns: dict[str, list[object]], named_drivers: list[str], reason: str
) -> None:
    with pytest.raises(ScoringError, match=reason):
        drivers(pd.DataFrame(columns), "y", named_drivers)


def test_it_refuses_an_unknown_rule_and_a_level_that_is_none() -> None:
    with pytest.raises(ScoringError, match="complete or pairwise, not mean"):
        drivers(cars(), "mpg", ["hp"], missing="mean")
    with pytest.raises(ScoringError, match="between 0 and 1"):
        drivers(cars(), "mpg", ["hp"], level=95)


def test_pairwise_it_refuses_a_pair_nobody_rated_or_that_is_constant() -> None:
    none = [None] * 3
    frame = pd.DataFrame({"y": Y, "a": [*A[:3], *none], "b": [*none, *B[3:5], 1]})
    with pytest.raises(ScoringError, match="Among the 0 who rated both a and b"):
        drivers(frame, "y", ["a", "b"], missing="pairwise")
    frame = pd.DataFrame({"y": Y, "a": A, "b": [1.0, 1, None, None, None, 2]})
    with pytest.raises(ScoringError, match="Among the 3 who rated both a and b"):
        drivers(frame, "y", ["a", "b"], missing="pairwise")


def test_pairwise_it_refuses_correlations_that_contradict_one_another() -> None:
    random = np.random.default_rng(5)
    common, other = random.normal(size=(2, 300))
    blank = np.full(100, np.nan)
    a = np.concatenate([common[:200], blank])
    b = np.concatenate([common[:100], blank, common[200:]])
    c = np.concatenate([blank, common[100:200], -common[200:]])
    frame = pd.DataFrame({"y": other, "a": a, "b": b, "c": c})
    with pytest.raises(ScoringError, match="not positive definite"):
        drivers(frame, "y", ["a", "b", "c"], missing="pairwise")


@pytest.mark.parametrize(
    ("matrix", "n", "names", "reason"),
    [
        ([[1, 0.5]], 9, None, "square"),
        ([[1]], 9, None, "square"),
        ([1, 2], 9, None, "square"),
        ([["a", "b"], ["c", "d"]], 9, None, "not a table of numbers"),
        ([[1, 0.5], [0.4, 1]], 9, None, "symmetric"),
        ([[2, 0.5], [0.5, 2]], 9, None, "between -1 and 1"),
        ([[0.9, 0.5], [0.5, 0.9]], 9, None, "1 from corner to corner"),
        ([[1, float("nan")], [float("nan"), 1]], 9, None, "between -1 and 1"),
        ([[1, 0.5], [0.5, 1]], 0, None, "whole number from 1 up"),
        ([[1, 0.5], [0.5, 1]], 9, ["a", "b", "c"], "1 drivers have 3 names"),
        ([[1, 0.5, 0.5], [0.5, 1, 1], [0.5, 1, 1]], 9, None, "x1 and x2 are perfectly collinear"),
        ([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], 9, None, "not positive definite"),
    ],
)
def test_it_refuses_what_is_no_correlation_matrix(
    matrix: object, n: int, names: list[str] | None, reason: str
) -> None:
    with pytest.raises(ScoringError, match=reason):
        drivers_from_correlation(matrix, n, names)


def test_its_json_has_the_agreed_names() -> None:
    document = drivers(airport(), "Q7ALL", STAGES).as_dict()
    assert list(document)[:5] == ["n", "r_squared", "method", "missing", "rows"]
    row = document["rows"][0]
    assert list(row)[:6] == ["driver", "lmg", "johnson", "share", "correlation", "mean"]
    assert (document["seed"], document["resamples"]) == (SEED, 1000)
    assert document["differ"] == [["Q7ART", "Q7FOOD"], ["Q7FOOD", "Q7STORE"]]
    assert json.loads(json.dumps(document)) == document
