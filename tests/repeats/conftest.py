"""Answers of people, as ingest would have stored them, and their counts."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from feedback.db import Database
from feedback.repeats.count import count_repeats
from feedback.responses.ingest import id_at
from feedback.responses.models import Response
from feedback.responses.rollup import rebuild
from feedback.scoring.months import first_day
from feedback.surveys.models import Series
from tests.cast import Shop


@dataclass
class People:
    """Writes answers; who: any number stands for one person, None for nobody known."""

    database: Database
    shop: Shop
    written: int = 0

    async def answer(
        self,
        series: Series,
        month: str,
        answers: Sequence[tuple[int | None, int]],
        state: str = "counted",
    ) -> list[uuid.UUID]:
        """(who, rating) each, in one month."""
        ids = []
        async with self.database.write() as session:
            for who, rating in answers:
                self.written += 1
                day = first_day(month)
                moment = datetime(day.year, day.month, 3, tzinfo=UTC) + timedelta(
                    seconds=self.written
                )
                row = Response(
                    workspace_id=series.workspace_id,
                    id=id_at(moment),
                    series_id=series.id,
                    rating=rating,
                    channel="widget",
                    answered_at=moment,
                    received_at=moment,
                    month=day,
                    state=state,
                    respondent_key=None if who is None else who.to_bytes(16, "big"),
                )
                session.add(row)
                ids.append(row.id)
            await session.flush()
            await rebuild(session, series.workspace_id)
        return ids

    async def count(self) -> int:
        return await count_repeats(self.database, self.shop.workspace.id)


@pytest.fixture
def people(database: Database, shop: Shop) -> People:
    return People(database, shop)
