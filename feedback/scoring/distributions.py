"""The distributions that intervals and comparisons rest on.

How far a two-sided interval reaches:

=====================  =====================================================
``normal_quantile``    standard normal, in standard errors
``t_quantile``         Student's t
``beta_quantile``      beta, plain quantile
=====================  =====================================================

How surprising a statistic is if nothing differs, as two-sided p-values:

=====================  =====================================================
``two_sided_normal``   of a z statistic
``two_sided_t``        of a t statistic
``chi_square_beyond``  of a chi-square with one degree of freedom
``welch_degrees``      degrees of freedom for Welch's t
=====================  =====================================================

All but the normal quantile, which every score needs, come from scipy.special, imported where
used: it costs a fifth of a second. p-values are
survival functions: 1 - (1 - p) would be 0 far out.
"""

from functools import lru_cache
from math import erfc, sqrt

from feedback.scoring.errors import ScoringError


@lru_cache(maxsize=64)
def normal_quantile(level: float) -> float:
    """Standard errors on each side of the centre that hold `level` (0..1) of a normal.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    from statistics import NormalDist

    beyond = tail(level)
    near = NormalDist().inv_cdf(1 - beyond)  # to the last two digits
    return near + (erfc(near / sqrt(2)) / 2 - beyond) / NormalDist().pdf(near)


@lru_cache(maxsize=4096)
def t_quantile(level: float, degrees: float) -> float:
    """The same for Student's t; `degrees` of freedom above 0, fractions allowed.

    >>> round(t_quantile(0.95, 2), 4)
    4.3027
    """
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 1 - tail(level)))


def beta_quantile(a: float, b: float, p: float) -> float:
    """The value, 0..1, that a Beta(a, b) stays below with probability p.

    >>> round(beta_quantile(1, 1, 0.25), 6)
    0.25
    """
    from scipy.special import betaincinv

    return float(betaincinv(a, b, p))


def tail(level: float) -> float:
    """What a two-sided interval leaves out on each side. Raises ScoringError outside 0..1.

    >>> round(tail(0.95), 6)
    0.025
    """
    if not 0 < level < 1:
        raise ScoringError(f"A confidence level lies between 0 and 1, not {level}.")
    return (1 - level) / 2


def two_sided_normal(z: float) -> float:
    """The chance that a standard normal lies at least |z| from 0; exact far out, never negative.

    >>> round(two_sided_normal(1.959964), 6), two_sided_normal(-30) > 0
    (0.05, True)
    """
    from scipy.special import ndtr

    return min(1.0, 2 * float(ndtr(-abs(z))))


def two_sided_t(t: float, degrees: float) -> float:
    """The same for Student's t.

    >>> round(two_sided_t(-4.302653, 2), 6)
    0.05
    """
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(degrees, -abs(t))))


def chi_square_beyond(statistic: float) -> float:
    """The chance that a chi-square with one degree of freedom is at least `statistic`.

    >>> round(chi_square_beyond(3.841459), 6)
    0.05
    """
    from scipy.special import chdtrc

    return float(chdtrc(1, statistic))


def welch_degrees(var_a: float, degrees_a: float, var_b: float, degrees_b: float) -> float:
    """Degrees of freedom of a difference whose sides have these squared standard errors
    (Satterthwaite 1946); they are not both 0.

    >>> welch_degrees(1.0, 10, 1.0, 10)
    20.0
    """
    return (var_a + var_b) ** 2 / (var_a**2 / degrees_a + var_b**2 / degrees_b)
