"""What an analysis of drivers found.

==================  ================================================================
``Drivers``         n, R^2, method and rule, one row a driver, what to warn of
``DriverRow``       a driver's weights, share, interval, correlation and mean
``DriverPair``      whether two drivers truly differ
``NearTwins``       two drivers that say nearly the same
==================  ================================================================
"""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

FEW_RESPONDENTS = 300
LEAST_RESPONDENTS, LEAST_PER_DRIVER = 100, 10
LOW_R_SQUARED = 0.10


class NearTwins(NamedTuple):
    """Two drivers correlated above 0.95: merge them, or drop one."""

    first: str
    second: str
    correlation: float


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One driver. lmg and johnson each add to R^2 over the drivers, share to 1.

    lmg is None beyond 12 drivers, mean without a frame, the limits without resampling. pair_n: how
    many rated both this driver and the outcome. place_p: how often chance alone puts a driver as
    far from both cross-hairs of the matrix, None without resampling: the larger p-value of its
    share against the mean share and of its mean against the mean of all.
    """

    driver: str
    lmg: float | None
    johnson: float
    share: float
    correlation: float
    mean: float | None = None
    share_low: float | None = None
    share_high: float | None = None
    mean_low: float | None = None
    mean_high: float | None = None
    pair_n: int | None = None
    place_p: float | None = None


@dataclass(frozen=True, slots=True)
class DriverPair:
    """The share of one driver less that of another, and the interval of that difference.

    z: the difference in its standard errors. correlation: of the two drivers' ratings.
    """

    first: str
    second: str
    difference: float
    low: float
    high: float
    z: float
    correlation: float

    @property
    def differs(self) -> bool:
        """Whether the interval leaves 0 out: only then is one called more important."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Drivers:
    """What an outcome is linked with; rows and pairs in the order the drivers were named.

    n: respondents counted; with "pairwise" those of the smallest pair. method: "lmg" or
    "johnson", whose weights the shares are of. missing: "complete" or "pairwise", None for a given
    matrix. respondents: rows of the frame. resamples: how many of those drawn could be used, 0
    when there are no intervals.
    """

    n: int
    r_squared: float
    method: str
    missing: str | None
    rows: tuple[DriverRow, ...]
    pairs: tuple[DriverPair, ...] = ()
    near_twins: tuple[NearTwins, ...] = ()
    respondents: int | None = None
    level: float = 0.95
    seed: int | None = None
    resamples: int = 0

    @property
    def low_r_squared(self) -> bool:
        """R^2 below 0.10: the drivers say little about the outcome, however it is divided."""
        return self.r_squared < LOW_R_SQUARED

    @property
    def few(self) -> bool:
        """Fewer than 300 respondents: to be shown with a warning."""
        return self.n < FEW_RESPONDENTS

    @property
    def too_few(self) -> int:
        """How many respondents are missing to 100, and to 10 a driver; hide unless 0."""
        return max(0, respondents_needed(len(self.rows)) - self.n)

    def differ(self, first: str, second: str) -> bool:
        """Whether the shares of two drivers truly differ; False when nothing was resampled."""
        wanted = {first, second}
        return any(pair.differs for pair in self.pairs if {pair.first, pair.second} == wanted)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of `feedback drivers` and of pages."""
        return {
            "n": self.n,
            "r_squared": self.r_squared,
            "method": self.method,
            "missing": self.missing,
            "rows": [asdict(row) for row in self.rows],
            "respondents": self.respondents,
            "level": self.level,
            "seed": self.seed,
            "resamples": self.resamples,
            "differ": [[pair.first, pair.second] for pair in self.pairs if pair.differs],
            "near_twins": [twins._asdict() for twins in self.near_twins],
            "low_r_squared": self.low_r_squared,
            "few": self.few,
            "too_few": self.too_few,
        }


def respondents_needed(drivers: int) -> int:
    """How many must have rated everything before the shares of so many drivers are shown.

    >>> respondents_needed(6), respondents_needed(15)
    (100, 150)
    """
    return max(LEAST_RESPONDENTS, LEAST_PER_DRIVER * drivers)
