"""The comments of a list with what the team made of them, read for all of them at once."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.comments.marked import Piece, marked
from feedback.comments.marks import changed_since_starred, marks_of
from feedback.comments.models import Comment, CommentMark
from feedback.comments.notes import notes_of
from feedback.comments.query import Query
from feedback.comments.tags import tags_of
from feedback.responses.listing import Row

# Characters and lines, about as much as eight lines of a reading list.
LONG, LONG_LINES = 600, 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A comment as the list shows it.

    pieces: of its text, some of them looked for. tags: id and name. notes: how many.
    hider: who hid it, "" where nobody did.
    """

    row: Row
    pieces: tuple[Piece, ...]
    mark: CommentMark | None = None
    tags: tuple[tuple[uuid.UUID, str], ...] = ()
    notes: int = 0
    hider: str = ""

    @property
    def is_starred(self) -> bool:
        return self.mark is not None and self.mark.starred_at is not None

    @property
    def is_done(self) -> bool:
        return self.mark is not None and self.mark.done_at is not None

    @property
    def is_hidden(self) -> bool:
        return self.mark is not None and self.mark.hidden_at is not None

    @property
    def has_changed(self) -> bool:
        """Since it was starred."""
        return changed_since_starred(self.mark, self.row.response)

    @property
    def is_long(self) -> bool:
        """So long that a list folds it."""
        text = self.row.response.comment or ""
        return len(text) > LONG or text.count("\n") >= LONG_LINES

    @property
    def is_found_below(self) -> bool:
        """Where it is folded, what was looked for would not be seen."""
        before = 0
        for piece in self.pieces:
            if piece.is_found:
                return before > LONG * 2 // 3
            before += len(piece.text) + 60 * piece.text.count("\n")
        return False

    @property
    def name(self) -> tuple[object, ...]:
        """Another one whenever the list shows something else of it; short."""
        each, mark = self.row.response, self.mark
        marks = mark and (mark.starred_at, mark.done_at, mark.hidden_at)
        return (each.id, each.state, each.seq, each.changed_at, marks, self.tags, self.notes)

    def made_of(self) -> tuple[object, ...]:
        """All that the list shows of it."""
        mark = self.mark
        marks = mark and (mark.starred_at, mark.done_at, mark.hidden_at, mark.hidden_reason)
        shown = (marks, self.tags, self.notes, self.hider, self.has_changed)
        return (*self.row.made_of(), self.pieces, *shown)


async def read_shown(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    rows: Sequence[Row],
    query: Query,
) -> list[Shown]:
    """These answers with their marks, tags and notes; what was looked for is found in the text."""
    ids = [row.response.id for row in rows]
    marks = await marks_of(session, workspace_id, ids)
    tags = await tags_of(session, workspace_id, ids)
    notes = await notes_of(session, workspace_id, ids)
    languages = await _languages(session, workspace_id, [] if query.is_empty else ids)
    names = await _names(session, {mark.hidden_by for mark in marks.values() if mark.hidden_by})
    found = []
    for row in rows:
        id, mark = row.response.id, marks.get(row.response.id)
        pieces = tuple(marked(row.response.comment or "", query, languages.get(id, "")))
        hider = names.get(mark.hidden_by, "") if mark and mark.hidden_by else ""
        own = tuple((tag.id, tag.name) for tag in tags.get(id, ()))
        found.append(Shown(row, pieces, mark, own, len(notes.get(id, ())), hider))
    return found


async def _languages(
    session: AsyncSession, workspace_id: uuid.UUID, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, str]:
    if not ids:
        return {}
    own = (Comment.workspace_id == workspace_id, col(Comment.response_id).in_(ids))
    return dict(
        (await session.exec(select(Comment.response_id, Comment.language).where(*own))).all()
    )


async def _names(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not ids:
        return {}
    return dict(
        (await session.exec(select(User.id, User.email).where(col(User.id).in_(ids)))).all()
    )
