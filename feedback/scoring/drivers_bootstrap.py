"""How far chance moves the drivers' shares: respondents drawn again and again, with replacement."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from feedback.scoring.distributions import two_sided_normal
from feedback.scoring.drivers_data import SINGULAR, Answers, moments
from feedback.scoring.drivers_result import DriverPair
from feedback.scoring.drivers_weights import divide

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

SEED = 20260401
_NO_SHARE = 1e-6  # of the mean share: what nobody tells from none
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
    names: Sequence[str], shares: Sequence[float], drawn: Resamples, level: float, matrix: "Array"
) -> tuple[DriverPair, ...]:
    """Each pair of drivers: the difference of their shares, its interval, and how alike they are.

    matrix: the correlations that the shares divide, the outcome first.
    """
    import numpy as np

    places = list(combinations(range(len(names)), 2))
    if not places:
        return ()
    first, second = map(list, zip(*places, strict=True))
    apart = drawn.shares[:, first] - drawn.shares[:, second]
    low, high = limits(apart, level)
    of = np.asarray(shares)
    z = _in_errors(of[first] - of[second], apart)
    alike = matrix[1:, 1:][first, second]
    return tuple(
        DriverPair(names[a], names[b], shares[a] - shares[b], *map(float, found))
        for (a, b), *found in zip(places, low, high, z, alike, strict=True)
    )


def place_p(shares: Sequence[float], means: "Array", drawn: Resamples) -> list[float]:
    """Of each driver the p-value of its quadrant: that it truly lies off both cross-hairs.

    A claim of two parts is as sure as the less sure one (Berger 1982, intersection-union test).
    A small share varies less than a large one: as shares nearly every small one would be surely
    small, as logarithms some large one surely large. So the scale counts that says less.
    """
    import numpy as np

    times = np.asarray(shares) * len(shares)
    drawn_times = drawn.shares * len(shares)
    plain = _in_errors(times - 1, drawn_times)
    logs = _in_errors(*(np.log(np.maximum(each, _NO_SHARE)) for each in (times, drawn_times)))
    off = drawn.means - drawn.means.mean(axis=1, keepdims=True)
    across = _in_errors(means - means.mean(), off)
    sureness = np.abs([plain, logs, across]).min(axis=0)
    return [two_sided_normal(float(z)) for z in sureness]


def _in_errors(found: "Array", drawn: "Array") -> "Array":
    """What was found in its standard errors, those of the samples; 0 where these do not vary."""
    import numpy as np

    with np.errstate(invalid="ignore", divide="ignore"):
        z: Array = np.nan_to_num(found / drawn.std(axis=0), posinf=0, neginf=0)
    return z


def _times(random: "np.random.Generator", samples: int, n: int) -> "Array":
    """(samples, n): how often each of n respondents was drawn in n drawings."""
    import numpy as np

    draws = random.integers(0, n, size=(samples, n))
    draws += np.arange(samples)[:, None] * n
    counted = np.bincount(draws.ravel(), minlength=samples * n)
    return counted.reshape(samples, n).astype(np.float64)
