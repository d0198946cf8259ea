"""How far chance moves the drivers' shares: respondents drawn again and again, with replacement."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from feedback.scoring.drivers_data import SINGULAR, Answers, moments
from feedback.scoring.drivers_result import DriverPair
from feedback.scoring.drivers_weights import divide

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

SEED = 20260401
_DRAWN = 1 << 22  # respondents drawn at a time, over all samples


@dataclass(frozen=True, slots=True)
class Resamples:
    """Shares and means (m, k) of the m samples that could be used, sorted out of all drawn."""

    shares: "Array"
    means: "Array"

    def __len__(self) -> int:
        return len(self.shares)


def resample(answers: Answers, resamples: int, seed: int) -> Resamples:
    """The same analysis of `resamples` samples of the respondents; the same seed, the same result.

    Left out are samples in which a column is constant or the drivers determine one another.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    step = max(1, _DRAWN // len(answers.values))
    drawn = [
        moments(answers, _times(random, min(step, resamples - start), len(answers.values)))
        for start in range(0, resamples, step)
    ]
    matrices = np.concatenate([part.correlations for part in drawn])
    means = np.concatenate([part.means for part in drawn])[:, 1:]
    usable = np.isfinite(matrices).all(axis=(1, 2))
    usable[usable] = np.linalg.eigvalsh(matrices[usable][:, 1:, 1:])[:, 0] > SINGULAR
    weights = divide(matrices[usable])
    explained = weights.sum(axis=1, keepdims=True)
    sound = (explained[:, 0] > 0) & (explained[:, 0] <= 1 + SINGULAR)
    return Resamples(weights[sound] / explained[sound], means[usable][sound])


def limits(samples: "Array", level: float) -> tuple["Array", "Array"]:
    """Percentile interval of each column."""
    import numpy as np

    tail = (1 - level) / 2
    low, high = np.quantile(samples, [tail, 1 - tail], axis=0)
    return low, high


def compare_pairs(
    names: Sequence[str], shares: Sequence[float], drawn: Resamples, level: float
) -> tuple[DriverPair, ...]:
    """Each pair of drivers: the difference of their shares and its interval."""
    places = list(combinations(range(len(names)), 2))
    if not places:
        return ()
    first, second = zip(*places, strict=True)
    low, high = limits(drawn.shares[:, first] - drawn.shares[:, second], level)
    return tuple(
        DriverPair(names[a], names[b], shares[a] - shares[b], float(down), float(up))
        for (a, b), down, up in zip(places, low, high, strict=True)
    )


def _times(random: "np.random.Generator", samples: int, n: int) -> "Array":
    """(samples, n): how often each of n respondents was drawn in n drawings."""
    import numpy as np

    draws = random.integers(0, n, size=(samples, n))
    draws += np.arange(samples)[:, None] * n
    counted = np.bincount(draws.ravel(), minlength=samples * n)
    return counted.reshape(samples, n).astype(np.float64)
