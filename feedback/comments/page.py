"""The comments as a reading list, and as the files of the same address."""

import uuid
from hashlib import blake2b
from zoneinfo import ZoneInfo

from litestar import Response as Reply
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from feedback.accounts.visit import Visit
from feedback.filters import FilterError
from feedback.responses.listing import LOOK_AT_MOST, Filters, Page, list_responses, parse_filters
from feedback.responses.routes import band_name, channel_name, file_of, state_name
from feedback.surveys.queries import SeriesAt, load_asked_series
from feedback.web.files import file_links, file_pairs
from feedback.web.page import or_refused

BLOCKS = ("comments_page", "comments_list")
AllSeries = dict[uuid.UUID, SeriesAt]


async def _refused(visit: Visit, error: FilterError) -> Template:
    return _page(visit, Page([], None), Filters(comment=True), str(error))


@get("/comments", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def comment_list(visit: NamedDependency[Visit]) -> Template | Reply[None]:
    filters = read_filters_of(visit)
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
        zone = ZoneInfo(visit.workspace.time_zone)
        found = await list_responses(session, visit.workspace.id, places, filters, zone)
    return _page(visit, found, filters)


@get(["/comments.csv", "/comments.json", "/comments.xlsx"], needs="viewer", filters=True)
async def comment_file(visit: NamedDependency[Visit]) -> Stream:
    return await file_of(visit, read_filters_of(visit))


def read_filters_of(visit: Visit) -> Filters:
    """The filters of an address under /comments, which lists nothing without a text."""
    return parse_filters([*_without_comment(file_pairs(visit.request)), ("comment", "1")])


def _without_comment(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [pair for pair in pairs if pair[0] != "comment"]


def _page(visit: Visit, found: Page, filters: Filters, error: str = "") -> Template:
    return visit.page(
        "comments/list.html",
        status=422 if error else 200,
        headers=_pushed(visit, filters),
        found=found,
        filters=filters,
        error=error,
        exports=file_links(address(filters, before=None)),
        looked_at=LOOK_AT_MOST,
        address=address,
        state_name=state_name,
        channel_name=channel_name,
        band_name=band_name,
    )


def address(filters: Filters, **changed: object) -> str:
    """Of the reading list with these filters, `changed` ones replaced.

    >>> address(Filters(band="negative", comment=True), channel="widget")
    '/comments?channel=widget&band=negative'
    """
    query = filters.query(**{**changed, "comment": False})
    return f"/comments?{query}" if query else "/comments"


def _pushed(visit: Visit, filters: Filters) -> dict[str, str]:
    # The list that refreshes itself must not touch the address bar; a filter must.
    if visit.request.htmx.target != BLOCKS[0]:
        return {}
    return {"HX-Push-Url": address(filters)}


signed_in_handlers = [comment_list, comment_file]
