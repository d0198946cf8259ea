"""Where surveys hang: the journey tree from the survey up, read by one chain of joins.

Pages, files, commands and the widget read it here, in one order: that of the journeys.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.kept import while_shaped
from feedback.scoring import METRICS, Metric
from feedback.surveys.models import Question, Series, Survey
from feedback.tenancy import refers

PLACE = 8_000  # bytes of a series with all it belongs to, about


@dataclass(frozen=True, slots=True)
class SurveyAt:
    """A survey with its words and the touchpoint it hangs on."""

    survey: Survey
    question: Question
    touchpoint: Touchpoint
    stage: Stage
    journey: Journey

    @property
    def is_gone(self) -> bool:
        """Archived itself, or with something above it."""
        return self.survey.archived_at is not None or self.is_homeless

    @property
    def is_homeless(self) -> bool:
        """Its touchpoint is archived, or something above that."""
        parts = (self.touchpoint, self.stage, self.journey)
        return any(part.archived_at is not None for part in parts)


@dataclass(frozen=True, slots=True)
class SeriesAt(SurveyAt):
    """Where a series of answers comes from."""

    series: Series

    @property
    def metric(self) -> Metric:
        return METRICS[self.series.metric]


async def load_surveys(
    session: AsyncSession, workspace_id: uuid.UUID, *wanted: Any
) -> list[SurveyAt]:
    """Every survey of the workspace that `wanted` conditions leave."""
    found = await session.exec(_in_order(workspace_id).where(*wanted))
    return [SurveyAt(*row) for row in found]


@while_shaped(lambda found: PLACE * len(found))
async def load_asked_series(
    session: AsyncSession, workspace_id: uuid.UUID
) -> dict[uuid.UUID, SeriesAt]:
    """Every series of the workspace with all it belongs to, by series id."""
    joined = _in_order(workspace_id).join(Series, refers(Series.survey_id, Survey))
    found = await session.exec(joined.add_columns(Series).order_by(col(Series.id)))
    return {row[-1].id: SeriesAt(*row) for row in found}


def _in_order(workspace_id: uuid.UUID) -> Any:
    parts: Any = (Survey, Question, Touchpoint, Stage, Journey)
    return (
        select(*parts)
        .select_from(Survey)
        .join(Question, refers(Survey.question_id, Question))
        .join(Touchpoint, refers(Survey.touchpoint_id, Touchpoint))
        .join(Stage, refers(Touchpoint.stage_id, Stage))
        .join(Journey, refers(Stage.journey_id, Journey))
        .where(Survey.workspace_id == workspace_id)
        .order_by(
            *(key for part in (Journey, Stage, Touchpoint) for key in _order(part)), col(Survey.id)
        )
    )


def _order(part: Any) -> tuple[Any, Any]:
    return part.position, part.id
