"""Reads the two sides of a comparison: periods from the rollups, groups from a bounded scan."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.filters import Focus, chosen_focus, chosen_journey
from feedback.dashboards.journey_map import JourneyInfo, JourneyName, journey_names, read_journey
from feedback.dashboards.months import first_day, shift
from feedback.dashboards.queries import RATINGS, CountQuery, Span, answered_span, read_counts
from feedback.dashboards.read import Scope
from feedback.dashboards.trends import chosen_metric
from feedback.responses.models import Response
from feedback.scoring import Metric

# A page must not wait: groups are made of so many of the newest answers, and the page says so.
MOST_ANSWERS = 20_000
_LOOKED_AT = 300  # newest answers whose properties are offered
_MOST_GROUPS = 12


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
    """Counts by the value of one property, of at most `MOST_ANSWERS` newest answers."""
    value = col(Response.properties)[name].as_string().label("value")
    newest = _answers(scope, subject, period, [value, col(Response.rating)], MOST_ANSWERS)
    part = newest.subquery()
    found = await session.exec(  # type: ignore[call-overload]
        sa.select(part.c.value, part.c.rating, sa.func.count()).group_by(
            part.c.value, part.c.rating
        )
    )
    counts: dict[str, dict[int, int]] = {}
    without = total = 0
    for text, rating, n in found:
        total += n
        if text is None:
            without += n
        else:
            group = counts.setdefault(str(text), {})
            group[rating] = group.get(rating, 0) + n
    ranked = sorted(counts, key=lambda text: (-sum(counts[text].values()), text))
    kept = {text: counts[text] for text in ranked[:_MOST_GROUPS]}
    return Groups(kept, len(ranked) - len(kept), without, is_newest=total >= MOST_ANSWERS)


async def property_names(session: AsyncSession, scope: Scope, subject: Subject) -> list[str]:
    """The properties of the newest answers, the most frequent first."""
    if not subject.span.last:
        return []
    everything = Period(subject.span.first, subject.span.last)
    properties = col(Response.properties)
    statement = _answers(scope, subject, everything, [properties], _LOOKED_AT)
    seen: dict[str, int] = {}
    for found in (await session.exec(statement.where(properties.is_not(None)))).all():
        for name in filter(is_property, found or {}):
            seen[name] = seen.get(name, 0) + 1
    return sorted(seen, key=lambda name: (-seen[name], name))


def _answers(
    scope: Scope, subject: Subject, period: Period, columns: Sequence[Any], limit: int
) -> Any:
    """The newest counted answers of a period. Ids run with time, so their range bounds the scan."""
    zone = ZoneInfo(scope.workspace.time_zone)
    statement = (
        select(*columns)
        .where(
            Response.workspace_id == scope.workspace.id,
            col(Response.series_id).in_(subject.series),
            col(Response.id) >= _first_id(period.since, zone),
            col(Response.id) < _first_id(shift(period.until, 1), zone),
            Response.state == "counted",
        )
        .order_by(col(Response.id).desc())
        .limit(limit)
    )
    channel = scope.asked.get("channel")
    return statement.where(Response.channel == channel) if channel else statement


def _first_id(month: str, zone: ZoneInfo) -> uuid.UUID:
    """The smallest id of any answer on or after the start of this month."""
    day = first_day(month)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    return uuid.UUID(int=int(start.timestamp() * 1000) << 80)
