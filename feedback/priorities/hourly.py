"""Priorities by the clock: every journey that asks about its whole, so that nobody has to wait."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import Workspace
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.priorities.compute import Task
from feedback.priorities.findings import Selection
from feedback.surveys.models import Survey
from feedback.tenancy import refers


async def due_each_hour(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """One job a journey and hour; a job that finds the data unchanged does nothing."""
    rows = []
    for workspace_id in (await session.exec(select(Workspace.id))).all():
        for journey_id in await _journeys_with_overall(session, workspace_id):
            task = Task(workspace_id, journey_id, Selection())
            key = f"priorities:{workspace_id.hex}:{journey_id.hex}:{now:%Y-%m-%dT%H}"
            rows.append((key, task.payload))
    return rows


async def _journeys_with_overall(session: AsyncSession, workspace_id: Any) -> Sequence[Any]:
    found = await session.exec(
        select(Journey.id)
        .distinct()
        .join(Stage, refers(Stage.journey_id, Journey))
        .join(Touchpoint, refers(Touchpoint.stage_id, Stage))
        .join(Survey, refers(Survey.touchpoint_id, Touchpoint))
        .where(
            Journey.workspace_id == workspace_id,
            col(Survey.is_overall).is_(True),
            col(Survey.archived_at).is_(None),
            col(Journey.archived_at).is_(None),
        )
    )
    return found.all()
