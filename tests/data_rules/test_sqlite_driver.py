"""A statement on SQLite is handed to the connection's thread once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from feedback.db import Database
from feedback.tenancy import LOCAL

THINGS = sa.Table(
    "thing",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True),
    info=LOCAL,
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(make_url(f"sqlite+aiosqlite:///{tmp_path}/things.db"))
    async with made.write() as session:
        await (await session.connection()).run_sync(THINGS.create)
        await session.exec(sa.insert(THINGS).values([{"name": "one"}, {"name": "two"}]))
    yield made
    await made.close()


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []
    execute: Any = aiosqlite.Connection._execute

    async def noted(self: Any, *args: Any, **named: Any) -> Any:
        seen.append(args)
        return await execute(self, *args, **named)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return seen


async def test_a_read_is_its_beginning_its_statements_and_its_end(
    database: Database, handed: list[Any]
) -> None:
    async with database.read() as session:
        for _ in range(2):
            found = await session.exec(sa.select(THINGS.c.name).order_by(THINGS.c.id))  # type: ignore[call-overload]
            assert found.scalars().all() == ["one", "two"]
    assert len(handed) == 4


async def test_many_rows_are_one_statement(database: Database, handed: list[Any]) -> None:
    async with database.write() as session:
        connection = await session.connection()
        rows = [{"name": f"number {n}"} for n in range(3)]
        assert (await connection.execute(sa.insert(THINGS), rows)).rowcount == 3
    assert len(handed) == 3


async def test_it_tells_what_was_changed_and_what_was_made(database: Database) -> None:
    async with database.write() as session:
        connection = await session.connection()
        changed = await connection.execute(sa.update(THINGS).values(name=THINGS.c.name + "!"))
        assert changed.rowcount == 2
        made = await connection.execute(sa.insert(THINGS).values(name="three").returning(*THINGS.c))
        assert made.one() == (3, "three")
        assert (await connection.execute(sa.insert(THINGS).values(name="four"))).lastrowid == 4


async def test_an_error_is_what_it_was(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            await session.exec(sa.insert(THINGS).values(name="one"))
    async with database.read() as session:
        found = await session.exec(sa.select(sa.func.count()).select_from(THINGS))  # type: ignore[call-overload]
        assert found.scalar_one() == 2
