"""`/map`: the journey as a map, as a page and as files; and the moves an editor makes on it."""

import json
from operator import attrgetter
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.dashboards.map.cards import read_map
from feedback.dashboards.map.page import MapPage, map_page, read_position, refused_map, write_undo
from feedback.dashboards.map.read import MapCounts, find_journey, load_map
from feedback.dashboards.map.rows import map_json, map_table
from feedback.dashboards.read import Scope
from feedback.dashboards.screen import Screen
from feedback.db import Database
from feedback.editor.journeys.order import Move, Position, StaleOrderError, move_part
from feedback.i18n import gettext as _
from feedback.readings.filters import MAP_NAMES
from feedback.web.files import send_file
from feedback.web.page import or_refused, redirect

MAP_BLOCKS = ("map_page",)
MOVED_COOKIE = "feedback_moved"


MAP: Screen[MapCounts, MapPage] = Screen(
    names=MAP_NAMES,
    template="dashboards/map.html",
    load=load_map,
    draw=lambda found, scope, _polled: map_page(found, scope),
    refuse=refused_map,
    address=attrgetter("address"),
    version=attrgetter("version"),
    passes=attrgetter("counts.recent"),
)


@get("/map", blocks=MAP_BLOCKS, needs="viewer", filters=True)
@or_refused(MAP.refused)
async def journey_map(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Response[None]:
    moved = _read_moved(request)
    if moved is None:
        answer = await MAP.answer(request, database, viewer)
    else:
        made = await MAP.make(database, MAP.scope(request, viewer))
        answer = MAP.show(request, made.after(write_undo(made, moved.before, moved.seams)))
    if MOVED_COOKIE in request.cookies:
        answer.cookies.append(Cookie(MOVED_COOKIE, path="/map", value="", max_age=0))
    return answer


@post("/map", blocks=MAP_BLOCKS, needs="editor", filters=True)
@or_refused(MAP.refused)
async def move_on_map(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Redirect:
    scope = MAP.scope(request, viewer)
    form = await request.form()
    position = read_position(str(form.get("part", "")), str(form.get("to", "")))
    if position is None:
        return await _unmoved(request, database, scope, _("Say what to move, and where to."))
    try:
        moved = await _move(database, scope, position, str(form.get("seen", "")))
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


@get(["/map.json", "/map.csv", "/map.xlsx"], needs="viewer", filters=True)
async def map_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    found = await MAP.need(database, MAP.scope(request, viewer))
    return await send_file(request, map_json, map_table, read_map(found), found.counts)


async def _unmoved(
    request: HTMXRequest, database: Database, scope: Scope, problem: str
) -> Template:
    """The map as it stands, saying why nothing was moved."""
    made = await MAP.make(database, scope)
    return MAP.show(request, made.saying(problem), status=422)


async def _move(database: Database, scope: Scope, position: Position, seen: str) -> Move:
    async with database.write() as session:
        journey = await find_journey(session, scope)
        moved = await move_part(session, journey, position, seen, clock.now())
    if moved is None:
        raise not_found()
    return moved


# What was moved is told on the next page, which offers to take it back.


def _moved_cookie(moved: Move) -> Cookie:
    before = moved.before
    stage = before.stage.hex if before.stage else ""
    value = json.dumps([before.part.hex, stage, before.at, moved.seams]).encode().hex()
    return Cookie(MOVED_COOKIE, path="/map", value=value, max_age=60, httponly=True, samesite="lax")


def _read_moved(request: HTMXRequest) -> Move | None:
    try:
        part, stage, at, seams = json.loads(bytes.fromhex(request.cookies[MOVED_COOKIE]))
        before = Position(UUID(part), UUID(stage) if stage else None, int(at))
        return Move(before, int(seams))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


signed_in_handlers = [journey_map, move_on_map, map_file]
