"""Take a response out of the scores, or bring it back, and keep who did it and why."""

import uuid
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.responses.models import Response, ResponseChange
from feedback.responses.rollup import shift_count

# From which state to which; anything else stays as it is.
CHANGES = {("counted", "excluded"): -1, ("excluded", "counted"): 1}


async def change_state(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_id: uuid.UUID,
    state: str,
    *,
    reason: str,
    user_id: uuid.UUID,
    now: datetime,
) -> bool:
    """Exclude or restore a response with its count, in the caller's transaction.

    True when it changed; False when it does not exist or already was (a double press).
    """
    found = await session.exec(
        select(Response)
        .where(Response.workspace_id == workspace_id, Response.id == response_id)
        .with_for_update()  # against an answer that is being changed at this moment
    )
    response = found.first()
    if response is None or (response.state, state) not in CHANGES:
        return False
    await shift_count(session, response, CHANGES[(response.state, state)])
    response.state = state
    session.add(
        ResponseChange(
            workspace_id=workspace_id,
            response_id=response_id,
            user_id=user_id,
            state=state,
            reason=reason,
            changed_at=now,
        )
    )
    return True


async def list_changes(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> list[tuple[ResponseChange, User]]:
    """What was done to a response, oldest first, and by whom."""
    found = await session.exec(
        select(ResponseChange, User)
        .join(User, col(User.id) == ResponseChange.user_id)
        .where(
            ResponseChange.workspace_id == workspace_id,
            ResponseChange.response_id == response_id,
        )
        .order_by(col(ResponseChange.changed_at))
    )
    return list(found)
