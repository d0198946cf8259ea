"""Reads what is compared: the subject, its periods, and the properties to split it by."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.read import Scope
from feedback.readings.counted import answered_span, read_counts
from feedback.readings.filters import Focus, chosen_focus, chosen_journey, chosen_metric
from feedback.readings.journey import JourneyInfo, JourneyName, journey_names, read_journey
from feedback.readings.queries import (
    RATINGS,
    CountQuery,
    Span,
)
from feedback.responses.conditions import first_id
from feedback.responses.models import Response
from feedback.scoring import Metric
from feedback.scoring.months import month_of, shift

_LOOKED_AT = 300  # newest answers whose properties are offered
_FEW_SERIES = 8


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
    """One side: how many gave each rating, and which series they come from.

    apart: the sum of the squared shares of its months, 1 of one month, 1/3 of three alike.
    """

    counts: Mapping[int, int]
    series: frozenset[uuid.UUID]
    apart: float = 1.0


async def read_period(
    session: AsyncSession, scope: Scope, subject: Subject, period: Period
) -> Side:
    """The counted answers of a period, from the rollups."""
    query = CountQuery(subject.series, period.since, period.until, scope.asked.get("channel"))
    rows = await read_counts(session, scope.workspace.id, query)
    sums = [sum(column) for column in zip(*(row.counts for row in rows), strict=True)]
    counts = {r: n for r, n in zip(RATINGS, sums, strict=False) if r in subject.metric.scale}
    months = Counter[str]()
    for row in rows:
        months[month_of(row.month)] += sum(row.counts)
    apart = sum(n * n for n in months.values()) / max(1, months.total()) ** 2
    return Side(counts, frozenset(row.series for row in rows), apart)


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
