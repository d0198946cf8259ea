"""The list of actions and the page of one, as pages, as .csv and .json."""

import uuid

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.actions.files import ACTION_FILES
from feedback.actions.lines import read_around
from feedback.actions.pages import ListPage, action_page, list_page
from feedback.actions.read import read_all, read_beside
from feedback.calendar.queries import PlacedAction, find_action
from feedback.db import Database
from feedback.filters import FilterError, read_filters
from feedback.readings.journey import read_journeys
from feedback.readings.queries import import_pandas
from feedback.web.files import file_name, send_file
from feedback.web.page import page
from feedback.web.refusals import or_refused

NAMES = ("archived",)  # the action that was put away just now


async def _refused(request: HTMXRequest, error: FilterError, **_given: object) -> Template:
    return _list(request, list_page([]), error=str(error))


@get("/actions", needs="viewer")
@or_refused(_refused)
async def action_list(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    given = read_filters(request.query_params.multi_items(), NAMES)
    async with database.read() as session:
        readings = await read_all(session, viewer.workspace, clock.now())
        journeys = await read_journeys(session, viewer.workspace.id)
    has_journey = any(not journey.is_archived for journey in journeys)
    made = list_page(readings, given.get("archived", ""))
    return _list(request, made, has_journey=has_journey)


def _list(
    request: HTMXRequest, made: ListPage, *, has_journey: bool = True, error: str = ""
) -> Template:
    return page(
        request,
        "actions/actions.html",
        status=422 if error else 200,
        page=made,
        has_journey=has_journey,
        error=error,
    )


@get(["/actions.json", "/actions.csv"], needs="viewer")
async def action_list_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    read_filters(request.query_params.multi_items(), NAMES)
    async with database.read() as session:
        readings = await read_all(session, viewer.workspace, clock.now())
    kept = [each for each in readings if not each.is_archived]
    return send_file(file_name(request), ACTION_FILES, kept)


@get("/actions/{name:str}", needs="viewer")
async def action_detail(
    request: HTMXRequest,
    database: NamedDependency[Database],
    viewer: NamedDependency[Viewer],
    name: FromPath[str],
) -> Template | Response[str]:
    """The page, or the same as a file: `/actions/<id>.json`."""
    text, _dot, kind = name.partition(".")
    if kind and kind not in ACTION_FILES:
        raise not_found()
    await import_pandas()
    async with database.read() as session:
        placed = await need_action(session, viewer, text)
        reading, beside = await read_beside(session, viewer.workspace, placed, clock.now())
        if kind:
            return send_file(f"action-{placed.action.id}.{kind}", ACTION_FILES, [reading])
        around = await read_around(session, viewer.workspace, reading, clock.now())
    return page(request, "actions/action.html", page=action_page(reading, beside, around))


async def need_action(session: AsyncSession, viewer: Viewer, text: str) -> PlacedAction:
    """Somebody else's action and no such action look the same."""
    try:
        found = await find_action(session, viewer.workspace.id, uuid.UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise not_found()
    return found


handlers = [action_list, action_list_file, action_detail]
