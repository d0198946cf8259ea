"""What counts as a rating, as missing and as invalid; and that arrays are read like lists."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.scoring import METRICS, Ratings, parse_ratings

NPS = METRICS["nps"]
FAST = settings(max_examples=150)


def kind(value: object, missing: Iterable[object] = ()) -> object:
    """The rating a single value is read as, or "missing" or "invalid"."""
    found = parse_ratings([value], NPS, missing)
    assert found.n + found.missing + found.invalid == 1
    valid = [rating for rating, n in found.counts.items() if n]
    return valid[0] if valid else "missing" if found.missing else "invalid"


@pytest.mark.parametrize(
    "value",
    [9, 9.0, "9", "9.0", " 9 ", "9.", "+9", "09", Decimal("9.0"), np.int8(9), np.float32(9)],
    ids=repr,
)
def test_whole_numbers_are_ratings(value: object) -> None:
    assert kind(value) == 9


@pytest.mark.parametrize(
    "value",
    [None, "", "  ", "\t", "\xa0", float("nan"), np.nan, pd.NA, pd.NaT, Decimal("nan")],
    ids=repr,
)
def test_blanks_are_missing(value: object) -> None:
    assert kind(value) == "missing"


@pytest.mark.parametrize(
    "value",
    [True, False, np.True_, 7.5, "7.5", 11, -1, "11", float("inf"), "inf", "nan", "1e0", "1_0"]
    + ["9,0", "0x9", "\u0669", "nine", b"9", [9], {}, 9 + 0j, "9" * 5000, 10**400],
    ids=lambda value: repr(value)[:12],
)
def test_all_else_is_invalid(value: object) -> None:
    assert kind(value) == "invalid"


@pytest.mark.parametrize(
    ("value", "code"),
    [(11, 11), ("11", 11), ("11.0", "11"), (11.0, "11.0"), (" Blank ", "Blank"), (7.5, 7.5)],
    ids=str,
)
def test_a_missing_code_is_compared_after_normalisation(value: object, code: object) -> None:
    assert kind(value, [code]) == "missing"


def test_a_missing_code_may_stand_on_the_scale() -> None:
    assert kind(0, [0]) == "missing"


def test_a_missing_code_of_1_does_not_catch_true() -> None:
    assert kind(True, [1]) == "invalid"
    assert kind(1, [True]) == 1


def test_a_single_text_is_one_code_not_its_letters() -> None:
    assert parse_ratings([1, 11], NPS, "11").missing == 1


def test_nothing_gives_nothing() -> None:
    empty = Ratings(dict.fromkeys(range(11), 0), 0, 0)
    assert parse_ratings([], NPS) == empty
    assert parse_ratings(np.array([], dtype=np.int64), NPS) == empty
    assert parse_ratings(pd.Series([], dtype="int64"), NPS) == empty


def same(values: Any, cells: list[Any], missing: list[Any]) -> None:
    """`values`, an array or a column, is read exactly as the list of its cells."""
    for metric in METRICS.values():
        assert parse_ratings(values, metric, missing) == parse_ratings(cells, metric, missing)


CODES = st.lists(st.sampled_from([0, 6, 11, "11", 7.5, 99, -1, 10**12, "Blank"]), max_size=3)
NEAR_THE_SCALE = st.integers(-3, 14)


@FAST
@given(
    st.lists(
        NEAR_THE_SCALE | st.integers(-(2**62), 2**62) | st.sampled_from([99, 300]), max_size=30
    ),
    CODES,
)
def test_integer_arrays_are_read_like_lists(numbers: list[int], missing: list[Any]) -> None:
    same(np.array(numbers, dtype=np.int64), numbers, missing)
    same(pd.Series(numbers, dtype="int64"), numbers, missing)
    same(pd.Series(numbers, dtype="Int64"), numbers, missing)


@FAST
@given(st.lists(st.integers(0, 127), max_size=30), CODES)
def test_small_and_unsigned_integers_too(numbers: list[int], missing: list[Any]) -> None:
    for dtype in (np.int8, np.uint8, np.uint64):
        same(np.array(numbers, dtype=dtype), numbers, missing)


@FAST
@given(
    st.lists(NEAR_THE_SCALE.map(float) | st.floats() | st.sampled_from([7.5, 11.0]), max_size=30),
    CODES,
)
def test_float_arrays_are_read_like_lists(numbers: list[float], missing: list[Any]) -> None:
    same(np.array(numbers), numbers, missing)
    same(pd.Series(numbers, dtype="float64"), numbers, missing)


@FAST
@given(
    st.lists(
        st.sampled_from([True, False, 1, 1.0, "1", None, 7.5, 11, "Blank"]) | NEAR_THE_SCALE,
        max_size=30,
    ),
    CODES,
)
def test_columns_of_mixed_cells_are_read_like_lists(cells: list[Any], missing: list[Any]) -> None:
    same(pd.Series(cells, dtype=object), cells, missing)


@FAST
@given(st.lists(st.sampled_from(["9", "9.0", " ", "", "11", "Blank", "7,5", None])), CODES)
def test_columns_of_texts_are_read_like_lists(cells: list[Any], missing: list[Any]) -> None:
    for dtype in ("str", "string", "category"):
        same(pd.Series(cells, dtype=dtype), cells, missing)


def test_columns_of_booleans_hold_no_rating() -> None:
    for dtype in ("bool", "boolean"):
        assert parse_ratings(pd.Series([True, False], dtype=dtype), NPS).invalid == 2
    assert parse_ratings(pd.Series([True, None], dtype="boolean"), NPS).missing == 1


def test_a_nullable_column_has_its_blanks_counted() -> None:
    found = parse_ratings(pd.Series([9, None, 11, 12], dtype="Int64"), NPS, [11])
    assert (found.counts[9], found.missing, found.invalid) == (1, 2, 1)


def test_an_array_longer_than_one_block_is_counted_whole() -> None:
    numbers = np.arange(400_000) % 12
    numbers[-1] = -5
    found = parse_ratings(numbers, NPS, [11])
    assert sum(found.counts.values()) + found.missing + found.invalid == 400_000
    assert found.invalid == 1
    assert found.counts[0] == int(np.count_nonzero(numbers == 0))
