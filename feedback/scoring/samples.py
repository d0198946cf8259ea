"""How many answers are needed: to pin a score down, or to tell two apart.

=================================  =====================================================
``net_sample_size``                for a net score within so many points
``net_difference_sample_size``     to tell two net scores apart
``share_difference_sample_size``   to tell two shares apart
=================================  =====================================================

Whole numbers, rounded up; for a difference they are answers on each side.
"""

from math import ceil, sqrt

from feedback.scoring.distributions import normal_quantile
from feedback.scoring.errors import ScoringError

# Of one answer coded -1, 0, 1: common in practice; 1 is the most there can be.
TYPICAL_VARIANCE = 0.67


def net_sample_size(
    half_width: float, *, variance: float = TYPICAL_VARIANCE, level: float = 0.95
) -> int:
    """Answers for which a net score's interval reaches `half_width` points to each side.

    variance: of one answer coded -1, 0, 1, in 0..1; 0.67 is typical, 1 the worst case.
    n = z^2 v / h^2 - 3, the 3 being the pseudo-answers of adjusted Wald (Lewis and Sauro 2021).
    At least 1. Raises ScoringError unless half_width is above 0 and the variance in 0..1.

    >>> net_sample_size(10), net_sample_size(5), net_sample_size(10, variance=1)
    (255, 1027, 382)
    """
    _check(half_width, variance)
    z = normal_quantile(level)
    return _rounded_up(variance * (100 * z / half_width) ** 2 - 3)


def net_difference_sample_size(
    difference: float,
    *,
    variance_a: float = TYPICAL_VARIANCE,
    variance_b: float = TYPICAL_VARIANCE,
    level: float = 0.95,
    power: float = 0.8,
) -> int:
    """Answers on each side to find a true difference of net scores of `difference` points.

    power: the chance of finding it, 0..1. n = (v_a + v_b) (z + z_power)^2 / difference^2 - 3,
    for the test of compare_net (Lewis and Sauro 2021). The sign does not matter.
    Raises ScoringError if the difference is 0 or a variance or the power is out of range.

    >>> net_difference_sample_size(10), net_difference_sample_size(-20)
    (1049, 260)
    """
    _check(abs(difference), variance_a, variance_b)
    reach = normal_quantile(level) + _power_quantile(power)
    return _rounded_up((variance_a + variance_b) * (100 * reach / difference) ** 2 - 3)


def share_difference_sample_size(
    p1: float, p2: float, *, level: float = 0.95, power: float = 0.8
) -> int:
    """Answers on each side to tell a share p1 from a share p2 (both 0..1) by chi-square.

    n = (z sqrt(2 p (1 - p)) + z_power sqrt(p1 q1 + p2 q2))^2 / (p1 - p2)^2 with p = (p1 + p2) / 2
    (Fleiss 1981); the number of R's power.prop.test, rounded up.
    Raises ScoringError if the shares are equal or outside 0..1, or the power is out of range.

    >>> share_difference_sample_size(0.5, 0.75, power=0.9), share_difference_sample_size(0.8, 0.7)
    (77, 294)
    """
    if not (0 <= p1 <= 1 and 0 <= p2 <= 1) or p1 == p2:
        raise ScoringError("Two different shares between 0 and 1 are needed.")
    total = p1 + p2
    if_equal = normal_quantile(level) * sqrt(total * (1 - total / 2))
    if_not = _power_quantile(power) * sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return _rounded_up(((if_equal + if_not) / (p1 - p2)) ** 2)


def _power_quantile(power: float) -> float:
    """What a standard normal stays below with this chance."""
    if not 0 < power < 1:
        raise ScoringError(f"A power lies between 0 and 1, not {power}.")
    side = normal_quantile(abs(2 * power - 1)) if power != 0.5 else 0.0
    return side if power > 0.5 else -side


def _rounded_up(n: float) -> int:
    """A hair above a whole number is that number: the excess is the computer's, not the need's."""
    return max(1, ceil(n - 1e-9))


def _check(width: float, *variances: float) -> None:
    # Written so that NaN is refused too.
    if not width > 0:
        raise ScoringError("The number of points must be above 0.")
    if not all(0 < variance <= 1 for variance in variances):
        raise ScoringError("The variance of an answer coded -1, 0, 1 lies between 0 and 1.")
