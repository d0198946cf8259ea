"""Whose answers are to be handed over."""

import uuid
from collections.abc import Sequence

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import Response

# Answers, and the keyed hashes of the person who gave them.
Found = tuple[Sequence[uuid.UUID], Sequence[bytes]]


async def answers_beside(session: AsyncSession, response: Response) -> Found:
    """An answer and all others of the same person; alone where nobody is named."""
    person = response.respondent_key
    if person is None:
        return [response.id], []
    wanted = select(Response.id).where(
        Response.workspace_id == response.workspace_id, Response.respondent_key == person
    )
    return (await session.exec(wanted)).all(), [person]
