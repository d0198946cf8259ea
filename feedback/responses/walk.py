"""From one answer to the next of a list, and to the others of the same person."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.conditions import conditions_of
from feedback.responses.filters import Filters
from feedback.responses.known import known_of
from feedback.responses.listing import Row, rows_of
from feedback.responses.models import Response
from feedback.responses.search import find_newest
from feedback.responses.small_groups import anonymous_series
from feedback.surveys.queries import SeriesAt

Places = Mapping[uuid.UUID, SeriesAt]
MOST_OTHERS = 5  # shown beside an answer
COUNTED_OTHERS = 100


@dataclass(frozen=True, slots=True)
class Walk:
    """The answers beside one, where a list has any, as ends of an address: id and filters.

    back: the query of the list, at the page that begins with this answer or held it.
    """

    newer: str
    older: str
    back: str


async def walk_from(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Places,
    filters: Filters,
    zone: ZoneInfo,
    row: Row,
) -> Walk:
    """Among the answers that the filters leave, whose `before` is the list's page. Never to an
    anonymous answer, nor from one: in what order they came is nobody's to know."""
    if row.is_anonymous:
        return Walk("", "", filters.query())
    anonymous = await anonymous_series(session, workspace_id)
    whole = replace(filters, before=None)
    asked = await conditions_of(session, workspace_id, places, whole, zone)
    named = [id for id in asked.series if id not in anonymous]
    asked = replace(asked, series=named, is_all=len(named) == len(places))
    known = await known_of(session, workspace_id, places, named, whole)
    here = row.response.id
    older = (await find_newest(session, asked.around(before=here), known, 1)).responses
    newer = (await find_newest(session, asked.around(after=here), known, 2)).responses
    return walk_between([each.id for each in newer], here, [each.id for each in older], filters)


def walk_between(
    newer: Sequence[uuid.UUID], here: uuid.UUID, older: Sequence[uuid.UUID], filters: Filters
) -> Walk:
    """newer, older: the two above and the one below, the nearest first."""
    whole = replace(filters, before=None)
    # The list goes on with the answer that is looked at: it begins below the one above.
    return Walk(
        _end(newer[0], whole, newer[1] if len(newer) > 1 else None) if newer else "",
        _end(older[0], whole, here) if older else "",
        filters.query(),
    )


def _end(id: uuid.UUID, filters: Filters, before: uuid.UUID | None) -> str:
    query = filters.query(before=before)
    return f"{id}?{query}" if query else str(id)


@dataclass(frozen=True, slots=True)
class Others:
    """What else the person answered: the newest of them, how many there are, at least n."""

    rows: list[Row]
    n: int
    is_least: bool = False


async def others_of(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places, row: Row
) -> Others:
    """None of them where the person is not known."""
    key = row.response.respondent_key
    if key is None or row.is_anonymous:
        return Others([], 0)
    anonymous = await anonymous_series(session, workspace_id)
    theirs = (
        Response.workspace_id == workspace_id,
        Response.respondent_key == key,
        Response.id != row.response.id,
        col(Response.series_id).not_in(anonymous),
    )
    newest = select(Response).where(*theirs).order_by(col(Response.answered_at).desc())
    found = list(await session.exec(newest.limit(MOST_OTHERS)))
    n = len(found)
    if n == MOST_OTHERS:
        some = select(Response.id).where(*theirs).limit(COUNTED_OTHERS + 1).subquery()
        count = await session.exec(sa.select(sa.func.count()).select_from(some))  # type: ignore[call-overload]
        n = int(count.scalar_one())
    rows = await rows_of(session, workspace_id, places, found)
    return Others(rows, min(n, COUNTED_OTHERS), n > COUNTED_OTHERS)
