"""`/board` as a page, as blocks of a page, as .csv, .xlsx and .json."""

from operator import attrgetter
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template

from feedback.accounts.guards import Viewer
from feedback.board.page import BoardPage, board_page, refused_board
from feedback.board.read import Month, load_month
from feedback.dashboards.board import read_board
from feedback.dashboards.files import board_json, board_table
from feedback.dashboards.screen import Screen
from feedback.db import Database
from feedback.readings.filters import BOARD_NAMES
from feedback.web.files import send_file
from feedback.web.page import or_refused

BOARD: Screen[Month, BoardPage] = Screen(
    names=BOARD_NAMES,
    template="board/board.html",
    load=load_month,
    draw=board_page,
    refuse=refused_board,
    address=attrgetter("address"),
    version=attrgetter("version"),
    passes=attrgetter("passes"),
    polls="board_tiles",
)


@get("/board", blocks=("board_page", "board_tiles"), needs="viewer", filters=True)
@or_refused(BOARD.refused)
async def board(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Response[None]:
    return await BOARD.answer(request, database, viewer)


@get(["/board.json", "/board.csv", "/board.xlsx"], needs="viewer", filters=True)
async def board_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    """Scores as they were asked, whatever the page shows: its rows hold the bands too."""
    month = await BOARD.need(database, BOARD.scope(request, viewer))
    counts = month.counts
    return await send_file(request, board_json, board_table, read_board(counts), counts)


signed_in_handlers = [board, board_file]
