"""What the team wrote about comments goes where their words go; tags, stars and *done* stay."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.comments.changes import KEPT
from feedback.comments.models import CommentMark, CommentNote, CommentUndo
from feedback.db import Database


async def forget_what_was_written(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Sequence[uuid.UUID]
) -> None:
    """The notes on these answers, and why their text was hidden, in the caller's transaction."""
    for table in (CommentNote, CommentUndo):
        which = [] if table is CommentUndo else [col(CommentNote.response_id).in_(response_ids)]
        own = col(table.workspace_id) == workspace_id
        gone = sa.delete(table).where(own, *which)
        await session.exec(gone.execution_options(synchronize_session=False))
    hidden = (
        col(CommentMark.workspace_id) == workspace_id,
        col(CommentMark.response_id).in_(response_ids),
        col(CommentMark.hidden_reason).is_not(None),
    )
    bare = sa.update(CommentMark).where(*hidden).values(hidden_reason="")
    await session.exec(bare.execution_options(synchronize_session=False))


async def forget_undone(database: Database, now: datetime) -> None:
    """What nobody can undo any more: it may quote what was deleted."""
    async with database.read() as session:
        workspaces = list(await session.exec(select(Workspace.id)))
    for workspace_id in workspaces:
        own = col(CommentUndo.workspace_id) == workspace_id
        async with database.write() as session:
            await session.exec(
                sa.delete(CommentUndo).where(own, col(CommentUndo.made_at) < now - KEPT)
            )
