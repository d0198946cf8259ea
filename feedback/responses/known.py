"""What the counts know of a list before anybody looks: how many answers, in which months."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.conditions import Places, ratings_of
from feedback.responses.filters import Filters
from feedback.responses.handed import Rated, counters
from feedback.scoring.months import shift

# What counts tell apart. Any other filter leaves them silent.
COUNTED = frozenset({
    "journey", "stage", "touchpoint", "survey", "metric", "wording", "channel", "band", "state",
    "since", "until", "before",
})  # fmt: skip


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

    def runs(self) -> list[tuple[str, str]]:
        """The months in a row of which some fit, the newest first."""
        runs: list[tuple[str, str]] = []
        for month in sorted(self.fit or (), reverse=True):
            if runs and runs[-1][0] == shift(month, 1):
                runs[-1] = (month, runs[-1][1])
            else:
                runs.append((month, month))
        return runs


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
