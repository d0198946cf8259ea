"""Write down an action or a note, change it, put it away and take it back."""

import uuid
from dataclasses import asdict
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.actions.schemas import ActionIn
from feedback.calendar.models import Action


async def create_action(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    author_id: uuid.UUID,
    wanted: ActionIn,
    now: datetime,
) -> Action:
    action = Action(
        workspace_id=workspace_id,
        journey_id=wanted.place.journey_id,
        title=wanted.title,
        done_on=wanted.done_on,
        author_id=author_id,
        created_at=now,
    )
    change_action(session, action, wanted)
    await session.flush()
    return action


def change_action(session: AsyncSession, action: Action, wanted: ActionIn) -> None:
    given = asdict(wanted) | asdict(wanted.place)
    session.add(action.sqlmodel_update(given | {"public_texts": wanted.public_texts or None}))
