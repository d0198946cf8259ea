"""What comes first, for a page that only names it: of what the last job found, nothing computed."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.read import Scope
from feedback.priorities.findings import Selection
from feedback.priorities.gather import asked_now, find_overall
from feedback.priorities.rank import rank, unhappy_answers, unhappy_months
from feedback.priorities.read import load_found
from feedback.readings.counted import answered_span, read_counts
from feedback.readings.journey import JourneyInfo
from feedback.readings.queries import CountQuery


async def sure_lead(session: AsyncSession, scope: Scope, journey: JourneyInfo) -> uuid.UUID | None:
    """The touchpoint that the priorities page says to start with, where that is a finding."""
    workspace_id, now = scope.workspace.id, asked_now(journey)
    found = await load_found(session, workspace_id, now.id, Selection())
    if found is None:
        return None
    overall = await find_overall(session, workspace_id, now)
    asking = overall.touchpoint_id if overall else None
    offered = [str(each.id) for each in now.touchpoints if each.id != asking]
    series = tuple(line.id for _, _, line in now.placed_series)
    span = await answered_span(session, workspace_id, series)
    months = unhappy_months(span, scope.running)
    query = CountQuery(series, months[0], months[-1]) if months else CountQuery(())
    rows = await read_counts(session, workspace_id, query)
    lead, _items = rank(found.findings, unhappy_answers(now, rows), offered, len(months))
    return uuid.UUID(lead.touchpoints[0]) if lead.is_sure else None
