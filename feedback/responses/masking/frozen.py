"""A comment that words were taken out of stays as it is: a later message would bring them back."""

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import MASKED, Response, ResponseChange

RESPONSE = Response.metadata.tables["response"]
BEGINNING = datetime.min.replace(tzinfo=UTC)
CHANGE = Response.metadata.tables[str(ResponseChange.__tablename__)]


def comment_after(sent: Any) -> Any:
    """What an update of a response writes as its comment: what was sent, or what stands."""
    r = RESPONSE.c
    masked = sa.exists().where(*_masked(r.workspace_id, r.id)).correlate(RESPONSE)
    # Most answers are completed once, and nothing was changed before: no look at the changes then.
    return sa.case((sa.and_(r.changed_at.is_not(None), masked), r.comment), else_=sent)


async def is_masked(session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID) -> bool:
    """Whether words of its comment were masked: no message changes that comment any more."""
    return await was_masked(session, workspace_id, response_id, since=BEGINNING)


async def was_masked(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID, *, since: datetime
) -> bool:
    """Whether words of its comment were masked then or later."""
    masked = (*_masked(workspace_id, response_id), CHANGE.c.changed_at >= since)
    found = sa.select(sa.literal(1)).where(*masked).limit(1)
    return (await (await session.connection()).execute(found)).first() is not None


def _masked(workspace_id: Any, response_id: Any) -> tuple[Any, ...]:
    # Written out: on the write path it must not be one more parameter of each row.
    state = CHANGE.c.state == sa.literal_column(f"'{MASKED}'")
    return CHANGE.c.workspace_id == workspace_id, CHANGE.c.response_id == response_id, state
