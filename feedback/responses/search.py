"""The newest answers that fit, found without reading them all.

Ids run with time, so the primary key is the order of a list. Its rows stand beside each other: one
by one they are read about fifteen times faster than by the index of a series, which leads to each
of them anew (on SQLite 0.13 and 1.7 µs at a million, 0.3 and 5 µs at ten). So that index serves
where many of its rows fit, or where the series asked for have few of the answers. The counts say in
which months any fit: others are never looked at, and a search ends when as many are found as there
are.
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

# Where nothing tells how many fit: of the series asked for, and of all to get there.
LOOK_AT_MOST, PASS_AT_MOST = 10_000, 50_000
# Where the counts promise some: what passes in 50 ms, by the key and by the index of a series.
PASS_BY_KEY, PASS_BY_SERIES = 200_000, 15_000
RARE = 1 / 15
# Where more than a tenth of a series fits, a page is full after a few hundred.
DENSE = 1 / 10
MOST_MERGED = 50


@dataclass(frozen=True, slots=True)
class Found:
    """reached: below this id nothing was looked at; None where the search found enough, or came to
    its end. n: how many fit of those that it would look at, where that was asked for; is_cut: there
    are more to look at."""

    responses: list[Response]
    reached: uuid.UUID | None = None
    n: int | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the key: where it is, and what decides."""

    within: list[Any]
    months: list[Any]


async def find_newest(
    session: AsyncSession, asked: Conditions, known: Known, most: int, *, counted: bool = False
) -> Found:
    """At most so many of those that fit below `before`, the newest first; above `after`, where
    there is one, the oldest first. counted: say how many of those looked at fit, where the counts
    cannot."""
    if not asked.series:
        return Found([], n=0)
    by_series = not asked.is_all and not asked.keyed and _is_led(asked, known)
    if known.fit is not None and known.is_exact and not asked.keyed:
        return await _find_known(session, asked, known, most, by_series)
    window, furthest = _Window(asked.limits, asked.months), None
    if not asked.keyed and (asked.wanted or not (asked.is_all or by_series)):
        share = 1.0 if by_series or not known.share else known.share
        passed = max(LOOK_AT_MOST, min(PASS_AT_MOST, int(LOOK_AT_MOST / share)))
        furthest = await _furthest(session, asked, window, passed, by_series)
    parts = _parts(session, asked, window, by_series, furthest)
    found = await _newest(session, asked, parts, most)
    n = None
    if counted and len(found) == most:
        n = await _count(session, parts)
    is_cut = furthest is not None
    return Found(found, furthest if len(found) < most else None, n, is_cut)


async def _find_known(
    session: AsyncSession, asked: Conditions, known: Known, most: int, by_series: bool
) -> Found:
    """In the months of which the counts say that some fit."""
    limit, passed = PASS_BY_SERIES if by_series else PASS_BY_KEY, 0
    found: list[Response] = []
    rows_of = (known.share or 1.0) if by_series else 1.0
    parts = known.parts(most=int(limit / rows_of), fit=most, newest_first=asked.after is None)
    for part in parts:
        begin, end = ids_of(part.since, part.until, asked.zone)
        if asked.before is not None and begin >= asked.before:
            continue
        if asked.after is not None and end <= asked.after:
            continue
        if passed > limit:
            return Found(found, end)
        ids, months = between(part.since, part.until, asked.zone)
        window, furthest = _Window([*asked.limits, *ids], months), None
        if part.rows * rows_of > limit:
            furthest = await _furthest(session, asked, window, limit, by_series)
        left = min(most - len(found), part.fit)
        within = _parts(session, asked, window, by_series, furthest)
        newest = await _newest(session, asked, within, left)
        found += newest
        passed += int(part.rows * rows_of)
        if len(found) == most:
            return Found(found)
        if furthest is not None and len(newest) < left:
            return Found(found, furthest)
    return Found(found)


def _is_led(asked: Conditions, known: Known) -> bool:
    """Whether the index of each series leads to the answers sooner than the key."""
    if len(asked.series) > MOST_MERGED:
        return False
    is_rare = not known.all or known.share < RARE
    return is_rare or not asked.wanted or known.density > DENSE


def _parts(
    session: AsyncSession,
    asked: Conditions,
    window: _Window,
    by_series: bool,
    furthest: uuid.UUID | None,
) -> list[list[Any]]:
    """The conditions of each range of an index: one of a series, or that of the key."""
    id = col(Response.id)
    up_to: list[Any] = []
    if furthest is not None:
        up_to = [id >= furthest if asked.after is None else id <= furthest]
    wanted = [*asked.keyed, *window.months, *asked.wanted]
    if by_series:
        of_each = [Response.series_id == series for series in asked.series]
        return [[*window.within, *up_to, of_one, *wanted] for of_one in of_each]
    only = [] if asked.is_all else [of_series(session, asked.series)]
    return [[*window.within, *up_to, *only, *wanted]]


async def _furthest(
    session: AsyncSession, asked: Conditions, window: _Window, most: int, by_series: bool
) -> uuid.UUID | None:
    """The id of the last answer to look at; None where all may be."""
    each = [[Response.series_id == id] for id in asked.series] if by_series else [[]]
    newest = _ids(asked, [[*window.within, *part] for part in each])
    row = (await session.exec(newest.offset(most - 1).limit(1))).first()
    return row[0] if row else None


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


async def _count(session: AsyncSession, parts: Sequence[list[Any]]) -> int:
    """One more than `LOOK_AT_MOST` at most."""
    each = [sa.select(sa.literal(1).label("one")).where(*part) for part in parts]
    found = sa.union_all(*each).limit(LOOK_AT_MOST + 1).subquery()
    row: Any = await session.exec(sa.select(sa.func.count()).select_from(found))  # type: ignore[call-overload]
    return int(row.scalar_one())


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
