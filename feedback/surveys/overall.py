"""The one survey of a journey that asks about all of it, and then "What counted most?".

====================  ==========================================================
``mark_overall``      this survey asks about the whole journey, no other does
``find_overall``      the survey of a journey that is marked
``load_moments``      the touchpoints that "What counted most?" lists
``read_counted_most`` the checked answer to it
====================  ==========================================================
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Survey
from feedback.tenancy import refers

# Where a response keeps it: `response.answers["counted_most"]`, a list of touchpoint ids.
COUNTED_MOST = "counted_most"
MOST_MOMENTS = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """A touchpoint of the journey as customers read it; `is_asked` is off once it is archived."""

    id: str
    name: str
    stage: str
    is_asked: bool = True


async def mark_overall(session: AsyncSession, survey: Survey) -> None:
    """Mark this survey, and take the mark off every other of its journey, archived ones too.

    The caller holds no survey: the journey is held first, so that nobody waits in a circle.
    """
    await _hold_journey(session, survey)
    await session.refresh(survey)
    for other in await session.exec(_marked_beside(survey)):
        other.is_overall = False
    survey.is_overall = True


async def find_overall(session: AsyncSession, survey: Survey) -> Survey | None:
    """The marked survey of this one's journey, itself or another."""
    found: Survey | None = (await session.exec(_marked_beside(survey))).first()
    return found


async def load_moments(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoint_id: uuid.UUID
) -> tuple[Moment, ...]:
    """The other touchpoints of the journey in order, archived ones included but not asked."""
    found = await session.exec(
        select(Touchpoint, Stage)
        .join(Stage, refers(Touchpoint.stage_id, Stage))
        .where(
            Touchpoint.workspace_id == workspace_id,
            Touchpoint.id != touchpoint_id,
            col(Stage.journey_id).in_(_journey_of(workspace_id, touchpoint_id)),
        )
        .order_by(col(Stage.position), col(Stage.id), col(Touchpoint.position), col(Touchpoint.id))
    )
    return tuple(
        Moment(
            str(touchpoint.id),
            touchpoint.name,
            stage.name,
            is_asked=touchpoint.archived_at is None and stage.archived_at is None,
        )
        for touchpoint, stage in found
    )


def read_counted_most(value: Any, known: Collection[str]) -> list[str]:
    """Up to two different ids of `known`, none being "none of these". Raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("must be a list of touchpoint ids, or empty for none of these")
    if len(value) > MOST_MOMENTS:
        raise ValueError(f"may name at most {MOST_MOMENTS} touchpoints")
    chosen = [_plain(item) for item in value]
    if not set(chosen) <= set(known):
        raise ValueError("names what is no other touchpoint of the survey's journey")
    if len(set(chosen)) < len(chosen):
        raise ValueError("names one touchpoint twice")
    return chosen


def _plain(text: str) -> str:
    """The id as we write it, whatever case or braces it came in."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


async def _hold_journey(session: AsyncSession, survey: Survey) -> None:
    # Two people marking two surveys at once must leave one mark.
    await session.exec(
        select(Journey.id)
        .where(
            Journey.workspace_id == survey.workspace_id,
            col(Journey.id).in_(_journey_of(survey.workspace_id, survey.touchpoint_id)),
        )
        .with_for_update()
    )


def _marked_beside(survey: Survey) -> Any:
    return (
        select(Survey)
        .join(Touchpoint, refers(Survey.touchpoint_id, Touchpoint))
        .join(Stage, refers(Touchpoint.stage_id, Stage))
        .where(
            Survey.workspace_id == survey.workspace_id,
            col(Survey.is_overall).is_(True),
            col(Stage.journey_id).in_(_journey_of(survey.workspace_id, survey.touchpoint_id)),
        )
        .order_by(col(Survey.id))
    )


def _journey_of(workspace_id: uuid.UUID, touchpoint_id: uuid.UUID) -> Any:
    """The id of the journey a touchpoint belongs to, as a part of another statement."""
    return (
        select(Stage.journey_id)
        .join(Touchpoint, refers(Touchpoint.stage_id, Stage))
        .where(Touchpoint.workspace_id == workspace_id, Touchpoint.id == touchpoint_id)
        .correlate(None)
    )
