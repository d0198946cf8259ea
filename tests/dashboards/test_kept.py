"""Whatever happens, by whichever process: a page is what it is without a memory, never stale."""

import difflib
import re
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient

from feedback.comments.index import follow_all
from feedback.db import Database
from feedback.memory import Memory, memory
from feedback.settings import Settings
from tests.dashboards.counted import Counted
from tests.dashboards.life import Life

Client = AsyncTestClient[Any]
STEPS = 24
TAGGED = (
    "/board",
    "/board?channel=email",
    "/board?month=2026-01",
    "/trends",
    "/trends?channel=api",
    "/trends?metric=csat_5&to=2026-02",
    "/map",
)
PAGES = (*TAGGED, "/compare", "/actions", "/board.json", "/trends.csv", "/map.csv")


class Reader:
    """A browser: it keeps the pages that have a tag, and asks for them by it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.kept: dict[str, tuple[str, str]] = {}
        self.spared = 0

    async def look(self, path: str) -> str:
        """The page as the reader sees it: their own copy where the server says so."""
        tag, text = self.kept.get(path, ("", ""))
        answer = await self.client.get(path, headers={"If-None-Match": tag} if tag else {})
        if answer.status_code == 304:
            self.spared += 1
            return text
        if path in TAGGED:
            self.kept[path] = (answer.headers["ETag"], _page_of(answer))
        return _page_of(answer)


def _page_of(answer: Any) -> str:
    """Without its tag: the worker's pruning may give the same counts a new name at any moment."""
    assert answer.status_code == 200, answer.text
    return re.sub('data-etag="[^"]+"', "", answer.text)


async def _page_without_memory(client: Client, path: str) -> str:
    memory.clear()  # before each, or two pages might take the same wrong thing from each other
    return _page_of(await client.get(path))


def _difference(kept: list[str], made: list[str]) -> str:
    lines = difflib.unified_diff("\n".join(kept).split("\n"), "\n".join(made).split("\n"), n=0)
    return "\n".join(lines)[:2000]


@pytest.mark.parametrize("seed", [1, 2])
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
    answers = [life.answered, life.corrected, life.shown, life.reviewed]
    shape = [life.moved, life.renamed, life.swapped, life.aimed, life.unflagged, life.paused,
             life.grown, life.settled, life.mentioned]  # fmt: skip
    rare = [life.imported, life.renamed_by_another, life.recounted, life.undone]
    await life.flagged()
    changed = 0
    before: list[str] = []
    reader = Reader(alice)
    for step in range(STEPS):
        among = (answers, shape)[step % 2]
        act = rare[step // 6 % 4] if step % 6 == 5 else life.chance.choice(among)
        await act()
        await follow_all(database, life.shop.workspace.id)  # or a job does, between two looks
        kept = [await reader.look(path) for path in PAGES]
        again = [await reader.look(path) for path in PAGES]
        made = [await _page_without_memory(alice, path) for path in PAGES]
        for seen in (kept, again):
            pairs = zip(PAGES, seen, made, strict=True)
            differing = [path for path, one, other in pairs if one != other]
            assert not differing, (step, act.__name__, _difference(seen, made))
        changed += made != before
        before = made
    await life.store.close()
    assert changed > STEPS / 2 and life.answers
    assert reader.spared > len(TAGGED) * STEPS / 2


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
