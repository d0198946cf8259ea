"""The words of comments under the trends of one stage or touchpoint, and since it fell."""

from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.words import Where, read_recent, read_since
from feedback.dashboards.read import Counts, Scope, changes_of
from feedback.readings.journey import Spot


async def with_words(session: AsyncSession, counts: Counts, scope: Scope) -> Counts:
    """The counts with the words of the place looked at, up to the last of its months; of a channel
    alone nobody counts them."""
    stage, touchpoint = counts.focus.stage, counts.focus.touchpoint
    if stage is None or counts.channel:
        return counts
    where = Where("touchpoint" if touchpoint else "stage", (touchpoint or stage).id)
    until = min(counts.window.months[-1], scope.running)
    recent = await read_recent(session, scope.workspace.id, where, until)
    told = changes_of(counts).at(Spot(stage, touchpoint), counts.metric.key)
    if told is None or told.change is None or told.change.is_better(told.line.metric):
        return replace(counts, words=(recent, None))
    id = told.line.id.place
    fell = Where("stage" if id == stage.id else "touchpoint", id)
    since = await read_since(
        session, scope.workspace.id, fell, counts.metric.key, told.change.began
    )
    return replace(counts, words=(recent, since))
