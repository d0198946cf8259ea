"""A shop with an overall survey, and people who rated it beside other touchpoints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback.db import Database, new_id
from feedback.journeys.models import Touchpoint
from feedback.responses.models import Response
from feedback.responses.rollup import rebuild
from feedback.surveys.models import Question, Series, Survey
from tests.cast import OPENED, TEXTS, Shop

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@dataclass
class People:
    """Writes answers as people gave them; the rollups follow."""

    database: Database
    shop: Shop
    touchpoints: dict[str, Touchpoint]
    series: dict[str, Series]
    overall: Series

    async def rate(
        self, ratings: Sequence[dict[str, int]], *, start: int = 0, days: int = 0
    ) -> None:
        """One person a row, so many days ago: ratings by touchpoint name, `overall` among them."""
        async with self.database.write() as session:
            for number, row in enumerate(ratings, start=start):
                key = number.to_bytes(4, "big") * 4
                moment = NOW - timedelta(days=days, hours=(number - start) % 600)
                for name, rating in row.items():
                    series = self.overall if name == "overall" else self.series[name]
                    session.add(self._response(series, rating, moment, respondent_key=key))
            await session.flush()
            await rebuild(session, self.shop.workspace.id)

    async def name(
        self,
        rating: int,
        named: Sequence[str] | None,
        times: int = 1,
        person: bytes | None = None,
    ) -> None:
        """So many gave the overall survey this rating and named these; None: not answered."""
        ids = None if named is None else [str(self.touchpoints[name].id) for name in named]
        answers = None if ids is None else {"counted_most": ids}
        async with self.database.write() as session:
            for number in range(times):
                moment = NOW - timedelta(minutes=number)
                session.add(
                    self._response(
                        self.overall, rating, moment, answers=answers, respondent_key=person
                    )
                )
            await session.flush()
            await rebuild(session, self.shop.workspace.id)

    def _response(self, series: Series, rating: int, moment: datetime, **more: Any) -> Response:
        return Response(
            workspace_id=self.shop.workspace.id,
            id=new_id(),
            series_id=series.id,
            rating=rating,
            channel="page",
            answered_at=moment,
            received_at=moment,
            month=moment.date().replace(day=1),
            **more,
        )


@pytest.fixture
async def people(database: Database, shop: Shop) -> People:
    return await ask_people(database, shop)


async def ask_people(database: Database, shop: Shop) -> People:
    """Five touchpoints asked CSAT 1-5, and the shop's NPS survey marked as the overall one."""
    touchpoints, series = {}, {}
    at: dict[str, Any] = {"workspace_id": shop.workspace.id}
    async with database.write() as session:
        survey = await session.get(Survey, (shop.workspace.id, shop.nps.id))
        assert survey is not None
        survey.is_overall = True
        for position, name in enumerate(("Search", "Basket", "Help", "Returns", "Parcel"), start=1):
            place = Touchpoint(
                **at, id=new_id(), stage_id=shop.care.id, name=name, position=position
            )
            session.add(place)
            await session.flush()
            series[name] = await _ask(session, place)
            touchpoints[name] = place
    return People(database, shop, touchpoints, series, shop.nps_series)


async def _ask(session: Any, place: Touchpoint) -> Series:
    at: dict[str, Any] = {"workspace_id": place.workspace_id}
    question = Question(**at, id=new_id(), metric="csat_5", texts=TEXTS)
    session.add(question)
    await session.flush()
    survey = Survey(
        **at, id=new_id(), touchpoint_id=place.id, question_id=question.id, key=place.name,
        name=place.name, state="live", created_at=OPENED, published_at=OPENED,
    )  # fmt: skip
    session.add(survey)
    await session.flush()
    series = Series(
        **at, id=new_id(), survey_id=survey.id, metric="csat_5", texts=TEXTS, opened_at=OPENED
    )
    session.add(series)
    await session.flush()
    return series
