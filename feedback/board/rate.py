"""The response rate of the month looked at: read, since it is told only where it moved."""

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.mix.read import read_answered
from feedback.dashboards.rates import RATES_BEFORE, MonthRate, month_rates
from feedback.dashboards.read import Counts, Scope
from feedback.readings.queries import ByChannel, CountQuery, read_asked
from feedback.responses.models import CHANNELS
from feedback.scoring.months import shift


async def read_rate(session: AsyncSession, scope: Scope, counts: Counts) -> tuple[MonthRate, ...]:
    """Of a complete month, over all that the journey asks; nothing where nobody was asked.

    All complete months are read at once, and no other: neither another month that is looked at nor
    an answer of today has anything read anew.
    """
    month, workspace_id = counts.window.chosen, scope.workspace.id
    if month != counts.looked_at:
        return ()
    series = tuple(line.id for _, _, line in counts.journey.placed_series)
    since = min(shift(counts.span.first, -RATES_BEFORE), shift(month, -RATES_BEFORE))
    last = max(shift(scope.running, -1), month)
    query = CountQuery(series, since, last, counts.channel)
    asked = await read_asked(session, workspace_id, query)
    if not asked:
        return ()
    channels = (counts.channel,) if counts.channel else CHANNELS
    answered = await read_answered(session, workspace_id, query, channels)
    return month_rates(ByChannel(asked=asked, answered=answered), (month,), scope.running)
