"""Put surveys away with everything they heard, take them out again, delete the unanswered."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey
from feedback.editor.surveys.questions import drop_unused_question
from feedback.responses.models import DisplayCount, RatingCount, Response
from feedback.surveys.models import Series, Sighting, Survey
from feedback.tenancy import refers


async def archive_surveys(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoints: Iterable[uuid.UUID], now: datetime
) -> int:
    """Archive what still asks at these touchpoints, all at `now`: that moment names the batch."""
    surveys = await _surveys_at(session, workspace_id, touchpoints)
    active = [survey for survey in surveys if survey.archived_at is None]
    for survey in active:
        survey.archived_at = now
        session.add(survey)
    return len(active)


async def restore_surveys(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    touchpoints: Iterable[uuid.UUID],
    moment: datetime,
) -> int:
    """Take back what was archived at exactly this moment; older archives stay."""
    surveys = await _surveys_at(session, workspace_id, touchpoints)
    batch = [survey for survey in surveys if survey.archived_at == moment]
    for survey in batch:
        survey.archived_at = None
        session.add(survey)
    return len(batch)


async def has_answers(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoints: Iterable[uuid.UUID]
) -> bool:
    """Whether anybody ever answered at one of these touchpoints, in whatever state it is kept."""
    surveys = await _surveys_at(session, workspace_id, touchpoints)
    return await is_answered(session, workspace_id, [survey.id for survey in surveys])


async def is_answered(
    session: AsyncSession, workspace_id: uuid.UUID, surveys: Iterable[uuid.UUID]
) -> bool:
    found = await session.exec(
        select(Response.id)
        .join(Series, refers(Response.series_id, Series))
        .where(Response.workspace_id == workspace_id, col(Series.survey_id).in_(list(surveys)))
        .limit(1)
    )
    return found.first() is not None


async def delete_surveys(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoints: Iterable[uuid.UUID]
) -> None:
    """Delete every survey at these touchpoints. The caller made sure that nobody answered."""
    for survey in await _surveys_at(session, workspace_id, touchpoints):
        await delete_survey(session, survey)


async def delete_survey(session: AsyncSession, survey: Survey) -> None:
    """Delete one survey that nobody answered, its key, and its words if no other shares them."""
    workspace_id, question_id = survey.workspace_id, survey.question_id
    lines = select(Series.id).where(
        Series.workspace_id == workspace_id, Series.survey_id == survey.id
    )
    series = list(await session.exec(lines))
    for table in (DisplayCount, RatingCount):
        await session.exec(
            delete(table).where(
                col(table.workspace_id) == workspace_id, col(table.series_id).in_(series)
            )
        )
    for kept in (Series, Sighting):
        await session.exec(
            delete(kept).where(
                col(kept.workspace_id) == workspace_id, col(kept.survey_id) == survey.id
            )
        )
    await session.exec(delete(PublicKey).where(col(PublicKey.key) == survey.key))
    await session.delete(survey)
    await session.flush()
    await drop_unused_question(session, workspace_id, question_id)


async def _surveys_at(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoints: Iterable[uuid.UUID]
) -> list[Survey]:
    found = await session.exec(
        select(Survey)
        .where(
            Survey.workspace_id == workspace_id, col(Survey.touchpoint_id).in_(list(touchpoints))
        )
        .order_by(col(Survey.id))
        .with_for_update()
    )
    return list(found)
