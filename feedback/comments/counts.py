"""How many comments each value of a filter would leave, all other filters staying as they are.

Counted over what the job knows of comments, so a comment of the last seconds may be missing. Of
anonymous surveys as they are listed: those of groups of five or more.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.facets import Facet, unpack
from feedback.comments.models import Comment, CommentMark, CommentNote, CommentTag
from feedback.comments.query import Query
from feedback.comments.search import count_found, rows_found
from feedback.responses.conditions import Places, person_key, series_of
from feedback.responses.filters import BANDS, Filters
from feedback.responses.small_groups import LEAST, anonymous_series
from feedback.scoring.months import first_day

# Of answers, not of comments: the counts are silent there.
UNKNOWN = ("property", "import", "wording")


@dataclass(frozen=True, slots=True)
class Counts:
    """all: with every filter. values: by filter and value."""

    all: int
    values: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class _Some:
    """n comments that are alike; month: told of anonymous surveys alone."""

    facet: Facet
    n: int
    month: date | None = None


async def count_comments(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    places: Places,
    filters: Filters,
    query: Query,
) -> Counts | None:
    """None where the filters ask for what is not known of comments. Raises FilterError."""
    if any(name in filters.given() for name in UNKNOWN):
        return None
    if query.problem:
        return Counts(0, {})
    asked = replace(filters, stage=None, touchpoint=None)
    series = set(await series_of(session, workspace_id, places, asked))
    anonymous = await anonymous_series(session, workspace_id)
    reader = _Reader(session, workspace_id, places, query, anonymous)
    within = await reader.within(filters)
    fit = _Fit(places, filters, series, anonymous)
    some = await reader.read(within + reader.marked(filters) + reader.tagged(filters))
    values = {name: fit.values(some, name) for name in ("band", "stage", "touchpoint", "channel")}
    values["language"] = fit.values(some, "language")
    everything = fit.total(some)
    values["tag"] = {
        str(tag): fit.total(each)
        for tag, each in (await reader.by_tag(within + reader.marked(filters))).items()
    }
    unmarked = within + reader.tagged(filters)
    values["mark"] = {
        mark: fit.total(each) for mark, each in (await reader.by_mark(unmarked)).items()
    }
    if done := values["mark"]["done"]:  # while nothing is done, all comments are open
        left = everything if not filters.mark else fit.total(await reader.read(unmarked))
        values["mark"]["open"] = left - done
    return Counts(everything, values)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Which comments the filters of a place, a band, a channel and a language leave."""

    places: Places
    filters: Filters
    series: set[uuid.UUID]
    anonymous: frozenset[uuid.UUID]

    def total(self, some: Iterable[_Some]) -> int:
        return sum(self._by(some, lambda facet: "", "").values())

    def values(self, some: Iterable[_Some], name: str) -> dict[str, int]:
        """By the value of this filter, whatever it is set to."""
        return self._by(some, lambda facet: self._value(facet, name), name)

    def _by(self, some: Iterable[_Some], key: Any, but: str) -> dict[str, int]:
        found: Counter[str] = Counter()
        cells: dict[str, Counter[tuple[Any, ...]]] = defaultdict(Counter)
        for each in some:
            if not self._fits(each.facet, but):
                continue
            facet, value = each.facet, key(each.facet)
            if facet.series_id in self.anonymous and facet.state == "counted":
                cells[value][facet.series_id, facet.channel, each.month] += each.n
            else:
                found[value] += each.n
        for value, of_value in cells.items():
            found[value] += sum(n for n in of_value.values() if n >= LEAST)
        return {value: n for value, n in found.items() if n}

    def _fits(self, facet: Facet, but: str) -> bool:
        is_anonymous = facet.series_id in self.anonymous
        if facet.series_id not in self.series:
            return False
        if is_anonymous and facet.state not in ("counted", "test"):
            return False
        if is_anonymous and (self.filters.person or self.filters.language or but == "language"):
            return False
        names = ("band", "stage", "touchpoint", "channel", "language", "state")
        return all(
            not getattr(self.filters, name)
            or name == but
            or self._value(facet, name) == str(getattr(self.filters, name)).lower()
            for name in names
        )

    def _value(self, facet: Facet, name: str) -> str:
        if name == "band":
            return BANDS[facet.band + 1]
        if name in ("stage", "touchpoint"):
            return str(getattr(self.places[facet.series_id], name).id)
        return str(getattr(facet, name))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads comments that a query finds, as many as are alike at once."""

    session: AsyncSession
    workspace_id: uuid.UUID
    places: Places
    query: Query
    anonymous: frozenset[uuid.UUID]

    async def within(self, filters: Filters) -> list[Any]:
        found: list[Any] = []
        if filters.since:
            found.append(col(Comment.month) >= first_day(filters.since))
        if filters.until:
            found.append(col(Comment.month) <= first_day(filters.until))
        if filters.person:
            key = await person_key(self.session, self.workspace_id, filters.person)
            found.append(col(Comment.person) == key if key else sa.false())
        return found

    def tagged(self, filters: Filters) -> list[Any]:
        if filters.tag is None:
            return []
        own = (col(CommentTag.tag_id) == filters.tag, sa.not_(col(CommentTag.removed)))
        return [self._among(CommentTag, *own)]

    def marked(self, filters: Filters) -> list[Any]:
        if filters.mark == "noted":
            return [self._among(CommentNote)]
        if filters.mark == "open":
            return [sa.not_(self._among(CommentMark, col(CommentMark.done_at).is_not(None)))]
        if filters.mark:
            at = col(getattr(CommentMark, f"{filters.mark}_at"))
            return [self._among(CommentMark, at.is_not(None))]
        return []

    def _among(self, table: Any, *conditions: Any) -> Any:
        own = sa.select(table.response_id).where(table.workspace_id == self.workspace_id)
        return col(Comment.response_id).in_(own.where(*conditions))

    async def read(self, within: Sequence[Any]) -> list[_Some]:
        named = [col(Comment.series_id).not_in(self.anonymous), *within]
        counted = await count_found(
            self.session, self.workspace_id, self.query, named if self.anonymous else within
        )
        found = self._some((*row, None) for row in counted)
        if self.anonymous:
            of_anonymous = [col(Comment.series_id).in_(self.anonymous), *within]
            by = (col(Comment.facet), col(Comment.month))
            rows = await count_found(
                self.session, self.workspace_id, self.query, of_anonymous, by=by
            )
            found += self._some((facet, n, month) for facet, month, n in rows)
        return found

    async def by_tag(self, within: Sequence[Any]) -> dict[uuid.UUID, list[_Some]]:
        own = (col(CommentTag.tag_id), sa.not_(col(CommentTag.removed)))
        rows = await self._of_few(CommentTag, own[:1], own[1:], within)
        found: dict[uuid.UUID, list[Any]] = defaultdict(list)
        for facet, n, month, tag in rows:
            found[tag].append((facet, n, month))
        return {tag: self._some(some) for tag, some in found.items()}

    async def by_mark(self, within: Sequence[Any]) -> dict[str, list[_Some]]:
        names = ("starred", "done", "hidden")
        is_set = [getattr(CommentMark, f"{name}_at").is_not(None).label(name) for name in names]
        rows = await self._of_few(CommentMark, is_set, (), within)
        found = {
            name: self._some(row for row in rows if row[3 + at]) for at, name in enumerate(names)
        }
        found["noted"] = self._some(await self._of_few(CommentNote, (), (), within))
        return found

    async def _of_few(
        self, table: Any, columns: Sequence[Any], which: Sequence[Any], within: Sequence[Any]
    ) -> Sequence[Any]:
        """Of comments that the team made something of, kept in `table`: facet, n, month, and the
        columns of it that they are grouped by."""
        own = sa.select(col(table.response_id), *columns).distinct()
        own = own.where(col(table.workspace_id) == self.workspace_id, *which)
        # Gathered first (OFFSET), or SQLite walks through all comments and asks for each.
        few = own.offset(0).subquery()
        of_few = list(few.c)[1:]
        read = sa.select(col(Comment.facet), sa.func.count(), col(Comment.month), *of_few)
        read = read.join(few, few.c.response_id == Comment.response_id)
        mine = read.where(col(Comment.workspace_id) == self.workspace_id, *within)
        if not self.query.is_empty:
            numbers = [col(Comment.number)]
            found = rows_found(numbers, self.query, self.workspace_id, self._is_sqlite)
            mine = mine.where(col(Comment.number).in_(found))
        grouped: Any = mine.group_by(*of_few, col(Comment.facet), col(Comment.month))
        rows: Sequence[Any] = (await self.session.exec(grouped)).all()
        return rows

    def _some(self, rows: Iterable[Sequence[Any]]) -> list[_Some]:
        listed = list(rows)
        facets = unpack([row[0] for row in listed], self.places)
        return [
            _Some(facet, row[1], row[2])
            for facet, row in zip(facets, listed, strict=True)
            if facet is not None
        ]

    @property
    def _is_sqlite(self) -> bool:
        return self.session.get_bind().dialect.name == "sqlite"
