"""Whether anybody answered a survey; delete the unanswered."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey
from feedback.editor.surveys.questions import drop_unused_question
from feedback.responses.models import DisplayCount, RatingCount, Response
from feedback.surveys.models import Series, Sighting, Survey
from feedback.tenancy import refers
from feedback.versions import note_counts


async def is_answered(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    surveys: Iterable[uuid.UUID],
    *,
    with_tests: bool = True,
) -> bool:
    """In whatever state the answer is kept; without tests, if they are no answers here."""
    answers = (
        select(Response.id)
        .join(Series, refers(Response.series_id, Series))
        .where(Response.workspace_id == workspace_id, col(Series.survey_id).in_(list(surveys)))
        .limit(1)
    )
    if not with_tests:
        answers = answers.where(Response.state != "test")
    return (await session.exec(answers)).first() is not None


async def delete_survey(session: AsyncSession, survey: Survey) -> None:
    """Delete one survey that nobody answered, its key, and its words if no other shares them."""
    workspace_id, question_id = survey.workspace_id, survey.question_id
    lines = select(Series.id).where(
        Series.workspace_id == workspace_id, Series.survey_id == survey.id
    )
    series = list(await session.exec(lines))
    gone: list[tuple[Any, Any]] = [
        *((table, col(table.series_id).in_(series)) for table in (DisplayCount, RatingCount)),
        *((table, col(table.survey_id) == survey.id) for table in (Series, Sighting)),
    ]
    for table, is_its in gone:
        await session.exec(delete(table).where(table.workspace_id == workspace_id, is_its))
    await session.exec(delete(PublicKey).where(col(PublicKey.key) == survey.key))
    await session.delete(survey)
    await session.flush()
    await drop_unused_question(session, workspace_id, question_id)
    await note_counts(session, workspace_id)


async def surveys_at(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoints: Iterable[uuid.UUID]
) -> list[Survey]:
    """Every survey at these touchpoints, held until the transaction ends."""
    found = await session.exec(
        select(Survey)
        .where(
            Survey.workspace_id == workspace_id, col(Survey.touchpoint_id).in_(list(touchpoints))
        )
        .order_by(col(Survey.id))
        .with_for_update()
    )
    return list(found)
