"""The forms of comments: star, done, hide, tag and note, on one or many answers, and undo.

`POST /comments/star` and so on (`ACTS`) takes the answers (`response`, several times, or `all`
those that the `filters` of a list leave), what the act needs (`tag`, `reason`, `text`), and where
to go on (`next`).
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.comments import marks, notes, tags
from feedback.comments.changes import Changes, answers_of, keep, undo
from feedback.comments.models import NOTE, CommentNote
from feedback.comments.tag_counts import follow
from feedback.comments.tag_names import read_name
from feedback.filters import FilterError
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.responses.filters import parse_filters
from feedback.responses.listing import matches
from feedback.responses.models import Response
from feedback.responses.routes import reason_problem
from feedback.surveys.queries import load_asked_series
from feedback.web.forms import FormReader
from feedback.web.page import local_path, redirect

MOST = 2_000
Verb = Callable[..., Awaitable[Changes]]


class RefusedError(ValueError):
    """What was sent cannot be done; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Act:
    """needs: what else its verb is given, and how that is read."""

    verb: Verb
    needs: str = ""
    read: Callable[[FormReader], str] | None = None


def _name(form: FormReader) -> str:
    name, problem = read_name(form.typed("tag"))
    if problem:
        raise RefusedError(problem)
    return name


def _reason(form: FormReader) -> str:
    reason = form.line("reason", most=marks.REASON)
    if problem := form.errors.get("reason") or reason_problem(reason):
        raise RefusedError(problem)
    return reason


def _text(form: FormReader) -> str:
    text = form.paragraphs("text", most=NOTE)
    if problem := form.errors.get("text") or ("" if text else _("Write the note first.")):
        raise RefusedError(problem)
    return text


ACTS: Mapping[str, Act] = {
    "star": Act(marks.star),
    "unstar": Act(marks.unstar),
    "done": Act(marks.done),
    "reopen": Act(marks.reopen),
    "hide": Act(marks.hide, "reason", _reason),
    "show": Act(marks.show),
    "tag": Act(tags.add_tag, "name", _name),
    "untag": Act(tags.remove_named_tag, "name", _name),
    "note": Act(notes.add_note, "text", _text),
}


def _said(act: str, n: int) -> str:
    said = {
        "star": ngettext("%(n)s comment is starred.", "%(n)s comments are starred.", n),
        "unstar": ngettext("The star is off %(n)s comment.", "The star is off %(n)s comments.", n),
        "done": ngettext("%(n)s comment is done.", "%(n)s comments are done.", n),
        "reopen": ngettext("%(n)s comment is open again.", "%(n)s comments are open again.", n),
        "hide": ngettext("%(n)s comment is hidden.", "%(n)s comments are hidden.", n),
        "show": ngettext("%(n)s comment is shown again.", "%(n)s comments are shown again.", n),
        "tag": ngettext("%(n)s comment has the tag.", "%(n)s comments have the tag.", n),
        "untag": ngettext("The tag is off %(n)s comment.", "The tag is off %(n)s comments.", n),
        "note": ngettext("The note is on %(n)s comment.", "The note is on %(n)s comments.", n),
    }
    return said[act] % {"n": format_number(n)}


@post([f"/comments/{act}" for act in ACTS], needs="editor")
async def act_on_comments(visit: NamedDependency[Visit]) -> Answer:
    act = visit.request.url.path.rpartition("/")[2]
    form, now = FormReader(await visit.sent()), clock.now()
    wanted, path = ACTS[act], local_path(form.raw("next"), "/comments")
    try:
        given = {wanted.needs: wanted.read(form)} if wanted.read else {}
        ids = await _chosen(visit, form)
    except (RefusedError, FilterError) as error:
        return _refused(visit, act, form, path, str(error))
    async with visit.write() as session:
        own = visit.workspace.id
        if not await answers_of(session, own, ids):
            raise not_found()
        made = await wanted.verb(session, own, ids, visit.viewer.user.id, now, **given)
        await follow(session, own, made, now)
        undo_id = await keep(session, own, visit.viewer.user.id, made, now)
    if undo_id is None:
        return redirect(path, _("Nothing changed: it was so before."), kind="plain")
    return redirect(path, _said(act, made.said), undo=undo_id.hex)


async def _chosen(visit: Visit, form: FormReader) -> Sequence[uuid.UUID]:
    """Raises RefusedError when there are none, or too many at once."""
    if not form.flag("all"):
        ids = form.ids("response")
        if not ids:
            raise RefusedError(_("Choose at least one comment."))
        if len(ids) > MOST:
            raise RefusedError(_too_many())
        return ids
    filters = parse_filters(parse_qsl(form.raw("filters"), max_num_fields=100))
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
        zone = ZoneInfo(visit.workspace.time_zone)
        found = await matches(session, visit.workspace.id, places, filters, zone)
        newest = select(Response.id).where(*found).order_by(col(Response.id).desc())
        ids = list(await session.exec(newest.limit(MOST + 1)))
    if len(ids) > MOST:
        raise RefusedError(_too_many())
    if not ids:
        raise RefusedError(_("No comment fits these filters any more."))
    return ids


def _too_many() -> str:
    return _("At most %(n)s comments at once: narrow the list.") % {"n": format_number(MOST)}


def _refused(visit: Visit, act: str, form: FormReader, path: str, error: str) -> Answer:
    """A page with what was typed, and what is wrong with it; htmx goes back to its own."""
    if visit.request.htmx:
        return redirect(path, error, kind="bad")
    sent = [(name, value) for name in SENT for value in form.all(name)]
    return visit.page(
        "comments/act.html", status=422, act=act, title=_title(act), error=error, sent=sent,
        next=path,
        field=FIELDS.get(act), typed=form.raw(FIELDS.get(act, "")),
    )  # fmt: skip


def _title(act: str) -> str:
    titles = {"hide": _("Hide"), "tag": _("Add a tag"), "untag": _("Take the tag off")}
    return {**titles, "note": _("Add a note")}.get(act, _("Comments"))


SENT = ("response", "all", "filters")
FIELDS = {"hide": "reason", "tag": "tag", "untag": "tag", "note": "text"}


@post("/comments/undo", needs="editor")
async def undo_act(visit: NamedDependency[Visit]) -> Answer:
    form, now = FormReader(await visit.sent()), clock.now()
    path, asked = local_path(form.raw("next"), "/comments"), form.ids("undo")
    made = None
    if asked:
        async with visit.write() as session:
            own = visit.workspace.id
            made = await undo(session, own, visit.viewer.user.id, asked[0], now)
            if made is not None:
                await follow(session, own, made, now)
    if made is None:
        return redirect(path, _("There is nothing left to undo."), kind="plain")
    if not made.rows:
        return redirect(path, _("Somebody changed it since: nothing was undone."), kind="plain")
    return redirect(path, _("Undone."))


@post("/comments/notes/{note_id:uuid}", needs="editor")
async def change_note(visit: NamedDependency[Visit], note_id: FromPath[uuid.UUID]) -> Answer:
    """Its author may change or delete a note, and an owner."""
    form, now = FormReader(await visit.sent()), clock.now()
    is_gone, path = form.raw("act") == "delete", local_path(form.raw("next"), "/comments")
    async with visit.write() as session:
        note = await visit.need(session, CommentNote, note_id, lock=True)
        if not _may_change(visit, note):
            return redirect(path, _("Only its author, or an owner, may change a note."), kind="bad")
        try:
            made = await _changed(session, note, form, now, is_gone=is_gone)
        except RefusedError as error:
            return redirect(path, str(error), kind="bad")
        undo_id = await keep(session, visit.workspace.id, visit.viewer.user.id, made, now)
    said = _("The note is deleted.") if is_gone else _("The note is changed.")
    return redirect(path, said, undo=undo_id.hex if undo_id else "")


def _may_change(visit: Visit, note: CommentNote) -> bool:
    return note.user_id == visit.viewer.user.id or visit.viewer.may("owner")


async def _changed(
    session: AsyncSession, note: CommentNote, form: FormReader, now: Any, *, is_gone: bool
) -> Changes:
    if is_gone:
        return await notes.delete_note(session, note)
    return await notes.change_note(session, note, _text(form), now)


signed_in_handlers = [act_on_comments, undo_act, change_note]
