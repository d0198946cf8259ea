"""Write down an action or a note, change it, put it away and take it back."""

import uuid
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
    action.kind = wanted.kind
    action.title = wanted.title
    action.journey_id = wanted.place.journey_id
    action.stage_id = wanted.place.stage_id
    action.touchpoint_id = wanted.place.touchpoint_id
    action.done_on = wanted.done_on
    action.done_by = wanted.done_by
    action.details = wanted.details
    action.public_texts = dict(wanted.public_texts) or None
    session.add(action)


def archive_action(session: AsyncSession, action: Action, now: datetime) -> None:
    """Its flag leaves the charts, its sentence the thank-you; nothing is lost."""
    if action.archived_at is None:
        action.archived_at = now
        session.add(action)


def restore_action(session: AsyncSession, action: Action) -> None:
    action.archived_at = None
    session.add(action)
