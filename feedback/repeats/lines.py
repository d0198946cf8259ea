"""The lines whose repeats are kept, and the windows of each: as pages show them.

A line is a stage or a touchpoint in one metric, whatever surveys ask it. A window is a month, three
or twelve of them; it ends with its month, and begins no earlier than the newest seam before that.
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.journeys.models import Touchpoint
from feedback.scoring.months import first_day, months_between, shift
from feedback.surveys.models import Series, Survey
from feedback.surveys.seams import Seams, read_seams
from feedback.tenancy import refers

MONTH, QUARTER, YEAR = WINDOWS = (1, 3, 12)


@dataclass(frozen=True, slots=True)
class Line:
    """A stage or touchpoint in one metric, and the series whose answers it is made of."""

    place_id: uuid.UUID
    metric: str
    series: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """So many months of a line, the last one `month`; `since` is later than their first where a
    seam is."""

    line: Line
    months: int
    month: str
    since: str

    @property
    def key(self) -> tuple[uuid.UUID, str, int, date]:
        return self.line.place_id, self.line.metric, self.months, first_day(self.month)


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a workspace."""

    lines: tuple[Line, ...]
    seams: Seams
    time_zone: str

    def window(self, line: Line, months: int, month: str) -> Window:
        return Window(line, months, month, self._since(line, months, month))

    def windows(self, line: Line, first: str, last: str) -> Iterator[Window]:
        """Those that end between two months."""
        for month in months_between(first, last):
            for months in WINDOWS:
                yield self.window(line, months, month)

    def of_answers(self, line: Line, months: Iterable[str]) -> Iterator[Window]:
        """Those that answers of these months can stand in, the ones to come included."""
        known = sorted(set(months))
        for months_long in WINDOWS if known else ():
            for month in months_between(known[0], shift(known[-1], months_long - 1)):
                yield self.window(line, months_long, month)

    def holds(self, window: Window, series: uuid.UUID, month: str) -> bool:
        """Whether the window holds answers to that wording given in that month."""
        return (
            series in window.line.series
            and window.since <= month <= window.month
            and not self.seams.is_replaced(series, month)
        )

    def _since(self, line: Line, months: int, month: str) -> str:
        return max(shift(month, 1 - months), self.seams.newest(line.series, month))


async def read_lines(session: AsyncSession, workspace_id: uuid.UUID) -> Lines:
    """Every line of the workspace, archived ones too, ordered by place and metric."""
    zone = await session.exec(select(Workspace.time_zone).where(Workspace.id == workspace_id))
    found = await session.exec(
        select(Series, Touchpoint.id, Touchpoint.stage_id)
        .join(Survey, refers(Series.survey_id, Survey))
        .join(Touchpoint, refers(Survey.touchpoint_id, Touchpoint))
        .where(Series.workspace_id == workspace_id)
    )
    wordings: list[Series] = []
    places: dict[tuple[uuid.UUID, str], list[uuid.UUID]] = {}
    for series, touchpoint, stage in found:
        wordings.append(series)
        for place in (stage, touchpoint):
            places.setdefault((place, series.metric), []).append(series.id)
    time_zone = zone.one()
    return Lines(
        tuple(Line(*key, tuple(sorted(series))) for key, series in sorted(places.items())),
        read_seams(wordings, time_zone),
        time_zone,
    )
