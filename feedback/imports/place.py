"""Where imported answers go: workspace, journey, stages, touchpoints, surveys, series.

What is there by its name is used; what is missing is made. Imported surveys are closed: they show
their history on the board and take no new answers until somebody publishes them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey, Workspace
from feedback.accounts.setup import make_public_key
from feedback.db import new_id
from feedback.errors import FeedbackError
from feedback.imports.mapping import MappingFile, StagePart, TouchpointPart
from feedback.imports.which import SurveySpec
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.overall import find_overall, mark_overall

M = TypeVar("M", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Target:
    """The survey and series that the answers to one column belong to."""

    survey_id: uuid.UUID
    series_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Span:
    """The first and last moment in the file, and the moment of the import."""

    first: datetime
    last: datetime
    now: datetime


async def place_surveys(
    session: AsyncSession,
    workspace: Workspace,
    mapping: MappingFile,
    specs: Sequence[SurveySpec],
    span: Span,
) -> list[Target]:
    """The place of each of `specs`, in order; running it again makes nothing twice."""
    placer = _Placer(session, workspace, mapping, span)
    await placer.place_journey(specs)
    places = [await placer.place_survey(spec) for spec in specs]
    for spec, place in zip(specs, places, strict=True):
        if _is_overall(mapping, spec):
            await placer.mark_overall(place)
    return places


class _Placer:
    def __init__(
        self, session: AsyncSession, workspace: Workspace, mapping: MappingFile, span: Span
    ) -> None:
        self._session = session
        self._workspace_id = workspace.id
        self._language = mapping.workspace.language
        self._mapping = mapping
        self._span = span
        self._touchpoints: dict[str, Touchpoint] = {}

    async def place_journey(self, specs: Sequence[SurveySpec]) -> None:
        part = self._mapping.journey
        journey = await self._first(Journey, Journey.name == part.name, _kept(Journey))
        if journey is None:
            at = await self._count(Journey)
            journey = Journey(**self._key(), name=part.name, position=at, created_at=self._span.now)
            await self._add(journey)
        for stage in part.stages:
            await self._place_stage(journey, stage, specs)

    async def _place_stage(
        self, journey: Journey, part: StagePart, specs: Sequence[SurveySpec]
    ) -> None:
        in_journey = Stage.journey_id == journey.id
        stage = await self._first(Stage, in_journey, Stage.name == part.name, _kept(Stage))
        own = [spec for spec in specs if spec.stage == part.name]
        if stage is None:
            stage = Stage(
                **self._key(),
                journey_id=journey.id,
                name=part.name,
                position=await self._count(Stage, in_journey),
                headline_metric=part.headline or (own[0].metric if own else None),
                target=part.target,
            )
            await self._add(stage)
        named = {point.name: point for point in part.touchpoints}
        for spec in own:
            named.setdefault(spec.touchpoint, TouchpointPart(name=spec.touchpoint))
        for point in named.values():
            self._touchpoints[point.name] = await self._place_touchpoint(journey, stage, point)

    async def _place_touchpoint(
        self, journey: Journey, stage: Stage, part: TouchpointPart
    ) -> Touchpoint:
        # Anywhere in the journey: somebody may have moved it to another stage since.
        stages = select(Stage.id).where(
            Stage.workspace_id == self._workspace_id, Stage.journey_id == journey.id
        )
        found = await self._first(
            Touchpoint,
            col(Touchpoint.stage_id).in_(stages),
            Touchpoint.name == part.name,
            _kept(Touchpoint),
        )
        if found is not None:
            return found
        touchpoint = Touchpoint(
            **self._key(),
            stage_id=stage.id,
            name=part.name,
            place=part.place,
            position=await self._count(Touchpoint, Touchpoint.stage_id == stage.id),
            owner=part.owner,
            target=part.target,
        )
        await self._add(touchpoint)
        return touchpoint

    async def place_survey(self, spec: SurveySpec) -> Target:
        touchpoint = self._touchpoints[spec.touchpoint]
        survey = await self._find_survey(spec, touchpoint)
        if survey is None:
            survey = await self._make_survey(spec, touchpoint)
        elif survey.is_anonymous:
            raise FeedbackError(
                f"The survey “{survey.name}” at “{touchpoint.name}” is anonymous: the rows of a "
                "file would lead to its answers. Name another touchpoint."
            )
        series = await self._find_series(survey, spec)
        if series is None:
            series = await self._make_series(survey, spec)
        elif self._span.first < series.opened_at:
            series.opened_at = self._span.first
            self._session.add(series)
        return Target(survey.id, series.id)

    async def _find_survey(self, spec: SurveySpec, touchpoint: Touchpoint) -> Survey | None:
        questions = select(Question.id).where(
            Question.workspace_id == self._workspace_id, Question.metric == spec.metric
        )
        named = [Survey.name == spec.name] if spec.name else []
        return await self._first(
            Survey,
            Survey.touchpoint_id == touchpoint.id,
            col(Survey.question_id).in_(questions),
            _kept(Survey),
            *named,
        )

    async def _make_survey(self, spec: SurveySpec, touchpoint: Touchpoint) -> Survey:
        question = Question(
            **self._key(),
            metric=spec.metric,
            texts=self._texts(spec),
            default_language=self._language,
        )
        await self._add(question)
        survey = Survey(
            **self._key(),
            touchpoint_id=touchpoint.id,
            question_id=question.id,
            key=make_public_key(),
            name=spec.name or touchpoint.name,
            state="closed",
            created_at=self._span.now,
            published_at=self._span.first,
        )
        await self._add(survey)
        await self._add(
            PublicKey(key=survey.key, workspace_id=self._workspace_id, kind="survey", id=survey.id)
        )
        return survey

    async def mark_overall(self, place: Target) -> None:
        """Mark the survey, unless somebody marked one of this journey before."""
        survey = await self._session.get_one(Survey, (self._workspace_id, place.survey_id))
        if await find_overall(self._session, survey) is None:
            await mark_overall(self._session, survey)

    async def _find_series(self, survey: Survey, spec: SurveySpec) -> Series | None:
        """The series that asked in these words; any, when the mapping does not say the words."""
        statement = (
            select(Series)
            .where(
                Series.workspace_id == self._workspace_id,
                Series.survey_id == survey.id,
                Series.metric == spec.metric,
            )
            .order_by(col(Series.number))
        )
        words = dict(spec.question)
        for series in await self._session.exec(statement):
            asked = {code: series.texts.get(code, {}).get("question") for code in words}
            if asked == words:
                return series
        return None

    async def _make_series(self, survey: Survey, spec: SurveySpec) -> Series:
        number = await self._count(Series, Series.survey_id == survey.id) + 1
        series = Series(
            **self._key(),
            survey_id=survey.id,
            number=number,
            metric=spec.metric,
            texts=self._texts(spec),
            opened_at=self._span.first,
            # Beside a series that is still asked, history must not become the open one.
            closed_at=None if number == 1 else self._span.last,
        )
        await self._add(series)
        return series

    def _texts(self, spec: SurveySpec) -> dict[str, Any]:
        rest = {"low": "", "high": "", "comment": "", "thanks": ""}
        words = dict(spec.question) or {self._language: spec.name or spec.touchpoint}
        return {code: {"question": text, **rest} for code, text in words.items()}

    def _key(self) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": new_id()}

    async def _add(self, row: SQLModel) -> None:
        self._session.add(row)
        await self._session.flush()

    async def _first(self, model: type[M], *conditions: Any) -> M | None:
        own: Any = model
        statement = select(own).where(own.workspace_id == self._workspace_id, *conditions)
        found: M | None = (await self._session.exec(statement.order_by(own.id).limit(1))).first()
        return found

    async def _count(self, model: Any, *conditions: Any) -> int:
        counted = select(func.count()).select_from(model)
        statement = counted.where(model.workspace_id == self._workspace_id, *conditions)
        return (await self._session.exec(statement)).one()


def _is_overall(mapping: MappingFile, spec: SurveySpec) -> bool:
    return any(
        (rating.touchpoint, rating.metric, rating.survey)
        == (spec.touchpoint, spec.metric, spec.name)
        for rating in mapping.ratings
        if rating.overall
    )


def _kept(model: Any) -> Any:
    return col(model.archived_at).is_(None)
