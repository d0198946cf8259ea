"""What survey tests read back: surveys, questions and their series."""

import uuid
from typing import Any

import pytest
from sqlmodel import col, select

from feedback.db import Database
from feedback.editor.surveys.schemas import field_name
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.texts import Texts
from tests import cast
from tests.cast import Shop


class Rows:
    """Reads the shop's surveys as they are now."""

    def __init__(self, database: Database, shop: Shop) -> None:
        self.database = database
        self.workspace_id = shop.workspace.id

    async def survey(self, id: uuid.UUID) -> Survey:
        async with self.database.read() as session:
            return await session.get_one(Survey, (self.workspace_id, id))

    async def surveys(self) -> list[Survey]:
        """Every survey, oldest first."""
        async with self.database.read() as session:
            found = await session.exec(
                select(Survey)
                .where(Survey.workspace_id == self.workspace_id)
                .order_by(col(Survey.id))
            )
            return list(found)

    async def question(self, survey: Survey) -> Question:
        now = await self.survey(survey.id)
        async with self.database.read() as session:
            return await session.get_one(Question, (self.workspace_id, now.question_id))

    async def series(self, survey: Survey) -> list[Series]:
        """Every series, oldest first."""
        async with self.database.read() as session:
            found = await session.exec(
                select(Series)
                .where(Series.workspace_id == self.workspace_id, Series.survey_id == survey.id)
                .order_by(col(Series.number))
            )
            return list(found)


def question_fields(metric: str, texts: Texts, **more: Any) -> dict[str, Any]:
    """The fields of a question as the form sends them."""
    fields: dict[str, Any] = {"metric": metric, "language": list(texts)}
    fields |= {
        field_name(language, key): text
        for language, written in texts.items()
        for key, text in written.items()
    }
    return fields | {"default_language": next(iter(texts), "en"), **more}


def changed(texts: Texts, language: str, **new: str) -> Texts:
    return {**texts, language: texts[language] | new}


@pytest.fixture
def rows(database: Database, shop: Shop) -> Rows:
    return Rows(database, shop)


@pytest.fixture
async def stranger(database: Database, shop: Shop) -> Shop:
    """Charlie's workspace, of which Alice must see nothing."""
    return await cast.open_shop(database, key="charlie")
