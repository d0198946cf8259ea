"""The newest responses first, found without ever reading them all.

Ids are UUIDv7 of the moment of the answer, so the primary key is the order of time. Filters that
no index serves look at the newest `LOOK_AT_MOST` only, and the page says so.
"""

import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.filters import no_such_choice, read_filters
from feedback.responses.models import CHANNELS, Response
from feedback.responses.small_groups import large_cells
from feedback.responses.small_lists import in_no_order, large_enough
from feedback.responses.states import STATES
from feedback.scoring.months import first_day, shift
from feedback.surveys.queries import SeriesAt, load_asked_series

PAGE_SIZE = 50
LOOK_AT_MOST = 10_000
WALKED_AT_ONCE = 500
MOST_PROPERTIES = 100
BANDS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for. `before` continues a list below that id."""

    touchpoint: uuid.UUID | None = None
    channel: str = ""
    band: str = ""
    state: str = ""
    month: str = ""
    comment: bool = False
    before: uuid.UUID | None = None

    def query(self, **changed: Any) -> str:
        """The address's query for these filters, `changed` ones replaced."""
        wanted = replace(self, **changed)
        values = {name: getattr(wanted, name) for name in self.__slots__}
        return urlencode(
            {name: "1" if value is True else value for name, value in values.items() if value}
        )


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


def parse_filters(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Read the address once. Raises FilterError naming the filter that makes no sense."""
    query = read_filters(pairs, Filters.__slots__)
    return Filters(
        touchpoint=_uuid(query, "touchpoint"),
        channel=_one_of(query, "channel", CHANNELS),
        band=_one_of(query, "band", BANDS),
        state=_one_of(query, "state", STATES),
        month=_month(query),
        comment=query.get("comment", "") not in ("", "0"),
        before=_uuid(query, "before"),
    )


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
        *_between(filters, zone),
        *await large_enough(session, workspace_id, places, filters),
    ]
    found: list[Response] = []
    is_cut, reached = False, None
    for series in _searched(places, filters):
        narrowed = [*within, Response.series_id == series] if series else within
        part, cut_at = await _search(session, narrowed, _wanted(places, filters), size + 1)
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
    asked = _searched(places, filters)
    series = list(places) if asked == [None] else asked  # none that began since they were read
    return [
        Response.workspace_id == workspace_id,
        col(Response.series_id).in_(series),
        *_between(filters, zone),
        *_wanted(places, filters),
        *await large_enough(session, workspace_id, places, filters),
    ]


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


def _searched(places: Mapping[uuid.UUID, SeriesAt], filters: Filters) -> list[uuid.UUID | None]:
    # One index range a series; without a touchpoint the primary key alone is the order.
    if filters.touchpoint is None:
        return [None]
    found: list[uuid.UUID | None] = [
        series for series, place in places.items() if place.touchpoint.id == filters.touchpoint
    ]
    if not found:
        raise no_such_choice("touchpoint")
    return found


def _wanted(places: Mapping[uuid.UUID, SeriesAt], filters: Filters) -> list[Any]:
    wanted: list[Any] = []
    if filters.channel:
        wanted.append(Response.channel == filters.channel)
    if filters.state:
        wanted.append(Response.state == filters.state)
    if filters.comment:
        wanted.append(col(Response.comment).is_not(None))
    if filters.band:
        wanted.append(sa.or_(sa.false(), *(_in_band(p, filters.band) for p in places.values())))
    return wanted


def _in_band(place: SeriesAt, band: str) -> Any:
    ratings = sorted(getattr(place.metric, band))
    return sa.and_(col(Response.series_id) == place.series.id, col(Response.rating).in_(ratings))


def _between(filters: Filters, zone: ZoneInfo) -> list[Any]:
    limits: list[Any] = []
    if filters.before:
        limits.append(col(Response.id) < filters.before)
    if filters.month:
        limits.append(col(Response.id) >= first_id(filters.month, zone))
        limits.append(col(Response.id) < first_id(shift(filters.month, 1), zone))
    return limits


def first_id(month: str, zone: ZoneInfo) -> uuid.UUID:
    """The smallest id of any answer on or after the start of this month."""
    day = first_day(month)
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)


def _uuid(query: Mapping[str, str], name: str) -> uuid.UUID | None:
    value = query.get(name, "")
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise no_such_choice(name) from None


def _one_of(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    value = query.get(name, "")
    if value and value not in allowed:
        raise no_such_choice(name)
    return value


def _month(query: Mapping[str, str]) -> str:
    value = query.get("month", "")
    try:
        if value and not 2000 <= date.fromisoformat(f"{value}-01").year <= 2100:
            raise no_such_choice("month")
    except ValueError:
        raise no_such_choice("month") from None
    return value
