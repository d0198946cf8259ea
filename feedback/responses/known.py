"""What the counts know of a list before anybody looks: how many answers, in which months."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.conditions import Places, ratings_of
from feedback.responses.filters import Filters
from feedback.responses.handed import Rated, counters
from feedback.scoring.months import shift

# What counts tell apart. Any other filter leaves them silent.
COUNTED = frozenset({
    "journey", "stage", "touchpoint", "survey", "metric", "wording", "series", "channel", "band",
    "state", "since", "until", "before",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Months in a row: how many answers fit, and how many there are."""

    since: str
    until: str
    fit: int
    rows: int


@dataclass(frozen=True, slots=True)
class Known:
    """By month: how many answers scores count that `fit`, None where counts cannot tell; and how
    many they count at all, of the series asked for (`asked`) and of every one (`all`).

    fit leaves the state out; is_exact: all that are listed are counted.
    """

    fit: Mapping[str, int] | None
    is_exact: bool
    asked: Mapping[str, int]
    all: Mapping[str, int]

    @property
    def share(self) -> float:
        """Of all answers, those of the series asked for; 1 where nobody counts."""
        every = sum(self.all.values())
        return sum(self.asked.values()) / every if every else 1.0

    @property
    def density(self) -> float:
        """Of the series asked for, those that fit; 0 where counts cannot tell."""
        fit, asked = sum((self.fit or {}).values()), sum(self.asked.values())
        return fit / asked if asked and self.is_exact else 0.0

    def parts(self, *, most: int, fit: int, newest_first: bool) -> Iterator[Part]:
        """Months in a row, until so many fit or so many answers stand there; those of which none
        fit are passed over."""
        part: Part | None = None
        for month in sorted(self.fit or (), reverse=newest_first):
            if part is not None:
                is_next = shift(month, 1) == part.since or shift(month, -1) == part.until
                if not is_next or part.fit >= fit or part.rows + self.all[month] > most:
                    yield part
                    part = None
            part = part or Part(month, month, 0, 0)
            part = Part(
                min(part.since, month),
                max(part.until, month),
                part.fit + (self.fit or {}).get(month, 0),
                part.rows + self.all.get(month, 0),
            )
        if part is not None:
            yield part


async def known_of(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Places,
    series: Iterable[uuid.UUID],
    filters: Filters,
) -> Known:
    """series: those that the filters leave."""
    if not counters:
        return Known(None, False, {}, {})
    asked = tuple(series)
    months = (filters.since, filters.until)

    async def count(ids: Iterable[uuid.UUID], band: str = "", channel: str = "") -> dict[str, int]:
        rated = tuple((id, ratings_of(places[id], band)) for id in ids)
        return dict(await counters[0](session, workspace_id, Rated(rated, *months, channel)))

    every = await count(places)
    of_asked = every if len(asked) == len(places) else await count(asked)
    is_told = filters.state in ("", "counted") and COUNTED.issuperset(filters.given())
    if not is_told:
        return Known(None, False, of_asked, every)
    split = filters.band or filters.channel
    fit = await count(asked, filters.band, filters.channel) if split else of_asked
    return Known(fit, filters.state == "counted", of_asked, every)


async def answered_months(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places
) -> list[str]:
    """Those with answers that scores count."""
    if not counters:
        return []
    every = Rated(tuple((id, ()) for id in places))
    return list(await counters[0](session, workspace_id, every))
