"""`/trends.svg`, `.png`, `.pdf`: the charts of the page as a file, drawn by a job."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Template

from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.charts.drawings import FORMATS, Drawn, Wanted, computed_on, picture_answer
from feedback.charts.picture import Words, picture
from feedback.dashboards.read import Scope
from feedback.dashboards.routes import TRENDS
from feedback.dashboards.trends_page import trends_page
from feedback.i18n import gettext as _
from feedback.readings.filters import TRENDS_NAMES, parse_asked
from feedback.wording import headline_meaning, metric_name, month_alone


@get([f"/trends.{kind}" for kind in FORMATS], needs="viewer", filters=True)
async def trends_picture(visit: NamedDependency[Visit]) -> Response[Any] | Template:
    scope = TRENDS.picture_scope(visit.request, visit.viewer)
    counts = await TRENDS.need(visit.database, scope)
    if not trends_page(counts, scope).panels:
        raise not_found()
    return await picture_answer(visit, scope.asked, counts.version)


async def draw_trends(wanted: Wanted) -> Drawn | None:
    """The picture of the trends page, as its job draws it."""
    scope = Scope(wanted.workspace, parse_asked(wanted.query, TRENDS_NAMES), wanted.now)
    counts = await TRENDS.find(wanted.database, scope)
    page = trends_page(counts, scope)
    if counts is None or not page.panels:
        return None
    said = [sentence.text for sentence in page.said.sentences] if page.said else []
    notes = [headline_meaning(page.metric), " ".join(said)]
    if page.coming_month:
        words = {"month": month_alone(page.coming_month)}
        notes.append(_("The band at the right: where %(month)s would usually lie.") % words)
    around = Words(metric_name(page.metric), tuple(notes), computed_on(wanted))
    return Drawn(counts.version, await picture(around, page.panels, wanted.format))


signed_in_handlers = [trends_picture]
