"""Trends: as a page, as its block, as .csv and .json."""

from operator import attrgetter
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.guards import Viewer
from feedback.dashboards.mix.read import with_channels
from feedback.dashboards.read import Counts, Scope, load_trends
from feedback.dashboards.screen import Screen
from feedback.dashboards.trends_files import trends_json, trends_table
from feedback.dashboards.trends_page import TrendsPage, refused_trends, trends_page
from feedback.dashboards.trends_words import with_words
from feedback.db import Database
from feedback.readings.filters import TRENDS_NAMES
from feedback.web.files import send_file
from feedback.web.page import or_refused


async def _load_trends(session: AsyncSession, scope: Scope) -> Counts | None:
    counts = await load_trends(session, scope)
    return counts and await with_words(session, await with_channels(session, counts, scope), scope)


def _draw_trends(counts: Counts | None, scope: Scope, _polled: str) -> TrendsPage:
    return trends_page(counts, scope)


TRENDS: Screen[Counts, TrendsPage] = Screen(
    names=TRENDS_NAMES,
    template="dashboards/trends.html",
    load=_load_trends,
    draw=_draw_trends,
    refuse=refused_trends,
    address=attrgetter("address"),
    version=attrgetter("version"),
    passes=attrgetter("recent"),
)


@get("/trends", blocks=("trends_page",), needs="viewer", filters=True)
@or_refused(TRENDS.refused)
async def trends(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Template | Response[None]:
    return await TRENDS.answer(request, database, viewer)


@get(["/trends.json", "/trends.csv", "/trends.xlsx"], needs="viewer", filters=True)
async def trends_file(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    counts = await TRENDS.need(database, TRENDS.scope(request, viewer))
    return await send_file(request, trends_json, trends_table, counts)


signed_in_handlers = [trends, trends_file]
