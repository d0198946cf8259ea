"""The airport survey against aggregates computed independently of this program."""

from pathlib import Path

import pandas as pd
import pytest

from feedback.offline.score import score_file
from feedback.scoring import METRICS, Score, ScoreRow, parse_ratings, score, weighted_net

AIRPORT = Path(__file__).parents[1] / "data" / "sfo-2017.csv"
BOARDING_AREAS = {
    "A": (724, 39.92),
    "B": (166, 43.37),
    "C": (226, 46.90),
    "D": (386, 43.52),
    "E": (175, 46.86),
    "F": (444, 38.51),
    "G": (625, 32.96),
}


def nps(*by: str, weight: str | None = None) -> list[ScoreRow]:
    return score_file(
        AIRPORT, metric=METRICS["nps"], rating="NETPRO", missing=["11"], by=by, weight=weight
    )


def test_nps() -> None:
    (row,) = nps()
    found = row.score
    assert (found.n, found.negative, found.neutral, found.positive) == (2746, 342, 968, 1436)
    assert found.score == pytest.approx(39.8398, abs=5e-5)
    assert found.low == pytest.approx(37.18, abs=5e-3)
    assert found.high == pytest.approx(42.41, abs=5e-3)
    assert (found.missing, found.invalid) == (85, 0)


def test_nps_by_boarding_area() -> None:
    rows = nps("BAREA")
    assert [row.group["BAREA"] for row in rows] == list(BOARDING_AREAS)
    for row in rows:
        n, expected = BOARDING_AREAS[row.group["BAREA"]]
        assert row.score.n == n
        assert row.score.score == pytest.approx(expected, abs=5e-3)


def test_weighted_nps() -> None:
    (row,) = nps(weight="WEIGHT")
    assert row.weighted is not None
    assert row.weighted.score == pytest.approx(40.3984, abs=5e-5)
    assert row.score.score == pytest.approx(39.8398, abs=5e-5)


def test_weighted_net_agrees() -> None:
    frame = pd.read_csv(AIRPORT).query("NETPRO <= 10")
    codes = frame["NETPRO"].map(lambda rating: -1 if rating <= 6 else 0 if rating <= 8 else 1)
    found = weighted_net(codes, frame["WEIGHT"])
    assert found.score == pytest.approx(40.3984, abs=5e-5)
    assert found.standard_error == pytest.approx(1.4457, abs=5e-5)
    assert found.effective_n == pytest.approx(2266.5, abs=0.05)


@pytest.mark.parametrize(
    ("column", "n", "mean", "top"),
    [
        ("Q7FOOD", 2421, 3.6154, 55.72),
        ("Q7ALL", 2688, 4.0644, 82.07),
        ("Q14PASSTHRU", 2407, 4.3070, 82.01),
    ],
)
def test_csat(column: str, n: int, mean: float, top: float) -> None:
    for found in (from_file(column), from_frame(column)):
        assert (found.n, found.invalid) == (n, 0)
        assert found.mean == pytest.approx(mean, abs=5e-5)
        assert found.score == pytest.approx(top, abs=5e-3)


def from_file(column: str) -> Score:
    metric, missing = METRICS["csat_5"], ["0", "6", "Blank"]
    return score_file(AIRPORT, metric=metric, rating=column, missing=missing)[0].score


def from_frame(column: str) -> Score:
    ratings = parse_ratings(pd.read_csv(AIRPORT)[column], METRICS["csat_5"], [0, 6, "Blank"])
    return score(ratings.counts, METRICS["csat_5"], invalid=ratings.invalid)
