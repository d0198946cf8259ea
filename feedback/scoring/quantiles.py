"""How far a two-sided interval reaches, for each distribution the intervals rest on.

=====================  =============================================
``normal_quantile``    standard normal, in standard errors
``t_quantile``         Student's t
``beta_quantile``      beta, plain quantile
=====================  =============================================

They come from scipy.special, imported where used: it costs a second at start.
"""

from functools import lru_cache

from feedback.scoring.errors import ScoringError


@lru_cache(maxsize=64)
def normal_quantile(level: float) -> float:
    """Standard errors on each side of the centre that hold `level` (0..1) of a normal.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    from scipy.special import ndtri

    return float(ndtri(1 - tail(level)))


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
