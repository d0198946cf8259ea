"""What `feedback trend` prints: the rows of the trends, read without any of their pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.errors import FeedbackError
from feedback.readings.counted import read_counts
from feedback.readings.journey import JourneyInfo, journey_names, read_journey
from feedback.readings.queries import CountQuery, read_by_channel
from feedback.readings.scores import POOLED, GroupedCounts
from feedback.repeats.read import read_repeats
from feedback.scoring import Metric, ScoreRow
from feedback.scoring.months import month_of, shift


@dataclass(frozen=True, slots=True)
class TrendQuery:
    """What `feedback trend` was asked: blank means everything."""

    metric: Metric
    journey: str = ""
    by: Sequence[str] = ("month",)
    since: str = ""
    until: str = ""


async def read_trend(
    session: AsyncSession, workspace: Workspace, query: TrendQuery
) -> list[ScoreRow]:
    """The rows of one journey by name, or of all, archived ones too; one a group with answers.

    Rows by month carry their three months pooled; in the month of a seam the answers to the
    replaced wording are a row of their own, before the others.
    Raises FeedbackError naming the journeys when none has that name.
    """
    names = await journey_names(session, workspace.id, archived=True)
    chosen = [name for name in names if query.journey in ("", name.name)]
    if query.journey and not chosen:
        known = ", ".join(name.name for name in names)
        raise FeedbackError(f"There is no journey {query.journey!r}. The journeys are: {known}.")
    shapes = [await read_journey(session, workspace.id, name) for name in chosen]
    whole = JourneyInfo(
        workspace.id, workspace.name, tuple(stage for shape in shapes for stage in shape.stages)
    )
    series = tuple(line.id for _, _, line in whole.placed_series if line.metric == query.metric.key)
    read = read_by_channel if "channel" in query.by else read_counts
    since = query.since and shift(query.since, 1 - POOLED)
    rows = await read(session, workspace.id, CountQuery(series, since, query.until))
    if "month" in query.by:
        repeats = await read_repeats(session, workspace.id)
        counts = GroupedCounts(whole, rows, workspace.time_zone, repeats=repeats)
        return [*counts.pooled_rows(query.by, query.metric, query.since)]
    rows = tuple(row for row in rows if month_of(row.month) >= query.since)
    return GroupedCounts(whole, rows, workspace.time_zone).score_rows(query.by, query.metric)
