"""Of an anonymous survey no group below five is in any number or list.

A group is a *cell*: what came to one series in one month by one channel. A smaller one is left out
wherever answers are read, of every total too. So each number shown is a sum of whole cells, and no
subtraction of two leaves fewer than five. Where answers are split further, by a property, the parts
of each cell are held to the same (`large_parts`).
"""

import uuid
from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.kept import while_shaped
from feedback.responses.models import RatingCount
from feedback.surveys.models import Series, Survey
from feedback.tenancy import refers

# SAFETY 4, E7.
LEAST = 5

Part = TypeVar("Part", bound=Hashable)


@while_shaped(lambda found: 100 * (1 + len(found)))
async def anonymous_series(session: AsyncSession, workspace_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Every series of an anonymous survey."""
    found = await session.exec(
        select(Series.id)
        .join(Survey, refers(Series.survey_id, Survey))
        .where(Series.workspace_id == workspace_id, col(Survey.is_anonymous))
    )
    return frozenset(found)


async def large_cells(session: AsyncSession, workspace_id: uuid.UUID, rows: Any) -> list[Any]:
    """What leaves the small cells out of a statement; nothing where no survey is anonymous.

    rows: the columns of the counts or the responses it reads.
    """
    anonymous = await anonymous_series(session, workspace_id)
    return [in_large_cells(anonymous, rows)] if anonymous else []


def in_large_cells(anonymous: frozenset[uuid.UUID], rows: Any, *within: Any) -> Any:
    """The condition of `large_cells`. within: on `CELL`, what alone is counted of a cell."""
    same = [getattr(CELL, name) == getattr(rows, name) for name in _CELL]
    cell = sa.select(sa.func.sum(CELL.n)).where(*same, *within).correlate(rows.series_id.table)
    return sa.or_(rows.series_id.not_in(anonymous), cell.scalar_subquery() >= LEAST)


_CELL = ("workspace_id", "series_id", "channel", "month")
CELL = sa.inspect(RatingCount).local_table.alias("cell").c


def large_parts(parts: Mapping[Part, int]) -> set[Part]:
    """Which parts of one cell may be shown, so that what is left of the cell is no small group.

    >>> sorted(large_parts({"pro": 12, "basic": 6, "trial": 2}))
    ['pro']
    >>> large_parts({"pro": 12, "trial": 3}), sorted(large_parts({"pro": 12, "basic": 6}))
    (set(), ['basic', 'pro'])
    """
    by_size = sorted(parts, key=lambda part: (parts[part], str(part)))
    hidden = 0
    while by_size and (parts[by_size[0]] < LEAST or 0 < hidden < LEAST):
        hidden += parts[by_size.pop(0)]
    return set(by_size)
