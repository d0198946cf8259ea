"""`/trends.svg`, `.png`, `.pdf`: the charts of the page as a file."""

from pathlib import PurePosixPath

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.plugins.htmx import HTMXRequest

from feedback.accounts.guards import Viewer, not_found
from feedback.dashboards.filters import TRENDS_NAMES, FilterError
from feedback.dashboards.pages import trends_page
from feedback.dashboards.pictures import KINDS, picture
from feedback.dashboards.routes import filter_problem, load_trends_counts, read_scope
from feedback.db import Database


@get([f"/trends.{kind}" for kind in KINDS])
async def trends_picture(
    request: HTMXRequest, database: NamedDependency[Database], viewer: NamedDependency[Viewer]
) -> Response[bytes] | Response[str]:
    try:
        scope = read_scope(request, viewer, TRENDS_NAMES)
    except FilterError as error:
        return filter_problem(error)
    counts = await load_trends_counts(database, scope)
    page = trends_page(counts, scope)
    if not page.panels:
        raise not_found()
    kind = PurePosixPath(request.url.path).suffix.removeprefix(".")
    drawn = await picture(page.heading, page.meaning, page.panels, kind)
    name = f'attachment; filename="trends.{kind}"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-cache"}
    return Response(drawn, media_type=KINDS[kind], headers=headers)


signed_in_handlers = [trends_picture]
