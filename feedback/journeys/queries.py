"""Journeys as their pages read them: whole trees, in order, archived parts marked."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.journeys.models import Journey, Stage, Touchpoint


@dataclass(frozen=True, slots=True)
class StageTree:
    stage: Stage
    touchpoints: tuple[Touchpoint, ...]

    @property
    def active(self) -> list[Touchpoint]:
        return [t for t in self.touchpoints if t.archived_at is None]


@dataclass(frozen=True, slots=True)
class JourneyTree:
    journey: Journey
    stages: tuple[StageTree, ...]

    @property
    def active(self) -> list[StageTree]:
        return [tree for tree in self.stages if tree.stage.archived_at is None]

    @property
    def touchpoints(self) -> list[Touchpoint]:
        return [touchpoint for tree in self.active for touchpoint in tree.active]


async def load_journeys(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID | None = None
) -> list[JourneyTree]:
    """Every journey of the workspace in order, or the one asked for."""
    wanted = select(Journey).where(Journey.workspace_id == workspace_id)
    if journey_id is not None:
        wanted = wanted.where(Journey.id == journey_id)
    journeys = await session.exec(wanted.order_by(col(Journey.position), col(Journey.id)))
    stages = await session.exec(
        select(Stage)
        .where(Stage.workspace_id == workspace_id)
        .order_by(col(Stage.position), col(Stage.id))
    )
    touchpoints = await session.exec(
        select(Touchpoint)
        .where(Touchpoint.workspace_id == workspace_id)
        .order_by(col(Touchpoint.position), col(Touchpoint.id))
    )
    return _grow(journeys, stages, touchpoints)


async def load_journey(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> JourneyTree | None:
    found = await load_journeys(session, workspace_id, journey_id)
    return found[0] if found else None


def _grow(
    journeys: Iterable[Journey], stages: Iterable[Stage], touchpoints: Iterable[Touchpoint]
) -> list[JourneyTree]:
    by_stage: dict[uuid.UUID, list[Touchpoint]] = defaultdict(list)
    for touchpoint in touchpoints:
        by_stage[touchpoint.stage_id].append(touchpoint)
    by_journey: dict[uuid.UUID, list[StageTree]] = defaultdict(list)
    for stage in stages:
        by_journey[stage.journey_id].append(StageTree(stage, tuple(by_stage[stage.id])))
    return [JourneyTree(journey, tuple(by_journey[journey.id])) for journey in journeys]
