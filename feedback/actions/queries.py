"""Actions and notes as pages and charts read them; never written here, never formatted."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.actions.models import Action


@dataclass(frozen=True, slots=True)
class Flag:
    """What a chart draws of an action or note. No stage and no touchpoint: the whole journey."""

    id: uuid.UUID
    kind: str
    title: str
    done_on: date
    stage_id: uuid.UUID | None
    touchpoint_id: uuid.UUID | None


async def read_flags(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> tuple[Flag, ...]:
    """The flags of a journey in the order of their days; archived ones are left out."""
    found = await session.exec(
        select(
            Action.id,
            Action.kind,
            Action.title,
            Action.done_on,
            Action.stage_id,
            Action.touchpoint_id,
        )  # type: ignore[call-overload]
        .where(
            Action.workspace_id == workspace_id,
            Action.journey_id == journey_id,
            col(Action.archived_at).is_(None),
        )
        .order_by(col(Action.done_on), col(Action.id))
    )
    return tuple(Flag(*row) for row in found)


async def list_actions(session: AsyncSession, workspace_id: uuid.UUID) -> list[Action]:
    """Every action and note of the workspace, the newest day first; archived ones too."""
    found = await session.exec(
        select(Action)
        .where(Action.workspace_id == workspace_id)
        .order_by(col(Action.done_on).desc(), col(Action.id).desc())
    )
    return list(found)
