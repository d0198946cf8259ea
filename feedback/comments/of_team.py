"""What lists and files tell of answers beside the answer: their tags, marks and notes."""

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.marks import marks_of
from feedback.comments.models import CommentNote
from feedback.comments.tags import tags_of
from feedback.responses.handed import OfTeam


async def of_team(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, OfTeam]:
    """By answer; one that nobody touched is not in it. At most some hundreds at once."""
    marks = await marks_of(session, workspace_id, response_ids)
    tags = await tags_of(session, workspace_id, response_ids)
    noted = await session.exec(
        select(CommentNote.response_id, sa.func.count())
        .where(
            CommentNote.workspace_id == workspace_id,
            col(CommentNote.response_id).in_(response_ids),
        )
        .group_by(col(CommentNote.response_id))
    )
    notes = dict(noted.all())
    told = {}
    for id in {*marks, *tags, *notes}:
        mark = marks.get(id)
        told[id] = OfTeam(
            tags=tuple(tag.name for tag in tags.get(id, ())),
            starred=bool(mark and mark.starred_at),
            done=bool(mark and mark.done_at),
            hidden=bool(mark and mark.hidden_at),
            notes=notes.get(id, 0),
        )
    return told
