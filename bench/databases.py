"""Fresh, migrated databases with a shop of 20 touchpoints in 5 stages, each with a live survey.

The survey of the last touchpoint asks about the whole journey; two surveys are sent with a
`variant`; actions and a note stand on the calendar.
"""

import asyncio
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from sqlalchemy.engine import URL, make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import PublicKey, Workspace
from feedback.accounts.sessions import open_session
from feedback.accounts.setup import add_member, create_workspace
from feedback.calendar.models import Action
from feedback.db import Database, new_id
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.migrate import upgrade
from feedback.surveys.models import Question, Series, Survey
from tests.databases import PostgresMaker, postgres_server

STAGES = ("Discover", "Choose", "Pay", "Receive", "Get help")
TOUCHPOINTS = ("On the site", "In the shop", "By phone", "By mail")
METRICS = ("nps", "csat_5", "ces_ease_5", "nps")
VARIED = 2  # the first touchpoints' answers say which variant of a page they are about
ACTIONS = ((0, "action", 400), (1, "action", 200), (6, "action", 150), (None, "note", 300))
TEXTS = {
    "en": {
        "question": "How was it?",
        "low": "Bad",
        "high": "Good",
        "comment": "Why?",
        "thanks": "Thank you.",
    }
}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where answers go: a live survey and its series."""

    key: str
    survey_id: uuid.UUID
    series_id: uuid.UUID
    metric: str
    touchpoint_id: uuid.UUID
    is_varied: bool
    is_overall: bool


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace to be filled, and the cookie of its owner."""

    url: URL
    workspace_id: uuid.UUID
    site_key: str
    journey_id: uuid.UUID
    slots: list[Slot]
    action_id: uuid.UUID
    cookie: str


def sqlite_url(file: Path) -> URL:
    return make_url(f"sqlite+aiosqlite:///{file}")


@contextmanager
def postgres() -> Iterator[PostgresMaker]:
    """A server of the wheel, or the one of TEST_DATABASE_URL."""
    with ExitStack() as running:
        server = postgres_server()
        url = next(server)
        if "TEST_DATABASE_URL" not in os.environ:
            asyncio.run(_wait_for_the_disk(url))
        maker = PostgresMaker(url)
        running.callback(lambda: next(server, None))
        running.callback(maker.close)
        yield maker


async def _wait_for_the_disk(url: URL) -> None:
    """Tests do without; here each commit waits, as it does where answers are kept."""
    connection = await asyncpg.connect(dsn(url))
    for setting in ("fsync", "full_page_writes"):
        await connection.execute(f"ALTER SYSTEM RESET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


def dsn(url: URL) -> str:
    """An address as asyncpg takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def backends(url: URL) -> list[psutil.Process]:
    """The processes of PostgreSQL that work for this database, where they run on this machine."""
    return [] if url.get_backend_name() == "sqlite" else asyncio.run(_backends(url))


async def _backends(url: URL) -> list[psutil.Process]:
    connection = await asyncpg.connect(dsn(url))
    rows = await connection.fetch(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    await connection.close()
    here = [psutil.Process(row["pid"]) for row in rows if psutil.pid_exists(row["pid"])]
    return [process for process in here if process.name().startswith("postgres")]


@contextmanager
def postgres_url(maker: PostgresMaker) -> Iterator[URL]:
    """An empty, migrated database there."""
    made = maker.make()
    yield made.set(drivername="postgresql+asyncpg")
    maker.drop(made)


def open_shop(url: URL, places: Sequence[str] = TOUCHPOINTS) -> Shop:
    """Migrate an empty database and set the shop up in it, with these touchpoints in each stage."""
    upgrade(url)
    return asyncio.run(_open_shop(url, places))


async def _open_shop(url: URL, places: Sequence[str]) -> Shop:
    now = clock.now()
    opened = now - timedelta(days=3 * 365)
    database = Database(url)
    async with database.write() as session:
        workspace = await create_workspace(
            session, key="shop", name="Shop", time_zone="UTC", language="en", now=opened
        )
        owner = await add_member(session, workspace, "owner@example.org", role="owner", now=opened)
        journey, slots = await _open_journey(session, workspace, opened, places)
        action_id = await _add_actions(session, journey, slots, owner.id)
        cookie = await open_session(session, owner.id, workspace.id, now)
        site_key = uuid.uuid4().hex[:12]
        session.add(PublicKey(key=site_key, workspace_id=workspace.id, kind="site", id=new_id()))
    await database.close()
    cookie = f"feedback_session={cookie}"
    return Shop(url, workspace.id, site_key, journey.id, slots, action_id, cookie)


async def _open_journey(
    session: AsyncSession, workspace: Workspace, opened: datetime, places: Sequence[str]
) -> tuple[Journey, list[Slot]]:
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
        for n, name in enumerate(places)
    ]
    for level in ([journey], stages, touchpoints):
        session.add_all(level)
        await session.flush()
    return journey, [
        await _open_survey(session, touchpoint, n, opened, is_overall=n == len(touchpoints) - 1)
        for n, touchpoint in enumerate(touchpoints)
    ]


async def _open_survey(
    session: AsyncSession,
    touchpoint: Touchpoint,
    number: int,
    opened: datetime,
    *,
    is_overall: bool,
) -> Slot:
    at: dict[str, Any] = {"workspace_id": touchpoint.workspace_id}
    metric = METRICS[number % len(METRICS)]
    question = Question(**at, id=new_id(), metric=metric, texts=TEXTS)
    survey = Survey(
        **at, id=new_id(), touchpoint_id=touchpoint.id, question_id=question.id,
        key=uuid.uuid4().hex[:12], name=touchpoint.name, state="live", created_at=opened,
        published_at=opened, is_overall=is_overall,
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
    return Slot(
        survey.key, survey.id, series.id, metric, touchpoint.id, number < VARIED, survey.is_overall
    )


async def _add_actions(
    session: AsyncSession, journey: Journey, slots: list[Slot], author_id: uuid.UUID
) -> uuid.UUID:
    """The id of the first one; each some days ago, at a touchpoint or the whole journey."""
    now = clock.now()
    actions = [
        Action(
            workspace_id=journey.workspace_id,
            id=new_id(),
            journey_id=journey.id,
            kind=kind,
            touchpoint_id=None if place is None else slots[place].touchpoint_id,
            title=f"What was done {days} days ago",
            done_on=(now - timedelta(days=days)).date(),
            done_by="The team",
            author_id=author_id,
            created_at=now,
        )  # fmt: skip
        for place, kind, days in ACTIONS
    ]
    session.add_all(actions)
    await session.flush()
    return actions[0].id
