"""Archive and restore a journey, a stage or a touchpoint with all below it; delete the unanswered.

What is archived together carries the same moment, so restoring takes back just that.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.editor.journeys.edit import Part, stages_of, touchpoints_of
from feedback.editor.surveys.archive import delete_survey, is_answered, surveys_at
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Survey


async def archive_part(session: AsyncSession, part: Part, now: datetime) -> int:
    """Archive it and what is below; how many surveys stop asking."""
    return _mark(await _with_all_below(session, part), None, now)


async def restore_part(session: AsyncSession, part: Part) -> int:
    """Take it back with what was archived together with it; how many surveys."""
    if part.archived_at is None:
        return 0
    return _mark(await _with_all_below(session, part), part.archived_at, None)


async def delete_part(session: AsyncSession, part: Part) -> bool:
    """Delete it with all below, surveys too.

    False, and nothing done, once somebody answered there or an action is written down there.
    """
    rows = await _with_all_below(session, part)
    surveys = [each.id for each in rows if isinstance(each, Survey)]
    if await is_answered(session, part.workspace_id, surveys):
        return False
    try:
        async with session.begin_nested():
            for each in reversed(rows):
                if isinstance(each, Survey):
                    await delete_survey(session, each)
                else:
                    await session.delete(each)
                    await session.flush()
    except IntegrityError:  # an action hangs on it: journeys know no actions, the database does
        return False
    return True


def _mark(rows: Iterable[Part | Survey], before: datetime | None, after: datetime | None) -> int:
    """Change the moment of all that carry this one; how many surveys did."""
    marked = [each for each in rows if each.archived_at == before]
    for each in marked:
        each.archived_at = after
    return sum(isinstance(each, Survey) for each in marked)


async def _with_all_below(session: AsyncSession, part: Part) -> list[Part | Survey]:
    """The part and everything under it, from the top down to the surveys."""
    parts: list[Part | Survey] = [part]
    if isinstance(part, Journey):
        parts += await stages_of(session, part.workspace_id, part.id)
    for stage in [each for each in parts if isinstance(each, Stage)]:
        parts += await touchpoints_of(session, part.workspace_id, stage.id)
    touchpoints = [each.id for each in parts if isinstance(each, Touchpoint)]
    return parts + await surveys_at(session, part.workspace_id, touchpoints)
