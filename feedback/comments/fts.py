"""What each database searches comments by: FTS5 is told of every row, PostgreSQL's index follows
`comment` by itself."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.comments.models import SEARCH, Comment

_LEARN = sa.text(f"INSERT INTO {SEARCH} (rowid, stems) VALUES (:number, :stems)")
# FTS5 keeps no text here: it is told what stood in the row, to take those words out of its lists.
_FORGET = sa.text(
    f"INSERT INTO {SEARCH} ({SEARCH}, rowid, stems) VALUES ('delete', :number, :stems)"
)
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


async def _tell(connection: AsyncConnection, statement: Any, rows: Rows) -> None:
    if connection.dialect.name != "sqlite":
        return
    if values := [{"number": row["number"], "stems": row["stems"]} for row in rows]:
        await connection.execute(statement, values)
