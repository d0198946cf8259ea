"""Fresh, migrated databases with a shop of 20 touchpoints in 5 stages, each with a live survey."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import PublicKey, Workspace
from feedback.accounts.sessions import open_session
from feedback.accounts.setup import add_member, create_workspace
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.migrate import upgrade
from feedback.surveys.models import Question, Series, Survey

STAGES = ("Discover", "Choose", "Pay", "Receive", "Get help")
TOUCHPOINTS = ("On the site", "In the shop", "By phone", "By mail")
METRICS = ("nps", "csat_5", "ces_ease_5", "nps")
TEXTS = {"en": {"question": "How was it?", "low": "Bad", "high": "Good", "comment": "Why?"}}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where answers go: a live survey and its series."""

    key: str
    survey_id: uuid.UUID
    series_id: uuid.UUID
    metric: str


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace to be filled, and the cookie of its owner."""

    url: URL
    workspace_id: uuid.UUID
    site_key: str
    slots: list[Slot]
    cookie: str


def sqlite_url(file: Path) -> URL:
    return make_url(f"sqlite+aiosqlite:///{file}")


def open_shop(url: URL) -> Shop:
    """Migrate an empty database and set the shop up in it."""
    upgrade(url)
    return asyncio.run(_open_shop(url))


async def _open_shop(url: URL) -> Shop:
    now = clock.now()
    opened = now - timedelta(days=3 * 365)
    database = Database(url)
    async with database.write() as session:
        workspace = await create_workspace(
            session, key="shop", name="Shop", time_zone="UTC", language="en", now=opened
        )
        owner = await add_member(session, workspace, "owner@example.org", role="owner", now=opened)
        slots = await _open_journey(session, workspace, opened)
        cookie = await open_session(session, owner.id, workspace.id, now)
        site_key = uuid.uuid4().hex[:12]
        session.add(PublicKey(key=site_key, workspace_id=workspace.id, kind="site", id=new_id()))
    await database.close()
    return Shop(url, workspace.id, site_key, slots, f"feedback_session={cookie}")


async def _open_journey(
    session: AsyncSession, workspace: Workspace, opened: datetime
) -> list[Slot]:
    at: dict[str, Any] = {"workspace_id": workspace.id}
    journey = Journey(**at, id=new_id(), name="Buying", created_at=opened)
    stages = [
        Stage(
            **at, id=new_id(), journey_id=journey.id, name=name, position=n, headline_metric="nps"
        )
        for n, name in enumerate(STAGES)
    ]
    touchpoints = [
        Touchpoint(**at, id=new_id(), stage_id=stage.id, name=name, position=n)
        for stage in stages
        for n, name in enumerate(TOUCHPOINTS)
    ]
    for level in ([journey], stages, touchpoints):
        session.add_all(level)
        await session.flush()
    return [
        await _open_survey(session, touchpoint, METRICS[n % len(METRICS)], opened)
        for n, touchpoint in enumerate(touchpoints)
    ]


async def _open_survey(
    session: AsyncSession, touchpoint: Touchpoint, metric: str, opened: datetime
) -> Slot:
    at: dict[str, Any] = {"workspace_id": touchpoint.workspace_id}
    question = Question(**at, id=new_id(), metric=metric, texts=TEXTS)
    survey = Survey(
        **at, id=new_id(), touchpoint_id=touchpoint.id, question_id=question.id,
        key=uuid.uuid4().hex[:12], name=touchpoint.name, state="live", created_at=opened,
        published_at=opened,
    )  # fmt: skip
    public = PublicKey(
        key=survey.key, kind="survey", workspace_id=survey.workspace_id, id=survey.id
    )
    series = Series(
        **at, id=new_id(), survey_id=survey.id, metric=metric, texts=TEXTS, opened_at=opened
    )
    for row in (question, survey, public, series):
        session.add(row)
        await session.flush()
    return Slot(survey.key, survey.id, series.id, metric)
