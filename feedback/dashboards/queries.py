"""What dashboards read: the journey's shape and the counts behind every score, never a response.

The cost grows with stages, months and channels, not with responses: `rating_count` holds a few
rows a month for each series however many people answered.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.journey_map import JourneyInfo, SeriesInfo, StageInfo, TouchpointInfo
from feedback.dashboards.months import first_day, month_of
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.responses.models import DisplayCount, RatingCount, Response
from feedback.surveys.models import Series, Survey

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class JourneyName:
    """A journey to choose from."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class CountQuery:
    """Which counts to read: months both included, no channel meaning all of them."""

    series: Sequence[uuid.UUID]
    since: str = ""
    until: str = ""
    channel: str = ""


async def journey_names(session: AsyncSession, workspace_id: uuid.UUID) -> list[JourneyName]:
    """The workspace's journeys in their order, archived ones left out."""
    found = await session.exec(
        select(Journey.id, Journey.name)
        .where(Journey.workspace_id == workspace_id, col(Journey.archived_at).is_(None))
        .order_by(col(Journey.position), col(Journey.created_at))
    )
    return [JourneyName(id, name) for id, name in found]


async def read_journey(
    session: AsyncSession, workspace_id: uuid.UUID, journey: JourneyName
) -> JourneyInfo:
    """The journey with its stages, touchpoints and series, each in order."""
    rows = (await session.exec(_shape_query(workspace_id, journey.id))).all()
    stages: dict[uuid.UUID, Stage] = {}
    touchpoints: dict[uuid.UUID, dict[uuid.UUID, Touchpoint]] = {}
    series: dict[uuid.UUID, list[SeriesInfo]] = {}
    for stage, touchpoint, line in rows:
        stages[stage.id] = stage
        places = touchpoints.setdefault(stage.id, {})
        if touchpoint is None:
            continue
        places[touchpoint.id] = touchpoint
        if line is not None:
            series.setdefault(touchpoint.id, []).append(_series_info(line))
    return JourneyInfo(
        journey.id,
        journey.name,
        tuple(
            _stage_info(
                stage,
                tuple(
                    _touchpoint_info(touchpoint, tuple(series.get(touchpoint.id, ())))
                    for touchpoint in touchpoints[stage.id].values()
                ),
            )
            for stage in stages.values()
        ),
    )


def _shape_query(workspace_id: uuid.UUID, journey_id: uuid.UUID) -> Any:
    return (
        select(Stage, Touchpoint, Series)
        .outerjoin(
            Touchpoint,
            sa.and_(
                col(Touchpoint.workspace_id) == workspace_id,
                col(Touchpoint.stage_id) == Stage.id,
            ),
        )
        .outerjoin(
            Survey,
            sa.and_(
                col(Survey.workspace_id) == workspace_id,
                col(Survey.touchpoint_id) == Touchpoint.id,
            ),
        )
        .outerjoin(
            Series,
            sa.and_(col(Series.workspace_id) == workspace_id, col(Series.survey_id) == Survey.id),
        )
        .where(Stage.workspace_id == workspace_id, Stage.journey_id == journey_id)
        .order_by(
            col(Stage.position),
            col(Stage.id),
            col(Touchpoint.position),
            col(Touchpoint.id),
            col(Series.opened_at),
            col(Series.number),
        )
    )


def _series_info(line: Series) -> SeriesInfo:
    return SeriesInfo(line.id, line.survey_id, line.number, line.metric, line.opened_at)


def _touchpoint_info(row: Touchpoint, series: tuple[SeriesInfo, ...]) -> TouchpointInfo:
    return TouchpointInfo(row.id, row.name, row.target, row.archived_at is not None, series)


def _stage_info(row: Stage, touchpoints: tuple[TouchpointInfo, ...]) -> StageInfo:
    return StageInfo(
        row.id, row.name, row.headline_metric, row.target, row.archived_at is not None, touchpoints
    )


# What one row of counts says: series, month (first day), channel, rating, n.
CountRow = tuple[uuid.UUID, date, str, int, int]


async def read_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery, *, by_channel: bool
) -> list[CountRow]:
    """Counted responses by series, month and rating, in one statement.

    The channel is empty unless `by_channel`. Ordered, so that equal data give equal rows.
    """
    if not query.series:
        return []
    channel = col(RatingCount.channel) if by_channel else sa.literal("")
    keys = [col(RatingCount.series_id), col(RatingCount.month), col(RatingCount.rating)]
    if by_channel:
        keys.insert(2, col(RatingCount.channel))
    statement = (
        sa.select(
            col(RatingCount.series_id),
            col(RatingCount.month),
            channel,
            col(RatingCount.rating),
            sa.cast(sa.func.sum(col(RatingCount.n)), sa.BigInteger),
        )
        .where(
            col(RatingCount.workspace_id) == workspace_id,
            col(RatingCount.series_id).in_(query.series),
            *_within(query, col(RatingCount.month), col(RatingCount.channel)),
        )
        .group_by(*keys)
        .having(sa.func.sum(col(RatingCount.n)) != 0)
        .order_by(*keys)
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return [tuple(row) for row in found]


def _within(query: CountQuery, month: Any, channel: Any) -> list[Any]:
    conditions = []
    if query.since:
        conditions.append(month >= first_day(query.since))
    if query.until:
        conditions.append(month <= first_day(query.until))
    if query.channel:
        conditions.append(channel == query.channel)
    return conditions


def counts_frame(journey: JourneyInfo, rows: Sequence[CountRow]) -> "pd.DataFrame":
    """The counts as a data frame, one row a series, month, channel and rating.

    Columns: `stage_id`, `touchpoint_id` (text, in the order of the journey), `stage`, `touchpoint`
    (their names), `metric` (key), `month` (YYYY-MM), `channel`, `rating`, `n`.
    """
    import numpy as np
    import pandas as pd

    placed = journey.placed_series
    number = {series.id: at for at, (_, _, series) in enumerate(placed)}
    at = np.fromiter((number[row[0]] for row in rows), dtype=np.intp, count=len(rows))
    names = {
        "stage_id": [str(stage.id) for stage, _, _ in placed],
        "touchpoint_id": [str(touchpoint.id) for _, touchpoint, _ in placed],
        "stage": [stage.name for stage, _, _ in placed],
        "touchpoint": [touchpoint.name for _, touchpoint, _ in placed],
        "metric": [series.metric for _, _, series in placed],
    }
    columns: dict[str, Any] = {name: _in_order(values, at) for name, values in names.items()}
    columns["month"] = pd.Series([month_of(row[1]) for row in rows], dtype="str")
    columns["channel"] = pd.Series([row[2] for row in rows], dtype="str")
    columns["rating"] = np.fromiter((row[3] for row in rows), dtype=np.int64, count=len(rows))
    columns["n"] = np.fromiter((row[4] for row in rows), dtype=np.int64, count=len(rows))
    return pd.DataFrame(columns)


def _in_order(values: list[str], at: Any) -> Any:
    """A categorical column that sorts as the journey runs, not by the alphabet."""
    import numpy as np
    import pandas as pd

    order = list(dict.fromkeys(values))
    place = {value: code for code, value in enumerate(order)}
    codes = np.array([place[value] for value in values], dtype=np.intp)
    return pd.Categorical.from_codes(codes[at], categories=pd.Index(order, dtype="str"))


async def first_month(
    session: AsyncSession, workspace_id: uuid.UUID, series: Sequence[uuid.UUID]
) -> str | None:
    """The oldest month with an answer, or None."""
    if not series:
        return None
    statement = sa.select(sa.func.min(col(RatingCount.month))).where(
        col(RatingCount.workspace_id) == workspace_id, col(RatingCount.series_id).in_(series)
    )
    found = (await session.exec(statement)).scalar_one()  # type: ignore[call-overload]
    return None if found is None else month_of(found)


async def first_answered_at(
    session: AsyncSession, workspace_id: uuid.UUID, series: Sequence[uuid.UUID]
) -> Any:
    """When the first response came, or None. Asked only of young workspaces."""
    statement = sa.select(sa.func.min(col(Response.answered_at))).where(
        col(Response.workspace_id) == workspace_id, col(Response.series_id).in_(series)
    )
    return (await session.exec(statement)).scalar_one()  # type: ignore[call-overload]


async def asked_counts(
    session: AsyncSession, workspace_id: uuid.UUID, query: CountQuery
) -> dict[uuid.UUID, int]:
    """How often each series was shown or sent: tells the silent touchpoint from the unasked."""
    if not query.series:
        return {}
    statement = (
        sa.select(col(DisplayCount.series_id), sa.func.sum(col(DisplayCount.n)))
        .where(
            col(DisplayCount.workspace_id) == workspace_id,
            col(DisplayCount.series_id).in_(query.series),
            col(DisplayCount.kind).in_(("shown", "invited")),
            *_within(query, col(DisplayCount.month), col(DisplayCount.channel)),
        )
        .group_by(col(DisplayCount.series_id))
    )
    found = await session.exec(statement)  # type: ignore[call-overload]
    return {series: int(n) for series, n in found}
