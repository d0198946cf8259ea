"""Half goes away from zero."""

from decimal import Decimal
from math import copysign, inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.scoring import round_half_away


@pytest.mark.parametrize(
    ("x", "digits", "expected"),
    [
        (12.5, 0, 13),
        (-12.5, 0, -13),
        (0.5, 0, 1),
        (-41.666666, 0, -42),
        (39.839767, 1, 39.8),
        (2.675, 2, 2.68),
        (-2.675, 2, -2.68),
        (1.005, 2, 1.01),
        (28.499999999999996, 0, 28),
        (1250, -2, 1300),
        (3, 0, 3),
        (1e300, 2, 1e300),
    ],
)
def test_it_works(x: float, digits: int, expected: float) -> None:
    assert round_half_away(x, digits) == expected


def test_it_never_shows_minus_zero() -> None:
    assert copysign(1, round_half_away(-0.4)) == 1


def test_what_is_not_finite_stays() -> None:
    assert round_half_away(inf) == inf
    assert isnan(round_half_away(nan))


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_mirrored_numbers_round_to_mirrored_numbers(x: float, digits: int) -> None:
    assert round_half_away(-x, digits) == -round_half_away(x, digits)


@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_it_is_never_off_by_more_than_half_a_step(x: float, digits: int) -> None:
    off = abs(Decimal(repr(round_half_away(x, digits))) - Decimal(repr(x)))
    assert off <= Decimal(5).scaleb(-digits - 1)
