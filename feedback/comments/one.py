"""One comment: beside its list, or on a page of its own."""

import uuid
from zoneinfo import ZoneInfo

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from feedback.accounts.guards import not_found
from feedback.accounts.visit import Visit
from feedback.comments.found import walk_found
from feedback.comments.notes import notes_of
from feedback.comments.page import address, address_of_one, comment_filters
from feedback.comments.query import parse_query
from feedback.comments.shown import read_shown
from feedback.comments.tags import load_tags
from feedback.responses.choices import state_name
from feedback.responses.listing import find_response
from feedback.responses.routes import band_name
from feedback.responses.walk import others_of
from feedback.surveys.queries import load_asked_series
from feedback.wording import channel_name, metric_name

BLOCKS = ("comment_panel",)


@get("/comments/{response_id:uuid}", blocks=BLOCKS, needs="viewer", filters=True)
async def comment_detail(
    visit: NamedDependency[Visit], response_id: FromPath[uuid.UUID]
) -> Template:
    filters, own = comment_filters(visit), visit.workspace.id
    zone = ZoneInfo(visit.workspace.time_zone)
    async with visit.read() as session:
        row = await find_response(session, own, response_id)
        # The address of an anonymous answer tells its day: it is for those who must mask it.
        if row is None or (row.is_anonymous and not visit.viewer.may_edit):
            raise not_found()
        query = parse_query(filters.q)
        [shown] = await read_shown(session, visit.workspace.id, [row], query)
        notes = await notes_of(session, own, [response_id])
        tags = await load_tags(session, own)
        places = await load_asked_series(session, own)
        walk = await walk_found(session, own, places, filters, query, zone, row)
        others = await others_of(session, own, places, row)
    return visit.page(
        "comments/one.html",
        shown=shown,
        notes=notes.get(response_id, []),
        tags=tags,
        filters=filters,
        address=address,
        own_address=address_of_one(response_id, filters),
        band_name=band_name(row),
        metric_name=metric_name(row.place.metric),
        walk=walk,
        others=others,
        band_of=band_name,
        channel_name=channel_name,
        state_name=state_name,
    )


signed_in_handlers = [comment_detail]
