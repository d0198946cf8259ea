"""Make and change journeys, stages and touchpoints; their order is their position."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import new_id
from feedback.editor.journeys.schemas import JourneyIn, StageIn, TouchpointIn
from feedback.editor.journeys.starters import starter
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.publish import break_line

Part = Journey | Stage | Touchpoint
Placed = TypeVar("Placed", Journey, Stage, Touchpoint)


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
    siblings = await stages_of(session, journey.workspace_id, journey.id)
    stage = Stage(
        workspace_id=journey.workspace_id,
        id=new_id(),
        journey_id=journey.id,
        position=_after(siblings),
        **asdict(wanted),
    )
    session.add(stage)
    await session.flush()
    return stage


async def add_touchpoint(
    session: AsyncSession, workspace_id: uuid.UUID, wanted: TouchpointIn
) -> Touchpoint:
    """A touchpoint at the end of its stage."""
    siblings = await touchpoints_of(session, workspace_id, wanted.stage_id)
    touchpoint = Touchpoint(
        workspace_id=workspace_id, id=new_id(), position=_after(siblings), **asdict(wanted)
    )
    session.add(touchpoint)
    await session.flush()
    return touchpoint


async def change_touchpoint(
    session: AsyncSession, touchpoint: Touchpoint, wanted: TouchpointIn, now: datetime
) -> int:
    """Change it; in another stage its history comes along with a seam. How many lines broke."""
    seams = 0
    if wanted.stage_id != touchpoint.stage_id:
        siblings = await touchpoints_of(session, touchpoint.workspace_id, wanted.stage_id)
        touchpoint.position = _after(siblings)
        seams = await break_line(session, touchpoint.workspace_id, touchpoint.id, now)
    session.add(touchpoint.sqlmodel_update(asdict(wanted)))
    return seams


async def journeys_of(session: AsyncSession, workspace_id: uuid.UUID) -> list[Journey]:
    """The journeys of a workspace in order, as all of these held until the transaction ends."""
    return await _in_order(session, Journey, workspace_id, sa.true())


async def stages_of(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> list[Stage]:
    """The stages of a journey in order, archived ones too."""
    return await _in_order(session, Stage, workspace_id, col(Stage.journey_id) == journey_id)


async def touchpoints_of(
    session: AsyncSession, workspace_id: uuid.UUID, stage_id: uuid.UUID
) -> list[Touchpoint]:
    """The touchpoints of a stage in order, archived ones too."""
    return await _in_order(session, Touchpoint, workspace_id, col(Touchpoint.stage_id) == stage_id)


async def upwards(session: AsyncSession, part: Part) -> list[Part]:
    """The part itself, then the stage and the journey it belongs to."""
    found = [part]
    if isinstance(part, Touchpoint):
        part = await session.get_one(Stage, (part.workspace_id, part.stage_id))
        found.append(part)
    if isinstance(part, Stage):
        found.append(await session.get_one(Journey, (part.workspace_id, part.journey_id)))
    return found


async def _in_order(
    session: AsyncSession,
    table: type[Placed],
    workspace_id: uuid.UUID,
    which: sa.ColumnElement[bool],
) -> list[Placed]:
    found = await session.exec(
        select(table)
        .where(table.workspace_id == workspace_id, which)
        .order_by(col(table.position), col(table.id))
        .with_for_update()
    )
    return list(found)


def _after(siblings: list[Stage] | list[Touchpoint]) -> int:
    return max((sibling.position for sibling in siblings), default=-1) + 1
