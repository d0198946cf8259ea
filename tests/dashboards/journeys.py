"""Journeys made of nothing but their names, and counts for them, where no database is needed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from feedback.readings.journey import JourneyInfo, SeriesInfo, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, CountRow
from feedback.scoring.months import shift

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
USUAL = {3: 20, 7: 30, 10: 50}  # NPS +30
FALLEN = {3: 40, 7: 20, 10: 40}  # NPS 0


def touchpoint(
    name: str, *metrics: str, reworded: datetime | None = None, is_archived: bool = False
) -> TouchpointInfo:
    """One survey, which asks these metrics one after another; the last one in other words too."""
    survey = uuid.uuid4()
    asked = [(metric, LONG_AGO.replace(month=at + 1)) for at, metric in enumerate(metrics)]
    if reworded:
        asked.append((metrics[-1], reworded))
    series = tuple(
        SeriesInfo(uuid.uuid4(), survey, number, metric, opened)
        for number, (metric, opened) in enumerate(asked, start=1)
    )
    return TouchpointInfo(uuid.uuid4(), name, None, is_archived, series)


def stage(name: str, *touchpoints: TouchpointInfo) -> StageInfo:
    return StageInfo(uuid.uuid4(), name, None, None, False, touchpoints)


def journey(*stages: StageInfo) -> JourneyInfo:
    return JourneyInfo(uuid.uuid4(), "Shop", stages)


@dataclass
class Rows:
    """Counts as `read_counts` gives them."""

    rows: list[CountRow] = field(default_factory=list)

    def add(
        self, place: TouchpointInfo, first: str, *months: Mapping[int, int], series: int = -1
    ) -> "Rows":
        """One entry a month from `first` on, in one series of the touchpoint, the newest else."""
        for at, counts in enumerate(months):
            if counts:
                self.rows.append(
                    CountRow(
                        place.series[series].id,
                        date.fromisoformat(f"{shift(first, at)}-01"),
                        "",
                        tuple(counts.get(rating, 0) for rating in RATINGS),
                    )
                )
        return self


def months(*parts: tuple[int, Mapping[int, int]]) -> Sequence[Mapping[int, int]]:
    return [counts for n, counts in parts for _ in range(n)]
