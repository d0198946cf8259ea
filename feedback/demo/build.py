"""Builds the demo's database: the journey, its surveys, the answers, and a way in."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.accounts.models import PublicKey, User, Workspace
from feedback.accounts.setup import add_member, create_workspace, make_link
from feedback.calendar.models import Action
from feedback.db import Database
from feedback.demo import shop
from feedback.demo.answers import Answers, Month, make_answers, make_people, months_until
from feedback.demo.rows import Homes, batches
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.migrate import upgrade
from feedback.privacy.models import Privacy
from feedback.privacy.schemas import suggested
from feedback.responses.bulk import no_search_for_cycles, store_all
from feedback.responses.bulk_rows import Origin
from feedback.responses.models import DisplayCount
from feedback.scoring.months import shift_day
from feedback.settings import Settings
from feedback.surveys.models import Question, Series, Survey
from feedback.surveys.texts import suggested_texts
from feedback.versions import note_counts

if TYPE_CHECKING:
    import numpy as np

SEED = 20_170_508
# When the survey of customer service got other words, in months before the running one.
_REWORDED = 14


async def build_demo(settings: Settings, now: datetime, *, seed: int = SEED) -> str:
    """Fill a new SQLite file; the path of a link that signs in. An old file is replaced.

    The same seed makes the same answers all month long, each from its moment on.
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
    database = Database(settings.url, is_patient=True)
    try:
        async with database.write() as session:
            builder = _Builder(session, random, months, now)
            workspace = await builder.workspace()
            await builder.journey()
            for found in answers:
                builder.displays(found)
            await note_counts(session, workspace.id)
            user = await add_member(session, workspace, shop.EMAIL, role="owner", now=now)
            await builder.actions(user)
            link = await make_link(session, "demo", now, user.id)
    finally:
        await database.close()
    rows = batches(random, answers, people, builder.homes)
    with no_search_for_cycles():
        await store_all(settings, Origin(workspace.id, now), rows, lambda done: None)
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
        self.homes = Homes([month.first for month in months])
        self._series_of: dict[str, list[UUID]] = {}

    async def workspace(self) -> Workspace:
        self._workspace = await create_workspace(
            self._session,
            key="default",
            name=shop.WORKSPACE,
            time_zone=shop.TIME_ZONE,
            language="en",
            now=self._opened,
        )
        told = Privacy(
            workspace_id=self._workspace.id,
            responsible=shop.WORKSPACE,
            contact=shop.EMAIL,
            basis="interest",
            texts=suggested(shop.WORKSPACE),
            storage="visit",
            updated_at=self._opened,
        )
        await self._add(told)
        return self._workspace

    async def journey(self) -> None:
        journey = Journey(**self._key(), name=shop.JOURNEY, created_at=self._opened)
        await self._add(journey)
        self._journey_id = journey.id
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
        self.homes.touchpoints[point.key] = touchpoint.id
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
            is_overall=point.is_overall,
            created_at=self._opened,
            published_at=self._opened,
        )
        await self._add(survey)
        self.homes.surveys[point.key] = survey.id
        public = PublicKey(
            key=survey.key, workspace_id=self._workspace.id, kind="survey", id=survey.id
        )
        await self._add(public)
        await self._series(point, survey, texts)

    async def _series(self, point: shop.Point, survey: Survey, texts: dict[str, Any]) -> None:
        common: dict[str, Any] = {"survey_id": survey.id, "metric": point.metric}
        known = self._series_of[point.key] = []
        opened, number = self._opened, 1
        if point.reworded:
            first = self.months[len(self.months) - 1 - _REWORDED].first
            changed = opened.replace(year=first.year, month=first.month)
            words = _texts(point, shop.OLD_SERVICE_QUESTION)
            old = Series(**self._key(), **common, texts=words, opened_at=opened, closed_at=changed)
            await self._add(old)
            known.append(old.id)
            opened, number = changed, 2
        series = Series(**self._key(), **common, number=number, texts=texts, opened_at=opened)
        await self._add(series)
        known.append(series.id)
        changed_at = len(self.months) - 1 - _REWORDED
        self.homes.series[point.key] = [
            known[0] if month < changed_at else known[-1] for month in range(len(self.months))
        ]

    async def actions(self, user: User) -> None:
        """What the shop did and noted, on the days it did."""
        for deed in shop.DEEDS:
            first = shift_day(self.months[-1].first, -deed.age)
            texts = dict(zip(("en", "fr"), deed.sentences, strict=True)) if deed.sentences else None
            action = Action(
                **self._key(),
                journey_id=self._journey_id,
                touchpoint_id=self.homes.touchpoints.get(deed.point),
                kind=deed.kind,
                title=deed.title,
                details=deed.details,
                done_on=first.replace(day=deed.day),
                done_by=deed.by,
                public_texts=texts,
                author_id=user.id,
                created_at=self._now,
            )
            await self._add(action)

    def displays(self, found: Answers) -> None:
        """How often people were asked; the newsletter asked and nobody answered."""
        point = found.point
        names = [name for name, _ in point.channels]
        asked = Counter(zip(found.month.tolist(), found.channel.tolist(), strict=True))
        if point.key == "newsletter":
            asked = Counter({(month, 0): 40 for month in range(len(self.months))})
        for (month, channel), n in asked.items():
            rate = point.rate * self.random.normal(1, 0.05)
            shown = int(n / rate) if point.rate else 0
            kind = "invited" if names[channel] == "email" else "shown"
            self._display(point, names[channel], month, kind, shown)
            if kind == "shown":
                self._display(point, names[channel], month, "dismissed", int(shown * 0.3))

    def _display(self, point: shop.Point, channel: str, month: int, kind: str, n: int) -> None:
        if n:
            self._session.add(
                DisplayCount(
                    workspace_id=self._workspace.id,
                    series_id=self.homes.series[point.key][month],
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
