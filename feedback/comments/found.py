"""A page of the comments that a query finds, read from the search's end.

Every list of answers can be narrowed by a query; it then looks all of them up among the answers.
Here the newest comments that are found are read one after the other until a page is full: of a
word that a tenth of 300,000 comments have, 50 are found in 1 ms instead of 100.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.facets import LANGUAGES
from feedback.comments.models import Comment
from feedback.comments.query import Query
from feedback.comments.search import Numbers, find_newest
from feedback.responses.conditions import conditions_of, first_id, series_of
from feedback.responses.filters import BANDS, Filters
from feedback.responses.how_many import HowMany
from feedback.responses.listing import PAGE_SIZE, Page, Row, list_responses
from feedback.responses.models import Response
from feedback.responses.small_groups import anonymous_series
from feedback.responses.walk import Walk, walk_between, walk_from
from feedback.scoring.months import first_day, shift
from feedback.surveys.queries import SeriesAt

Places = Mapping[uuid.UUID, SeriesAt]
LOW = 15  # bits of a comment's number below the milliseconds of its answer
DAY = 24 * 3600 * 1000  # milliseconds
# Filters that only the answers themselves can tell.
OF_ANSWERS = frozenset({"person", "property", "import", "wording"})


async def list_found(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Places,
    filters: Filters,
    query: Query,
    zone: ZoneInfo,
    *,
    size: int = PAGE_SIZE,
) -> Page:
    """The answers of `list_responses`, the newest first, without their total where there are more
    pages. Raises FilterError."""
    if await _is_of_answers(session, workspace_id, filters, query):
        return await list_responses(session, workspace_id, places, filters, zone, size=size)
    within = await _within(session, workspace_id, places, filters, zone)
    numbers = await _numbers(session, workspace_id, filters, zone)
    found = await find_newest(session, workspace_id, query, within, numbers, most=size)
    answers = select(Response).where(
        Response.workspace_id == workspace_id, col(Response.id).in_(found.ids)
    )
    by_id = {each.id: each for each in await session.exec(answers)} if found.ids else {}
    # An answer that was erased a moment ago is still found.
    rows = [Row(by_id[id], places[by_id[id].series_id]) for id in found.ids if id in by_id]
    is_least = found.older is not None or filters.before is not None
    older = found.ids[-1] if found.older is not None else None
    return Page(rows, older, total=HowMany(len(rows), is_least=is_least))


async def walk_found(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Places,
    filters: Filters,
    query: Query,
    zone: ZoneInfo,
    row: Row,
) -> Walk:
    """What `walk_from` finds beside an answer."""
    own = (Comment.workspace_id == workspace_id, Comment.response_id == row.response.id)
    here = (await session.exec(select(Comment.number).where(*own))).first()
    if here is None or await _is_of_answers(session, workspace_id, filters, query):
        return await walk_from(session, workspace_id, places, filters, zone, row)
    whole = replace(filters, before=None)
    within = await _within(session, workspace_id, places, whole, zone)
    since, before = await _numbers(session, workspace_id, whole, zone)
    below, above = (
        Numbers(since, min(before or here, here)),
        Numbers(max(since or 0, here + 1), before),
    )
    asked = (session, workspace_id, query, within)
    older = await find_newest(*asked, below, most=1)
    newer = await find_newest(*asked, above, most=2, oldest_first=True)
    return walk_between(newer.ids, row.response.id, older.ids, filters)


async def _is_of_answers(
    session: AsyncSession, workspace_id: uuid.UUID, filters: Filters, query: Query
) -> bool:
    """Whether only the answers themselves can tell; small groups are told by the lists."""
    told = {*filters.given()} & OF_ANSWERS or filters.language not in LANGUAGES
    return bool(query.is_empty or told or await anonymous_series(session, workspace_id))


async def _within(
    session: AsyncSession, workspace_id: uuid.UUID, places: Places, filters: Filters, zone: ZoneInfo
) -> list[Any]:
    """Conditions on the columns of Comment."""
    series = await series_of(session, workspace_id, places, filters)
    within: list[Any] = []
    if len(series) < len(places):
        within.append(col(Comment.series_id).in_(series))
    if filters.band:
        within.append(col(Comment.band) == BANDS.index(filters.band) - 1)
    for name in ("channel", "state", "language"):
        if wanted := getattr(filters, name):
            within.append(getattr(Comment, name) == wanted)
    if filters.since:
        within.append(col(Comment.month) >= first_day(filters.since))
    if filters.until:
        within.append(col(Comment.month) <= first_day(filters.until))
    if filters.tag or filters.mark:
        only = replace(Filters(), tag=filters.tag, mark=filters.mark)
        asked = await conditions_of(session, workspace_id, places, only, zone)
        ids = select(Response.id).where(Response.workspace_id == workspace_id, *asked.keyed)
        within.append(col(Comment.response_id).in_(ids))
    return within


async def _numbers(
    session: AsyncSession, workspace_id: uuid.UUID, filters: Filters, zone: ZoneInfo
) -> Numbers:
    """Of these months, a day early and late for any time zone, and below the last answer."""
    since = before = None
    if filters.since:
        since = _milliseconds(first_id(filters.since, zone)) - DAY << LOW
    if filters.until:
        before = _milliseconds(first_id(shift(filters.until, 1), zone)) + DAY << LOW
    if filters.before:
        own = (Comment.workspace_id == workspace_id, Comment.response_id == filters.before)
        number = (await session.exec(select(Comment.number).where(*own))).first()
        below = _milliseconds(filters.before) << LOW if number is None else number
        before = below if before is None else min(below, before)
    return Numbers(since, before)


def _milliseconds(response_id: uuid.UUID) -> int:
    return response_id.int >> 80
