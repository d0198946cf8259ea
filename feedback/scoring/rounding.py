"""Rounding for display, once, at the very end.

=====================  =======================================
``round_half_away``    half goes away from zero
=====================  =======================================
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

# Wide enough for every digit of the largest float; the default of 28 digits would refuse it.
_WIDE = Context(prec=1100, rounding=ROUND_HALF_UP)


def round_half_away(x: float, digits: int = 0) -> float:
    """x rounded to `digits` decimals, a half going away from zero, so that mirrored data give
    the mirrored score (Python's own round() goes to the even neighbour).

    The half is judged on the number as it is printed: 2.675 counts as a half although the
    nearest binary number lies below it. Never gives -0.0.

    >>> round_half_away(12.5), round_half_away(-12.5), round(12.5)
    (13.0, -13.0, 12)
    >>> round_half_away(39.8398, 1), round_half_away(2.675, 2)
    (39.8, 2.68)
    """
    if not isfinite(x):
        return x
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(x))).quantize(step, context=_WIDE)) + 0.0
