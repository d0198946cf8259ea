"""`/map`: the journey as a map, as a page and as files; and the moves an editor makes on it."""

import json
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.dashboards.map.cards import read_map
from feedback.dashboards.map.page import MapPage, map_page, read_place, refused_map, write_undo
from feedback.dashboards.map.read import MapCounts, find_journey, load_map
from feedback.dashboards.map.rows import MAP_FILES
from feedback.dashboards.read import Scope
from feedback.dashboards.routes import filter_problem, read_scope
from feedback.db import Database
from feedback.editor.journeys.order import Moved, Place, StaleOrderError, move_part
from feedback.i18n import gettext as _
from feedback.readings.filters import BOARD_NAMES, Asked, FilterError, NotOursError
from feedback.readings.queries import import_pandas
from feedback.web.files import file_name, send_file
from feedback.web.page import page, redirect

MAP_BLOCKS = ("map_page",)
MOVED_COOKIE = "feedback_moved"


@get("/map", blocks=MAP_BLOCKS, needs="viewer")
async def journey_map(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template:
    try:
        scope = read_scope(request, viewer, BOARD_NAMES)
    except FilterError as error:
        return await _refused(request, database, viewer, error)
    made = map_page(await load_map_counts(database, scope), scope)
    moved = _read_moved(request)
    if moved is not None:
        made = made.after(write_undo(made, moved.before, moved.seams))
    is_filtered = request.htmx.target in MAP_BLOCKS and moved is None
    answer = _show(request, made, headers={"HX-Push-Url": made.address} if is_filtered else {})
    if MOVED_COOKIE in request.cookies:
        answer.cookies.append(Cookie(MOVED_COOKIE, path="/map", value="", max_age=0))
    return answer


@post("/map", blocks=MAP_BLOCKS, needs="editor")
async def move_on_map(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect:
    try:
        scope = read_scope(request, viewer, BOARD_NAMES)
    except FilterError as error:
        return await _refused(request, database, viewer, error)
    form = await request.form()
    place = read_place(str(form.get("part", "")), str(form.get("to", "")))
    if place is None:
        return await _unmoved(request, database, scope, _("Say what to move, and where to."))
    try:
        moved = await _move(database, scope, place, str(form.get("seen", "")))
    except StaleOrderError:
        return await _unmoved(
            request,
            database,
            scope,
            _(
                "The journey has been changed since you opened it. It is shown as it stands "
                "now, and nothing was moved."
            ),
        )
    answer = redirect(scope.asked.address("/map"))
    answer.cookies.append(_moved_cookie(moved))
    return answer


@get(["/map.json", "/map.csv"], needs="viewer")
async def map_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    try:
        scope = read_scope(request, viewer, BOARD_NAMES)
    except FilterError as error:
        return filter_problem(error)
    found = await load_map_counts(database, scope)
    if found is None:
        raise not_found()
    return send_file(file_name(request), MAP_FILES, read_map(found), found.counts)


async def load_map_counts(database: Database, scope: Scope) -> MapCounts | None:
    await import_pandas()
    try:
        async with database.read() as session:
            return await load_map(session, scope)
    except NotOursError:
        raise not_found() from None


def _show(
    request: HTMXRequest, made: MapPage, *, status: int = 200, headers: dict[str, str] | None = None
) -> Template:
    return page(
        request,
        "dashboards/map.html",
        status=status,
        headers=headers,
        page=made,
    )


async def _refused(
    request: HTMXRequest, database: Database, viewer: Viewer, error: FilterError
) -> Template:
    scope = Scope(viewer.workspace, Asked(), clock.now())
    made = map_page(await load_map_counts(database, scope), scope)
    return _show(request, refused_map(made, error), status=422)


async def _unmoved(
    request: HTMXRequest, database: Database, scope: Scope, problem: str
) -> Template:
    """The map as it stands, saying why nothing was moved."""
    made = map_page(await load_map_counts(database, scope), scope)
    return _show(request, made.saying(problem), status=422)


async def _move(database: Database, scope: Scope, place: Place, seen: str) -> Moved:
    async with database.write() as session:
        try:
            journey = await find_journey(session, scope)
        except NotOursError:
            raise not_found() from None
        moved = await move_part(session, journey, place, seen, clock.now())
    if moved is None:
        raise not_found()
    return moved


# What was moved is told on the next page, which offers to take it back.


def _moved_cookie(moved: Moved) -> Cookie:
    before = moved.before
    stage = before.stage.hex if before.stage else ""
    value = json.dumps([before.part.hex, stage, before.at, moved.seams]).encode().hex()
    return Cookie(MOVED_COOKIE, path="/map", value=value, max_age=60, httponly=True, samesite="lax")


def _read_moved(request: HTMXRequest) -> Moved | None:
    try:
        part, stage, at, seams = json.loads(bytes.fromhex(request.cookies[MOVED_COOKIE]))
        before = Place(UUID(part), UUID(stage) if stage else None, int(at))
        return Moved(before, int(seams))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


signed_in_handlers = [journey_map, move_on_map, map_file]
