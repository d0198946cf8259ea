"""What customers think and do at a stage, as the team observed it: short notes for its empathy
panel."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import User
from feedback.accounts.visit import Answer, Visit
from feedback.comments.changes import Changes, keep
from feedback.comments.models import SHORT, StageNote
from feedback.i18n import gettext as _
from feedback.journeys.models import Stage
from feedback.web.forms import FormReader
from feedback.web.page import local_path, redirect

KINDS = ("thinks", "does")
MOST_SHOWN = 50


class Observed(NamedTuple):
    """A note and who wrote it: an e-mail address."""

    note: StageNote
    author: str


async def notes_at(
    session: AsyncSession, workspace_id: uuid.UUID, stage_id: uuid.UUID
) -> Mapping[str, Sequence[Observed]]:
    """By kind, newest first, at most MOST_SHOWN of each."""
    found: dict[str, list[Observed]] = {}
    for kind in KINDS:
        rows = await session.exec(
            select(StageNote, User.email)
            .join(User, col(User.id) == StageNote.user_id)
            .where(
                StageNote.workspace_id == workspace_id,
                StageNote.stage_id == stage_id,
                StageNote.kind == kind,
            )
            .order_by(col(StageNote.written_at).desc(), col(StageNote.id).desc())
            .limit(MOST_SHOWN)
        )
        found[kind] = [Observed(*row) for row in rows]
    return found


@post("/stages/{stage_id:uuid}/notes", needs="editor")
async def add_stage_note(visit: NamedDependency[Visit], stage_id: FromPath[uuid.UUID]) -> Answer:
    """kind: thinks or does; text: 1 to 280 characters; next: where to go on."""
    form, now = FormReader(await visit.sent()), clock.now()
    path = local_path(form.raw("next"), f"/stages/{stage_id}")
    kind, text = form.choice("kind", KINDS), form.line("text", most=SHORT)
    async with visit.write() as session:
        await visit.need(session, Stage, stage_id)
        if form.errors or not text:
            said = form.errors.get("text") or form.errors.get("kind") or _("Write the note first.")
            return redirect(path, said, kind="bad")
        note = StageNote(
            workspace_id=visit.workspace.id,
            stage_id=stage_id,
            kind=kind,
            text=text,
            user_id=visit.viewer.user.id,
            written_at=now,
        )
        session.add(note)
        made = Changes(said=1)
        made.added(note)
        await session.flush()
        undo = await keep(session, visit.workspace.id, visit.viewer.user.id, made, now)
    return redirect(path, _("The note is kept."), undo=undo.hex if undo else "")


@post("/comments/stage-notes/{stage_note_id:uuid}", needs="editor")
async def delete_stage_note(
    visit: NamedDependency[Visit], stage_note_id: FromPath[uuid.UUID]
) -> Answer:
    """By its author or an owner; act: delete."""
    form, now = FormReader(await visit.sent()), clock.now()
    async with visit.write() as session:
        note = await visit.need(session, StageNote, stage_note_id, lock=True)
        path = local_path(form.raw("next"), f"/stages/{note.stage_id}")
        if note.user_id != visit.viewer.user.id and not visit.viewer.may("owner"):
            said = _("Only its author, or an owner, may delete a note.")
            return redirect(path, said, kind="bad")
        if form.raw("act") != "delete":
            return redirect(path)
        made = Changes(said=1)
        made.gone(note)
        await session.delete(note)
        undo = await keep(session, visit.workspace.id, visit.viewer.user.id, made, now)
    return redirect(path, _("The note is deleted."), undo=undo.hex if undo else "")


signed_in_handlers = [add_stage_note, delete_stage_note]
