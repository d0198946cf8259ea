"""What filters of answers mean in SQL: the series they leave, the range of ids, and the rest."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.filters import no_such_choice
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.responses.filters import Filters
from feedback.responses.handed import narrowings
from feedback.responses.models import ImportRun, Response
from feedback.responses.small_groups import anonymous_series
from feedback.responses.small_lists import large_enough
from feedback.scoring.months import first_day, shift
from feedback.surveys.models import Survey
from feedback.surveys.queries import SeriesAt
from feedback.surveys.seams import REPLACED, read_seams

Places = Mapping[uuid.UUID, SeriesAt]
# A day early and late for any time zone; the month of each answer decides.
SLACK = 24 * 3600 * 1000 << 80
_PARTS: Mapping[str, Any] = {
    "journey": Journey, "stage": Stage, "touchpoint": Touchpoint, "survey": Survey
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an answer must be to be listed, on the columns of Response.

    series: whose answers may fit; is_all: all there are. within: ranges of the key; months: the
    same, decided by each row. keyed: found by an index of their own, however many answers there
    are. wanted: what else each row is looked at for.
    """

    series: list[uuid.UUID]
    is_all: bool
    within: list[Any]
    months: list[Any]
    keyed: list[Any]
    wanted: list[Any]
    zone: ZoneInfo
    before: uuid.UUID | None = None
    after: uuid.UUID | None = None

    def around(
        self, *, before: uuid.UUID | None = None, after: uuid.UUID | None = None
    ) -> "Conditions":
        """The same below one id or above another."""
        return replace(self, before=before, after=after)

    @property
    def limits(self) -> list[Any]:
        """`within`, below `before` and above `after`."""
        below = [] if self.before is None else [col(Response.id) < self.before]
        above = [] if self.after is None else [col(Response.id) > self.after]
        return [*self.within, *below, *above]


async def conditions_of(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places, filters: Filters, zone: ZoneInfo
) -> Conditions:
    """What the filters mean. Raises FilterError for what there is not."""
    series = await series_of(session, workspace_id, places, filters)
    texts = await said(session, workspace_id, filters)
    person, private = await _of_named(session, workspace_id, filters)
    if filters.wording:  # as scores judge it: of a period of months by the last of them
        seams = read_seams((each.series for each in places.values()), zone.key)
        last, replaced = filters.until or "9999-12", filters.wording == REPLACED
        series = [id for id in series if seams.is_replaced(id, last) == replaced]
    if person or private:  # who gave an anonymous answer, and what tells it, is no filter
        anonymous = await anonymous_series(session, workspace_id)
        series = [id for id in series if id not in anonymous]
    of_text = [*texts.keyed, *texts.wanted]
    large = await large_enough(session, workspace_id, places, filters, of_text)
    ids, months = between(filters.since, filters.until, zone)
    rows = _of_rows({id: places[id] for id in series}, filters)
    return Conditions(
        series,
        len(series) == len(places),
        [Response.workspace_id == workspace_id, *ids],
        months,
        [*person, *texts.keyed],
        [*rows, *texts.wanted, *private, *large],
        zone,
        filters.before,
    )


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


def between(since: str, until: str, zone: ZoneInfo) -> tuple[list[Any], list[Any]]:
    """Of these months, both included, "" being no limit: the range of the key, and what decides.
    Ids run with time, so the key leads there; an answer's month is the one that scores count it in.
    """
    begin, end = ids_of(since, until, zone)
    ids: list[Any] = []
    months: list[Any] = []
    if since:
        ids.append(col(Response.id) >= begin)
        months.append(col(Response.month) >= first_day(since))
    if until:
        ids.append(col(Response.id) < end)
        months.append(col(Response.month) <= first_day(until))
    return ids, months


def ids_of(since: str, until: str, zone: ZoneInfo) -> tuple[uuid.UUID, uuid.UUID]:
    """The ids from which on, and below which, all answers of these months are; "" is no limit."""
    begin = first_id(since, zone).int - SLACK if since else 0
    end = first_id(shift(until, 1), zone).int + SLACK if until else (1 << 128) - 1
    return uuid.UUID(int=begin), uuid.UUID(int=end)


def first_id(month: str, zone: ZoneInfo) -> uuid.UUID:
    """The smallest id of any answer on or after the start of this month."""
    day = first_day(month)
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)


def _of_rows(asked: Places, filters: Filters) -> list[Any]:
    wanted: list[Any] = []
    if filters.channel:
        wanted.append(Response.channel == filters.channel)
    if filters.state:
        wanted.append(Response.state == filters.state)
    if filters.band:
        wanted.append(_in_band(asked, filters.band))
    return wanted


def _in_band(asked: Places, band: str) -> Any:
    """Each series by the bands of its own metric; of the same ratings in one condition."""
    by_ratings: dict[tuple[int, ...], list[uuid.UUID]] = {}
    for id, place in asked.items():
        by_ratings.setdefault(ratings_of(place, band), []).append(id)
    parts = [
        sa.and_(col(Response.rating).in_(ratings), col(Response.series_id).in_(series))
        for ratings, series in by_ratings.items()
    ]
    if len(by_ratings) == 1:
        return col(Response.rating).in_(next(iter(by_ratings)))
    return sa.or_(sa.false(), *parts)


def ratings_of(place: SeriesAt, band: str) -> tuple[int, ...]:
    """Those of a band in the metric of a series; none, meaning all of them, without a band."""
    return tuple(sorted(getattr(place.metric, band))) if band else ()


class _Said(NamedTuple):
    keyed: list[Any]
    wanted: list[Any]


async def said(session: AsyncSession, workspace_id: uuid.UUID, filters: Filters) -> _Said:
    """Of a text: whether there is one, its words, and what the team made of it."""
    keyed: list[Any] = []
    wanted: list[Any] = [col(Response.comment).is_not(None)] if filters.comment else []
    for name in ("q", "tag", "mark"):
        if value := getattr(filters, name):
            if name not in narrowings:
                raise no_such_choice(name)
            # Nearly all are open: no index finds them.
            found = wanted if value == "open" and name == "mark" else keyed
            found += await narrowings[name](session, workspace_id, value)
    return _Said(keyed, wanted)


async def _of_named(
    session: AsyncSession, workspace_id: uuid.UUID, filters: Filters
) -> tuple[list[Any], list[Any]]:
    """Of whoever answered, and of what tells them apart."""
    wanted: list[Any] = []
    if filters.language:
        locale = sa.func.lower(col(Response.locale))
        language = filters.language.lower()
        wanted.append(sa.or_(locale == language, locale.startswith(f"{language}-")))
    if filters.property:
        name, _mark, value = filters.property.partition("=")
        wanted.append(_has_property(session, name, value))
    if filters.importation:
        run = select(ImportRun.id).where(ImportRun.workspace_id == workspace_id)
        if (await session.exec(run.where(ImportRun.id == filters.importation))).first() is None:
            raise no_such_choice("import")
        wanted.append(Response.import_id == filters.importation)
    if not filters.person:
        return [], wanted
    key = await person_key(session, workspace_id, filters.person)
    if key is None:
        raise no_such_choice("person")
    return [Response.respondent_key == key], wanted


def _has_property(session: AsyncSession, name: str, value: str) -> Any:
    """As PostgreSQL writes it, true as "true"; SQLite has it as 1."""
    properties: Any = col(Response.properties)
    path = f'$."{name}"'
    if session.get_bind().dialect.name != "sqlite":
        return properties[name].as_string() == value
    if '"' in name or "\\" in name:  # no path of SQLite's can hold it
        each = sa.func.json_each(properties).table_valued("key", "value", "type")
        found = sa.select(sa.literal(1)).select_from(each).where(each.c.key == name)
        is_written = _is_written(each.c.type, each.c.value, value)
        return found.where(is_written).correlate(Response).exists()
    held: Any = sa.func.json_extract(properties, path)
    return _is_written(sa.func.json_type(properties, path), held, value)


def _is_written(kind: Any, held: Any, value: str) -> Any:
    if value in ("true", "false"):
        return sa.or_(kind == value, sa.and_(kind == "text", held == value))
    return sa.and_(sa.cast(held, sa.Text) == value, kind.not_in(("true", "false")))


def property_text(value: Any) -> str:
    """A property's value as `property` names it.

    >>> property_text(True), property_text(7), property_text("pro")
    ('true', '7', 'pro')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


async def person_key(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID
) -> bytes | None:
    """Under which hash the answers of whoever gave this one stand; None where nobody is known."""
    anonymous = await anonymous_series(session, workspace_id)
    own = select(Response.respondent_key).where(
        Response.workspace_id == workspace_id,
        Response.id == response_id,
        col(Response.series_id).not_in(anonymous),
    )
    return (await session.exec(own)).first()
