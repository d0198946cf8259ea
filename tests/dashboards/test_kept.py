"""Whatever happens to the answers, by whichever process: a page is what it is without a memory."""

import asyncio
import difflib
import os
import random
import re
import sys
import uuid
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar.testing import AsyncTestClient
from msgspec.structs import replace

from feedback import clock
from feedback.calendar.models import Action
from feedback.db import Database
from feedback.imports.undo import undo_import
from feedback.journeys.models import Touchpoint
from feedback.memory import Memory, memory
from feedback.responses.ingest import month_of
from feedback.responses.outcome import Answer, Display
from feedback.responses.review import change_state
from feedback.responses.writer import make_store
from feedback.settings import Settings
from tests.cast import Shop
from tests.conftest import KEY
from tests.dashboards.counted import Counted
from tests.imports.conftest import HEADER, MAPPING, ROWS
from tests.responses.test_states import Say, answer

Client = AsyncTestClient[Any]
STEPS = 18
PAGES = (
    "/board",
    "/board?channel=email",
    "/board?month=2026-01",
    "/trends",
    "/trends?channel=api",
    "/trends?metric=csat_5&to=2026-02",
    "/map",
    "/compare",
    "/actions",
    "/board.json",
    "/trends.csv",
    "/map.csv",
)


class Life:
    """One thing after another happens to a shop's answers, as chance has it."""

    def __init__(self, seed: int, shop: Shop, database: Database, settings: Settings) -> None:
        self.chance = random.Random(seed)
        self.shop, self.database, self.settings = shop, database, settings
        self.store = make_store(settings)
        self.answers: list[Answer] = []
        self.imports: list[str] = []

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
        program = "from feedback.cli import main; main()"
        url = self.settings.url.render_as_string(hide_password=False)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, *words,
            env=os.environ | {"FEEDBACK_DATABASE_URL": url, "FEEDBACK_SECRET_KEY": KEY},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()


def _difference(kept: list[str], made: list[str]) -> str:
    lines = difflib.unified_diff("\n".join(kept).split("\n"), "\n".join(made).split("\n"), n=0)
    return "\n".join(lines)[:2000]


async def _page(client: Client, path: str) -> str:
    """Without its tag: the worker's pruning may give the same counts a new name at any moment."""
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return re.sub('data-etag="[^"]+"', "", answer.text)


async def _page_without_memory(client: Client, path: str) -> str:
    memory.clear()  # before each, or two pages might take the same wrong thing from each other
    return await _page(client, path)


def _is_id(word: str) -> bool:
    try:
        return bool(uuid.UUID(word))
    except ValueError:
        return False


@pytest.mark.parametrize("seed", [1])
async def test_a_page_is_what_it_is_without_a_memory(
    seed: int,
    alice: Client,
    years: Counted,
    database: Database,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PYTEST_FOLDER", str(tmp_path))
    life = Life(seed, years.shop, database, settings)
    await life.store.open()
    acts = [life.answered, life.corrected, life.shown, life.reviewed, life.moved]
    rare = [life.imported, life.recounted, life.undone]
    await life.flagged()
    changed = 0
    before: list[str] = []
    for step in range(STEPS):
        act = rare[step // 6 % 3] if step % 6 == 5 else life.chance.choice([life.answered, *acts])
        await act()
        kept = [await _page(alice, path) for path in PAGES]
        made = [await _page_without_memory(alice, path) for path in PAGES]
        pairs = zip(PAGES, kept, made, strict=True)
        differing = [path for path, one, other in pairs if one != other]
        assert not differing, (step, act.__name__, _difference(kept, made))
        changed += made != before
        before = made
    await life.store.close()
    assert changed > STEPS / 2 and life.answers


def test_it_stays_within_its_bytes() -> None:
    small = Memory(10_000)
    for n in range(1000):
        small.keep(("value", n), lambda n=n: n, lambda _: 600)  # type: ignore[misc]
        assert small.bytes <= 10_000
    assert small.get(("value", 999)) == 999 and small.get(("value", 0)) is None


def test_what_has_no_hash_is_known_by_itself_alone() -> None:
    small, one, other = Memory(), {"a": 1}, {"a": 1}
    made = [small.keep_of("drawn", (thing,), lambda: object()) for thing in (one, one, other)]
    assert made[0] is made[1] and made[1] is not made[2]
