"""How many answers a list holds: sums of the counts that scores are made of."""

import uuid
from collections import Counter

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.kept import while_counted
from feedback.readings.counted import read_counts
from feedback.readings.queries import RATINGS, CountQuery, CountRow, read_by_channel
from feedback.responses.handed import Rated
from feedback.responses.small_groups import LEAST, anonymous_series
from feedback.scoring.months import month_of


@while_counted
async def count_rated(
    session: AsyncSession, workspace_id: uuid.UUID, asked: Rated
) -> dict[str, int]:
    """By month. Of an anonymous survey, rated so, those of cells in which five or more are."""
    fits = dict(asked.series)
    anonymous = await anonymous_series(session, workspace_id)
    parts = [id for id, ratings in asked.series if ratings and id in anonymous]
    whole = [id for id in fits if id not in parts]
    months = (asked.since, asked.until, asked.channel)
    rows = await read_counts(session, workspace_id, CountQuery(tuple(whole), *months))
    cells = await read_by_channel(session, workspace_id, CountQuery(tuple(parts), *months))
    found: Counter[str] = Counter()
    for row in rows:
        found[month_of(row.month)] += _fitting(row, fits[row.series])
    for row in cells:
        n = _fitting(row, fits[row.series])
        found[month_of(row.month)] += n if n >= LEAST else 0
    return {month: n for month, n in sorted(found.items()) if n}


def _fitting(row: CountRow, ratings: tuple[int, ...]) -> int:
    if not ratings:
        return sum(row.counts)
    return sum(row.counts[rating - RATINGS.start] for rating in ratings)
