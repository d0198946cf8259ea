"""What can happen to a shop: to its answers, its journey, its calendar, its readers."""

import asyncio
import json
import os
import random
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from msgspec.structs import replace
from sqlmodel import col

from feedback import clock
from feedback.accounts.models import Membership, User, Workspace
from feedback.calendar.models import Action
from feedback.db import Database, UtcDateTime
from feedback.imports.undo import undo_import
from feedback.journeys.models import Stage, Touchpoint
from feedback.outbox import computed
from feedback.outbox.computed import JobResult
from feedback.responses.ingest import month_of
from feedback.responses.outcome import Answer, Display
from feedback.responses.review import change_state
from feedback.responses.writer import make_store
from feedback.settings import Settings
from feedback.surveys.models import Survey
from tests.cast import Shop
from tests.conftest import KEY
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.responses.test_states import Say, answer

RENAME = """
import asyncio, sys, uuid
from feedback.db import Database
from feedback.journeys.models import Touchpoint
from feedback.models import metadata
from feedback.settings import load_settings


async def rename(workspace_id, id, name):
    database = Database(load_settings().url)
    async with database.write() as session:
        place = await session.get_one(Touchpoint, (uuid.UUID(workspace_id), uuid.UUID(id)))
        place.name = name
    await database.close()


asyncio.run(rename(*sys.argv[1:]))
"""


class Life:
    """One thing after another happens to a shop and its answers, as chance has it."""

    def __init__(self, seed: int, shop: Shop, database: Database, settings: Settings) -> None:
        self.chance = random.Random(seed)
        self.shop, self.database, self.settings = shop, database, settings
        self.store = make_store(settings)
        self.answers: list[Answer] = []
        self.imports: list[str] = []
        self.extra: uuid.UUID | None = None

    async def answered(self) -> None:
        """Now or long ago, by any channel, at either touchpoint; sometimes changed afterwards."""
        chance, shop = self.chance, self.shop
        at = datetime(2026, 3, 14, tzinfo=UTC) - timedelta(days=chance.choice((0, 0, 1, 20, 300)))
        survey, series, rating = chance.choice(
            ((shop.nps, shop.nps_series, chance.randint(0, 10)),
             (shop.csat, shop.csat_series, chance.randint(1, 5)))
        )  # fmt: skip
        made = replace(
            answer(shop, uuid.uuid4(), Say(0, 1, rating, "counted")),
            survey_id=survey.id, series_id=series.id, answered_at=at, response_id=uuid.uuid4(),
            month=month_of(at, ZoneInfo(shop.workspace.time_zone)),
            channel=chance.choice(("api", "email", "widget")),
        )  # fmt: skip
        await self.store.store([made])
        self.answers.append(made)

    async def corrected(self) -> None:
        if self.answers:
            made = self.chance.choice(self.answers)
            later = replace(
                made, seq=made.seq + 1, rating=1 + made.rating % 5, digest=os.urandom(16)
            )
            self.answers[self.answers.index(made)] = later
            await self.store.store([later])

    async def shown(self) -> None:
        series, month = self.shop.nps_series, self.chance.choice(((2026, 3), (2026, 1)))
        day = datetime(*month, 1).date()
        await self.store.store([Display(self.shop.workspace.id, series.id, "email", day, "shown")])

    async def reviewed(self) -> None:
        for made in self.chance.sample(self.answers, min(2, len(self.answers))):
            async with self.database.write() as session:
                await change_state(
                    session, self.shop.workspace.id, made.response_id,
                    self.chance.choice(("exclude", "restore")),
                    reason="a walk", user_id=self.shop.alice.id, now=clock.now(),
                )  # fmt: skip

    async def imported(self) -> None:
        """By another process, as an import is."""
        folder = Path(os.environ["PYTEST_FOLDER"])
        (folder / "map.toml").write_text(MAPPING)
        rows = [f"{uuid.uuid4().hex[:8]}{row[1:]}" for row in ROWS]
        (folder / "rows.csv").write_text("\n".join([HEADER, *rows]) + "\n")
        said = await self.by_another("import", str(folder / "rows.csv"), "--mapping",
                                     str(folder / "map.toml"))  # fmt: skip
        self.imports += [word for word in said.split() if _is_id(word.strip(".,:"))]

    async def undone(self) -> None:
        if self.imports:
            await undo_import(self.settings, None, self.imports.pop().strip(".,:"))

    async def moved(self) -> None:
        """A touchpoint that asks no more goes to the other stage: its line gets no seam there."""
        async with self.database.write() as session:
            key = (self.shop.workspace.id, self.shop.payment.id)
            payment = await session.get_one(Touchpoint, key)
            stages = {self.shop.checkout.id, self.shop.care.id}
            payment.stage_id = (stages - {payment.stage_id}).pop()

    async def flagged(self) -> None:
        """An action at one stage is a flag at all that stands in it."""
        shop = self.shop
        async with self.database.write() as session:
            session.add(
                Action(
                    workspace_id=shop.workspace.id, id=uuid.uuid4(), journey_id=shop.journey.id,
                    kind="action", stage_id=shop.checkout.id, title="A faster till",
                    done_on=date(2026, 1, 20), done_by="Ann", author_id=shop.alice.id,
                    created_at=clock.now(),
                )
            )  # fmt: skip

    async def recounted(self) -> None:
        await self.by_another("rollups", "rebuild")

    async def by_another(self, *words: str) -> str:
        return await self._run("from feedback.cli import main; main()", *words)

    # What the counts are of.

    async def renamed(self) -> None:
        async with self.database.write() as session:
            place = await session.get_one(
                Touchpoint, (self.shop.workspace.id, self.shop.delivery.id)
            )
            place.name = f"Delivery {self.chance.randrange(1000)}"

    async def renamed_by_another(self) -> None:
        name = f"Payment {self.chance.randrange(1000)}"
        at = (self.shop.workspace.id.hex, self.shop.payment.id.hex)
        await self._run(RENAME, *at, name)

    async def swapped(self) -> None:
        """The stages change places."""
        async with self.database.write() as session:
            ids = (self.shop.checkout.id, self.shop.care.id)
            one, other = [await session.get_one(Stage, (self.shop.workspace.id, id)) for id in ids]
            one.position, other.position = other.position, one.position

    async def aimed(self) -> None:
        async with self.database.write() as session:
            stage = await session.get_one(Stage, (self.shop.workspace.id, self.shop.checkout.id))
            stage.target = float(self.chance.randrange(100))

    async def unflagged(self) -> None:
        """Put away, and taken out again, by a statement and not by its row."""
        workspace_id = self.shop.workspace.id
        async with self.database.write() as session:
            is_away = col(Action.archived_at).is_not(None)
            now = sa.case((is_away, None), else_=sa.literal(clock.now(), UtcDateTime()))
            mine = col(Action.workspace_id) == workspace_id
            await session.exec(sa.update(Action).where(mine).values(archived_at=now))

    async def paused(self) -> None:
        async with self.database.write() as session:
            survey = await session.get_one(Survey, (self.shop.workspace.id, self.shop.csat.id))
            survey.state = "live" if survey.state == "paused" else "paused"

    async def grown(self) -> None:
        """A touchpoint where nobody is asked comes, or goes."""
        async with self.database.write() as session:
            if self.extra is not None:
                key = (self.shop.workspace.id, self.extra)
                await session.delete(await session.get_one(Touchpoint, key))
                self.extra = None
            else:
                self.extra = uuid.uuid4()
                session.add(
                    Touchpoint(
                        workspace_id=self.shop.workspace.id, id=self.extra, name="Returns",
                        stage_id=self.shop.care.id, position=9,
                    )
                )  # fmt: skip

    async def settled(self) -> None:
        """The workspace's calendar, its name, or the reader's language or role."""
        chance, shop = self.chance, self.shop
        async with self.database.write() as session:
            workspace = await session.get_one(Workspace, shop.workspace.id)
            alice = await session.get_one(User, shop.alice.id)
            member = await session.get_one(Membership, (shop.workspace.id, shop.alice.id))
            what = chance.randrange(4)
            if what == 0:
                zones = {"Pacific/Auckland", "America/Lima", "Europe/Paris"}
                workspace.time_zone = chance.choice(sorted(zones - {workspace.time_zone}))
            elif what == 1:
                workspace.name = f"Shop {chance.randrange(1000)}"
            elif what == 2:
                alice.language = "en" if alice.language == "fr" else "fr"
            else:
                member.role = "owner" if member.role == "viewer" else "viewer"

    async def mentioned(self) -> None:
        """A job found who was named as counting most."""
        named = {str(self.shop.payment.id): {"all": self.chance.randrange(100)}}
        body = {"mentions": {"answered": 100, "touchpoints": named}}
        made = JobResult(str(self.chance.random()), "application/json", json.dumps(body).encode())
        async with self.database.write() as session:
            await computed.store(
                session, self.shop.workspace.id, "priorities", self.shop.journey.id.hex, made,
                now=clock.now(),
            )  # fmt: skip

    async def _run(self, program: str, *words: str) -> str:
        url = self.settings.url.render_as_string(hide_password=False)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, *words,
            env=os.environ | {"FEEDBACK_DATABASE_URL": url, "FEEDBACK_SECRET_KEY": KEY},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()


def _is_id(word: str) -> bool:
    try:
        return bool(uuid.UUID(word))
    except ValueError:
        return False
