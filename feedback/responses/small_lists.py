"""What a list of answers shows of anonymous surveys: whole groups, in no order."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.kept import while_counted
from feedback.responses.models import Response
from feedback.responses.small_groups import CELL, LEAST, anonymous_series, in_large_cells
from feedback.surveys.queries import SeriesAt


class Filters(Protocol):
    """What was asked for, beside places, channel and months."""

    @property
    def band(self) -> str: ...
    @property
    def comment(self) -> bool: ...
    @property
    def before(self) -> uuid.UUID | None: ...


class Listed(Protocol):
    """A row of a list."""

    @property
    def response(self) -> Response: ...
    @property
    def is_anonymous(self) -> bool: ...


L = TypeVar("L", bound=Listed)


async def large_enough(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Mapping[uuid.UUID, SeriesAt],
    filters: Filters,
    said: Sequence[Any] = (),
) -> list[Any]:
    """Of anonymous surveys those counted answers of which the filters leave five of a cell, and
    tests. Taken out of the scores, an answer is one of a smaller group: none is listed.

    They follow the filters of what was said (`said`: the conditions of its text); those of places,
    channel and months are of whole cells. `before` is the id of an answer, or none is listed: made
    up, it would be a day.
    """
    anonymous = await anonymous_series(session, workspace_id)
    if not anonymous:
        return []
    named, band = col(Response.series_id).not_in(anonymous), filters.band
    if filters.before is not None:
        own = (Response.workspace_id == workspace_id, Response.id == filters.before)
        if (await session.exec(select(Response.id).where(*own))).first() is None:
            return [named]
    rated = tuple(
        (series, tuple(sorted(getattr(place.metric, band) if band else ())))
        for series, place in places.items()
        if series in anonymous
    )
    within = [_is_rated(CELL, rated)] if band else []
    counted = [Response.state == "counted", in_large_cells(anonymous, Response, *within)]
    if said:
        only = filters.comment and len(said) == 1
        cells = await (
            _commented(session, workspace_id, rated)
            if only
            else _fitting(session, workspace_id, rated, said)
        )
        counted.append(sa.tuple_(*_CELL).in_(cells))
    return [sa.or_(named, col(Response.state) == "test", sa.and_(*counted))]


# Series with the ratings asked for; none stands for all of them.
Rated = tuple[tuple[uuid.UUID, tuple[int, ...]], ...]


@while_counted
async def _commented(
    session: AsyncSession, workspace_id: uuid.UUID, rated: Rated
) -> list[tuple[Any, ...]]:
    """The cells in which five or more answers, rated so, have a comment."""
    return await _fitting(session, workspace_id, rated, [col(Response.comment).is_not(None)])


async def _fitting(
    session: AsyncSession, workspace_id: uuid.UUID, rated: Rated, said: Sequence[Any]
) -> list[tuple[Any, ...]]:
    found = await session.exec(  # type: ignore[call-overload]
        sa.select(*_CELL)
        .where(
            col(Response.workspace_id) == workspace_id,
            col(Response.state) == "counted",
            *said,
            _is_rated(Response, rated),
        )
        .group_by(*_CELL)
        .having(sa.func.count() >= LEAST)
    )
    return [tuple(row) for row in found]


_CELL = (col(Response.series_id), col(Response.channel), col(Response.month))


def _is_rated(rows: Any, rated: Rated) -> Any:
    return sa.or_(
        sa.false(),
        *(
            sa.and_(rows.series_id == series, rows.rating.in_(ratings) if ratings else sa.true())
            for series, ratings in rated
        ),
    )


def in_no_order(rows: list[L]) -> list[L]:
    """Those of anonymous surveys by chance within their month: the order of ids tells the days."""
    own = [at for at, row in enumerate(rows) if row.is_anonymous]
    mixed = sorted((rows[at] for at in own), key=_month_and_chance)
    for at, row in zip(own, mixed, strict=True):
        rows[at] = row
    return rows


def _month_and_chance(row: Listed) -> tuple[int, int]:
    return -row.response.month.toordinal(), row.response.id.int & 0xFFFFFFFFFFFFFFFF
