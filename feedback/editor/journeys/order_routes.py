"""The order of journeys, stages and touchpoints: every list and page follows it."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.accounts.visit import Visit
from feedback.editor.journeys.edit import Part, upwards
from feedback.editor.journeys.order import move_up_or_down
from feedback.editor.journeys.schemas import read_direction
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.web.page import redirect


@post("/journeys/{journey_id:uuid}/move", needs="editor")
async def reorder_journey(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    await _move(visit, Journey, journey_id)
    return redirect("/journeys")


@post("/stages/{stage_id:uuid}/move", needs="editor")
async def reorder_stage(visit: NamedDependency[Visit], stage_id: FromPath[UUID]) -> Redirect:
    return redirect(f"/journeys/{await _move(visit, Stage, stage_id)}")


@post("/touchpoints/{touchpoint_id:uuid}/move", needs="editor")
async def reorder_touchpoint(
    visit: NamedDependency[Visit], touchpoint_id: FromPath[UUID]
) -> Redirect:
    return redirect(f"/journeys/{await _move(visit, Touchpoint, touchpoint_id)}")


async def _move(visit: Visit, table: type[Part], part_id: UUID) -> UUID:
    """The journey in which it moved."""
    direction = read_direction(await visit.sent())
    async with visit.write() as session:
        part = await visit.need(session, table, part_id)
        await move_up_or_down(session, part, direction)
        *_below, journey = await upwards(session, part)
    return journey.id


handlers = [reorder_journey, reorder_stage, reorder_touchpoint]
