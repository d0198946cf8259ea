"""The charts of an action's page: the lines of the trends page, around the day."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.actions.places import asked_at
from feedback.actions.read import Reading
from feedback.dashboards.filters import Asked as AskedFilters
from feedback.dashboards.filters import NotOursError
from feedback.dashboards.months import shift
from feedback.dashboards.pages import trends_page
from feedback.dashboards.read import Scope, load_trends
from feedback.dashboards.trends import TrendPanel

MONTHS = 12  # on each side of the day


async def chart_panels(
    session: AsyncSession, workspace: Workspace, reading: Reading, now: datetime
) -> list[TrendPanel]:
    """The line of its place, as the trends page draws it; none where nothing is asked."""
    lines = [ways[0] for ways in asked_at(reading.place)]
    metrics = {effect.metric.key: effect.metric for effect in reading.effects}
    metrics = metrics or {line.metric.key: line.metric for line in lines}
    wanted = {f"chart_{line.id}" for line in lines}
    panels: list[TrendPanel] = []
    for key in metrics:
        scope = Scope(workspace, _filters(reading, key), now)
        found = await _panels(session, scope)
        panels += [panel for panel in found if panel.id in wanted]
    return panels


async def _panels(session: AsyncSession, scope: Scope) -> Sequence[TrendPanel]:
    try:
        counts = await load_trends(session, scope)
    except NotOursError:  # an archived journey is on no dashboard
        return ()
    return trends_page(counts, scope).panels


def _filters(reading: Reading, metric: str) -> AskedFilters:
    """A stage is a line only where all stages are looked at."""
    place, calendar = reading.place, reading.calendar
    month = min(calendar.month, calendar.running)
    values = {
        "journey": str(place.journey.id),
        "metric": metric,
        "from": shift(month, -MONTHS),
        "to": min(max(calendar.running, calendar.month), shift(month, MONTHS)),
    }
    if place.touchpoint is not None:
        values["touchpoint"] = str(place.touchpoint.id)
    return AskedFilters(values)
