"""What means that the database is away, and what means that we are wrong."""

import asyncio
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from feedback.db import Database, is_away
from tests.faults.conftest import on_postgres
from tests.waiting import PATIENCE


async def failure(database: Database, statement: str) -> Exception:
    with pytest.raises(Exception) as caught:
        async with database.write() as session:
            await session.exec(sa.text(statement))  # type: ignore[call-overload]
    await database.close()
    return caught.value


async def test_a_wrong_statement_is_our_fault(database: Database) -> None:
    assert not is_away(await failure(database, "SELECT nothing FROM nowhere"))


async def test_a_constraint_is_not_away(database: Database) -> None:
    assert not is_away(await failure(database, "INSERT INTO job (kind) VALUES ('a')"))


@on_postgres
@pytest.mark.parametrize(
    "state, is_said",
    [
        pytest.param("53100", True, id="disk full"),
        pytest.param("53200", True, id="out of memory"),
        pytest.param("53300", True, id="too many connections"),
        pytest.param("57P01", True, id="admin shutdown"),
        pytest.param("57P03", True, id="cannot connect now"),
        pytest.param("58030", True, id="io error"),
        pytest.param("22012", False, id="division by zero"),
        pytest.param("40001", False, id="serialization failure"),
    ],
)
async def test_postgres_says_by_its_state_whether_it_is_away(
    database: Database, state: str, is_said: bool
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    assert is_away(await failure(database, raising)) is is_said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://nobody@127.0.0.1:9/none",
        "postgresql+asyncpg://nobody@/none?host=/nowhere",
        "sqlite+aiosqlite:////nowhere/feedback.db",
    ],
)
async def test_a_server_or_a_file_that_is_not_there_is_away(url: str) -> None:
    before = set(threading.enumerate())
    assert is_away(await failure(Database(make_url(url)), "SELECT 1"))
    # Refused, aiosqlite's thread still has a word for the loop, which must not be closed by then.
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)


async def test_a_file_of_ours_that_is_not_there_is_not_the_database(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        await asyncio.to_thread((tmp_path / "none").read_text)
    assert not is_away(caught.value)
