"""Archive, restore or delete a journey, a stage or a touchpoint: one form field says which."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.db import Database
from feedback.editor.journeys.archive import Part, archive_part, delete_part, restore_part
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.web.page import redirect


@post("/journeys/{journey_id:uuid}/archive", needs="editor")
async def archive_journey(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey_id: FromPath[UUID],
) -> Redirect:
    return await _keep(request, database, viewer, Journey, journey_id)


@post("/stages/{stage_id:uuid}/archive", needs="editor")
async def archive_stage(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    stage_id: FromPath[UUID],
) -> Redirect:
    return await _keep(request, database, viewer, Stage, stage_id)


@post("/touchpoints/{touchpoint_id:uuid}/archive", needs="editor")
async def archive_touchpoint(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    touchpoint_id: FromPath[UUID],
) -> Redirect:
    return await _keep(request, database, viewer, Touchpoint, touchpoint_id)


async def _keep(
    request: HTMXRequest,
    database: Database,
    viewer: Viewer,
    table: type[Part],
    part_id: UUID,
) -> Redirect:
    act = str((await request.form()).get("act", "archive"))
    async with database.write() as session:
        found: Part | None = await session.get(table, (viewer.workspace.id, part_id))
        if found is None:
            raise not_found()
        part: Part = found
        above = await _above(session, part)
        journey_id = _journey_id(part, above)
        flash, kind = await _act(session, part, above, act)
    gone = isinstance(part, Journey) and act != "restore"
    return redirect("/journeys" if gone else f"/journeys/{journey_id}", flash, kind=kind)


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


async def _above(session: AsyncSession, part: Part) -> list[Part]:
    """The stage and journey it belongs to."""
    above: list[Part] = []
    if isinstance(part, Touchpoint):
        above.append(await session.get_one(Stage, (part.workspace_id, part.stage_id)))
    for stage in [part, *above]:
        if isinstance(stage, Stage):
            above.append(await session.get_one(Journey, (part.workspace_id, stage.journey_id)))
    return above


def _journey_id(part: Part, above: list[Part]) -> UUID:
    return next(each.id for each in [part, *above] if isinstance(each, Journey))


def _archived(surveys: int) -> str:
    if not surveys:
        return _("Archived. Its answers stay, and it can be restored below.")
    return ngettext(
        "Archived with %(n)s survey, which no longer asks. It can be restored below.",
        "Archived with %(n)s surveys, which no longer ask. It can be restored below.",
        surveys,
    ) % {"n": surveys}


handlers = [archive_journey, archive_stage, archive_touchpoint]
