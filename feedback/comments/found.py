"""What a search finds among the answers that the other filters leave: a page of them, and how many
of each kind there are.

Counted is by `Comment.facet`, once for all chips: a chip's count is what its list holds, with all
other filters as they stand. Of an anonymous survey, cells of fewer than five that fit are neither
listed nor counted, as in every list (`responses.small_lists`).
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.facets import LANGUAGES, SERIES_FROM, Facet, series_bits, unpack
from feedback.comments.models import Comment, CommentTag
from feedback.comments.query import Query
from feedback.comments.search import Numbers, count_found, find_newest, matches
from feedback.responses.conditions import conditions_of, first_id, series_of
from feedback.responses.filters import BANDS, Filters
from feedback.responses.how_many import HowMany
from feedback.responses.listing import PAGE_SIZE, Page, Row
from feedback.responses.models import Response
from feedback.responses.small_groups import LEAST, anonymous_series
from feedback.responses.small_lists import in_no_order
from feedback.scoring.months import first_day, shift
from feedback.surveys.queries import SeriesAt

Places = Mapping[uuid.UUID, SeriesAt]
Counts = dict[str, dict[str, int]]
# What chips choose by: each is left out of the filters when its own values are counted.
KINDS = ("band", "stage", "touchpoint", "metric", "channel", "language")
LOW = 15  # bits of a comment's number below the milliseconds of its answer
DAY = 24 * 3600 * 1000  # milliseconds


class _Kind(NamedTuple):
    """So many comments that are found. month: of anonymous surveys, None of all others."""

    facet: Facet
    month: date | None
    n: int


class _Asked(NamedTuple):
    """What chips do not choose: the series that are left, those of them that are anonymous, and
    conditions on the columns of Comment."""

    series: frozenset[uuid.UUID]
    anonymous: frozenset[uuid.UUID]
    within: list[Any]
    numbers: Numbers


class FoundComments(NamedTuple):
    """A page of them, and how many all other filters leave of each value, by filter."""

    page: Page
    counts: Counts


@dataclass(frozen=True, slots=True)
class Search:
    """One query among the answers of a workspace that the other filters leave."""

    session: AsyncSession
    workspace_id: uuid.UUID
    places: Places
    filters: Filters
    query: Query
    zone: ZoneInfo

    async def read(self, *, size: int = PAGE_SIZE) -> FoundComments:
        """A page, the newest first, with the counts. Raises FilterError."""
        asked = await self._asked(self.filters)
        kinds = await self._kinds(asked)
        counts = {name: self._count(kinds, name) for name in KINDS}
        counts["tag"] = await self._count_tags()
        left = _large([each for each in kinds if self._fits(each)])
        page = await self._page(asked, left, size)
        total = HowMany(sum(each.n for each in left))
        return FoundComments(replace(page, total=total), counts)

    async def _asked(self, filters: Filters) -> _Asked:
        session, workspace_id, places = self.session, self.workspace_id, self.places
        await series_of(session, workspace_id, places, filters)  # or they name what there is not
        chosen: dict[str, Any] = {name: None for name in ("stage", "touchpoint", "before")}
        chosen |= dict.fromkeys(("q", "band", "metric", "channel", "state", "since", "until"), "")
        if filters.language in LANGUAGES:
            chosen["language"] = ""
        rest = replace(filters, **chosen, comment=False)
        within = self._months()
        if rest.given().keys() - {"journey", "survey"}:
            conditions = await conditions_of(session, workspace_id, places, rest, self.zone)
            only = [*conditions.keyed, *conditions.wanted]
            ids = select(Response.id).where(Response.workspace_id == workspace_id, *only)
            within.append(col(Comment.response_id).in_(ids))
            series = conditions.series
        else:
            series = await series_of(session, workspace_id, places, rest)
        anonymous = await anonymous_series(session, workspace_id)
        return _Asked(frozenset(series), anonymous, within, self._numbers())

    def _months(self) -> list[Any]:
        since, until = self.filters.since, self.filters.until
        first = [col(Comment.month) >= first_day(since)] if since else []
        return first + ([col(Comment.month) <= first_day(until)] if until else [])

    def _numbers(self) -> Numbers:
        """Of the months, a day early and late for any time zone."""
        since, until = self.filters.since, self.filters.until
        return Numbers(
            _milliseconds(first_id(since, self.zone)) - DAY << LOW if since else None,
            _milliseconds(first_id(shift(until, 1), self.zone)) + DAY << LOW if until else None,
        )

    async def _kinds(self, asked: _Asked) -> list[_Kind]:
        found = await self._count_by(asked, (col(Comment.facet),))
        facets = unpack((facet for facet, _ in found), asked.series - asked.anonymous)
        kinds = [_Kind(each, None, n) for each, (_, n) in zip(facets, found, strict=True) if each]
        if not asked.anonymous & asked.series:
            return kinds
        found = await self._count_by(asked, (col(Comment.facet), col(Comment.month)), _of(asked))
        facets = unpack((row[0] for row in found), asked.anonymous & asked.series)
        both = zip(facets, found, strict=True)
        return kinds + [_Kind(each, month, n) for each, (_, month, n) in both if each]

    async def _count_by(self, asked: _Asked, by: Any, more: Sequence[Any] = ()) -> Any:
        within = [*asked.within, *more]
        session, id = self.session, self.workspace_id
        return await count_found(session, id, self.query, within, asked.numbers, by=by)

    def _fits(self, kind: _Kind, but: str = "") -> bool:
        """Whether it is what chips choose, one of them left out."""
        if kind.month and (self.filters.language or kind.facet.state not in ("counted", "test")):
            return False
        return all(
            self._value(kind, name) == str(wanted)
            for name in (*KINDS, "state")
            if name != but and (wanted := getattr(self.filters, name))
        )

    def _value(self, kind: _Kind, name: str) -> str:
        if name == "band":
            return BANDS[kind.facet.band + 1]
        at = self.places[kind.facet.series_id]
        if name in ("stage", "touchpoint"):
            return str(getattr(at, name).id)
        return str(at.series.metric if name == "metric" else getattr(kind.facet, name))

    def _count(self, kinds: Sequence[_Kind], name: str) -> dict[str, int]:
        by_value: dict[str, list[_Kind]] = {}
        for kind in kinds:
            if self._fits(kind, name) and not (kind.month and name == "language"):
                by_value.setdefault(self._value(kind, name), []).append(kind)
        counted = {value: sum(each.n for each in _large(some)) for value, some in by_value.items()}
        return {value: n for value, n in counted.items() if value and n}

    async def _count_tags(self) -> dict[str, int]:
        if self.query.problem:
            return {}
        asked = await self._asked(replace(self.filters, tag=None))
        is_sqlite = self.session.get_bind().dialect.name == "sqlite"
        by: Any = (col(CommentTag.tag_id), col(Comment.facet), col(Comment.month))
        found: Any = await self.session.exec(  # type: ignore[call-overload]
            sa.select(*by, sa.func.count())
            .join_from(CommentTag, Comment, _same())
            .where(
                col(CommentTag.workspace_id) == self.workspace_id,
                sa.not_(col(CommentTag.removed)),
                *matches(self.query, is_sqlite),
                *asked.within,
            )
            .group_by(*by)
        )
        by_tag: dict[str, list[_Kind]] = {}
        rows = list(found)
        for facet, (tag, _, month, n) in zip(
            unpack((row[1] for row in rows), asked.series), rows, strict=True
        ):
            if facet is not None:
                hidden = month if facet.series_id in asked.anonymous else None
                by_tag.setdefault(str(tag), []).append(_Kind(facet, hidden, n))
        counted = {
            tag: sum(each.n for each in _large([kind for kind in some if self._fits(kind)]))
            for tag, some in by_tag.items()
        }
        return {tag: n for tag, n in counted.items() if n}

    async def _page(self, asked: _Asked, left: Sequence[_Kind], size: int) -> Page:
        before, numbers = self.filters.before, asked.numbers
        within = [*asked.within, *self._chosen(asked), *_large_cells(asked, left)]
        if before is not None:
            own = (Comment.workspace_id == self.workspace_id, Comment.response_id == before)
            number = (await self.session.exec(select(Comment.number).where(*own))).first()
            if number is None:  # made up, it would be a day: of anonymous answers nothing then
                within.append(col(Comment.series_id).not_in(asked.anonymous))
            number = number or _milliseconds(before) << LOW
            numbers = Numbers(numbers.since, min(number, numbers.before or number))
        session, id = self.session, self.workspace_id
        found = await find_newest(session, id, self.query, within, numbers, most=size)
        answers = select(Response).where(
            Response.workspace_id == id, col(Response.id).in_(found.ids)
        )
        by_id = {each.id: each for each in await session.exec(answers)} if found.ids else {}
        rows = [Row(by_id[id], self.places[by_id[id].series_id]) for id in found.ids if id in by_id]
        return Page(in_no_order(rows), found.ids[-1] if found.older is not None else None)

    def _chosen(self, asked: _Asked) -> list[Any]:
        filters = self.filters
        series = [id for id in asked.series if self._is_at(self.places[id])]
        chosen: list[Any] = [col(Comment.series_id).in_(series)]
        if filters.band:
            chosen.append(col(Comment.band) == BANDS.index(filters.band) - 1)
        for name in ("channel", "state", "language"):
            wanted = getattr(filters, name)
            if wanted and (name != "language" or wanted in LANGUAGES):
                chosen.append(getattr(Comment, name) == wanted)
        return chosen

    def _is_at(self, place: SeriesAt) -> bool:
        filters = self.filters
        return (
            filters.stage in (None, place.stage.id)
            and filters.touchpoint in (None, place.touchpoint.id)
            and filters.metric in ("", place.series.metric)
        )


def _large(kinds: Sequence[_Kind]) -> list[_Kind]:
    """Without the cells of anonymous surveys of which too few are left."""
    cells: Counter[Any] = Counter()
    for kind in kinds:
        if kind.month and kind.facet.state == "counted":
            cells[_cell(kind)] += kind.n
    return [
        kind
        for kind in kinds
        if not kind.month or kind.facet.state == "test" or cells[_cell(kind)] >= LEAST
    ]


def _large_cells(asked: _Asked, left: Sequence[_Kind]) -> list[Any]:
    if not asked.anonymous & asked.series:
        return []
    cells = {_cell(kind) for kind in left if kind.month and kind.facet.state == "counted"}
    cell = sa.tuple_(col(Comment.series_id), col(Comment.channel), col(Comment.month))
    large = sa.and_(col(Comment.state) == "counted", cell.in_(sorted(cells)))
    named = col(Comment.series_id).not_in(asked.anonymous)
    return [sa.or_(named, col(Comment.state) == "test", large)]


def _cell(kind: _Kind) -> tuple[uuid.UUID, str, Any]:
    return kind.facet.series_id, kind.facet.channel, kind.month


def _of(asked: _Asked) -> list[Any]:
    """That a comment is of an anonymous survey, by its facet: the index holds no series."""
    bits = [series_bits(id) for id in asked.anonymous & asked.series]
    return [col(Comment.facet).bitwise_rshift(sa.literal(SERIES_FROM, sa.Integer)).in_(bits)]


def _same() -> Any:
    return sa.and_(
        col(Comment.workspace_id) == col(CommentTag.workspace_id),
        col(Comment.response_id) == col(CommentTag.response_id),
    )


def _milliseconds(response_id: uuid.UUID) -> int:
    return response_id.int >> 80
