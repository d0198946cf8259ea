"""Take a response out of the scores, or bring it back, and keep who did it and why."""

import uuid
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.responses.models import Response, ResponseChange
from feedback.responses.rollup import shift_count
from feedback.responses.states import Act, Standing, after_person


async def change_state(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_id: uuid.UUID,
    act: Act,
    *,
    reason: str,
    user_id: uuid.UUID,
    now: datetime,
) -> str | None:
    """Exclude or restore a response with its count, in the caller's transaction.

    The state it has now; None when it does not exist or nothing changed (a double press).
    """
    found = await session.exec(
        select(Response)
        .where(Response.workspace_id == workspace_id, Response.id == response_id)
        .with_for_update()  # against an answer that is being changed at this moment
    )
    response = found.first()
    if response is None:
        return None
    after = after_person(Standing(response.state, response.excluded_from), act)
    if after is None:
        return None
    if by := (after.state == "counted") - (response.state == "counted"):
        await shift_count(session, response, by)
    response.state, response.excluded_from = after
    response.changed_at = now
    session.add(
        ResponseChange(
            workspace_id=workspace_id,
            response_id=response_id,
            user_id=user_id,
            state=after.state,
            reason=reason,
            changed_at=now,
        )
    )
    return after.state


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
