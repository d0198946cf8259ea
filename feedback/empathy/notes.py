"""What the team holds that customers think and do at a stage: short notes, each somebody's."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import User
from feedback.comments.models import SHORT, StageNote
from feedback.i18n import gettext as _
from feedback.web.forms import Form, FormReader

KINDS = ("thinks", "does")
MOST_NOTES = 50  # of a kind at a stage: more than a sheet holds


@dataclass(frozen=True, slots=True)
class Note:
    """A note and who wrote it; `author` is their address, "" where they are gone."""

    id: uuid.UUID
    text: str
    author: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Typed:
    """A note as it was typed."""

    kind: str
    text: str


def read_typed(data: Any) -> Form[Typed]:
    """What was typed, and what is wrong with it."""
    reader = FormReader(data)
    kind = reader.choice("kind", KINDS)
    text = reader.line("text", most=SHORT, missing=_("Write a few words."))
    return reader.result(Typed(kind, text))


async def read_notes(
    session: AsyncSession, workspace_id: uuid.UUID, stage_id: uuid.UUID
) -> Mapping[str, Sequence[Note]]:
    """The notes of a stage by kind, the oldest first: they are read as a list grows."""
    found = await session.exec(
        select(StageNote, User.email)
        .join(User, col(User.id) == StageNote.user_id, isouter=True)
        .where(StageNote.workspace_id == workspace_id, StageNote.stage_id == stage_id)
        .order_by(col(StageNote.written_at), col(StageNote.id))
        .limit(len(KINDS) * MOST_NOTES)
    )
    notes: dict[str, list[Note]] = {kind: [] for kind in KINDS}
    for row, email in found:
        notes[row.kind].append(Note(row.id, row.text, email or "", row.written_at))
    return notes


async def add_note(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    stage_id: uuid.UUID,
    typed: Typed,
    *,
    user_id: uuid.UUID,
    now: datetime,
) -> str:
    """Write it down; what is wrong, "" if nothing is. The stage's row is held by the caller, so
    that two who write at once are counted one after the other."""
    known = await session.exec(
        select(StageNote.id).where(
            StageNote.workspace_id == workspace_id,
            StageNote.stage_id == stage_id,
            StageNote.kind == typed.kind,
        )
    )
    if len(known.all()) >= MOST_NOTES:
        return _("A sheet holds %(n)s notes: remove one first.") % {"n": MOST_NOTES}
    session.add(
        StageNote(
            workspace_id=workspace_id,
            stage_id=stage_id,
            kind=typed.kind,
            text=typed.text,
            user_id=user_id,
            written_at=now,
        )
    )
    return ""
