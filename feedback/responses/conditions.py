"""What filters of answers mean in SQL: the series they leave, the range of ids, and the rest."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.filters import no_such_choice
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.responses.filters import Filters
from feedback.responses.models import ImportRun, Response
from feedback.responses.small_groups import anonymous_series
from feedback.scoring.months import first_day, shift
from feedback.surveys.models import Survey
from feedback.surveys.queries import SeriesAt
from feedback.surveys.seams import CURRENT, read_seams

Places = Mapping[uuid.UUID, SeriesAt]
# Given the value of a filter, what an answer must be: conditions on the columns of Response.
Narrowing = Callable[[AsyncSession, uuid.UUID, Any], Awaitable[Sequence[Any]]]
# A day early and late for any time zone; the month of each answer decides.
SLACK = 24 * 3600 * 1000 << 80
_PARTS: Mapping[str, Any] = {
    "journey": Journey, "stage": Stage, "touchpoint": Touchpoint, "survey": Survey
}  # fmt: skip
# Filters of what is known of comments: `comments` stands above this room, and hands them in.
_HANDED: dict[str, Narrowing] = {}


def hand_in(name: str, narrowing: Narrowing) -> None:
    """Say what one of the filters `q`, `tag` and `mark` means. A room above this one calls it when
    the pages are wired; until then such a filter is refused."""
    _HANDED[name] = narrowing


async def series_of(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places, filters: Filters
) -> list[uuid.UUID]:
    """The series whose answers may fit, in the order of `places`. Raises FilterError for a place
    or a survey that there is not; one that nobody was asked at has no series."""
    found = dict(places)
    for name, part in _PARTS.items():
        wanted = getattr(filters, name)
        if wanted is None:
            continue
        here = {series for series, at in places.items() if getattr(at, name).id == wanted}
        if not here:
            own = select(part.id).where(part.workspace_id == workspace_id, part.id == wanted)
            if (await session.exec(own)).first() is None:
                raise no_such_choice(name)
        found = {series: at for series, at in found.items() if series in here}
    if filters.metric:
        found = {id: at for id, at in found.items() if at.series.metric == filters.metric}
    if filters.series:
        some = {uuid.UUID(each) for each in filters.series.split(",")}
        found = {id: at for id, at in found.items() if id in some}
    return list(found)


def between(filters: Filters, zone: ZoneInfo) -> list[Any]:
    """Below `before`, and of the months asked for: ids run with time, so the key leads there."""
    limits: list[Any] = []
    if filters.before:
        limits.append(col(Response.id) < filters.before)
    if filters.since:
        limits.append(col(Response.id) >= uuid.UUID(int=first_id(filters.since, zone).int - SLACK))
        limits.append(col(Response.month) >= first_day(filters.since))
    if filters.until:
        end = first_id(shift(filters.until, 1), zone)
        limits.append(col(Response.id) < uuid.UUID(int=end.int + SLACK))
        limits.append(col(Response.month) <= first_day(filters.until))
    return limits


def first_id(month: str, zone: ZoneInfo) -> uuid.UUID:
    """The smallest id of any answer on or after the start of this month."""
    day = first_day(month)
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)


async def wanted_of(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places, filters: Filters, zone: ZoneInfo
) -> list[Any]:
    """What no key leads to, on the columns of Response."""
    wanted = [*of_rows(places, filters, zone), *await said(session, workspace_id, filters)]
    private = await _of_named(session, workspace_id, filters)
    if private:  # who gave an anonymous answer, and what tells it, is no filter
        anonymous = await anonymous_series(session, workspace_id)
        wanted += [*private, col(Response.series_id).not_in(anonymous)] if anonymous else private
    return wanted


def of_rows(places: Places, filters: Filters, zone: ZoneInfo) -> list[Any]:
    """Those that each row's own columns answer, and that counts know too."""
    wanted: list[Any] = []
    if filters.channel:
        wanted.append(Response.channel == filters.channel)
    if filters.state:
        wanted.append(Response.state == filters.state)
    if filters.band:
        wanted.append(sa.or_(sa.false(), *(in_band(p, filters.band) for p in places.values())))
    if filters.wording:
        wanted.append(_worded(places, filters, zone))
    return wanted


async def said(session: AsyncSession, workspace_id: uuid.UUID, filters: Filters) -> list[Any]:
    """Those of a text: whether there is one, its words, and what the team made of it."""
    wanted: list[Any] = []
    if filters.comment:
        wanted.append(col(Response.comment).is_not(None))
    for name in ("q", "tag", "mark"):
        if value := getattr(filters, name):
            if name not in _HANDED:
                raise no_such_choice(name)
            wanted += await _HANDED[name](session, workspace_id, value)
    return wanted


async def _of_named(session: AsyncSession, workspace_id: uuid.UUID, filters: Filters) -> list[Any]:
    """Of whoever answered, and what tells them apart."""
    wanted: list[Any] = []
    if filters.language:
        locale = sa.func.lower(col(Response.locale))
        language = filters.language.lower()
        wanted.append(sa.or_(locale == language, locale.startswith(f"{language}-")))
    if filters.property:
        name, _mark, value = filters.property.partition("=")
        wanted.append(col(Response.properties)[name].as_string() == value)
    if filters.importation:
        run = select(ImportRun.id).where(ImportRun.workspace_id == workspace_id)
        if (await session.exec(run.where(ImportRun.id == filters.importation))).first() is None:
            raise no_such_choice("import")
        wanted.append(Response.import_id == filters.importation)
    if filters.person:
        wanted.append(Response.respondent_key == await person_key(session, workspace_id, filters))
    return wanted


async def person_key(session: AsyncSession, workspace_id: uuid.UUID, filters: Filters) -> bytes:
    """Under which hash the person's answers stand. Raises FilterError where nobody is known."""
    anonymous = await anonymous_series(session, workspace_id)
    own = select(Response.respondent_key).where(
        Response.workspace_id == workspace_id,
        Response.id == filters.person,
        col(Response.series_id).not_in(anonymous),
    )
    key = (await session.exec(own)).first()
    if key is None:
        raise no_such_choice("person")
    return key


def in_band(place: SeriesAt, band: str) -> Any:
    """Each series by the bands of its own metric."""
    ratings = sorted(getattr(place.metric, band))
    return sa.and_(col(Response.series_id) == place.series.id, col(Response.rating).in_(ratings))


def _worded(places: Places, filters: Filters, zone: ZoneInfo) -> Any:
    """As scores judge it: of a period of months by the last of them."""
    last = filters.until or "9999-12"
    seams = read_seams((place.series for place in places.values()), zone.key)
    current = [series for series in places if not seams.is_replaced(series, last)]
    is_current = col(Response.series_id).in_(current)
    return is_current if filters.wording == CURRENT else sa.not_(is_current)
