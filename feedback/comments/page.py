"""The comments as a reading list, and as the files of the same address."""

import uuid
from collections.abc import Sequence
from hashlib import blake2b
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar import Response as Reply
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from feedback.accounts.visit import Visit
from feedback.comments.chips import Chip, Group, read_groups, read_others
from feedback.comments.models import Tag
from feedback.comments.query import Query, parse_query
from feedback.comments.shown import Shown, read_shown
from feedback.comments.tags import load_tags
from feedback.filters import FilterError
from feedback.i18n import current_locale
from feedback.responses.listing import LOOK_AT_MOST, Filters, Page, list_responses, parse_filters
from feedback.responses.routes import band_name, channel_name, file_of, state_name
from feedback.surveys.queries import SeriesAt, load_asked_series
from feedback.web.files import file_links, file_pairs
from feedback.web.page import or_refused

BLOCKS = ("comments_page", "comments_list")
AllSeries = dict[uuid.UUID, SeriesAt]


async def _refused(visit: Visit, error: FilterError) -> Template:
    return _page(visit, Page([], None), [], Filters(comment=True), Query(), error=str(error))


@get("/comments", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def comment_list(visit: NamedDependency[Visit]) -> Template | Reply[None]:
    filters = comment_filters(visit)
    query = parse_query(filters.q)
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
        zone = ZoneInfo(visit.workspace.time_zone)
        found = await list_responses(session, visit.workspace.id, places, filters, zone)
        shown = await read_shown(session, visit.workspace.id, found.rows, query)
        tags = await load_tags(session, visit.workspace.id)
    tag = _tag(visit, filters, found, shown)
    if visit.request.htmx.target == BLOCKS[1] and _has(visit, tag):
        return Reply(None, status_code=304, headers={"ETag": tag})
    groups = read_groups(filters, {}, places, tags)
    others = read_others(filters, places)
    return _page(
        visit, found, shown, filters, query, tags=tags, tag=tag, groups=groups, others=others
    )


@get(["/comments.csv", "/comments.json", "/comments.xlsx"], needs="viewer", filters=True)
async def comment_file(visit: NamedDependency[Visit]) -> Stream:
    return await file_of(visit, comment_filters(visit))


def comment_filters(visit: Visit) -> Filters:
    """The filters of an address under /comments, which lists nothing without a text."""
    given = [pair for pair in file_pairs(visit.request) if pair[0] != "comment"]
    return parse_filters([*given, ("comment", "1")])


def _page(
    visit: Visit,
    found: Page,
    shown: Sequence[Shown],
    filters: Filters,
    query: Query,
    *,
    tags: Sequence[Tag] = (),
    tag: str = "",
    groups: Sequence[Group] = (),
    others: Sequence[Chip] = (),
    error: str = "",
) -> Template:
    return visit.page(
        "comments/list.html",
        status=422 if error else 200,
        headers=_pushed(visit, filters),
        found=found,
        shown=shown,
        filters=filters,
        query=query,
        tags=tags,
        tag=tag,
        error=error,
        held=found.total,
        groups=groups,
        others=others,
        exports=file_links(address(filters, before=None)),
        looked_at=LOOK_AT_MOST,
        address=address,
        address_of_one=address_of_one,
        state_name=state_name,
        channel_name=channel_name,
        band_name=band_name,
    )


def address(filters: Filters, **changed: object) -> str:
    """Of the reading list with these filters, `changed` ones replaced.

    >>> address(Filters(band="negative", comment=True), channel="widget")
    '/comments?channel=widget&band=negative'
    """
    return _joined("/comments", filters, changed)


def address_of_one(response_id: uuid.UUID, filters: Filters) -> str:
    """Of one comment, from which the others of its list can be walked to."""
    return _joined(f"/comments/{response_id}", filters, {"before": None})


def _joined(path: str, filters: Filters, changed: dict[str, object]) -> str:
    query = filters.query(**{**changed, "comment": False})
    return f"{path}?{query}" if query else path


def _tag(visit: Visit, filters: Filters, found: Page, shown: Sequence[Shown]) -> str:
    """Names what the list shows, as this reader sees it."""
    viewer = (visit.workspace.time_zone, current_locale(), visit.viewer.role)
    parts = (viewer, filters, found.older, *(each.made_of() for each in shown))
    return f'"{blake2b(repr(parts).encode(), digest_size=12).hexdigest()}"'


def _has(visit: Visit, tag: str) -> bool:
    return tag in visit.request.headers.get("If-None-Match", "").replace("W/", "").split(", ")


def _pushed(visit: Visit, filters: Filters) -> dict[str, str]:
    # The list that refreshes itself must not touch the address bar; a filter must, and once.
    if visit.request.htmx.target != BLOCKS[0]:
        return {}
    here = urlsplit(visit.request.htmx.current_url or "")
    there = address(filters)
    return {} if f"{here.path}?{here.query}".rstrip("?").endswith(there) else {"HX-Push-Url": there}


signed_in_handlers = [comment_list, comment_file]
