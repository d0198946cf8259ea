"""The words surveys share: write them, change them, copy them for one survey alone."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey
from feedback.accounts.setup import make_public_key
from feedback.db import new_id
from feedback.editor.surveys.schemas import QuestionIn
from feedback.journeys.models import Touchpoint
from feedback.surveys.models import Question, Survey
from feedback.surveys.publish import next_series, open_series
from feedback.surveys.texts import is_new_wording


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does: how many surveys it reaches, and whether their lines break."""

    surveys: int
    seams: int
    drops_targets: bool = False


async def create_surveys(
    session: AsyncSession,
    touchpoints: list[Touchpoint],
    wanted: QuestionIn,
    now: datetime,
    *,
    name: str = "",
) -> list[Survey]:
    """One draft at each touchpoint, all asking in the same words. `name`: else the touchpoint's."""
    question = Question(
        workspace_id=touchpoints[0].workspace_id,
        metric=wanted.metric,
        texts=wanted.texts,
        default_language=wanted.default_language,
    )
    session.add(question)
    await session.flush()
    surveys = [_survey(touchpoint, question, name, now) for touchpoint in touchpoints]
    session.add_all(surveys)
    session.add_all(
        PublicKey(key=s.key, workspace_id=s.workspace_id, kind="survey", id=s.id) for s in surveys
    )
    await session.flush()
    return surveys


async def change_question(
    session: AsyncSession, question: Question, wanted: QuestionIn, now: datetime
) -> Effect:
    """Give the question its new words and metric, in every survey that shares it.

    A changed metric or score text starts the next series of each; comment, thanks and further
    languages never do, and a typo (`wanted.is_typo`) does not if the metric stays.
    """
    surveys = await sharing_surveys(session, question, for_update=True)
    effect = await expected_effect(session, question, wanted)
    changed_metric = question.metric != wanted.metric
    question.metric, question.texts = wanted.metric, wanted.texts
    question.default_language = wanted.default_language
    await session.flush()
    for survey in surveys:
        if effect.seams:
            await next_series(session, survey, now)
        elif (series := await open_series(session, survey)) is not None:
            series.texts = wanted.texts
        if changed_metric:
            # A target of +50 means nothing once the touchpoint asks for a share or a mean.
            (await _touchpoint_of(session, survey)).target = None
    return effect


async def expected_effect(session: AsyncSession, question: Question, wanted: QuestionIn) -> Effect:
    """What `change_question` would do, without doing it."""
    surveys = await sharing_surveys(session, question)
    changed_metric = question.metric != wanted.metric
    reworded = is_new_wording(question.texts, wanted.texts) and not wanted.is_typo
    seams = 0
    if changed_metric or reworded:
        seams = sum([await open_series(session, survey) is not None for survey in surveys])
    losing = [await _touchpoint_of(session, survey) for survey in surveys if changed_metric]
    drops_targets = any(touchpoint.target is not None for touchpoint in losing)
    return Effect(len(surveys), seams, drops_targets)


async def detach_question(session: AsyncSession, survey: Survey) -> bool:
    """Give the survey a copy of its question, its own from now on. No seam: the words stay.

    False when nothing was shared.
    """
    # The question is locked before its surveys, as when it is changed: nobody waits in a circle.
    question = await session.get_one(
        Question, (survey.workspace_id, survey.question_id), with_for_update=True
    )
    sharing = {each.id for each in await sharing_surveys(session, question, for_update=True)}
    if survey.id not in sharing or len(sharing) < 2:
        return False
    copy = Question(
        workspace_id=question.workspace_id,
        metric=question.metric,
        texts=question.texts,
        default_language=question.default_language,
    )
    session.add(copy)
    await session.flush()
    survey.question_id = copy.id
    return True


async def sharing_surveys(
    session: AsyncSession, question: Question, *, for_update: bool = False
) -> list[Survey]:
    """Every survey that asks in these words, archived ones too."""
    wanted = (
        select(Survey)
        .where(Survey.workspace_id == question.workspace_id, Survey.question_id == question.id)
        .order_by(col(Survey.id))
    )
    return list(await session.exec(wanted.with_for_update() if for_update else wanted))


async def drop_unused_question(
    session: AsyncSession, workspace_id: uuid.UUID, question_id: uuid.UUID
) -> None:
    """Delete a question that no survey asks any more."""
    asked = await session.exec(
        select(func.count())
        .select_from(Survey)
        .where(Survey.workspace_id == workspace_id, Survey.question_id == question_id)
    )
    if asked.one() == 0:
        await session.exec(
            delete(Question).where(
                col(Question.workspace_id) == workspace_id, col(Question.id) == question_id
            )
        )


def _survey(touchpoint: Touchpoint, question: Question, name: str, now: datetime) -> Survey:
    return Survey(
        workspace_id=touchpoint.workspace_id,
        id=new_id(),
        touchpoint_id=touchpoint.id,
        question_id=question.id,
        key=make_public_key(),
        name=name or touchpoint.name,
        created_at=now,
    )


async def _touchpoint_of(session: AsyncSession, survey: Survey) -> Touchpoint:
    return await session.get_one(Touchpoint, (survey.workspace_id, survey.touchpoint_id))
