"""`/map.svg`, `.png`, `.pdf`: the map as a file, drawn by a job."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.charts.drawings import FORMATS, Drawn, Wanted, computed_on, picture_answer
from feedback.dashboards.map.page import MapPage, map_page
from feedback.dashboards.map.picture import Titles, map_picture
from feedback.dashboards.map.routes import MAP
from feedback.dashboards.read import Scope
from feedback.i18n import gettext as _
from feedback.readings.filters import MAP_NAMES, parse_asked


@get([f"/map.{kind}" for kind in FORMATS], needs="viewer", filters=True)
async def map_as_picture(visit: NamedDependency[Visit]) -> Response[Any] | Template:
    scope = MAP.picture_scope(visit.request, visit.viewer)
    found = await MAP.need(visit.database, scope)
    if not map_page(found, scope).columns:
        raise not_found()
    return await picture_answer(visit, scope.asked, found.version)


async def draw_map(wanted: Wanted) -> Drawn | None:
    """The picture of the map, as its job draws it."""
    scope = Scope(wanted.workspace, parse_asked(wanted.query, MAP_NAMES), wanted.now)
    found = await MAP.find(wanted.database, scope)
    page = map_page(found, scope)
    if found is None or not page.columns:
        return None
    titles = Titles(page.journey, _note(page), computed_on(wanted))
    return Drawn(found.version, await map_picture(titles, page.columns, wanted.format))


def _note(page: MapPage) -> str:
    """The filters that the picture was made with."""
    shown = [
        _("%(name)s: %(value)s") % {"name": choice.label, "value": label}
        for choice in page.choices
        if choice.name != "journey"
        for value, label in choice.options
        if value == choice.value
    ]
    return " · ".join(shown)


signed_in_handlers = [map_as_picture]
