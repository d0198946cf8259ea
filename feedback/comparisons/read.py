"""Reads the two sides of a comparison: periods from the rollups, groups from a bounded scan."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.read import Scope
from feedback.kept import counts_name
from feedback.memory import memory
from feedback.readings.counted import answered_span, read_counts
from feedback.readings.filters import Focus, chosen_focus, chosen_journey, chosen_metric
from feedback.readings.journey import JourneyInfo, JourneyName, journey_names, read_journey
from feedback.readings.queries import (
    RATINGS,
    CountQuery,
    Span,
)
from feedback.responses.listing import first_id
from feedback.responses.models import Response
from feedback.responses.small_groups import anonymous_series, large_parts
from feedback.scoring import Metric
from feedback.scoring.months import shift

# A page must not wait: groups are made of so many of the newest answers, and the page says so.
MOST_ANSWERS = 10_000
_LOOKED_AT = 300  # newest answers whose properties are offered
_MOST_GROUPS = 12
_FEW_SERIES = 8
_GROUP = 1_500  # bytes, about
_MINUTE = timedelta(minutes=1)


def is_property(name: str) -> bool:
    """Whether a property of this name can be asked of both databases."""
    return 0 < len(name) <= 64 and name.isprintable() and not set(name) & {'"', "\\"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is compared: one metric in one part of a journey."""

    journeys: tuple[JourneyName, ...]
    journey: JourneyInfo
    focus: Focus
    metric: Metric
    series: tuple[uuid.UUID, ...]
    span: Span


async def read_subject(session: AsyncSession, scope: Scope) -> Subject | None:
    """None as long as there is no journey. Raises NotOursError."""
    workspace_id, asked = scope.workspace.id, scope.asked
    journeys = await journey_names(session, workspace_id)
    if not journeys:
        return None
    journey = await read_journey(session, workspace_id, chosen_journey(asked, journeys))
    focus = chosen_focus(asked, journey)
    metric = chosen_metric(asked, journey, focus)
    series = tuple(
        line.id
        for stage, touchpoint, line in journey.placed_series
        if line.metric == metric.key
        and focus.stage in (None, stage)
        and focus.touchpoint in (None, touchpoint)
    )
    everything = tuple(line.id for _, _, line in journey.placed_series)
    span = await answered_span(session, workspace_id, everything)
    return Subject(tuple(journeys), journey, focus, metric, series, span)


@dataclass(frozen=True, slots=True)
class Period:
    """Months, both included."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side: how many gave each rating, and which series they come from."""

    counts: Mapping[int, int]
    series: frozenset[uuid.UUID]


async def read_period(
    session: AsyncSession, scope: Scope, subject: Subject, period: Period
) -> Side:
    """The counted answers of a period, from the rollups."""
    query = CountQuery(subject.series, period.since, period.until, scope.asked.get("channel"))
    rows = await read_counts(session, scope.workspace.id, query)
    sums = [sum(column) for column in zip(*(row.counts for row in rows), strict=True)]
    counts = {r: n for r, n in zip(RATINGS, sums, strict=False) if r in subject.metric.scale}
    return Side(counts, frozenset(row.series for row in rows))


@dataclass(frozen=True, slots=True)
class Groups:
    """Answers split by a property: counts by its value, most answers first.

    others: values beyond the twelve with most answers. without: answers that have no such
    property. is_newest: there are more answers than were read; these are the newest.
    """

    counts: Mapping[str, Mapping[int, int]]
    others: int
    without: int
    is_newest: bool


async def read_groups(
    session: AsyncSession, scope: Scope, subject: Subject, period: Period, name: str
) -> Groups:
    """Counts by the value of one property, of at most `MOST_ANSWERS` newest answers.

    Kept for a minute while no answer comes: its properties may change without the counts.
    """
    minute = (scope.now - datetime.min.replace(tzinfo=UTC)) // _MINUTE
    workspace = scope.workspace
    counts = await counts_name(session, workspace.id, period.since, period.until)
    part = (subject.series, period, scope.asked.get("channel"), name, workspace.time_zone)
    key = ("groups", workspace.id, counts, minute, part)
    found: Groups | None = memory.get(key)
    if found is None:
        found = await _read_groups(session, scope, subject, period, name)
        memory.put(key, found, _GROUP * len(found.counts))
    return found


async def _read_groups(
    session: AsyncSession, scope: Scope, subject: Subject, period: Period, name: str
) -> Groups:
    anonymous = await anonymous_series(session, scope.workspace.id)
    is_mixed = not anonymous.isdisjoint(subject.series)  # with some of an anonymous survey
    value = col(Response.properties)[name].as_string().label("value")
    columns = [value, col(Response.rating), *(_CELL if is_mixed else ())]
    part = _answers(scope, subject, period, columns, MOST_ANSWERS).subquery().c
    keys = (part.value, part.rating, part.is_counted, *list(part)[2 : len(columns)])
    found: Any = (
        await session.exec(sa.select(*keys, sa.func.count()).group_by(*keys))  # type: ignore[call-overload]
    ).all()
    total = sum(row[-1] for row in found)
    if is_mixed:
        found = _without_small(found, anonymous, is_newest=total >= MOST_ANSWERS)
    counts: dict[str, dict[int, int]] = {}
    without = 0
    for text, rating, is_counted, *_, n in found:
        if not is_counted:
            continue
        if text is None:
            without += n
        else:
            group = counts.setdefault(str(text), {})
            group[rating] = group.get(rating, 0) + n
    ranked = sorted(counts, key=lambda text: (-sum(counts[text].values()), text))
    kept = {text: counts[text] for text in ranked[:_MOST_GROUPS]}
    return Groups(kept, len(ranked) - len(kept), without, is_newest=total >= MOST_ANSWERS)


# What `small_groups` calls a cell.
_CELL = (col(Response.series_id), col(Response.month), col(Response.channel))


def _without_small(
    found: Sequence[Any], anonymous: frozenset[uuid.UUID], *, is_newest: bool
) -> list[Any]:
    """The rows (value, rating, whether it counts, cell, n) without small parts of a cell.

    is_newest: there are older answers; of their last month some may be in no row.
    """
    oldest = min(row[4] for row in found) if is_newest else None
    kept = [row for row in found if row[3] not in anonymous]
    cells: dict[Any, list[Any]] = {}
    for row in found:
        if row[3] in anonymous and row[2] and row[4] != oldest:
            cells.setdefault(tuple(row[3:6]), []).append(row)
    for rows in cells.values():
        sizes: dict[Any, int] = {}
        for row in rows:
            sizes[row[0]] = sizes.get(row[0], 0) + row[-1]
        shown = large_parts(sizes)
        kept += [row for row in rows if row[0] in shown]
    return kept


async def property_names(session: AsyncSession, scope: Scope, subject: Subject) -> list[str]:
    """The properties of the newest answers, the most frequent first."""
    if not subject.span.last:
        return []
    everything = Period(subject.span.first, subject.span.last)
    statement = _answers(scope, subject, everything, [col(Response.properties)], _LOOKED_AT)
    seen: dict[str, int] = {}
    for found, is_counted in (await session.exec(statement)).all():
        for name in filter(is_property, (found or {}) if is_counted else {}):
            seen[name] = seen.get(name, 0) + 1
    return sorted(seen, key=lambda name: (-seen[name], name))


def _answers(
    scope: Scope, subject: Subject, period: Period, columns: Sequence[Any], limit: int
) -> Any:
    """The newest answers of a period, and whether each `is_counted` here: of the channel asked for.

    So many are looked at, whatever they are, or a rare channel would have them all read. Ids run
    with time: of a few series each one's newest are found in the index, of many in the table.
    """
    is_counted: Any = col(Response.state) == "counted"
    if channel := scope.asked.get("channel"):
        is_counted = is_counted & (col(Response.channel) == channel)
    statement: Any = sa.select(*columns, is_counted.label("is_counted"))
    if not 1 < len(subject.series) <= _FEW_SERIES:
        return _newest(statement, scope, subject.series, period, limit)
    ids = sa.union_all(
        *(
            sa.select(_newest(select(Response.id), scope, [series], period, limit).subquery())
            for series in subject.series
        )
    ).subquery()
    newest = sa.select(ids.c.id).order_by(ids.c.id.desc()).limit(limit)
    return statement.where(
        Response.workspace_id == scope.workspace.id, col(Response.id).in_(newest)
    )


def _newest(
    statement: Any, scope: Scope, series: Sequence[uuid.UUID], period: Period, limit: int
) -> Any:
    zone = ZoneInfo(scope.workspace.time_zone)
    within = (
        Response.workspace_id == scope.workspace.id,
        col(Response.series_id).in_(series),
        col(Response.id) >= first_id(period.since, zone),
        col(Response.id) < first_id(shift(period.until, 1), zone),
    )
    return statement.where(*within).order_by(col(Response.id).desc()).limit(limit)
