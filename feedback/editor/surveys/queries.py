"""Surveys as pages read them: where they stand, what they ask, how many answered."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey
from feedback.readings.journey import JourneyInfo, read_journeys
from feedback.readings.queries import counts_table
from feedback.responses.small_groups import large_cells
from feedback.surveys.models import Question, Series, Survey
from feedback.tenancy import refers


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """A survey with its metric and counted answers; `shared_by` surveys use its words."""

    survey: Survey
    metric: str
    answers: int
    shared_by: int


async def load_rows(
    session: AsyncSession, workspace_id: uuid.UUID
) -> dict[uuid.UUID, list[SurveyRow]]:
    """Every survey by its touchpoint, oldest first."""
    surveys = await session.exec(
        select(Survey, Question.metric)
        .join(Question, refers(Survey.question_id, Question))
        .where(Survey.workspace_id == workspace_id)
        .order_by(col(Survey.id))
    )
    pairs = list(surveys)
    answers = await count_answers(session, workspace_id)
    sharing: dict[uuid.UUID, int] = defaultdict(int)
    for survey, _metric in pairs:
        sharing[survey.question_id] += 1
    rows: dict[uuid.UUID, list[SurveyRow]] = defaultdict(list)
    for survey, metric in pairs:
        row = SurveyRow(survey, metric, answers.get(survey.id, 0), sharing[survey.question_id])
        rows[survey.touchpoint_id].append(row)
    return dict(rows)


async def load_grouped(
    session: AsyncSession, workspace_id: uuid.UUID
) -> tuple[Sequence[JourneyInfo], dict[uuid.UUID, list[SurveyRow]]]:
    """The journeys, and the surveys of each touchpoint."""
    return await read_journeys(session, workspace_id), await load_rows(session, workspace_id)


async def count_answers(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    survey_id: uuid.UUID | None = None,
    *,
    of: Collection[uuid.UUID] = (),
) -> dict[uuid.UUID, int]:
    """Counted answers by survey, of these alone where some are named; with `survey_id` by series
    of that survey. Of an anonymous survey those that may be shown."""
    key = Series.id if survey_id else Series.survey_id
    counts = counts_table()
    wanted = (
        select(key, func.sum(counts.c.n))
        .join(
            counts,
            (counts.c.workspace_id == Series.workspace_id) & (counts.c.series_id == Series.id),
        )
        .where(
            Series.workspace_id == workspace_id,
            *await large_cells(session, workspace_id, counts.c),
        )
        .group_by(col(key))
    )
    if survey_id is not None:
        wanted = wanted.where(Series.survey_id == survey_id)
    if of:
        wanted = wanted.where(col(Series.survey_id).in_(of))
    return {found: int(n) for found, n in await session.exec(wanted)}


async def load_series(
    session: AsyncSession, workspace_id: uuid.UUID, survey_id: uuid.UUID
) -> list[Series]:
    """The series of a survey, newest first."""
    found = await session.exec(
        select(Series)
        .where(Series.workspace_id == workspace_id, Series.survey_id == survey_id)
        .order_by(col(Series.number).desc())
    )
    return list(found)


async def metric_at(
    session: AsyncSession, workspace_id: uuid.UUID, touchpoint_id: uuid.UUID
) -> str | None:
    """What the newest survey in use asks at a touchpoint: the metric its target is for."""
    found = await session.exec(
        select(Question.metric)
        .join(Survey, refers(Survey.question_id, Question))
        .where(
            Question.workspace_id == workspace_id,
            Survey.touchpoint_id == touchpoint_id,
            col(Survey.archived_at).is_(None),
        )
        .order_by(col(Survey.id).desc())
        .limit(1)
    )
    return found.first()


async def site_keys(session: AsyncSession, workspace_id: uuid.UUID) -> list[str]:
    """The keys that embed every live survey of the workspace."""
    found = await session.exec(
        select(PublicKey.key)
        .where(PublicKey.workspace_id == workspace_id, PublicKey.kind == "site")
        .order_by(col(PublicKey.key))
    )
    return list(found)


def in_use(rows: Iterable[SurveyRow]) -> list[SurveyRow]:
    return [row for row in rows if row.survey.archived_at is None]
