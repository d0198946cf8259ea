"""What a job found out about a journey, as it is kept in `Computed` until the next job."""

import uuid
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import msgspec

KIND = "priorities"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which touchpoints are weighed against each other. None named: the product chooses."""

    touchpoints: tuple[uuid.UUID, ...] = ()
    is_pairwise: bool = False

    def key(self, journey_id: uuid.UUID) -> str:
        """The `Computed.key` of what is found for this selection."""
        if not self.touchpoints and not self.is_pairwise:
            return journey_id.hex
        names = ",".join(sorted(touchpoint.hex for touchpoint in self.touchpoints))
        digest = blake2b(f"{names} {self.is_pairwise}".encode(), digest_size=12)
        return f"{journey_id.hex}-{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Named:
    """How many of those who answered "What counted most?" named a touchpoint, by their band."""

    negative: int
    neutral: int
    positive: int
    all: int


@dataclass(frozen=True, slots=True)
class Mentions:
    """Answers to "What counted most?": who answered, by band, and what they named, by touchpoint.

    is_newest: there are more answers than were read; these are the newest.
    """

    answered: int
    negative: int
    positive: int
    none_of_these: int
    is_newest: bool
    touchpoints: dict[str, Named]


@dataclass(frozen=True, slots=True)
class Driver:
    """One touchpoint of the matrix. share: of R squared, 0..1; performance: index 0..100.

    quadrant: where it stands; place_p: how often it would stand so far from both lines by chance.
    """

    touchpoint: str
    share: float
    share_low: float | None
    share_high: float | None
    correlation: float
    performance: float | None
    performance_low: float | None
    performance_high: float | None
    quadrant: str
    n: int
    place_p: float | None


class Pair(NamedTuple):
    """Two drivers by their places: by how many standard errors the share of the first is the
    larger, and how their ratings correlate."""

    first: int
    second: int
    z: float
    correlation: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Importance against performance; the cross-hairs stand at the means of the items."""

    n: int
    r_squared: float
    method: str
    missing: str
    resamples: int
    seed: int
    share_mean: float
    performance_mean: float
    drivers: tuple[Driver, ...]
    notes: tuple[str, ...]
    twins: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything a job found for one journey and selection.

    since, until: months, both included; blank when nobody answered the overall survey. together:
    how many rated each touchpoint and the whole. used: the touchpoints weighed; needed, complete:
    how many people that takes and how many there are. refused: why there is no matrix although
    there are people enough: "constant", "collinear" or "contradiction"; refused_for: the
    touchpoints that are in the way.
    """

    survey: str
    metric: str
    since: str
    until: str
    mentions: Mentions
    people: int
    is_sample: bool
    together: dict[str, int]
    used: tuple[str, ...]
    needed: int
    complete: int
    matrix: Matrix | None = None
    refused: str = ""
    refused_for: tuple[str, ...] = ()

    @property
    def missing_people(self) -> int:
        return max(self.needed - self.complete, 0)


def encode(findings: Findings) -> bytes:
    return msgspec.json.encode(findings)


def decode(body: bytes) -> Findings:
    """The findings as they were stored. Raises msgspec.DecodeError for another shape."""
    return msgspec.json.decode(body, type=Findings)
