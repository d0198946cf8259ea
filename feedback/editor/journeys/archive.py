"""Archive and restore a journey, a stage or a touchpoint with all below it; delete the unanswered.

What is archived together carries the same moment, so restoring takes back just that.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.editor.journeys.edit import Part, stages_of, touchpoints_of
from feedback.editor.surveys.archive import (
    archive_surveys,
    delete_surveys,
    has_answers,
    restore_surveys,
)
from feedback.journeys.models import Journey, Stage, Touchpoint


@dataclass(frozen=True, slots=True)
class Below:
    """A part and everything under it, from the top down."""

    workspace_id: uuid.UUID
    parts: tuple[Part, ...]

    @property
    def touchpoints(self) -> list[uuid.UUID]:
        return [part.id for part in self.parts if isinstance(part, Touchpoint)]


async def archive_part(session: AsyncSession, part: Part, now: datetime) -> int:
    """Archive it and what is below; how many surveys stop asking."""
    below = await _everything_below(session, part)
    for each in below.parts:
        if each.archived_at is None:
            each.archived_at = now
            session.add(each)
    return await archive_surveys(session, below.workspace_id, below.touchpoints, now)


async def restore_part(session: AsyncSession, part: Part) -> int:
    """Take it back with what was archived together with it; how many surveys."""
    moment = part.archived_at
    if moment is None:
        return 0
    below = await _everything_below(session, part)
    batch = [each for each in below.parts if each.archived_at == moment]
    for each in batch:
        each.archived_at = None
        session.add(each)
    touchpoints = [each.id for each in batch if isinstance(each, Touchpoint)]
    return await restore_surveys(session, below.workspace_id, touchpoints, moment)


async def delete_part(session: AsyncSession, part: Part) -> bool:
    """Delete it with all below, surveys too.

    False, and nothing done, once somebody answered there or an action is written down there.
    """
    below = await _everything_below(session, part)
    if await has_answers(session, below.workspace_id, below.touchpoints):
        return False
    try:
        async with session.begin_nested():
            await delete_surveys(session, below.workspace_id, below.touchpoints)
            for each in reversed(below.parts):
                await session.delete(each)
                await session.flush()
    except IntegrityError:  # an action hangs on it: journeys know no actions, the database does
        return False
    return True


async def _everything_below(session: AsyncSession, part: Part) -> Below:
    parts: list[Part] = [part]
    if isinstance(part, Journey):
        parts += await stages_of(session, part.workspace_id, part.id)
    for stage in [each for each in parts if isinstance(each, Stage)]:
        parts += await touchpoints_of(session, part.workspace_id, stage.id)
    return Below(part.workspace_id, tuple(parts))
