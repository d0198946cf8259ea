"""What each database searches comments by: FTS5 is told of every row, PostgreSQL's index follows
`comment` by itself."""

import asyncio
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.comments.models import SEARCH, Comment
from feedback.db import Database

_LEARN = sa.text(f"INSERT INTO {SEARCH} (rowid, stems) VALUES (:number, :stems)")
# FTS5 keeps no text here: it is told what stood in the row, to take those words out of its lists.
_FORGET = sa.text(
    f"INSERT INTO {SEARCH} ({SEARCH}, rowid, stems) VALUES ('delete', :number, :stems)"
)
# Of a piece of the lists written anew: so long all others wait. Less than two changes is none.
PAGES, LEAST_CHANGES = 500, 2
# The rows that FTS5 has, of every workspace of the file.
_ROWS = sa.table(f"{SEARCH}_docsize", sa.column("id", sa.Integer))

Rows = Iterable[Mapping[str, Any]]


async def learn(connection: AsyncConnection, rows: Rows) -> None:
    """Rows of `comment` that are found from now on."""
    await _tell(connection, _LEARN, rows)


async def forget(connection: AsyncConnection, rows: Rows) -> None:
    """Rows of `comment` as FTS5 knows them, before they are changed or deleted."""
    await _tell(connection, _FORGET, rows)


async def taken(
    connection: AsyncConnection, workspace_id: uuid.UUID, numbers: Collection[int]
) -> set[int]:
    """Which of these numbers no comment may have any more."""
    if connection.dialect.name == "sqlite":
        found = sa.select(_ROWS.c.id).where(_ROWS.c.id.in_(numbers))
    else:
        table = sa.inspect(Comment).local_table.c
        own = (table.workspace_id == workspace_id, table.number.in_(numbers))
        found = sa.select(table.number).where(*own)
    return set((await connection.execute(found)).scalars())


async def all_stems(connection: AsyncConnection) -> AsyncIterator[str]:
    """Those of every comment of the file (SQLite only)."""
    async for (stems,) in await connection.stream(sa.text("SELECT stems FROM comment")):
        yield stems


async def words(connection: AsyncConnection) -> Counter[str]:
    """How often FTS5 has each word (SQLite only)."""
    made = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.comment_words USING fts5vocab"
    await connection.execute(sa.text(f"{made}(main, {SEARCH}, 'row')"))
    found = await connection.execute(sa.text("SELECT term, cnt FROM temp.comment_words"))
    return Counter({term: n for term, n in found})


async def learn_anew(connection: AsyncConnection) -> None:
    """Tell FTS5 of all comments there are, and of nothing else (SQLite only)."""
    await connection.execute(sa.text(f"INSERT INTO {SEARCH} ({SEARCH}) VALUES ('delete-all')"))
    said = f"INSERT INTO {SEARCH} (rowid, stems) SELECT number, stems FROM comment"
    await connection.execute(sa.text(said))


async def forget_for_good(database: Database) -> None:
    """Leave none of the words that were taken out in what is searched by.

    FTS5 only notes what it is told to forget until it writes its lists anew, which is done here a
    piece at a time; PostgreSQL never takes a word out of a GIN index, so that is made anew beside.
    """
    if not database.is_sqlite:
        await _make_anew(database)
        return
    command = sa.text(f"INSERT INTO {SEARCH} ({SEARCH}, rank) VALUES ('merge', :pages)")
    changed = sa.text("SELECT total_changes()")
    pages = -PAGES  # less than none: all lists become one, which no longer holds what is gone
    while True:
        async with database.write() as session:
            connection = await session.connection()
            before = (await connection.execute(changed)).scalar_one()
            await connection.execute(command, {"pages": pages})
            done = (await connection.execute(changed)).scalar_one() - before
        if done < LEAST_CHANGES:
            return
        pages = PAGES
        await asyncio.sleep(0)


async def _make_anew(database: Database) -> None:
    from feedback.postgres import connect

    connection = await connect(database.url)
    try:
        # What was left of one that was stopped; its own is named so too.
        await connection.execute(f"DROP INDEX IF EXISTS {SEARCH}_ccnew, {SEARCH}_ccold")
        await connection.execute(f"REINDEX INDEX CONCURRENTLY {SEARCH}")
    finally:
        await connection.close()


async def _tell(connection: AsyncConnection, statement: Any, rows: Rows) -> None:
    if connection.dialect.name != "sqlite":
        return
    if values := [{"number": row["number"], "stems": row["stems"]} for row in rows]:
        await connection.execute(statement, values)
