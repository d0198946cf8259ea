"""Many scores from one frame of counts."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, ScoringError, rolling, score, score_groups

NPS = METRICS["nps"]


def frame(*rows: tuple[Any, ...], columns: str = "month stage rating n") -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


COUNTS = frame(
    ("2026-02", "pay", 10, 5),
    ("2026-01", "pay", 0, 1),
    ("2026-01", "find", 9, 3),
    ("2026-01", "pay", 10, 1),
    ("2026-01", "pay", 10, 2),
)


def test_it_works() -> None:
    rows = score_groups(COUNTS, ["month", "stage"], NPS)
    assert [(row.group, row.score.n, row.score.score) for row in rows] == [
        ({"month": "2026-01", "stage": "find"}, 3, 100),
        ({"month": "2026-01", "stage": "pay"}, 4, 50),
        ({"month": "2026-02", "stage": "pay"}, 5, 100),
    ]


def test_each_row_is_what_score_says() -> None:
    (row,) = score_groups(COUNTS, [], NPS)
    assert row.score == score({0: 1, 9: 3, 10: 8}, NPS)
    assert row.as_dict()["counts"]["10"] == 8


def test_the_order_of_columns_orders_the_rows() -> None:
    rows = score_groups(COUNTS, ["stage", "month"], NPS)
    assert [list(row.group.values()) for row in rows] == [
        ["find", "2026-01"],
        ["pay", "2026-01"],
        ["pay", "2026-02"],
    ]


def test_a_categorical_column_keeps_its_own_order() -> None:
    journey = COUNTS.assign(stage=pd.Categorical(COUNTS["stage"], ["pay", "find", "unused"]))
    assert [row.group["stage"] for row in score_groups(journey, ["stage"], NPS)] == ["pay", "find"]


def test_blanks_come_last_as_none() -> None:
    counts = frame((None, "pay", 9, 1), ("2026-01", "pay", 9, 1))
    assert [row.group["month"] for row in score_groups(counts, ["month"], NPS)] == ["2026-01", None]


def test_groups_may_be_identifiers() -> None:
    first, second = UUID(int=1), UUID(int=2)
    counts = frame((second, "a", 9, 1), (first, "a", 9, 1))
    assert [row.group["month"] for row in score_groups(counts, ["month"], NPS)] == [first, second]


def test_without_n_each_row_is_one_answer() -> None:
    (row,) = score_groups(COUNTS.drop(columns="n"), [], NPS)
    assert row.score.n == 5


def test_an_empty_frame_has_no_groups_but_a_total() -> None:
    assert score_groups(COUNTS.head(0), ["month"], NPS) == []
    assert score_groups(COUNTS.head(0), [], NPS)[0].score == score({}, NPS)


def test_the_frame_is_left_alone() -> None:
    before = COUNTS.copy(deep=True)
    score_groups(COUNTS, ["month"], NPS)
    pd.testing.assert_frame_equal(COUNTS, before)


def test_counts_that_pandas_turned_into_floats_are_counts() -> None:
    (row,) = score_groups(COUNTS.astype({"n": float, "rating": float}), [], NPS)
    assert row.score == score_groups(COUNTS, [], NPS)[0].score


@pytest.mark.parametrize(
    "row",
    [
        ("m", "s", 11, 1),
        ("m", "s", -1, 1),
        ("m", "s", 9, -1),
        ("m", "s", 9, 1.5),
        ("m", "s", None, 1),
        ("m", "s", "nine", 1),
    ],
    ids=str,
)
def test_it_rejects(row: tuple[Any, ...]) -> None:
    with pytest.raises(ScoringError):
        score_groups(frame(row), ["month"], NPS)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2026-01", "2026-02", "2026-03"]),
            st.sampled_from(["find", "pay"]),
            st.integers(0, 10),
            st.integers(0, 50),
        ),
        min_size=1,
    )
)
@settings(max_examples=60)
def test_it_equals_one_score_a_group(rows: list[tuple[str, str, int, int]]) -> None:
    groups: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for month, stage, rating, n in rows:
        groups[month, stage][rating] += n
    found = score_groups(frame(*rows), ["month", "stage"], NPS)
    assert {(row.group["month"], row.group["stage"]): row.score for row in found} == {
        group: score(counts, NPS) for group, counts in groups.items()
    }


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-00", "soon", "26-1-1"])
def test_a_month_is_written_yyyy_mm(month: str) -> None:
    with pytest.raises(ScoringError):
        rolling(one_a_month(month))


def pooled(counts: pd.DataFrame, months: int = 3) -> dict[str, int]:
    rows = score_groups(rolling(counts, months), ["month"], NPS)
    return {row.group["month"]: row.score.n for row in rows}


def one_a_month(*months: str) -> pd.DataFrame:
    return frame(*((month, "pay", 9, 2**at) for at, month in enumerate(months)))


def test_rolling_pools_the_answers_of_three_months() -> None:
    counts = one_a_month("2026-01", "2026-02", "2026-03", "2026-04")
    assert pooled(counts) == {"2026-03": 1 + 2 + 4, "2026-04": 2 + 4 + 8}


def test_rolling_scores_answers_not_the_mean_of_scores() -> None:
    counts = frame(("2026-01", "pay", 10, 1), ("2026-02", "pay", 0, 9), ("2026-03", "pay", 7, 10))
    (row,) = score_groups(rolling(counts), ["month"], NPS)
    assert row.score.score == -40


def test_rolling_leaves_out_windows_that_reach_back_before_the_first_month() -> None:
    counts = one_a_month("2026-01", "2026-02")
    assert pooled(counts) == {}
    assert pooled(counts, 2) == {"2026-02": 3}
    assert pooled(counts, 1) == {"2026-01": 1, "2026-02": 2}


def test_rolling_does_not_bridge_a_gap_with_older_answers() -> None:
    """A window is calendar months; without answers it has no row, so the line breaks."""
    counts = one_a_month("2025-11", "2025-12", "2026-05")
    assert pooled(counts) == {"2026-01": 3, "2026-02": 2, "2026-05": 4}


def test_rolling_keeps_every_other_column_apart() -> None:
    counts = frame(("2026-01", "pay", 9, 1), ("2026-01", "find", 9, 2), ("2026-03", "pay", 9, 4))
    found = score_groups(rolling(counts), ["month", "stage"], NPS)
    assert [(*row.group.values(), row.score.n) for row in found] == [
        ("2026-03", "find", 2),
        ("2026-03", "pay", 5),
    ]


def test_rolling_takes_the_frames_of_the_dashboards() -> None:
    """Months in a categorical column without the empty ones, blanks, and no column n."""
    counts = frame(("2026-01", None, 9, 1), ("2026-01", None, 9, 1), ("2026-03", "pay", 10, 1))
    counts["month"] = pd.Categorical(counts["month"], ["2026-01", "2026-03"])
    counts["stage"] = pd.Categorical(counts["stage"], ["pay", "unused"])
    found = rolling(counts.drop(columns="n"))
    assert list(found.columns) == ["month", "stage", "rating", "n"]
    assert [(row.group["stage"], row.score.n) for row in score_groups(found, ["stage"], NPS)] == [
        ("pay", 1),
        (None, 2),
    ]


def test_rolling_leaves_its_input_alone() -> None:
    counts = one_a_month("2026-01", "2026-02", "2026-03")
    before = counts.copy()
    rolling(counts)
    pd.testing.assert_frame_equal(counts, before)


def test_rolling_an_empty_frame_is_empty() -> None:
    assert score_groups(rolling(COUNTS.iloc[:0]), ["month"], NPS) == []


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 10)), min_size=1, max_size=40))
@settings(max_examples=40)
def test_rolling_is_a_score_over_the_months_of_each_window(answers: list[tuple[int, int]]) -> None:
    counts = frame(*((f"2026-{month + 1:02d}", "pay", rating, 1) for month, rating in answers))
    found = {row.group["month"]: row.score for row in score_groups(rolling(counts), ["month"], NPS)}
    months = {month for month, _ in answers}
    for last in range(min(months) + 2, max(months) + 1):
        window = Counter(rating for month, rating in answers if last - 2 <= month <= last)
        assert found.pop(f"2026-{last + 1:02d}", score({}, NPS)) == score(window, NPS)
    assert not found


@pytest.mark.parametrize(("month", "months"), [("2026-01", 0), ("2026-01", -1), ("May", 3)])
def test_rolling_rejects(month: str, months: int) -> None:
    with pytest.raises(ScoringError):
        rolling(one_a_month(month), months)
