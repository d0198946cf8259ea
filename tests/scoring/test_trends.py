"""Many scores from one frame of counts."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, ScoringError, month_range, score, score_groups

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
@settings(max_examples=60, deadline=None, database=None)
def test_it_equals_one_score_a_group(rows: list[tuple[str, str, int, int]]) -> None:
    groups: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for month, stage, rating, n in rows:
        groups[month, stage][rating] += n
    found = score_groups(frame(*rows), ["month", "stage"], NPS)
    assert {(row.group["month"], row.group["stage"]): row.score for row in found} == {
        group: score(counts, NPS) for group, counts in groups.items()
    }


def test_months_run_over_the_turn_of_the_year() -> None:
    assert month_range("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]
    assert month_range("2026-02", "2026-02") == ["2026-02"]
    assert month_range("2026-02", "2026-01") == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "2026-00", "soon", "26-1-1"])
def test_a_month_is_written_yyyy_mm(month: str) -> None:
    with pytest.raises(ScoringError):
        month_range(month, "2026-01")
