"""The newest answers that fit, found without reading them all.

Ids run with time, so the primary key is the order of a list. Its rows stand beside each other: one
by one they are read forty times faster than by the index of a series, which leads to each of them
anew (measured at a million on SQLite, 0.06 and 2.2 µs). So that index serves where the series asked
for have less than a fortieth of the answers. The counts say in which months any fit: others are
never looked at, and a search ends when as many are found as there are.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Id
from feedback.responses.conditions import Conditions, between, ids_of
from feedback.responses.known import Known
from feedback.responses.models import Response
from feedback.scoring.months import months_between

# Of the series asked for. More are passed where the counts promise that there are some.
LOOK_AT_MOST = 10_000
# What passes in 50 ms or less, by the key and by the index of a series.
PASS_BY_KEY, PASS_BY_SERIES = 500_000, 25_000
RARE = 1 / 40
# Where more than a tenth of a series fits, a page is full after a few hundred.
DENSE = 1 / 10
MOST_MERGED = 50


@dataclass(frozen=True, slots=True)
class Found:
    """reached: below this id nothing was looked at; None where the search came to its end."""

    responses: list[Response]
    reached: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the key: where it is, how many fit there (None: who knows), how many rows it has
    (None: who knows)."""

    within: list[Any]
    months: list[Any]
    fit: int | None
    rows: int | None


async def find_newest(session: AsyncSession, asked: Conditions, known: Known, most: int) -> Found:
    """At most so many of those that fit below `before`, the newest first; above `after`, where
    there is one, the oldest first."""
    found: list[Response] = []
    if not asked.series:
        return Found(found)
    for window in _windows(asked, known):
        left = most - len(found)
        limit = left if window.fit is None else min(left, window.fit)
        scope = await _scope(session, asked, known, window)
        part = await _newest(session, asked, scope.parts, limit)
        found += part
        if len(found) == most:
            return Found(found)
        if scope.furthest is not None and len(part) < limit:
            return Found(found, scope.furthest)
    return Found(found)


def _windows(asked: Conditions, known: Known) -> list[_Window]:
    if known.fit is None or not known.is_exact:
        return [_whole(asked, known)]
    windows = []
    for first, last in known.runs():
        begin, end = ids_of(first, last, asked.zone)
        if asked.before is not None and begin >= asked.before:
            continue
        if asked.after is not None and end <= asked.after:
            continue
        ids, decided = between(first, last, asked.zone)
        months = months_between(first, last)
        fit, rows = (sum(n.get(month, 0) for month in months) for n in (known.fit, known.all))
        windows.append(_Window([*asked.limits, *ids], decided, fit, rows))
    return windows if asked.after is None else windows[::-1]


def _whole(asked: Conditions, known: Known) -> _Window:
    rows = sum(known.all.values()) if known.all else None
    return _Window(asked.limits, asked.months, None, rows)


async def count_found(
    session: AsyncSession, asked: Conditions, known: Known
) -> tuple[int, uuid.UUID | None]:
    """How many of those that a search would look at fit, one more than `LOOK_AT_MOST` at most; and
    where it would stop, None where it would not. For what counts cannot tell."""
    if not asked.series:
        return 0, None
    scope = await _scope(session, asked, known, _whole(asked, known))
    each = [sa.select(sa.literal(1).label("one")).where(*part) for part in scope.parts]
    found = sa.union_all(*each).limit(LOOK_AT_MOST + 1).subquery()
    row: Any = await session.exec(sa.select(sa.func.count()).select_from(found))  # type: ignore[call-overload]
    return int(row.scalar_one()), scope.furthest


@dataclass(frozen=True, slots=True)
class _Scope:
    """What is looked through: conditions of each part, and the id where it ends."""

    parts: list[list[Any]]
    furthest: uuid.UUID | None


async def _scope(session: AsyncSession, asked: Conditions, known: Known, window: _Window) -> _Scope:
    by_series = not asked.is_all and not asked.keyed and _is_led(asked, known)
    parts: list[list[Any]] = [[]]
    if by_series:
        parts = [[Response.series_id == id] for id in asked.series]
    only = [] if asked.is_all or by_series else [of_series(session, asked.series)]
    furthest = None
    if not asked.keyed and (asked.wanted or only):
        most = _most_passed(window, known, by_series=by_series)
        if window.rows is None or window.rows > most // 2:  # those that no score counts are few
            furthest = await _furthest(session, asked, window, parts, most)
    within = [*window.within, *([_up_to(asked, furthest)] if furthest else [])]
    wanted = [*only, *asked.keyed, *window.months, *asked.wanted]
    return _Scope([[*within, *part, *wanted] for part in parts], furthest)


def _is_led(asked: Conditions, known: Known) -> bool:
    """Whether the index of each series leads to the answers sooner than the key."""
    if len(asked.series) > MOST_MERGED:
        return False
    is_rare = not known.all or known.share < RARE
    return is_rare or not asked.wanted or known.density > DENSE


def _most_passed(window: _Window, known: Known, *, by_series: bool) -> int:
    """How many answers may be looked at, one after another."""
    if window.fit is not None:
        return PASS_BY_SERIES if by_series else PASS_BY_KEY
    if by_series or not known.share:
        return LOOK_AT_MOST
    return min(PASS_BY_KEY, int(LOOK_AT_MOST / known.share))


async def _furthest(
    session: AsyncSession,
    asked: Conditions,
    window: _Window,
    parts: Sequence[list[Any]],
    most: int,
) -> uuid.UUID | None:
    """The id of the last answer to look at; None where all may be."""
    newest = _ids(asked, [[*window.within, *part] for part in parts])
    row = (await session.exec(newest.offset(most - 1).limit(1))).first()
    return row[0] if row else None


def _up_to(asked: Conditions, furthest: uuid.UUID) -> Any:
    id = col(Response.id)
    return id >= furthest if asked.after is None else id <= furthest


async def _newest(
    session: AsyncSession, asked: Conditions, parts: Sequence[list[Any]], limit: int
) -> list[Response]:
    newest, whole = _order(asked, col(Response.id)), select(Response)
    if len(parts) == 1:
        return list(await session.exec(whole.where(*parts[0]).order_by(newest).limit(limit)))
    found: Any = await session.exec(_ids(asked, parts).limit(limit))
    ids = [row[0] for row in found]
    rows = whole.where(asked.within[0], col(Response.id).in_(ids)).order_by(newest)
    return list(await session.exec(rows)) if ids else []


def _ids(asked: Conditions, parts: Sequence[list[Any]]) -> Any:
    """The ids of each part in one order: databases merge the ranges as they go."""
    each: list[Any] = [sa.select(col(Response.id)).where(*part) for part in parts]
    if len(each) == 1:
        return each[0].order_by(_order(asked, col(Response.id)))
    return sa.union_all(*each).order_by(_order(asked, sa.literal_column("id")))


def _order(asked: Conditions, id: Any) -> Any:
    return id.desc() if asked.after is None else id.asc()


def of_series(session: AsyncSession, series: Sequence[uuid.UUID]) -> Any:
    """That an answer is of one of these. On SQLite, which has no numbers to plan by, the index of
    the series is hidden from it: it would have all of them sorted."""
    id: Any = col(Response.series_id)
    if session.get_bind().dialect.name == "sqlite":
        id = sa.literal_column("+response.series_id", Id)
    return id.in_(series)
