"""Actions and notes as pages and charts read them; never written here, never formatted."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.calendar.models import Action
from feedback.journeys.models import Stage, Touchpoint
from feedback.surveys.models import Question, Survey
from feedback.tenancy import refers


@dataclass(frozen=True, slots=True)
class Flag:
    """What a chart draws of an action or note. No stage and no touchpoint: the whole journey."""

    id: uuid.UUID
    kind: str
    title: str
    done_on: date
    stage_id: uuid.UUID | None
    touchpoint_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class PlacedAction:
    """An action and the journey it is read on: a touchpoint may have moved since."""

    action: Action
    journey_id: uuid.UUID


async def read_flags(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> tuple[Flag, ...]:
    """The flags of a journey in the order of their days; archived ones are left out."""
    wanted = (
        _placed(workspace_id)
        .where(col(Action.archived_at).is_(None), _home() == journey_id)
        .order_by(col(Action.done_on), col(Action.id))
    )
    return tuple(
        Flag(a.id, a.kind, a.title, a.done_on, a.stage_id, a.touchpoint_id)
        for a, _journey in await session.exec(wanted)
    )


async def read_actions(session: AsyncSession, workspace_id: uuid.UUID) -> list[PlacedAction]:
    """Every action and note of the workspace, the newest day first; archived ones too."""
    wanted = _placed(workspace_id).order_by(col(Action.done_on).desc(), col(Action.id).desc())
    return [PlacedAction(*row) for row in await session.exec(wanted)]


async def find_action(
    session: AsyncSession, workspace_id: uuid.UUID, action_id: uuid.UUID
) -> PlacedAction | None:
    found = await session.exec(_placed(workspace_id).where(Action.id == action_id))
    row = found.first()
    return PlacedAction(*row) if row else None


async def survey_texts(
    session: AsyncSession, workspace_id: uuid.UUID
) -> dict[uuid.UUID, dict[str, Any]]:
    """By touchpoint, the texts of the newest survey in use there, language by language."""
    wanted = (
        select(Survey.touchpoint_id, Question.texts)
        .join(Question, refers(Survey.question_id, Question))
        .where(Survey.workspace_id == workspace_id, col(Survey.archived_at).is_(None))
        .order_by(col(Survey.id))
    )
    return {touchpoint: dict(texts) for touchpoint, texts in await session.exec(wanted)}


def _home() -> Any:
    """The journey of the touchpoint where it stands today, else the one written down."""
    return sa.func.coalesce(Stage.journey_id, Action.journey_id)


def _placed(workspace_id: uuid.UUID) -> Any:
    return (
        select(Action, sa.type_coerce(_home(), Action.__table__.c.journey_id.type))  # type: ignore[attr-defined]
        .outerjoin(Touchpoint, refers(Action.touchpoint_id, Touchpoint))
        .outerjoin(Stage, refers(Touchpoint.stage_id, Stage))
        .where(Action.workspace_id == workspace_id)
    )
