"""Board and trends: as pages, as blocks of a page, as .csv and .json."""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback import clock
from feedback.accounts.guards import Viewer, not_found
from feedback.dashboards.board import read_board
from feedback.dashboards.board_page import board_page, refused_board
from feedback.dashboards.files import BOARD_FILES
from feedback.dashboards.mix.load import with_channels
from feedback.dashboards.read import Counts, Scope, load_board, load_trends
from feedback.dashboards.trends_files import TRENDS_FILES
from feedback.dashboards.trends_page import refused_trends, trends_page
from feedback.db import Database
from feedback.i18n import current_locale
from feedback.readings.filters import (
    BOARD_NAMES,
    TRENDS_NAMES,
    Asked,
    FilterError,
    NotOursError,
    parse_asked,
)
from feedback.readings.queries import import_pandas
from feedback.resources import resource_dir
from feedback.scoring.months import month_at
from feedback.web.files import file_name, send_file
from feedback.web.page import FLASH_COOKIE, page


@get("/board", blocks=("board_page", "board_tiles"), needs="viewer")
async def board(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Response[None]:
    try:
        scope = read_scope(request, viewer, BOARD_NAMES)
    except FilterError as error:
        scope = Scope(viewer.workspace, Asked(), clock.now())
        made = refused_board(board_page(await _load_board(database, scope), scope), error)
        return page(request, "dashboards/board.html", status=422, page=made)
    counts = await _load_board(database, scope)
    tag = _etag(request, viewer, scope, counts, request.htmx.target or "")
    if _is_unchanged(request, tag):
        return Response(None, status_code=304, headers={"ETag": tag})
    polled = _etag(request, viewer, scope, counts, "board_tiles")
    return page(
        request,
        "dashboards/board.html",
        headers=_fresh(tag, request, scope.asked.address("/board")),
        page=board_page(counts, scope, polled),
    )


@get("/trends", blocks=("trends_page",), needs="viewer")
async def trends(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Response[None]:
    try:
        scope = read_scope(request, viewer, TRENDS_NAMES)
    except FilterError as error:
        scope = Scope(viewer.workspace, Asked(), clock.now())
        made = refused_trends(trends_page(await load_trends_counts(database, scope), scope), error)
        return page(request, "dashboards/trends.html", status=422, page=made)
    counts = await load_trends_counts(database, scope)
    tag = _etag(request, viewer, scope, counts, request.htmx.target or "")
    if _is_unchanged(request, tag):
        return Response(None, status_code=304, headers={"ETag": tag})
    made = trends_page(counts, scope)
    return page(
        request,
        "dashboards/trends.html",
        headers=_fresh(tag, request, made.address),
        page=made,
    )


@get(["/board.json", "/board.csv"], needs="viewer")
async def board_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    try:
        scope = read_scope(request, viewer, BOARD_NAMES)
    except FilterError as error:
        return filter_problem(error)
    counts = await _load_board(database, scope)
    if counts is None:
        raise not_found()
    return send_file(file_name(request), BOARD_FILES, read_board(counts), counts)


@get(["/trends.json", "/trends.csv"], needs="viewer")
async def trends_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[str]:
    try:
        scope = read_scope(request, viewer, TRENDS_NAMES)
    except FilterError as error:
        return filter_problem(error)
    counts = await load_trends_counts(database, scope)
    if counts is None:
        raise not_found()
    return send_file(file_name(request), TRENDS_FILES, counts)


def read_scope(request: HTMXRequest, viewer: Viewer, names: Sequence[str]) -> Scope:
    now = clock.now()
    running = month_at(now, viewer.workspace.time_zone)
    asked = parse_asked(list(request.query_params.multi_items()), names, running)
    return Scope(viewer.workspace, asked, now)


async def _load_board(database: Database, scope: Scope) -> Counts | None:
    await import_pandas()
    try:
        async with database.read() as session:
            return await load_board(session, scope)
    except NotOursError:
        raise not_found() from None


async def load_trends_counts(database: Database, scope: Scope) -> Counts | None:
    await import_pandas()
    try:
        async with database.read() as session:
            counts = await load_trends(session, scope)
            return counts and await with_channels(session, counts, scope)
    except NotOursError:
        raise not_found() from None


def _etag(
    request: HTMXRequest, viewer: Viewer, scope: Scope, counts: Counts | None, target: str
) -> str:
    """Names this very answer: its data, its reader, its language, its block, its templates.

    A page and its block share an address, so they must not share a tag: a browser may offer
    the tag of the one when it asks for the other.
    """
    parts = (
        counts and counts.page_version,
        scope.asked,
        scope.running,
        current_locale(),
        viewer.workspace.name,
        viewer.user.email,
        request.state.csrf_token,
        target,
        _look(),
    )
    return f'"{blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


@cache
def _look() -> tuple[str, float]:
    newest = max(path.stat().st_mtime for path in resource_dir("templates").rglob("*.html"))
    return version("feedback"), newest


def _is_unchanged(request: HTMXRequest, tag: str) -> bool:
    if FLASH_COOKIE in request.cookies:
        return False
    return tag in request.headers.get("If-None-Match", "").replace("W/", "").split(", ")


def _fresh(tag: str, request: HTMXRequest, address: str) -> dict[str, str]:
    """Kept by the reader's browser, asked anew each time; the address bar says what is shown."""
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.htmx.target in ("board_page", "trends_page"):
        headers["HX-Push-Url"] = address
    return headers


def filter_problem(error: FilterError) -> Response[str]:
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": str(error),
        "filter": error.name,
    }
    return Response(
        json.dumps(problem, ensure_ascii=False),
        status_code=422,
        media_type="application/problem+json",
    )


signed_in_handlers = [board, trends, board_file, trends_file]
