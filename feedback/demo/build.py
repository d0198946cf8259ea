"""Builds the demo's database: the journey, its surveys, the answers, and a way in."""

import heapq
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey, Workspace
from feedback.accounts.setup import add_member, create_workspace, make_link
from feedback.db import Database
from feedback.demo import shop
from feedback.demo.answers import (
    COUNTRIES,
    DEVICES,
    PLANS,
    Answers,
    Month,
    People,
    make_answers,
    make_people,
    months_until,
)
from feedback.imports.cells import EPOCH
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.migrate import upgrade
from feedback.responses.bulk import NewResponse, Origin, no_search_for_cycles, store_all
from feedback.responses.models import DisplayCount
from feedback.settings import Settings
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.texts import suggested_texts

if TYPE_CHECKING:
    import numpy as np

SEED = 20_170_508
_BATCH = 10_000
# When the survey of customer service got other words, in months before the running one.
_REWORDED = 14


async def build_demo(settings: Settings, now: datetime, *, seed: int = SEED) -> str:
    """Fill a new SQLite file; the path of a link that signs in. An old file is replaced.

    The same seed and day make the same answers.
    """
    import numpy as np

    path = settings.sqlite_file
    assert path is not None
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    upgrade(settings.url)
    random = np.random.default_rng(seed)
    people = make_people(random)
    answers = [make_answers(random, point, people, now) for point in shop.POINTS]
    months = months_until(now)
    database = Database(settings.url)
    try:
        async with database.write() as session:
            builder = _Builder(session, random, months, now)
            workspace = await builder.workspace()
            await builder.journey()
            for found in answers:
                builder.displays(found)
            user = await add_member(session, workspace, shop.EMAIL, role="owner", now=now)
            link = await make_link(session, "demo", now, user.id)
    finally:
        await database.close()
    rows = _responses(builder, answers, people)
    with no_search_for_cycles():
        await store_all(settings, Origin(workspace.id, now), _batches(rows), lambda done: None)
    return link


class _Builder:
    """Makes the rows around the answers, with ids from the seed."""

    def __init__(
        self,
        session: AsyncSession,
        random: "np.random.Generator",
        months: Sequence[Month],
        now: datetime,
    ) -> None:
        self._session = session
        self.random = random
        self.months = months
        self._now = now
        self._opened = datetime(
            months[0].first.year, months[0].first.month, 1, tzinfo=ZoneInfo(shop.TIME_ZONE)
        )
        self.surveys: dict[str, UUID] = {}
        self.series: dict[str, list[UUID]] = {}

    async def workspace(self) -> Workspace:
        self._workspace = await create_workspace(
            self._session,
            key="default",
            name=shop.WORKSPACE,
            time_zone=shop.TIME_ZONE,
            language="en",
            now=self._opened,
        )
        return self._workspace

    async def journey(self) -> None:
        journey = Journey(**self._key(), name=shop.JOURNEY, created_at=self._opened)
        await self._add(journey)
        for position, part in enumerate(shop.STAGES):
            stage = Stage(
                **self._key(),
                journey_id=journey.id,
                name=part.name,
                position=position,
                headline_metric=part.headline,
                target=part.target,
            )
            await self._add(stage)
            for place, point in enumerate(part.points):
                await self._touchpoint(stage, place, point)

    async def _touchpoint(self, stage: Stage, position: int, point: shop.Point) -> None:
        touchpoint = Touchpoint(
            **self._key(),
            stage_id=stage.id,
            name=point.name,
            place=point.place,
            position=position,
            owner=point.owner,
            target=point.target,
        )
        await self._add(touchpoint)
        texts = _texts(point, shop.QUESTIONS.get(point.key))
        question = Question(**self._key(), metric=point.metric, texts=texts)
        await self._add(question)
        survey = Survey(
            **self._key(),
            touchpoint_id=touchpoint.id,
            question_id=question.id,
            key=f"demo-{point.key}",
            name=point.name,
            state="live",
            created_at=self._opened,
            published_at=self._opened,
        )
        await self._add(survey)
        self.surveys[point.key] = survey.id
        public = PublicKey(
            key=survey.key, workspace_id=self._workspace.id, kind="survey", id=survey.id
        )
        await self._add(public)
        await self._series(point, survey, texts)

    async def _series(self, point: shop.Point, survey: Survey, texts: dict[str, Any]) -> None:
        common: dict[str, Any] = {"survey_id": survey.id, "metric": point.metric}
        self.series[point.key] = []
        opened, number = self._opened, 1
        if point.reworded:
            first = self.months[len(self.months) - 1 - _REWORDED].first
            changed = opened.replace(year=first.year, month=first.month)
            words = _texts(point, shop.OLD_SERVICE_QUESTION)
            old = Series(**self._key(), **common, texts=words, opened_at=opened, closed_at=changed)
            await self._add(old)
            self.series[point.key].append(old.id)
            opened, number = changed, 2
        series = Series(**self._key(), **common, number=number, texts=texts, opened_at=opened)
        await self._add(series)
        self.series[point.key].append(series.id)

    def series_at(self, point: shop.Point, month: int) -> UUID:
        known = self.series[point.key]
        is_old = len(known) > 1 and month < len(self.months) - 1 - _REWORDED
        return known[0] if is_old else known[-1]

    def displays(self, found: Answers) -> None:
        """How often people were asked; the newsletter asked and nobody answered."""
        point = found.point
        names = [name for name, _ in point.channels]
        asked = Counter(zip(found.month.tolist(), found.channel.tolist(), strict=True))
        if point.key == "newsletter":
            asked = Counter({(month, 0): 40 for month in range(len(self.months))})
        for (month, channel), n in asked.items():
            shown = int(n / point.rate) if point.rate else 0
            kind = "invited" if names[channel] == "email" else "shown"
            self._display(point, names[channel], month, kind, shown)
            if kind == "shown":
                self._display(point, names[channel], month, "dismissed", int(shown * 0.3))

    def _display(self, point: shop.Point, channel: str, month: int, kind: str, n: int) -> None:
        if n:
            self._session.add(
                DisplayCount(
                    workspace_id=self._workspace.id,
                    series_id=self.series_at(point, month),
                    channel=channel,
                    month=self.months[month].first,
                    kind=kind,
                    n=n,
                )
            )

    def _key(self) -> dict[str, Any]:
        own = UUID(bytes=self.random.bytes(16), version=4)
        return {"workspace_id": self._workspace.id, "id": own}

    async def _add(self, row: SQLModel) -> None:
        self._session.add(row)
        await self._session.flush()


def _texts(point: shop.Point, question: tuple[str, str] | None) -> dict[str, dict[str, str]]:
    texts = suggested_texts(point.metric, shop.WORKSPACE)
    if question is not None:
        texts["en"]["question"], texts["fr"]["question"] = question
    return texts


def _responses(
    builder: _Builder, answers: Sequence[Answers], people: People
) -> Iterator[NewResponse]:
    """Every answer, in the order of time: rows that lie side by side are stored faster."""
    kinds = [
        [[_properties(*kind) for kind in ((c, d, p) for p, _ in PLANS)] for d, _ in DEVICES]
        for c, _ in COUNTRIES
    ]
    points = [_at_point(builder, found, people, kinds) for found in answers]
    return heapq.merge(*points, key=attrgetter("answered_at"))


def _properties(country: str, device: str, plan: str) -> str:
    return json.dumps({"country": country, "device": device, "plan": plan})


def _at_point(
    builder: _Builder, found: Answers, people: People, kinds: list[list[list[str]]]
) -> Iterator[NewResponse]:
    point, months = found.point, builder.months
    survey_id = builder.surveys[point.key].bytes
    series = [builder.series_at(point, month).bytes for month in range(len(months))]
    channels = [name for name, _ in point.channels]
    tails = builder.random.bytes(26 * len(found.at))
    order = found.at.argsort(kind="stable")
    comments = [found.comment[at] for at in order]
    columns = (found.at, found.month, found.rating, found.channel, found.customer)
    rows = zip(*(column[order].tolist() for column in columns), strict=True)
    country, device, plan = people.country.tolist(), people.device.tolist(), people.plan.tolist()
    for number, (at, month, rating, channel, who) in enumerate(rows):
        tail = tails[26 * number : 26 * number + 26]
        french = people.is_french(who)
        yield NewResponse(
            survey_id=survey_id,
            series_id=series[month],
            id=UUID(int=_uuid7(at, tail[:10])).bytes,
            digest=tail[10:],
            rating=rating,
            answered_at=EPOCH + timedelta(milliseconds=at),
            month=months[month].first,
            channel=channels[channel],
            comment=comments[number],
            properties=kinds[country[who]][device[who]][plan[who]],
            respondent_key=people.key[16 * who : 16 * who + 16],
            locale="fr" if french else "en",
            page=_page(point.key) if channels[channel] == "widget" else None,
        )


def _uuid7(milliseconds: int, tail: bytes) -> int:
    value = milliseconds << 80 | int.from_bytes(tail)
    return value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62


def _page(key: str) -> str:
    return f"https://harbour-coffee.example/{key}"


def _batches(rows: Iterator[NewResponse]) -> Iterator[list[NewResponse]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
