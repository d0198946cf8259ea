"""The newest responses first, found without ever reading them all.

Ids are UUIDv7 of the moment of the answer, so the primary key is the order of time. Filters that
no index serves look at the newest `LOOK_AT_MOST` only, and the page says so.
"""

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.responses.conditions import between, said, series_of, wanted_of
from feedback.responses.filters import BANDS, Filters, answers_link, parse_filters
from feedback.responses.models import Response
from feedback.responses.small_groups import large_cells
from feedback.responses.small_lists import in_no_order, large_enough
from feedback.surveys.queries import SeriesAt, load_asked_series

__all__ = ["BANDS", "Filters", "answers_link", "parse_filters"]  # what other rooms import with it

PAGE_SIZE = 50
LOOK_AT_MOST = 10_000
WALKED_AT_ONCE = 500
MOST_PROPERTIES = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A response and where it was given."""

    response: Response
    place: SeriesAt

    def made_of(self) -> tuple[object, ...]:
        """All that the list shows of it."""
        each = self.response
        shown = (each.id, each.rating, each.comment, each.state, each.channel, each.answered_at)
        return (self.place, *shown, repr(each.answers), each.answers and each.locale)

    @property
    def is_anonymous(self) -> bool:
        return self.place.survey.is_anonymous

    @property
    def band(self) -> str:
        metric = self.place.metric
        for band in BANDS:
            if self.response.rating in getattr(metric, band):
                return band
        return "neutral"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and where to go on: `older` is the id to continue before, None at the end.

    `is_cut` says that the search stopped at `LOOK_AT_MOST` before it filled the page.
    """

    rows: list[Row]
    older: uuid.UUID | None
    is_cut: bool = False


async def list_responses(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    zone: ZoneInfo,
    *,
    size: int = PAGE_SIZE,
) -> Page:
    """One page of responses, newest first."""
    within = [
        Response.workspace_id == workspace_id,
        *between(filters, zone),
        *await _large_enough(session, workspace_id, places, filters),
    ]
    asked = await series_of(session, workspace_id, places, filters)
    wanted = await wanted_of(session, workspace_id, places, filters, zone)
    found: list[Response] = []
    is_cut, reached = False, None
    # One index range a series; of all of them the primary key alone is the order.
    for series in asked if len(asked) < len(places) else (None,):
        narrowed = [*within, Response.series_id == series] if series else within
        part, cut_at = await _search(session, narrowed, wanted, size + 1)
        found += part
        if cut_at is not None:
            is_cut, reached = True, max(filter(None, (reached, cut_at)))
    if reached is not None:  # of the others there may be some that this search has not seen
        found = [response for response in found if response.id >= reached]
    found.sort(key=lambda response: response.id, reverse=True)
    rows = [Row(response, places[response.series_id]) for response in found[:size]]
    if len(found) > size:
        return Page(in_no_order(rows), rows[-1].response.id)
    return Page(in_no_order(rows), reached, is_cut)


async def walk_responses(
    database: Database,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    zone: ZoneInfo,
) -> AsyncIterator[list[Row]]:
    """All of them, newest first, some at a time: no session is held while a reader is slow."""
    async with database.read() as session:
        matching = await matches(session, workspace_id, places, filters, zone)
    newest = select(Response).where(*matching).order_by(col(Response.id).desc())
    below: list[Any] = []
    while True:
        async with database.read() as session:
            found = list(await session.exec(newest.where(*below).limit(WALKED_AT_ONCE)))
        if not found:
            return
        yield in_no_order([Row(each, places[each.series_id]) for each in found])
        below = [col(Response.id) < found[-1].id]


async def matches(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    zone: ZoneInfo,
) -> list[Any]:
    """The conditions of a read of all that the filters leave. Raises FilterError."""
    series = await series_of(session, workspace_id, places, filters)
    return [
        Response.workspace_id == workspace_id,
        col(Response.series_id).in_(series),  # none that began since the places were read
        *between(filters, zone),
        *await wanted_of(session, workspace_id, places, filters, zone),
        *await _large_enough(session, workspace_id, places, filters),
    ]


async def _large_enough(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
) -> list[Any]:
    texts = await said(session, workspace_id, filters)
    return await large_enough(session, workspace_id, places, filters, texts)


async def common_properties(session: AsyncSession, matching: Sequence[Any]) -> list[str]:
    """The names of at most `MOST_PROPERTIES` properties that most of these responses have, in
    the order of the alphabet."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    names = sa.func.json_each if is_sqlite else sa.func.jsonb_object_keys
    name = names(Response.properties).table_valued("key", name="property")
    if not is_sqlite:  # its column is called as it is itself, unless told otherwise
        name = name.render_derived()
    counted = (
        sa.select(name.c.key)
        .select_from(Response)
        .join(name, sa.true())
        .where(*matching)
        .group_by(name.c.key)
        .order_by(sa.func.count().desc(), name.c.key)
        .limit(MOST_PROPERTIES)
    )
    return sorted(key for (key,) in await session.exec(counted))  # type: ignore[call-overload]


async def find_response(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> Row | None:
    """None where there is none, or its group is too small; one taken out can be brought back."""
    large = sa.and_(sa.true(), *await large_cells(session, workspace_id, Response))
    own = (Response.workspace_id == workspace_id, Response.id == response_id)
    shown = sa.or_(col(Response.state).in_(("test", "excluded")), large)
    response = (await session.exec(select(Response).where(*own, shown))).first()
    if response is None:
        return None
    return Row(response, (await load_asked_series(session, workspace_id))[response.series_id])


async def _search(
    session: AsyncSession, within: Sequence[Any], wanted: Sequence[Any], most: int
) -> tuple[list[Response], uuid.UUID | None]:
    """The newest that match, and the id where the search had to stop, if it had to."""
    newest = col(Response.id).desc()
    if not wanted:
        found = await session.exec(select(Response).where(*within).order_by(newest).limit(most))
        return list(found), None
    furthest = select(Response.id).where(*within).order_by(newest).offset(LOOK_AT_MOST - 1)
    limit = (await session.exec(furthest.limit(1))).first()
    looked_at = [*within, col(Response.id) >= limit] if limit else within
    found = await session.exec(
        select(Response).where(*looked_at, *wanted).order_by(newest).limit(most)
    )
    matches = list(found)
    return matches, limit if len(matches) < most else None
