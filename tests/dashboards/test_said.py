"""What the pages said stays said, whatever is imported later; what is taken back is struck."""

import asyncio
import csv
import html
import io
import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from litestar.testing import AsyncTestClient
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import User, Workspace
from feedback.accounts.setup import add_member
from feedback.changes.find import JourneyChanges
from feedback.changes.job import judge_workspace
from feedback.changes.ledger import Ledger, read_ledger, write_ledger
from feedback.dashboards.read import changes_of, load_board
from feedback.db import Database
from feedback.imports.load import Request, import_file
from feedback.imports.undo import undo_import
from feedback.readings.journey import journey_names
from feedback.responses.models import Response
from feedback.responses.review import change_state
from feedback.scoring.months import months_between
from feedback.settings import Settings
from tests.cast import OPENED, sign_in
from tests.dashboards.simulated import Drawn, Journeyed, five_stages

Client = AsyncTestClient[Any]
TWELVE = months_between("2025-01", "2025-12")
SEASONS = TWELVE[2::3]  # in which the trends are looked at, too
NEW = [f"New {at}" for at in range(20)]
HEAD = """
[workspace]
name = "Five stages"
time_zone = "UTC"

[rows]
time = "when"

[journey]
name = "Shop"
"""


def mapping(stage: str, places: Iterable[str]) -> str:
    ratings = "".join(
        f'\n[[ratings]]\ncolumn = "{place}"\ntouchpoint = "{place}"\nmetric = "nps"\n'
        f'stage = "{stage}"\nquestion = "Would you recommend us?"\n'
        for place in places
    )
    return f'{HEAD}\n[[journey.stages]]\nname = "{stage}"\n{ratings}'


class Files:
    """Files to import, in a few words."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder, self.settings, self.n = folder, settings, 0

    async def imports(self, stage: str, rows: dict[str, list[list[int]]], since: str) -> Any:
        """By touchpoint the answers of each month from `since` on."""
        self.n += 1
        months = months_between(since, "2026-12")
        lines = [",".join(["when", *rows])]
        for at in range(max(map(len, rows.values()))):
            columns = [of[at] for of in rows.values()]
            lines += [f"{months[at]}-05," + ",".join(map(str, answers))
                      for answers in zip(*columns, strict=True)]  # fmt: skip
        file, mapped = (self.folder / f"{self.n}{end}" for end in (".csv", ".toml"))
        file.write_text("\n".join(lines) + "\n")
        mapped.write_text(mapping(stage, rows))
        return await import_file(self.settings, Request(file, mapped), lambda doing, n: None)


@pytest.fixture
def files(tmp_path: Path, settings: Settings) -> Files:
    return Files(tmp_path, settings)


@pytest.fixture
async def journey(database: Database, client: Client) -> AsyncIterator[Journeyed]:
    """Two years of five stages, of which Pay fell by 20 points in May 2025; mid-January 2026."""
    found = await five_stages(database)
    await found.load(Drawn.by(1, 200, 24, fallen_from=16))
    with time_machine.travel("2026-01-15T12:00:00Z"):
        async with database.write() as session:
            user = await add_member(
                session, found.workspace, "ann@five.example", role="owner", now=OPENED
            )
        await sign_in(client, database, user, found.workspace)
        yield found


async def said(client: Client, month: str) -> dict[str, Any]:
    """All that the pages and files of a month say of changes, in the old stages."""
    board = await client.get(f"/board?month={month}")
    trends = await client.get(f"/trends?metric=nps&to={month}") if month in SEASONS else board
    facts = (await client.get(f"/board.json?month={month}")).json()
    rows = csv.DictReader(io.StringIO((await client.get(f"/board.csv?month={month}")).text))
    for name in ("journey", "metrics", "rows", "joined"):
        del facts[name]
    return {
        "board": words(board.text),
        "trends": words(trends.text),
        "facts": facts,
        "rows": [
            {k: v for k, v in row.items() if k.startswith("change_")}
            for row in rows
            if not row["touchpoint"].startswith("New") and row["stage"] != "Later"
        ],
    }


def words(page: str) -> list[str]:
    [block] = re.findall(r'<div class="said(?: headline)?">(.*?)</div>', page, re.S)
    found = re.findall(r"<(?:p|summary)[^>]*>(.*?)</(?:p|summary)>", block, re.S)
    return [" ".join(html.unescape(re.sub("<[^>]+>", "", each)).split()) for each in found]


async def test_twelve_months_seen_again_after_twenty_touchpoints_were_imported(
    client: Client, journey: Journeyed, files: Files
) -> None:
    await judge_workspace(journey.database, journey.workspace.id, clock.now())
    before = {month: await said(client, month) for month in TWELVE}
    assert any("Pay (Pay page) fell" in " ".join(of["board"]) for of in before.values())
    year, fallen = [[9] * 18 + [3] * 12] * 8, [[3] * 30] * 4
    await files.imports("Later", dict.fromkeys(NEW, year + fallen), "2025-01")
    after = {month: await said(client, month) for month in TWELVE}
    joined = after["2025-12"]["board"], after["2025-12"]["trends"]
    for text in joined:  # only the newest month says more: what the new ones' past shows
        at = text.index("21 more scores are watched from January on. In their past:")
        assert "New 0 fell in September" in text[at + 1]
        assert [text.pop(at) for _ in range(5)]
    assert after == before
    facts = (await client.get("/board.json?month=2025-06")).json()
    assert len(facts["joined"]) == 21 and facts["joined"][0]["from"] == "2026-01"


async def test_pages_say_before_the_job_what_they_say_after_it(
    client: Client, journey: Journeyed
) -> None:
    before = [await said(client, month) for month in TWELVE[-3:]]
    assert await judge_workspace(journey.database, journey.workspace.id, clock.now()) == 1
    assert [await said(client, month) for month in TWELVE[-3:]] == before
    # A new month is over, and the job comes within the hour.
    february = await changes_at(journey, 25)
    assert february.looked_at == "2026-01"
    now = journey.after(25).now
    assert await judge_workspace(journey.database, journey.workspace.id, now) == 1
    assert await changes_at(journey, 25) == february


async def changes_at(journey: Journeyed, months: int) -> JourneyChanges:
    async with journey.database.read() as session:
        counts = await load_board(session, journey.after(months))
    assert counts is not None
    return changes_of(counts)


async def test_a_change_that_an_import_takes_back_is_struck_until_it_is_undone(
    client: Client, journey: Journeyed, files: Files
) -> None:
    good, bad = [9] * 40, [0] * 40
    await files.imports("Later", {"Desk": [good + [5] * 10] * 10 + [bad + [5] * 10] * 2}, "2025-01")
    at = "2025-12"
    told = await newest(client, at)
    assert told == {"Later": "changed"}
    more = await files.imports("Later", {"Desk": [good * 20] * 2}, "2025-11")
    page = (await client.get(f"/board?month={at}")).text
    assert re.search(
        r"<s>Later \(Desk\) fell in November\.</s> Taken back in January: answers of November were "
        r"imported\.", html.unescape(page),
    )  # fmt: skip
    for name in ("/board.json", "/trends.json"):
        [back] = (await client.get(f"{name}?{'month' if 'board' in name else 'to'}={at}")).json()[
            "taken_back"
        ]
        assert (back["cause"], back["answers_of"], back["began"]) == (
            "imported", "2025-11", "2025-11",
        )  # fmt: skip
    rows = csv.DictReader(io.StringIO((await client.get(f"/board.csv?month={at}")).text))
    [row] = [row for row in rows if row["touchpoint"] == "Desk" and row["month"] == at]
    assert (row["change_taken_back_in"], row["change_taken_back_cause"]) == ("2026-01", "imported")
    await undo_import(files.settings, None, str(more.run_id))
    assert await newest(client, at) == told
    assert "<s>" not in (await client.get(f"/board?month={at}")).text


async def newest(client: Client, month: str) -> dict[str, str]:
    """By stage the state of the lines that joined."""
    facts = (await client.get(f"/board.json?month={month}")).json()
    assert facts["taken_back"] == []
    return {each["stage"]: each["state"] for each in facts["joined"]}


async def test_a_change_that_rested_on_answers_now_excluded_is_struck(
    client: Client, journey: Journeyed, files: Files
) -> None:
    await files.imports("Later", {"Desk": [[9] * 40 + [5] * 10] * 10 + [[0] * 50] * 2}, "2025-01")
    database, workspace = journey.database, journey.workspace
    async with database.write() as session:
        bad = await session.exec(
            select(Response).where(Response.workspace_id == workspace.id, col(Response.rating) == 0)
        )
        user = (await session.exec(select(User.id))).one()
        for each in bad.all():
            await change_state(
                session, workspace.id, each.id, "exclude", reason="a robot",
                user_id=user, now=clock.now(),
            )  # fmt: skip
    await judge_workspace(database, workspace.id, clock.now())
    [back] = (await client.get("/board.json")).json()["taken_back"]
    assert (back["stage"], back["cause"]) == ("Later", "excluded")


async def test_judged_twice_or_by_two_at_once_it_is_judged_once(journey: Journeyed) -> None:
    database, own = journey.database, journey.workspace.id
    both = await asyncio.gather(*[judge_workspace(database, own, clock.now()) for _ in range(2)])
    assert sum(both) == 1
    first = await ledger_of(journey)
    assert (first.revision, first.until, len(first.lines)) == (1, "2025-12", 5)
    assert await judge_workspace(database, own, clock.now()) == 0
    assert await ledger_of(journey) == first


async def test_a_job_that_dies_leaves_what_was_there(journey: Journeyed) -> None:
    database, own = journey.database, journey.workspace.id
    await judge_workspace(database, own, clock.now())
    first = await ledger_of(journey)
    key = next(iter(first.lines))
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            now = Ledger("2026-01", 0, clock.now(), {key: first.lines[key]})
            assert await write_ledger(session, (own, await _journey(journey)), first, now)
            raise RuntimeError("killed")
    assert await ledger_of(journey) == first
    with time_machine.travel("2026-02-15T12:00:00Z"):
        assert await judge_workspace(database, own, clock.now()) == 1
    assert (await ledger_of(journey)).until == "2026-01"


async def test_another_time_zone_unsays_nothing(client: Client, journey: Journeyed) -> None:
    await judge_workspace(journey.database, journey.workspace.id, clock.now())
    before = {month: await said(client, month) for month in TWELVE[::4]}
    async with journey.database.write() as session:
        workspace = await session.get_one(Workspace, journey.workspace.id)
        workspace.time_zone = "Pacific/Auckland"
    assert {month: await said(client, month) for month in before} == before


async def ledger_of(journey: Journeyed) -> Ledger:
    at = await _journey(journey)
    async with journey.database.read() as session:
        return await read_ledger(session, journey.workspace.id, at)


async def _journey(journey: Journeyed) -> Any:
    async with journey.database.read() as session:
        [name] = await journey_names(session, journey.workspace.id)
    return name.id
