"""The comments as a reading list, and as the files of the same address."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar import Response as Reply
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from feedback import clock
from feedback.accounts.visit import Visit
from feedback.comments.chips import read_groups, read_taken
from feedback.comments.counts import Counts, count_comments
from feedback.comments.found import list_found
from feedback.comments.models import Tag
from feedback.comments.query import Query, parse_query
from feedback.comments.shown import Shown, read_shown
from feedback.comments.tags import load_tags
from feedback.comments.words import Words, read_for
from feedback.filters import FilterError
from feedback.i18n import current_locale
from feedback.responses.choices import state_name
from feedback.responses.conditions import Places
from feedback.responses.how_many import HowMany
from feedback.responses.listing import Filters, Page, parse_filters
from feedback.responses.routes import band_name, file_of, told_names
from feedback.scoring.months import month_at
from feedback.surveys.queries import load_asked_series
from feedback.web.files import file_links, file_pairs
from feedback.web.page import or_refused
from feedback.wording import channel_name

BLOCKS = ("comments_page", "comments_list")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the page is made of. told: what filters are called that only the database knows."""

    found: Page
    filters: Filters
    query: Query
    places: Places
    shown: Sequence[Shown] = ()
    tags: Sequence[Tag] = ()
    counts: Counts | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    words: Words | None = None

    @property
    def total(self) -> HowMany | None:
        """What the chips count is exact; a comment of the last seconds may be listed before."""
        if self.counts is None or self.found.total is None or not self.found.total.is_least:
            return self.found.total
        return HowMany(self.counts.all)


async def _refused(visit: Visit, error: FilterError) -> Template:
    async with visit.read() as session:
        places = await load_asked_series(session, visit.workspace.id)
    listed = Listed(Page([], None), Filters(comment=True), Query(), places)
    return _page(visit, listed, error=str(error))


@get("/comments", blocks=BLOCKS, needs="viewer", filters=True)
@or_refused(_refused)
async def comment_list(visit: NamedDependency[Visit]) -> Template | Reply[None]:
    filters, own = comment_filters(visit), visit.workspace.id
    query, zone = parse_query(filters.q), ZoneInfo(visit.workspace.time_zone)
    async with visit.read() as session:
        places = await load_asked_series(session, own)
        found = await list_found(session, own, places, filters, query, zone)
        shown = await read_shown(session, own, found.rows, query)
        listed = Listed(found, filters, query, places, shown)
        tag = _tag(visit, listed)
        if visit.request.htmx.target == BLOCKS[1]:  # the list that refreshes itself
            if _has(visit, tag):
                return Reply(None, status_code=304, headers={"ETag": tag})
            return _page(visit, listed, tag=tag)
        listed = replace(
            listed,
            tags=await load_tags(session, own),
            counts=await count_comments(session, own, places, filters, query),
            told=await told_names(session, own, filters),
            words=await read_for(
                session, own, filters, month_at(clock.now(), visit.workspace.time_zone)
            ),
        )
    return _page(visit, listed, tag=tag)


@get(["/comments.csv", "/comments.json", "/comments.xlsx"], needs="viewer", filters=True)
async def comment_file(visit: NamedDependency[Visit]) -> Stream:
    return await file_of(visit, comment_filters(visit))


def comment_filters(visit: Visit) -> Filters:
    """The filters of an address under /comments, which lists nothing without a text."""
    given = [pair for pair in file_pairs(visit.request) if pair[0] != "comment"]
    return parse_filters([*given, ("comment", "1")])


def _page(visit: Visit, listed: Listed, *, tag: str = "", error: str = "") -> Template:
    filters, places = listed.filters, listed.places
    return visit.page(
        "comments/list.html",
        status=422 if error else 200,
        headers=_pushed(visit, filters),
        found=listed.found,
        held=listed.total,
        shown=listed.shown,
        filters=filters,
        query=listed.query,
        tags=listed.tags,
        groups=() if error else read_groups(filters, listed.counts, places, listed.tags),
        taken=read_taken(places, filters, listed.told),
        tag=tag,
        words=listed.words,
        error=error,
        exports=file_links(address(filters, before=None)),
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


def _tag(visit: Visit, listed: Listed) -> str:
    """Names what the list shows, as this reader sees it."""
    viewer = (visit.workspace.time_zone, current_locale(), visit.viewer.role)
    found = listed.found
    parts = (viewer, listed.filters, found.older, found.total, *(s.name for s in listed.shown))
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
