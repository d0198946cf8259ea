"""Archive, restore or delete a journey, a stage or a touchpoint: one form field says which."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.visit import Visit
from feedback.editor.journeys.archive import archive_part, delete_part, restore_part
from feedback.editor.journeys.edit import Part, upwards
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.web.page import redirect


@post("/journeys/{journey_id:uuid}/archive", needs="editor")
async def archive_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    return await _keep(visit, Journey, journey_id)


@post("/stages/{stage_id:uuid}/archive", needs="editor")
async def archive_stage(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Redirect:
    return await _keep(visit, Stage, stage_id)


@post("/touchpoints/{touchpoint_id:uuid}/archive", needs="editor")
async def archive_touchpoint(
    visit: NamedDependency[Visit], touchpoint_id: FromPath[UUID]
) -> Redirect:
    return await _keep(visit, Touchpoint, touchpoint_id)


async def _keep(visit: Visit, table: type[Part], part_id: UUID) -> Redirect:
    act = await visit.act("archive")
    async with visit.write() as session:
        part = await visit.need(session, table, part_id)
        _itself, *above = await upwards(session, part)
        flash, kind = await _act(session, part, above, act)
    if not above and act != "restore":
        return redirect("/journeys", flash, kind=kind)
    return redirect(f"/journeys/{[part, *above][-1].id}", flash, kind=kind)


async def _act(session: AsyncSession, part: Part, above: list[Part], act: str) -> tuple[str, str]:
    """Do it; what to say then, and whether it went well."""
    if act == "restore":
        if any(each.archived_at is not None for each in above):
            return _("What it belongs to is archived. Restore that first."), "bad"
        await restore_part(session, part)
        return _("Restored, with the surveys archived together with it."), "good"
    if act == "delete":
        if await delete_part(session, part):
            return _("Deleted."), "good"
        return _("It has answers or actions, so it stays. Archive it instead."), "bad"
    return _archived(await archive_part(session, part, clock.now())), "good"


def _archived(surveys: int) -> str:
    if not surveys:
        return _("Archived. Its answers stay, and it can be restored below.")
    return ngettext(
        "Archived with %(n)s survey, which no longer asks. It can be restored below.",
        "Archived with %(n)s surveys, which no longer ask. It can be restored below.",
        surveys,
    ) % {"n": surveys}


handlers = [archive_journey, archive_stage, archive_touchpoint]
