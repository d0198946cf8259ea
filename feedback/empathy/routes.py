"""`/stages/{id}/empathy`: the empathy panel of a stage, and the notes on it."""

from dataclasses import replace
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import not_found
from feedback.accounts.visit import Answer, Visit
from feedback.comments.models import SHORT, StageNote
from feedback.comments.words import ask_for_months
from feedback.empathy.notes import KINDS, Typed, add_note, read_typed
from feedback.empathy.panel import NAMES, SPANS, read_panel
from feedback.filters import FilterError, no_such_choice
from feedback.i18n import gettext as _
from feedback.journeys.models import Stage
from feedback.readings.filters import Asked, parse_asked
from feedback.scoring.months import month_at
from feedback.web.files import file_pairs
from feedback.web.forms import Form
from feedback.web.page import or_refused

BLOCKS = ("empathy_panel",)


async def _refused(visit: Visit, stage_id: UUID, error: FilterError) -> Template:
    return await _show(visit, stage_id, Asked(), str(error))


@get("/stages/{stage_id:uuid}/empathy", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def empathy_panel(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Template:
    return await _show(visit, stage_id, _asked(visit))


@post("/stages/{stage_id:uuid}/empathy", needs="editor", filters=True)
async def write_note(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Answer:
    """A note more, or one less: `remove` names it."""
    asked, data = _asked(visit), await visit.sent()
    address = asked.address(f"/stages/{stage_id}/empathy")
    if data.get("remove"):
        return await _remove(visit, stage_id, str(data["remove"]), address)
    form = read_typed(data)
    async with visit.write() as session:
        # Held, so that of two who write at once each sees how many there are.
        await visit.need(session, Stage, stage_id, lock=True)
        if form.checked is not None:
            user, now = visit.viewer.user.id, clock.now()
            problem = await add_note(
                session, visit.workspace.id, stage_id, form.checked, user_id=user, now=now
            )
            form = Form(form.values, {"text": problem}) if problem else form
    if form.errors:
        return await _show(visit, stage_id, asked, form=form)
    return visit.leave(f"{address}#{form.values['kind']}", _("Written down."))


async def _remove(visit: Visit, stage_id: UUID, text: str, address: str) -> Answer:
    async with visit.write() as session:
        try:
            note = await visit.need(session, StageNote, UUID(text))
        except ValueError:
            raise not_found() from None
        if note.stage_id != stage_id:
            raise not_found()
        kind = note.kind
        await session.delete(note)
    return visit.leave(f"{address}#{kind}", _("Removed."))


def _asked(visit: Visit) -> Asked:
    running = month_at(clock.now(), visit.workspace.time_zone)
    asked = parse_asked(list(file_pairs(visit.request)), NAMES, running)
    if asked.get("months") not in ("", *SPANS):
        raise no_such_choice("months")
    return asked


async def _show(
    visit: Visit, stage_id: UUID, asked: Asked, error: str = "", form: Form[Typed] | None = None
) -> Template:
    async with visit.read() as session:
        stage = await visit.need(session, Stage, stage_id)
        panel = await read_panel(session, visit.workspace, stage, asked, clock.now())
    if panel.words.found is None:
        words, now = panel.words, clock.now()
        waits = await ask_for_months(visit.database, visit.workspace.id, words, now)
        panel = replace(panel, waits=waits)
    address = asked.address(f"/stages/{stage_id}/empathy")
    is_pushed = visit.request.htmx.target in BLOCKS and not error
    return visit.page(
        "empathy/panel.html",
        form or Form({}, {"asked": error} if error else {}),
        headers={"HX-Push-Url": address} if is_pushed else {},
        panel=panel,
        kinds=KINDS,
        most=SHORT,
        address=address,
    )


handlers = [empathy_panel, write_note]
