"""Notes on an answer: what somebody of the team wrote about it, and when."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.comments.changes import Changes, answers_of
from feedback.comments.models import CommentNote


class Note(NamedTuple):
    """A note and who wrote it: an e-mail address."""

    note: CommentNote
    author: str


async def add_note(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    response_ids: Iterable[uuid.UUID],
    user_id: uuid.UUID,
    now: datetime,
    *,
    text: str,
) -> Changes:
    """The same note on each of these answers. text: 1 to 2,000 characters, as checked."""
    made = Changes()
    for id in await answers_of(session, workspace_id, response_ids):
        note = CommentNote(
            workspace_id=workspace_id, response_id=id, user_id=user_id, text=text, written_at=now
        )
        session.add(note)
        made.added(note)
        made.said += 1
    await session.flush()
    return made


async def change_note(
    session: AsyncSession, note: CommentNote, text: str, now: datetime
) -> Changes:
    made = Changes()
    if note.text != text:
        made.put(note, text=text, changed_at=now)
        made.said = 1
    await session.flush()
    return made


async def delete_note(session: AsyncSession, note: CommentNote) -> Changes:
    made = Changes(said=1)
    made.gone(note)
    await session.delete(note)
    await session.flush()
    return made


async def notes_of(
    session: AsyncSession, workspace_id: uuid.UUID, response_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[Note]]:
    """By answer, oldest first; what has none is not in it."""
    found = await session.exec(
        select(CommentNote, User.email)
        .join(User, col(User.id) == CommentNote.user_id)
        .where(
            CommentNote.workspace_id == workspace_id,
            col(CommentNote.response_id).in_(sorted(set(response_ids))),
        )
        .order_by(col(CommentNote.written_at), col(CommentNote.id))
    )
    notes: dict[uuid.UUID, list[Note]] = {}
    for note, author in found:
        notes.setdefault(note.response_id, []).append(Note(note, author))
    return notes
