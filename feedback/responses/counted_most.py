"""What one person said counted most, as names."""

import uuid
from contextlib import suppress

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.journeys.models import Touchpoint
from feedback.responses.models import Response
from feedback.surveys.overall import COUNTED_MOST


async def name_counted_most(session: AsyncSession, response: Response) -> list[str] | None:
    """The touchpoints named, in the order given; empty for none of these, None when not asked."""
    chosen = (response.answers or {}).get(COUNTED_MOST)
    if not isinstance(chosen, list):
        return None
    ids = []
    for text in chosen:
        with suppress(ValueError):
            ids.append(uuid.UUID(str(text)))
    found = await session.exec(
        select(Touchpoint).where(
            Touchpoint.workspace_id == response.workspace_id, col(Touchpoint.id).in_(ids)
        )
    )
    names = {touchpoint.id: touchpoint.name for touchpoint in found}
    return [names[each] for each in ids if each in names]
