"""The journey tree as all pages read it: stages in order, their touchpoints, what was asked there;
whoever changes a part fetches its row by id."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.kept import by_id, while_shaped
from feedback.surveys.models import Series, Survey

NAME, JOURNEY, PART = 400, 8_000, 2_000  # bytes, about


@dataclass(frozen=True, slots=True)
class JourneyName:
    """A journey to choose from."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class SeriesInfo:
    """One unbroken line of comparable answers."""

    id: uuid.UUID
    survey_id: uuid.UUID
    number: int
    metric: str
    opened_at: datetime
    is_archived: bool = False  # its survey is
    __hash__ = by_id


@dataclass(frozen=True, slots=True)
class TouchpointInfo:
    """One touchpoint with every series ever asked there, oldest first.

    `is_live`: a survey asks there now; `is_overall`, `is_anonymous`: one there is.
    """

    id: uuid.UUID
    name: str
    target: float | None
    is_archived: bool
    series: tuple[SeriesInfo, ...]
    place: str = "site"
    owner: str = ""
    is_live: bool = False
    is_overall: bool = False
    is_anonymous: bool = False
    __hash__ = by_id

    @property
    def metrics(self) -> list[str]:
        """What was asked here, the newest first."""
        newest = sorted(self.series, key=lambda series: series.opened_at, reverse=True)
        return list(dict.fromkeys(series.metric for series in newest))


@dataclass(frozen=True, slots=True)
class StageInfo:
    """One stage with its touchpoints in order."""

    id: uuid.UUID
    name: str
    headline_metric: str | None
    target: float | None
    is_archived: bool
    touchpoints: tuple[TouchpointInfo, ...]
    __hash__ = by_id

    @property
    def active(self) -> list[TouchpointInfo]:
        return [touchpoint for touchpoint in self.touchpoints if not touchpoint.is_archived]

    @property
    def metrics(self) -> list[str]:
        """What is asked in this stage, the most touchpoints first."""
        asked = [metric for touchpoint in self.touchpoints for metric in touchpoint.metrics]
        return sorted(dict.fromkeys(asked), key=asked.count, reverse=True)

    @property
    def headline(self) -> str | None:
        """The metric the stage is read by: the chosen one, else the one most touchpoints ask."""
        return self.headline_metric or next(iter(self.metrics), None)


class Spot(NamedTuple):
    """Where one line is read: a stage as a whole, or one of its touchpoints."""

    stage: StageInfo
    touchpoint: TouchpointInfo | None

    @property
    def touchpoints(self) -> Sequence[TouchpointInfo]:
        """Those whose answers make up the line."""
        return self.stage.touchpoints if self.touchpoint is None else (self.touchpoint,)

    @property
    def place(self) -> StageInfo | TouchpointInfo:
        """Whose name, target and id are the line's."""
        return self.touchpoint or self.stage


@dataclass(frozen=True)
class JourneyInfo:
    """One journey, whole."""

    id: uuid.UUID
    name: str
    stages: tuple[StageInfo, ...]
    is_archived: bool = False

    @cached_property
    def placed_series(self) -> tuple[tuple[StageInfo, TouchpointInfo, SeriesInfo], ...]:
        """Every series with where it stands, in the order of the journey."""
        return tuple(self._walk())

    @cached_property
    def digest(self) -> str:
        """Another one for another journey, or for one that is otherwise."""
        return blake2b(repr(self).encode(), digest_size=12).hexdigest()

    def _walk(self) -> Iterator[tuple[StageInfo, TouchpointInfo, SeriesInfo]]:
        for stage in self.stages:
            for touchpoint in stage.touchpoints:
                for series in touchpoint.series:
                    yield stage, touchpoint, series

    @property
    def active(self) -> list[StageInfo]:
        return [stage for stage in self.stages if not stage.is_archived]

    @property
    def active_touchpoints(self) -> list[TouchpointInfo]:
        """Those that can be asked at: neither archived nor in a stage that is."""
        return [touchpoint for stage in self.active for touchpoint in stage.active]

    @property
    def touchpoints(self) -> list[TouchpointInfo]:
        """Those that are not archived; their stage may be."""
        return [touchpoint for stage in self.stages for touchpoint in stage.active]

    @property
    def metrics(self) -> list[str]:
        """Every metric asked on this journey, the headline of most stages first."""
        asked = [stage.headline for stage in self.stages if stage.headline]
        asked += [metric for stage in self.stages for metric in stage.metrics]
        return sorted(dict.fromkeys(asked), key=asked.count, reverse=True)


@while_shaped(lambda names: NAME * len(names))
async def journey_names(
    session: AsyncSession, workspace_id: uuid.UUID, *, archived: bool = False
) -> tuple[JourneyName, ...]:
    """The workspace's journeys in their order; archived ones only when asked for."""
    statement = (
        select(Journey.id, Journey.name)
        .where(Journey.workspace_id == workspace_id)
        .order_by(col(Journey.position), col(Journey.created_at))
    )
    if not archived:
        statement = statement.where(col(Journey.archived_at).is_(None))
    return tuple([JourneyName(id, name) for id, name in await session.exec(statement)])


@while_shaped(lambda journeys: sum(JOURNEY + PART * len(each.placed_series) for each in journeys))
async def read_journeys(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID | None = None
) -> tuple[JourneyInfo, ...]:
    """Every journey of the workspace, or the one asked for; all that is in it is in order."""
    query = _tree_query(workspace_id)
    if journey_id is not None:
        query = query.where(sa.inspect(Journey).local_table.c.id == journey_id)
    by_journey: dict[uuid.UUID, list[Any]] = {}
    for row in await session.exec(query):
        by_journey.setdefault(row.journey, []).append(row)
    return tuple([_journey_info(rows) for rows in by_journey.values()])


async def find_journey(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> JourneyInfo | None:
    return next(iter(await read_journeys(session, workspace_id, journey_id)), None)


async def read_journey(
    session: AsyncSession, workspace_id: uuid.UUID, journey: JourneyName
) -> JourneyInfo:
    """The journey of that name; without a stage if it was deleted since its name was read."""
    found = await find_journey(session, workspace_id, journey.id)
    return found or JourneyInfo(journey.id, journey.name, ())


def _journey_info(rows: Sequence[Any]) -> JourneyInfo:
    stages = {row.stage: row for row in rows if row.stage is not None}
    touchpoints: dict[uuid.UUID, dict[uuid.UUID, list[Any]]] = {}
    series: dict[uuid.UUID, list[SeriesInfo]] = {}
    for row in rows:
        if row.touchpoint is not None:
            touchpoints.setdefault(row.stage, {}).setdefault(row.touchpoint, []).append(row)
        if row.series is not None:
            columns = (row.series, row.survey, row.number, row.metric, row.opened_at)
            info = SeriesInfo(*columns, is_archived=row.survey_archived is not None)
            series.setdefault(row.touchpoint, []).append(info)
    return JourneyInfo(
        rows[0].journey,
        rows[0].journey_name,
        tuple(
            _stage_info(
                row,
                tuple(
                    _touchpoint_info(found, tuple(series.get(touchpoint, ())))
                    for touchpoint, found in touchpoints.get(row.stage, {}).items()
                ),
            )
            for row in stages.values()
        ),
        is_archived=rows[0].journey_archived is not None,
    )


def _touchpoint_info(rows: Sequence[Any], series: tuple[SeriesInfo, ...]) -> TouchpointInfo:
    row = rows[0]
    asking = [each for each in rows if each.survey is not None and each.survey_archived is None]
    return TouchpointInfo(
        row.touchpoint,
        row.touchpoint_name,
        row.touchpoint_target,
        row.touchpoint_archived is not None,
        series,
        row.place,
        row.owner,
        is_live=any(each.state == "live" for each in asking),
        is_overall=any(each.is_overall for each in asking),
        is_anonymous=any(each.is_anonymous for each in rows),
    )


def _stage_info(row: Any, touchpoints: tuple[TouchpointInfo, ...]) -> StageInfo:
    is_archived = row.stage_archived is not None
    return StageInfo(
        row.stage, row.stage_name, row.headline_metric, row.stage_target, is_archived, touchpoints
    )


def _tree_query(workspace_id: uuid.UUID) -> Any:
    journey, stage, touchpoint, survey, series = (
        sa.inspect(table).local_table for table in (Journey, Stage, Touchpoint, Survey, Series)
    )
    joined = (
        journey.outerjoin(stage, _same(stage.c, workspace_id, "journey_id", journey.c.id))
        .outerjoin(touchpoint, _same(touchpoint.c, workspace_id, "stage_id", stage.c.id))
        .outerjoin(survey, _same(survey.c, workspace_id, "touchpoint_id", touchpoint.c.id))
        .outerjoin(series, _same(series.c, workspace_id, "survey_id", survey.c.id))
    )
    return (
        sa.select(
            journey.c.id.label("journey"),
            journey.c.name.label("journey_name"),
            journey.c.archived_at.label("journey_archived"),
            stage.c.id.label("stage"),
            stage.c.name.label("stage_name"),
            stage.c.headline_metric,
            stage.c.target.label("stage_target"),
            stage.c.archived_at.label("stage_archived"),
            touchpoint.c.id.label("touchpoint"),
            touchpoint.c.name.label("touchpoint_name"),
            touchpoint.c.target.label("touchpoint_target"),
            touchpoint.c.archived_at.label("touchpoint_archived"),
            *(touchpoint.c.place, touchpoint.c.owner),
            survey.c.id.label("survey"),
            *(survey.c[name] for name in ("state", "is_overall", "is_anonymous")),
            survey.c.archived_at.label("survey_archived"),
            series.c.id.label("series"),
            series.c.number,
            series.c.metric,
            series.c.opened_at,
        )
        .select_from(joined)
        .where(journey.c.workspace_id == workspace_id)
        .order_by(
            *(part.c[name] for part in (journey, stage, touchpoint) for name in ("position", "id")),
            *(series.c.opened_at, series.c.number),
        )
    )


def _same(columns: Any, workspace_id: uuid.UUID, name: str, other: Any) -> Any:
    return sa.and_(columns.workspace_id == workspace_id, columns[name] == other)
