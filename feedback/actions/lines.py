"""The charts of an action's page: the lines of the trends page around its day, and what the watch
for changes says of them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.actions.places import Reach, asked_at
from feedback.actions.read import Reading
from feedback.changes.find import Told
from feedback.charts.geometry import ChartData
from feedback.charts.picture import TrendPanel
from feedback.dashboards.read import Counts, Scope, changes_of, load_trends
from feedback.dashboards.trends_page import TrendsPage, trends_page
from feedback.filters import NotOursError
from feedback.readings.counted import answered_span
from feedback.readings.filters import Asked as AskedFilters
from feedback.scoring.months import shift

MONTHS = 12  # on each side of the day


@dataclass(frozen=True, slots=True)
class Around:
    """What the trends show around an action. told: by the id of stage or touchpoint."""

    chart: TrendsPage = field(default_factory=TrendsPage)
    told: Mapping[uuid.UUID, Told] = field(default_factory=dict)

    @property
    def is_wide(self) -> bool:
        """A lone line may be drawn over the whole width."""
        return any(panel.wide_chart is not None for panel in self.chart.panels)


async def read_around(
    session: AsyncSession, workspace: Workspace, reading: Reading, now: datetime
) -> Around:
    """The lines of its place as the trends page draws them; none where nothing is asked."""
    lines = {ways[0].id: ways[0].metric.key for ways in asked_at(reading.place)}
    series = [s.id for ways in asked_at(reading.place) for asked in ways for s in asked.series]
    first = (await answered_span(session, workspace.id, tuple(series))).first
    lines |= {effect.asked.id: effect.metric.key for effect in reading.effects}
    panels: list[TrendPanel] = []
    told: dict[uuid.UUID, Told] = {}
    for metric in dict.fromkeys(lines.values()):
        wanted = [id for id, key in lines.items() if key == metric]
        scope = Scope(workspace, _filters(reading, metric, first), now)
        counts = await _counts(session, scope)
        if counts is not None:
            drawn = {panel.id: panel for panel in trends_page(counts, scope).panels}
            panels += [drawn[f"chart_{id}"] for id in wanted if f"chart_{id}" in drawn]
            told |= _told(counts, reading.place, wanted)
    address = f"/actions/{reading.action.id}"
    marked = tuple(_marked(panel, address) for panel in _sized(panels))
    if reading.effects:  # one number for one change on a page: that of the verdict
        marked = tuple(replace(panel, change=None) for panel in marked)
    return Around(TrendsPage(panels=marked), told)


async def _counts(session: AsyncSession, scope: Scope) -> Counts | None:
    try:
        return await load_trends(session, scope)
    except NotOursError:  # an archived journey is on no dashboard
        return None


def _told(counts: Counts, place: Reach, wanted: Sequence[uuid.UUID]) -> dict[uuid.UUID, Told]:
    by_key = changes_of(counts).by_key
    touchpoint = str(place.touchpoint.id) if place.touchpoint else None
    found = {}
    for id in wanted:
        stage = str(place.stage.id) if place.stage else str(id)
        told = by_key.get((stage, touchpoint, counts.metric.key))
        if told is not None:
            found[id] = told
    return found


def _sized(panels: Sequence[TrendPanel]) -> tuple[TrendPanel, ...]:
    if len(panels) == 1:
        return tuple(panels)
    return tuple(replace(panel, wide_chart=None) for panel in panels)


def _marked(panel: TrendPanel, address: str) -> TrendPanel:
    """Its own flag leads to this very page, and is drawn apart from the others."""
    wide = panel.wide_chart
    return replace(
        panel,
        chart=_with_own_flag(panel.chart, address),
        wide_chart=None if wide is None else _with_own_flag(wide, address),
    )


def _with_own_flag(chart: ChartData, address: str) -> ChartData:
    flags = (
        replace(flag, href=f"{address}#here") if flag.href == address else flag
        for flag in chart.flags
    )
    return replace(chart, flags=tuple(flags))


def _filters(reading: Reading, metric: str, first: str) -> AskedFilters:
    """A stage is a line only where all stages are looked at. first: when the first answer came."""
    place, calendar = reading.place, reading.calendar
    month = min(calendar.month, calendar.running)
    values = {
        "journey": str(place.journey.id),
        "metric": metric,
        "from": min(max(first, shift(month, -MONTHS)), month),
        "to": min(calendar.running, shift(month, MONTHS)),
    }
    if place.touchpoint is not None:
        values["touchpoint"] = str(place.touchpoint.id)
    return AskedFilters(values)
