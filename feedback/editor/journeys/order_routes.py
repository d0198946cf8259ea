"""The order of journeys: the list, the board and the map's chooser follow it."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect

from feedback.accounts.guards import Viewer, not_found
from feedback.db import Database
from feedback.editor.journeys.order import move_journey
from feedback.editor.journeys.schemas import read_direction
from feedback.journeys.models import Journey
from feedback.web.page import redirect


@post("/journeys/{journey_id:uuid}/move", needs="editor")
async def reorder_journey(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    journey_id: FromPath[UUID],
) -> Redirect:
    direction = read_direction(await request.form())
    async with database.write() as session:
        journey = await session.get(Journey, (viewer.workspace.id, journey_id))
        if journey is None:
            raise not_found()
        await move_journey(session, journey, direction)
    return redirect("/journeys")


handlers = [reorder_journey]
