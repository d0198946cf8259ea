"""One comment worth reading: unhappy, of the place that matters now, of readable length."""

import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.models import CommentMark
from feedback.kept import counts_name, shape_name
from feedback.memory import memory
from feedback.responses.conditions import first_id
from feedback.responses.models import Response
from feedback.responses.small_groups import anonymous_series
from feedback.scoring.months import shift

SHORTEST, LONGEST = 25, 280  # characters: says something, and is read at a glance
LOOKED_AT = 200  # of each series' newest answers of the month: a bound, however many there are


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where to look: series with the ratings of their unhappy band, and the months."""

    ratings: tuple[tuple[uuid.UUID, frozenset[int]], ...]
    since: str
    until: str
    channel: str


@dataclass(frozen=True, slots=True)
class Comment:
    response_id: uuid.UUID
    series_id: uuid.UUID
    rating: int
    text: str
    is_starred: bool = False


async def choose_comment(
    session: AsyncSession, workspace_id: uuid.UUID, wanted: Wanted, zone: ZoneInfo
) -> Comment | None:
    """What `pick_comment` picks, kept as long as no answer of these months and no mark changes.

    Its text is read each time: what was written anew meanwhile is shown as it is now.
    """
    names = (
        await counts_name(session, workspace_id, wanted.since, wanted.until),
        await shape_name(session, workspace_id),
    )
    key = ("comment", workspace_id, wanted, *names)
    known: tuple[uuid.UUID | None] | None = memory.get(key)
    if known is not None and known[0] is None:
        return None
    found = known and await _as_it_is(session, workspace_id, known[0])
    if not found:
        found = await pick_comment(session, workspace_id, wanted, zone)
        memory.put(key, (found.response_id if found else None,))
    return found


async def _as_it_is(
    session: AsyncSession, workspace_id: uuid.UUID, response_id: uuid.UUID | None
) -> Comment | None:
    r = sa.inspect(Response).local_table.c
    row = (
        await session.exec(
            sa.select(r.id, r.series_id, r.rating, r.comment).where(  # type: ignore[call-overload]
                r.workspace_id == workspace_id,
                r.id == response_id,
                r.state == "counted",
                sa.func.length(r.comment).between(SHORTEST, LONGEST),
            )
        )
    ).first()
    return Comment(row[0], row[1], row[2], row[3]) if row else None


async def pick_comment(
    session: AsyncSession, workspace_id: uuid.UUID, wanted: Wanted, zone: ZoneInfo
) -> Comment | None:
    """The newest one that is counted, of readable length, neither hidden nor done with; a starred
    one before it. None without any.

    None of an anonymous survey: alone and by its time, an answer is a group of one.
    """
    anonymous = await anonymous_series(session, workspace_id)
    parts = [
        _newest(workspace_id, series, ratings, wanted, zone)
        for series, ratings in wanted.ratings
        if series not in anonymous and ratings
    ]
    found: list[Comment] = []
    for part in parts:
        for id, of, rating, text, starred_at in await session.exec(part):
            found.append(Comment(id, of, rating, text, starred_at is not None))
    return max(found, key=lambda each: (each.is_starred, each.response_id), default=None)


def _newest(
    workspace_id: uuid.UUID,
    series: uuid.UUID,
    ratings: frozenset[int],
    wanted: Wanted,
    zone: ZoneInfo,
) -> Any:
    conditions: list[Any] = [
        Response.workspace_id == workspace_id,
        Response.series_id == series,
        col(Response.id) >= first_id(wanted.since, zone),
        col(Response.id) < first_id(shift(wanted.until, 1), zone),
    ]
    newest = (
        sa.select(
            *(col(Response.id), col(Response.series_id), col(Response.rating)),
            *(col(Response.comment), col(Response.state)),
            col(Response.channel),
        )
        .where(*conditions)
        .order_by(col(Response.id).desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    at, mark = newest.c, sa.inspect(CommentMark).local_table
    marked = sa.and_(mark.c.workspace_id == workspace_id, mark.c.response_id == at.id)
    wanted_rows = [
        *(at.state == "counted", at.rating.in_(sorted(ratings))),
        sa.func.length(at.comment).between(SHORTEST, LONGEST),
        *(mark.c.hidden_at.is_(None), mark.c.done_at.is_(None)),
    ]
    if wanted.channel:
        wanted_rows.append(at.channel == wanted.channel)
    return (
        sa.select(at.id, at.series_id, at.rating, at.comment, mark.c.starred_at)
        .select_from(newest.outerjoin(mark, marked))
        .where(*wanted_rows)
        .order_by(mark.c.starred_at.is_(None), at.id.desc())
        .limit(1)
    )
