"""SAFETY E3: after an erasure no byte of what somebody said is left, and no score has moved."""

import logging
import random
import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import select

from feedback import clock
from feedback.comments.index import follow_all
from feedback.comments.indexed import indexed
from feedback.db import Database, Id, new_id
from feedback.erasure.people import erase_found, keys_of, look_for_person, names_in
from feedback.erasure.reach import REACH, Act, Holds, must_be_classed, tables
from feedback.erasure.tidy import tidy
from feedback.models import metadata
from feedback.outbox.models import Job
from feedback.outbox.worker import Work
from feedback.responses.rollup import find_differences
from feedback.settings import Settings
from feedback.work import HANDLERS
from tests.cast import Shop
from tests.conftest import KEY
from tests.surveys.hosted import Client

CANARY = "canary7d2e91"
PEOPLE = 120
PAGES = [f"/{page}{kind}" for page in ("board", "trends", "map") for kind in ("", ".json", ".csv")]


def canary(column: sa.Column[Any]) -> Any:
    """The canary as a value that fits."""
    if isinstance(column.type, sa.JSON):
        return {"said": [CANARY, CANARY * 20]}
    if isinstance(column.type, sa.LargeBinary):
        return CANARY.encode()[: column.type.length or 99]
    return (CANARY * 40)[: getattr(column.type, "length", None) or 400]


def canaries(table: sa.Table) -> dict[str, Any]:
    """Of every column of a table that goes, as the models have them."""
    held = REACH[table.name].columns
    goes = (Holds.WORDS, Holds.PERSON, Holds.OUR_WORDS, Holds.MADE)
    return {c.name: canary(c) for c in table.c if must_be_classed(c) and held[c.name] in goes}


async def answer(client: Client, shop: Shop, n: int, **body: Any) -> str:
    at = clock.now() - timedelta(hours=n % 150)
    sent = {"rating": n % 11, "answered_at": at.isoformat(), "comment": f"{n} " * (n % 90)} | body
    said = await client.post(f"/r/{shop.nps.key}", json=sent)
    assert said.status_code in (200, 201), said.text
    return str(said.json()["id"])


async def fill(database: Database, shop: Shop, response_id: str) -> None:
    """Whatever may be written of an answer is the canary, in every table."""
    own = {"workspace_id": shop.workspace.id}
    response = metadata.tables["response"]
    words = canaries(response)
    del words["respondent_key"]
    async with database.write() as session:
        connection = await session.connection()
        this = (
            response.c.workspace_id == own["workspace_id"],
            response.c.id == uuid.UUID(response_id),
        )
        await connection.execute(sa.update(response).where(*this).values(**words))
        for table in (*tables(Act.GONE), *tables(Act.MADE)):
            row: dict[str, Any] = {name: value for name, value in own.items() if name in table.c}
            row |= {"response_id": uuid.UUID(response_id)} if "response_id" in table.c else {}
            row |= {"done_at": clock.now()} if "done_at" in table.c else {}
            row |= canaries(table)
            if "tag_id" in table.c:
                row["tag_id"] = await _tag(connection, own)
            missing = [c for c in table.c if c.name not in row and not c.nullable]
            row |= {column.name: _some(column) for column in missing}
            await connection.execute(sa.insert(table).values(**row))


async def _tag(connection: AsyncConnection, own: dict[str, Any]) -> uuid.UUID:
    made: dict[str, Any] = {"id": new_id(), "name": "till", "folded": "till", "user_id": new_id()}
    tag = metadata.tables["tag"]
    await connection.execute(sa.insert(tag).values(**own, **made, created_at=clock.now()))
    return uuid.UUID(str(made["id"]))


def _some(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, Id):
        return new_id()
    if isinstance(column.type, sa.Date):
        return clock.now().date()
    if column.name.endswith("_at"):
        return clock.now()
    length = getattr(column.type, "length", None)
    return new_id().hex[:length] if must_be_classed(column) else 0


def files_of(database: Database, data: Path) -> Iterator[tuple[str, bytes]]:
    if database.is_sqlite:
        path = Path(database.url.database or "")
        for file in path.parent.glob(f"{path.name}*"):
            yield file.name, file.read_bytes()
    else:
        for file in data.rglob("*"):
            if file.is_file() and file.stat().st_size:
                yield file.name, file.read_bytes()


async def folder_of(database: Database) -> Path:
    """Where PostgreSQL keeps this database, with all of it written there."""
    async with database.engine.connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("CHECKPOINT"))
        own = "SELECT oid FROM pg_database WHERE datname = current_database()"
        oid = (await connection.execute(sa.text(own))).scalar_one()
        data = (await connection.execute(sa.text("SHOW data_directory"))).scalar_one()
    return Path(data, "base", str(oid))


async def hits(database: Database) -> list[str]:
    data = Path() if database.is_sqlite else await folder_of(database)
    return [name for name, body in files_of(database, data) if CANARY.encode() in body]


async def words_searched(database: Database, word: str) -> int:
    """In how many comments a word is found."""
    token = indexed(word, "").split()[0]
    said = "SELECT count(*) FROM comment_search WHERE comment_search MATCH :token"
    if not database.is_sqlite:
        matches = "to_tsvector('simple', stems) @@ to_tsquery('simple', :token)"
        said = f"SELECT count(*) FROM comment WHERE {matches}"
    async with database.read() as session:
        found = await (await session.connection()).execute(sa.text(said), {"token": token})
        return int(found.scalar_one())


async def pages(alice: Client) -> dict[str, str]:
    """Without the tag of the data's version: another one has been read, and says the same; and
    without the comment that is worth reading, which may be theirs."""
    left_out = re.compile(r'data-etag="[^"]*"|<a href="/responses/[0-9a-f-]{36}.*?</a>')
    return {page: left_out.sub("", (await alice.get(page)).text) for page in PAGES}


async def test_no_byte_is_left_and_no_score_moves(
    alice: Client,
    shop: Shop,
    database: Database,
    settings: Settings,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "feedback")
    contact = {"contact": {"id": CANARY}, "about": CANARY}
    numbers = list(range(PEOPLE))
    random.Random(7).shuffle(numbers)
    for n in numbers:
        is_theirs = n % 10 == 0
        id = await answer(alice, shop, n, **(contact | {"about": f"{n}"} if is_theirs else {}))
        if is_theirs:
            await answer(alice, shop, n, **contact, comment=CANARY * 9)
        if n == 50:
            await fill(database, shop, id)
    await follow_all(database, shop.workspace.id)
    assert await words_searched(database, CANARY * 9)
    before = await pages(alice)
    assert await hits(database)
    if database.is_sqlite:
        _leave_free_pages(Path(database.url.database or ""))

    async with database.read() as session:
        name = names_in(KEY.encode(), shop.workspace.id, CANARY)["id"]
        found = await look_for_person(
            session, shop.workspace.id, await keys_of(session, shop.workspace.id, name)
        )
    now = clock.now()
    said = await erase_found(database, shop.workspace.id, found, folder=tmp_path, now=now)
    assert (
        said.answers == found.answers >= 12 and said.changes == 4
    )  # excluded, marked, tagged, a note
    async with database.read() as session:
        due = (await session.exec(select(Job).where(Job.kind == "tidy"))).all()
    assert due and all(job.run_at - now <= timedelta(seconds=25) for job in due)
    await HANDLERS["tidy"].handler(Work(database, settings, now, {}))

    assert await hits(database) == [] and not await words_searched(database, CANARY * 9)
    assert CANARY not in (tmp_path / "erasures.ndjson").read_text() + caplog.text
    after = await pages(alice)
    for page, text in before.items():
        assert after[page] == text, page
    async with database.read() as session:
        assert not await find_differences(session, shop.workspace.id)


def _leave_free_pages(path: Path) -> None:
    """As an earlier version did, that did not overwrite what it deleted."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=0")
        connection.execute("CREATE TABLE before (said TEXT)")
        connection.executemany("INSERT INTO before VALUES (?)", [(CANARY * 200,)] * 50)
        connection.execute("DROP TABLE before")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert CANARY.encode() in path.read_bytes()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_log_is_cut_as_soon_as_nobody_reads(
    client: Client, shop: Shop, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(database.url.database or "")
    reader = sqlite3.connect(path, isolation_level=None)
    await answer(client, shop, 1, comment=CANARY)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM response").fetchone()
    await answer(client, shop, 2, comment=CANARY)
    monkeypatch.setattr("feedback.erasure.tidy.PATIENCE_SECONDS", 0.3)
    with pytest.raises(TimeoutError, match="reading"):
        await tidy(database)
    assert path.with_name(f"{path.name}-wal").stat().st_size
    reader.close()
    await tidy(database)
    assert not path.with_name(f"{path.name}-wal").stat().st_size
