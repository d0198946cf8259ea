"""What a comment is counted by, in one number: a search counts thousands of them by it at once.

To group 30,000 rows by five columns takes twice as long as by one number, and their index is four
times as large (docs/decisions/0030-comments-found-and-counted.md).
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from feedback.responses.models import CHANNELS
from feedback.responses.states import STATES

LANGUAGES = ("", "fr", "en")
# Above this bit of the number stand those of the series.
SERIES_FROM = 11


@dataclass(frozen=True, slots=True)
class Facet:
    """Where a comment was given and how. band: -1, 0 or 1; language: "" where it is unknown."""

    series_id: uuid.UUID
    state: str
    band: int
    channel: str
    language: str


def pack(facet: Facet) -> int:
    """A number below 2**62; of the series 50 of the bits in which its UUIDv7 is random.

    >>> one = Facet(uuid.UUID(int=7), "counted", -1, "widget", "fr")
    >>> unpack([pack(one)], [uuid.UUID(int=7)]) == [one]
    True
    """
    number = series_bits(facet.series_id)
    number = number << 3 | STATES.index(facet.state)
    number = number << 2 | (facet.band + 1)
    number = number << 4 | CHANNELS.index(facet.channel)
    return number << 2 | LANGUAGES.index(facet.language)


def series_bits(series_id: uuid.UUID) -> int:
    """What stands for a series in the numbers of its comments."""
    return series_id.int & (1 << 50) - 1


def unpack(numbers: Iterable[int], series: Iterable[uuid.UUID]) -> list[Facet | None]:
    """What each stands for; None of a series that is not among these."""
    known = {series_bits(id): id for id in series}
    return [_unpacked(number, known) for number in numbers]


def _unpacked(number: int, known: dict[int, uuid.UUID]) -> Facet | None:
    series = known.get(number >> SERIES_FROM)
    if series is None:
        return None
    state, band, channel = number >> 8 & 7, (number >> 6 & 3) - 1, number >> 2 & 15
    return Facet(series, STATES[state], band, CHANNELS[channel], LANGUAGES[number & 3])
