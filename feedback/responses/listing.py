"""The newest responses first, found without ever reading them all.

Ids are UUIDv7 of the moment of the answer, so the primary key is the order of time. `search` finds
them; where it has to stop it says so.
"""

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.responses.conditions import conditions_of
from feedback.responses.filters import BANDS, Filters, answers_link, parse_filters
from feedback.responses.handed import OfTeam, tellers
from feedback.responses.how_many import HowMany, counts_itself, how_many
from feedback.responses.known import known_of
from feedback.responses.models import Response
from feedback.responses.search import LOOK_AT_MOST, find_newest, of_series
from feedback.responses.small_groups import large_cells
from feedback.responses.small_lists import in_no_order
from feedback.surveys.queries import SeriesAt, load_asked_series

__all__ = [
    "BANDS",
    "LOOK_AT_MOST",
    "Filters",
    "answers_link",
    "parse_filters",
]  # what other rooms import with it

PAGE_SIZE = 50
WALKED_AT_ONCE = 500
MOST_PROPERTIES = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A response and where it was given."""

    response: Response
    place: SeriesAt
    team: OfTeam = OfTeam()

    @property
    def comment(self) -> str | None:
        """As lists show it: nothing of a hidden one."""
        return None if self.team.hidden else self.response.comment

    def made_of(self) -> tuple[object, ...]:
        """All that the list shows of it."""
        each = self.response
        shown = (each.id, each.rating, self.comment, each.state, each.channel, each.answered_at)
        return (
            self.place,
            *shown,
            self.team.hidden,
            repr(each.answers),
            each.answers and each.locale,
        )

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

    `is_cut` says that the search stopped there before it filled the page. total: how many answers
    all pages hold.
    """

    rows: list[Row]
    older: uuid.UUID | None
    is_cut: bool = False
    total: HowMany | None = None

    @property
    def back_to(self) -> date | None:
        """The month as far as which it was looked, where it is cut."""
        if not self.is_cut or self.older is None:
            return None
        return datetime.fromtimestamp((self.older.int >> 80) / 1000, UTC).date().replace(day=1)


async def list_responses(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    zone: ZoneInfo,
    *,
    size: int = PAGE_SIZE,
) -> Page:
    """One page of responses, newest first. Raises FilterError."""
    asked = await conditions_of(session, workspace_id, places, filters, zone)
    known = await known_of(session, workspace_id, places, asked.series, filters)
    counted = counts_itself(known, filters)
    found = await find_newest(session, asked, known, size + 1, counted=counted)
    rows = await rows_of(session, workspace_id, places, found.responses)
    if len(rows) > size:
        page = Page(in_no_order(rows[:size]), rows[size - 1].response.id)
    else:
        page = Page(in_no_order(rows), found.reached, found.reached is not None)
    return replace(page, total=how_many(found, known, page, filters))


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
            rows = await rows_of(session, workspace_id, places, found)
        if not found:
            return
        yield in_no_order(rows)
        below = [col(Response.id) < found[-1].id]


async def matches(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    zone: ZoneInfo,
) -> list[Any]:
    """The conditions of a read of all that the filters leave. Raises FilterError."""
    asked = await conditions_of(session, workspace_id, places, filters, zone)
    # None of a series that began since the places were read.
    only = of_series(session, asked.series)
    return [*asked.limits, only, *asked.months, *asked.keyed, *asked.wanted]


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
    places = await load_asked_series(session, workspace_id)
    return (await rows_of(session, workspace_id, places, [response]))[0]


async def rows_of(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    responses: Sequence[Response],
) -> list[Row]:
    """Each with its place, and what the team made of it."""
    ids, told = [each.id for each in responses], dict[uuid.UUID, OfTeam]()
    for tell in tellers if ids else ():
        told |= await tell(session, workspace_id, ids)
    return [Row(each, places[each.series_id], told.get(each.id, OfTeam())) for each in responses]
