"""What comes first, for a page that only names it: of what the last job found, nothing computed."""

import uuid

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.read import Scope
from feedback.kept import counts_name, shape_name
from feedback.memory import memory
from feedback.priorities.findings import Selection
from feedback.priorities.gather import asked_now, find_overall
from feedback.priorities.rank import rank, unhappy_answers, unhappy_months
from feedback.priorities.read import load_found
from feedback.readings.counted import answered_span, read_counts
from feedback.readings.journey import JourneyInfo
from feedback.readings.queries import CountQuery
from feedback.scoring.months import months_between


async def sure_lead(session: AsyncSession, scope: Scope, journey: JourneyInfo) -> uuid.UUID | None:
    """The touchpoint that the priorities page says to start with, where that is a finding."""
    workspace_id, now = scope.workspace.id, asked_now(journey)
    series = tuple(line.id for _, _, line in now.placed_series)
    span = await answered_span(session, workspace_id, series)
    months = unhappy_months(span, scope.running)
    since, until = (months[0], months[-1]) if months else ("", "")
    names = (
        await counts_name(session, workspace_id, since, until),
        await shape_name(session, workspace_id),  # what jobs found is of the shape
    )
    key = ("lead", workspace_id, now.id, tuple(months), *names)
    known: tuple[uuid.UUID | None] | None = memory.get(key)
    if known is None:
        query = CountQuery(series, since, until) if months else CountQuery(())
        known = memory.put(key, (await _lead(session, scope, now, query),))
    return known[0]


async def _lead(
    session: AsyncSession, scope: Scope, journey: JourneyInfo, query: CountQuery
) -> uuid.UUID | None:
    workspace_id = scope.workspace.id
    found = await load_found(session, workspace_id, journey.id, Selection())
    if found is None:
        return None
    overall = await find_overall(session, workspace_id, journey)
    asking = overall.touchpoint_id if overall else None
    offered = [str(each.id) for each in journey.touchpoints if each.id != asking]
    rows = await read_counts(session, workspace_id, query)
    months = len(months_between(query.since, query.until)) if query.since else 0
    lead, _items = rank(found.findings, unhappy_answers(journey, rows), offered, months)
    return uuid.UUID(lead.touchpoints[0]) if lead.is_sure else None
