"""How the explained variance of an outcome is divided among its drivers, for many matrices at once.

=============  ====================================================================
``lmg``        Shapley values of R^2: Lindeman, Merenda and Gold 1980
``johnson``    relative weights: Johnson 2000 (the same numbers as Genizi 1993)
``divide``     the one of the two that shares are made of
=============  ====================================================================

All take correlation matrices of shape (m, 1 + k, 1 + k), the outcome first, and give weights of
shape (m, k) that add to R^2. A matrix that has no inverse gives weights that are not finite.
"""

from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

MOST_LMG = 12  # 2^12 regressions a matrix; Johnson's weights beyond
_AT_ONCE = 128  # matrices whose 2^k regressions are held in memory together


def divide(matrices: "Array") -> "Array":
    """The weights shares are made of: LMG up to 12 drivers, Johnson's beyond."""
    return lmg(matrices) if matrices.shape[1] - 1 <= MOST_LMG else johnson(matrices)


def lmg(matrices: "Array") -> "Array":
    """Each driver's gain in R^2, averaged over all orders in which drivers can enter."""
    import numpy as np

    parts = [
        _explained(matrices[start : start + _AT_ONCE]) @ _shapley(matrices.shape[1] - 1)
        for start in range(0, len(matrices), _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.empty((0, matrices.shape[1] - 1))


def johnson(matrices: "Array") -> "Array":
    """Relative weights: the outcome on orthogonal stand-ins of the drivers, traced back to them.

    Johnson 2000, Multivariate Behavioral Research 35(1): with L the symmetric root of the drivers'
    correlations and b = L^-1 r, the weight of j is the sum over i of L_ji^2 b_i^2.
    """
    import numpy as np

    between, with_outcome = matrices[:, 1:, 1:], matrices[:, 1:, 0]
    values, vectors = np.linalg.eigh(between)
    with np.errstate(invalid="ignore", divide="ignore"):
        roots = np.sqrt(values)[:, None, :]
        root = (vectors * roots) @ vectors.transpose(0, 2, 1)
        inverse = (vectors / roots) @ vectors.transpose(0, 2, 1)
        slopes = (inverse @ with_outcome[:, :, None])[:, :, 0]
    weights: Array = (root**2 @ (slopes**2)[:, :, None])[:, :, 0]
    return weights


def _explained(matrices: "Array") -> "Array":
    """R^2 of the regression on each of the 2^k sets of drivers; bit j of a place: driver j is in.

    A set grows by one pivot at a time: each step doubles the sets and takes one driver out of what
    is left to decide, so that all of it costs little more than its 2^k results.
    """
    import numpy as np

    # The last driver is decided first: the first one ends up in the lowest bit.
    left = np.ascontiguousarray(matrices.transpose(1, 2, 0)[None])
    with np.errstate(invalid="ignore", divide="ignore"):
        while left.shape[1] > 1:
            rest, column, pivot = left[:, :-1, :-1], left[:, :-1, -1], left[:, -1, -1]
            slopes = column / pivot[:, None]
            entered = rest - column[:, :, None] * slopes[:, None, :]
            left = np.stack([rest, entered], axis=1).reshape(-1, *rest.shape[1:])
    return np.asarray(1 - left[:, 0, 0].T)


@lru_cache(maxsize=MOST_LMG)
def _shapley(k: int) -> "Array":
    """(2^k, k): what R^2 of each set counts for each driver: s! (k - s - 1)! / k! of its gain."""
    import numpy as np

    sets = np.arange(2**k)
    inside = (sets[:, None] >> np.arange(k)) & 1
    sizes = inside.sum(axis=1)
    gain = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    entering = gain[np.maximum(sizes - 1, 0)][:, None]
    waiting = gain[np.minimum(sizes, k - 1)][:, None]
    weights: Array = np.where(inside == 1, entering, -waiting)
    return weights
