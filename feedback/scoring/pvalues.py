"""How surprising a statistic is if nothing differs: two-sided p-values.

=====================  =====================================================
``two_sided_normal``   of a z statistic
``two_sided_t``        of a t statistic
``chi_square_beyond``  of a chi-square with one degree of freedom
``welch_degrees``      degrees of freedom for Welch's t
=====================  =====================================================

Survival functions of scipy.special, imported where used: 1 - (1 - p) would be 0 far out.
"""


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
