"""`feedback check` finds what is wrong with the data, each with what to do, and nothing else."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import AsyncTestClient
from sqlalchemy import text
from sqlmodel import SQLModel

from feedback import clock
from feedback.db import Database
from feedback.doctor.check import check
from feedback.doctor.findings import Finding
from feedback.doctor.references import references
from feedback.erasure.erase import erase_responses
from feedback.settings import Settings
from tests.cast import Shop
from tests.faults.conftest import program as program
from tests.faults.program import Program

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Client = AsyncTestClient[Any]


@pytest.fixture
async def answered(client: Client, shop: Shop) -> None:
    for rating in (9, 9, 3):
        answer = await client.post(f"/r/{shop.nps.key}", json={"rating": rating, "comment": "Hm"})
        assert answer.status_code == 201


async def wrong(settings: Settings) -> list[Finding]:
    return [found async for found in check(settings) if not found.is_well]


@pytest.mark.usefixtures("answered")
async def test_all_is_well(settings: Settings) -> None:
    found = [each async for each in check(settings)]
    names = {each.name for each in found}
    assert names >= {"schema", "references", "answers", "addresses", "counts"}
    assert ("file" in names) == (settings.sqlite_file is not None)
    assert [each for each in found if not each.is_well] == []


SPOILT = {
    "a count": ("UPDATE rating_count SET n = n + 1 WHERE rating = 9", "differ from a recount"),
    "an answer": ("DELETE FROM response WHERE rating = 3", "name one of response that is missing"),
    "a rating": ("UPDATE response SET rating = 99 WHERE rating = 3", "go from 9 to 99, off its"),
    "a state": ("UPDATE response SET state = 'odd' WHERE rating = 3", "a state that is unknown"),
    "an address": ("DELETE FROM public_key WHERE kind = 'survey'", "surveys have no address"),
    "a member": ("INSERT INTO session (token_hash, user_id, workspace_id, created_at, expires_at, "
                 "user_agent) SELECT 'x', w.id, w.id, w.created_at, w.created_at, '' "
                 "FROM workspace w", "rows of session name one of user"),
}  # fmt: skip


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("what", SPOILT)
async def test_it_finds(settings: Settings, database: Database, what: str) -> None:
    statement, said = SPOILT[what]
    async with database.write() as session:
        await (await session.connection()).execute(text(statement))
    found = await wrong(settings)
    assert any(said in each.said for each in found), found
    assert all(each.todo for each in found)


@pytest.mark.usefixtures("answered")
async def test_an_erased_answer_is_not_missing(
    settings: Settings, database: Database, shop: Shop, tmp_path: Path
) -> None:
    response = SQLModel.metadata.tables["response"]
    own = response.c.workspace_id == shop.workspace.id
    async with database.write() as session:
        ids = (await (await session.connection()).execute(response.select().where(own))).all()
        wanted, now = [row.id for row in ids], clock.now()
        await erase_responses(session, shop.workspace.id, wanted, folder=tmp_path, now=now)
    assert await wrong(settings) == []


@on_sqlite
@pytest.mark.usefixtures("answered")
async def test_a_damaged_file(settings: Settings, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    with closing(sqlite3.connect(settings.sqlite_file or "")) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))
    spoilt = bytearray(file.read_bytes())
    spoilt[8192:12288] = b"\xff" * 4096
    file.write_bytes(spoilt)
    there = settings.model_copy(update={"database_url": f"sqlite:///{file}"})
    [found] = [each async for each in check(there)]
    assert found.name == "file" and "is damaged" in found.said and "restore" in found.todo


@on_sqlite
async def test_a_database_that_is_not_there(settings: Settings, tmp_path: Path) -> None:
    there = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/none.db"})
    [found] = [each async for each in check(there)]
    assert "There is no database" in found.said and list(tmp_path.iterdir()) == []


async def test_the_command_ends_with_1_and_prints_json(
    program: Program, shop: Shop, database: Database
) -> None:
    assert program.run("check").returncode == 0
    async with database.write() as session:
        await (await session.connection()).execute(text("DELETE FROM public_key"))
    run = program.run("check", "--format", "json")
    assert run.returncode == 1 and run.stderr.count("\n") == 1
    rows = json.loads(run.stdout)
    assert [row["name"] for row in rows if not row["ok"]] == ["addresses"]
    assert set(rows[0]) == {"name", "ok", "said", "todo"}


def test_a_table_is_looked_at_by_itself() -> None:
    found = {(each.table, each.columns[-1]): each.of for each in references()}
    assert found["response", "series_id"] == "series"  # a foreign key
    assert found["submission", "response_id"] == "response"  # none
    assert found["action", "author_id"] == "user"
