"""A survey's life: draft, live, paused, closed, archived; and the series behind it.

A survey has at most one open series. It opens when the survey is first published and stays open
while the survey is paused or closed, so that a survey taken up again goes on with its line.
Callers read the survey for update: two people publishing at once open one series.
"""

import uuid
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.surveys.models import Question, Series, Survey


async def publish_survey(session: AsyncSession, survey: Survey, now: datetime) -> None:
    """Ask from now on: the draft's first time, or after a pause, or reopened."""
    survey.state = "live"
    survey.published_at = survey.published_at or now
    session.add(survey)
    if await open_series(session, survey) is None:
        await _start_series(session, survey, now)


async def pause_survey(_session: AsyncSession, survey: Survey, _now: datetime) -> None:
    """Stop asking for a while. What is on its way is still taken."""
    survey.state = "paused"


async def close_survey(_session: AsyncSession, survey: Survey, _now: datetime) -> None:
    """Stop asking and refuse answers; reopening takes it back."""
    survey.state = "closed"


# What a person may do in each state, in the order it is offered.
ACTS = {
    "publish": publish_survey,
    "pause": pause_survey,
    "resume": publish_survey,
    "close": close_survey,
    "reopen": publish_survey,
}
ASKING = tuple(act for act, do in ACTS.items() if do is publish_survey)
ALLOWED = {
    "draft": ("publish",),
    "live": ("pause", "close"),
    "paused": ("resume", "close"),
    "closed": ("reopen",),
}


def allowed_acts(survey: Survey) -> tuple[str, ...]:
    return () if survey.archived_at else ALLOWED[survey.state]


async def open_series(session: AsyncSession, survey: Survey) -> Series | None:
    """The series that takes today's answers."""
    found = await session.exec(
        select(Series).where(
            Series.workspace_id == survey.workspace_id,
            Series.survey_id == survey.id,
            col(Series.closed_at).is_(None),
        )
    )
    return found.first()


async def next_series(session: AsyncSession, survey: Survey, now: datetime) -> bool:
    """Close the open series and open the next: a seam. False when none was open yet."""
    series = await open_series(session, survey)
    if series is None:
        return False
    series.closed_at = now
    await session.flush()
    await _start_series(session, survey, now)
    return True


async def break_line(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoint_id: uuid.UUID, now: datetime
) -> int:
    """A seam in every line of a touchpoint, because it now stands elsewhere. How many."""
    surveys = await session.exec(
        select(Survey)
        .where(Survey.workspace_id == workspace_id, Survey.touchpoint_id == touchpoint_id)
        .order_by(col(Survey.id))
        .with_for_update()
    )
    return sum([await next_series(session, survey, now) for survey in surveys.all()])


async def _start_series(session: AsyncSession, survey: Survey, now: datetime) -> None:
    question = await session.get_one(Question, (survey.workspace_id, survey.question_id))
    newest = await session.exec(
        select(func.coalesce(func.max(Series.number), 0)).where(
            Series.workspace_id == survey.workspace_id, Series.survey_id == survey.id
        )
    )
    series = Series(
        workspace_id=survey.workspace_id,
        survey_id=survey.id,
        number=newest.one() + 1,
        metric=question.metric,
        texts=question.texts,
        opened_at=now,
    )
    session.add(series)
    await session.flush()
