"""How much the months of a journey differ by themselves: what two periods must stray beyond."""

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.changes.judge import BASELINE
from feedback.changes.lines import watched_lines
from feedback.comparisons.presets import last_complete
from feedback.comparisons.read import Subject
from feedback.dashboards.read import Scope
from feedback.kept import counts_name, shape_name
from feedback.memory import memory
from feedback.readings.counted import read_counts
from feedback.readings.queries import CountQuery
from feedback.scoring import watch_scores
from feedback.scoring.watch import MOST


async def read_unrest(session: AsyncSession, scope: Scope, subject: Subject) -> float:
    """rho, the part of an answer's variance that belongs to its month, over all lines of the
    journey, as the rule of changes knows it; 0 before any line has a baseline of six months."""
    workspace, journey = scope.workspace, subject.journey
    until = last_complete(scope.running)
    counts = await counts_name(session, workspace.id, until=until)
    shape = await shape_name(session, workspace.id)
    key = ("unrest", workspace.id, journey.id, counts, shape, until, workspace.time_zone)
    found: float | None = memory.get(key)
    if found is None:
        series = tuple(line.id for _, _, line in journey.placed_series)
        rows = await read_counts(session, workspace.id, CountQuery(series, until=until))
        lines = watched_lines(journey, rows, until, workspace.time_zone)[:MOST]
        scored = {str(at): (line.metric, line.scores) for at, line in enumerate(lines)}
        found = memory.put(key, watch_scores(scored, baseline=BASELINE).rho)
    return found
