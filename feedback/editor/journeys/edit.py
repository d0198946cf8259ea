"""Make and change journeys, stages and touchpoints; their order is their position."""

import uuid
from datetime import datetime
from typing import TypeVar

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import new_id
from feedback.editor.journeys.schemas import JourneyIn, StageIn, TouchpointIn
from feedback.editor.journeys.starters import starter
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.publish import break_line

Placed = TypeVar("Placed", Stage, Touchpoint)


async def create_journey(
    session: AsyncSession, workspace_id: uuid.UUID, wanted: JourneyIn, language: str, now: datetime
) -> Journey:
    """A journey with the stages of its starter and the touchpoints of it that were kept."""
    count = select(func.count()).select_from(Journey).where(Journey.workspace_id == workspace_id)
    position = (await session.exec(count)).one()
    journey = Journey(
        workspace_id=workspace_id,
        id=new_id(),
        name=wanted.name,
        position=position,
        created_at=now,
    )
    session.add(journey)
    await session.flush()
    for number, example in enumerate(starter(wanted.starter, language)):
        kept = [t for i, t in enumerate(example.touchpoints) if (number, i) in wanted.kept]
        stage = await add_stage(session, journey, StageIn(example.name))
        for name, place in kept:
            await add_touchpoint(session, workspace_id, TouchpointIn(name, place, stage.id))
    return journey


async def add_stage(session: AsyncSession, journey: Journey, wanted: StageIn) -> Stage:
    """A stage at the end of the journey."""
    stage = Stage(
        workspace_id=journey.workspace_id,
        id=new_id(),
        journey_id=journey.id,
        name=wanted.name,
        headline_metric=wanted.headline_metric,
        target=wanted.target,
        position=_after(await stages_of(session, journey.workspace_id, journey.id)),
    )
    session.add(stage)
    await session.flush()
    return stage


async def add_touchpoint(
    session: AsyncSession, workspace_id: uuid.UUID, wanted: TouchpointIn
) -> Touchpoint:
    """A touchpoint at the end of its stage."""
    touchpoint = Touchpoint(
        workspace_id=workspace_id,
        id=new_id(),
        stage_id=wanted.stage_id,
        name=wanted.name,
        place=wanted.place,
        owner=wanted.owner,
        target=wanted.target,
        position=_after(await touchpoints_of(session, workspace_id, wanted.stage_id)),
    )
    session.add(touchpoint)
    await session.flush()
    return touchpoint


def change_stage(session: AsyncSession, stage: Stage, wanted: StageIn) -> None:
    stage.name = wanted.name
    stage.headline_metric = wanted.headline_metric
    stage.target = wanted.target
    session.add(stage)


async def change_touchpoint(
    session: AsyncSession, touchpoint: Touchpoint, wanted: TouchpointIn, now: datetime
) -> int:
    """Change it; in another stage its history comes along with a seam. How many lines broke."""
    seams = 0
    if wanted.stage_id != touchpoint.stage_id:
        siblings = await touchpoints_of(session, touchpoint.workspace_id, wanted.stage_id)
        touchpoint.position = _after(siblings)
        touchpoint.stage_id = wanted.stage_id
        seams = await break_line(session, touchpoint.workspace_id, touchpoint.id, now)
    touchpoint.name, touchpoint.place = wanted.name, wanted.place
    touchpoint.owner, touchpoint.target = wanted.owner, wanted.target
    session.add(touchpoint)
    return seams


async def move_stage(session: AsyncSession, stage: Stage, direction: int) -> None:
    """Change places with the stage before (-1) or after (1) it."""
    siblings = await stages_of(session, stage.workspace_id, stage.journey_id)
    _reorder(session, siblings, stage.id, direction)


async def move_touchpoint(session: AsyncSession, touchpoint: Touchpoint, direction: int) -> None:
    """Change places with the touchpoint before (-1) or after (1) it in its stage."""
    siblings = await touchpoints_of(session, touchpoint.workspace_id, touchpoint.stage_id)
    _reorder(session, siblings, touchpoint.id, direction)


async def stages_of(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> list[Stage]:
    """The stages of a journey in order, archived ones too."""
    found = await session.exec(
        select(Stage)
        .where(Stage.workspace_id == workspace_id, Stage.journey_id == journey_id)
        .order_by(col(Stage.position), col(Stage.id))
        .with_for_update()
    )
    return list(found)


async def touchpoints_of(
    session: AsyncSession, workspace_id: uuid.UUID, stage_id: uuid.UUID
) -> list[Touchpoint]:
    """The touchpoints of a stage in order, archived ones too."""
    found = await session.exec(
        select(Touchpoint)
        .where(Touchpoint.workspace_id == workspace_id, Touchpoint.stage_id == stage_id)
        .order_by(col(Touchpoint.position), col(Touchpoint.id))
        .with_for_update()
    )
    return list(found)


def _reorder(
    session: AsyncSession, siblings: list[Placed], moved: uuid.UUID, direction: int
) -> None:
    active = [sibling for sibling in siblings if sibling.archived_at is None]
    at = next((i for i, sibling in enumerate(active) if sibling.id == moved), None)
    if at is None:
        return
    to = min(max(at + direction, 0), len(active) - 1)
    active.insert(to, active.pop(at))
    # Everyone gets a fresh number: rows of an import may share one.
    for position, sibling in enumerate(active):
        sibling.position = position
        session.add(sibling)


def _after(siblings: list[Stage] | list[Touchpoint]) -> int:
    return max((sibling.position for sibling in siblings), default=-1) + 1
