"""Which answers' comments are to be looked at again: noted by whatever changes an answer.

The write path and bulk loads, whose statements are plain text, write the rows of `comment_due`
themselves. Every other statement is seen here before it is run: what it changes of answers with a
text is noted in its own transaction, whoever makes it (excluding, masking, bursts, clocks, joined
names, retention, erasing, taking an import back).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from feedback.db import BEFORE_EXECUTE

# The columns of an answer that are known of its comment too.
KNOWN = frozenset(
    {"comment", "rating", "state", "series_id", "month", "channel", "locale", "respondent_key"}
)


def look_again(insert: Any, answers: Any = None) -> Any:
    """The statement that notes answers, by (workspace_id, response_id) or as a select of both.

    A row that is there is written again, and so held until the commit: else a job that takes it
    at this moment could end without having read what is being changed (PostgreSQL).
    """
    made = insert(SQLModel.metadata.tables["comment_due"])
    if answers is not None:
        made = made.from_select(["workspace_id", "response_id"], answers)
    return made.on_conflict_do_update(
        index_elements=["workspace_id", "response_id"],
        set_={"response_id": made.excluded.response_id},
    )


async def count_due(connection: AsyncConnection) -> int:
    """How many are to be looked at, of all workspaces."""
    found = await connection.execute(sa.text("SELECT count(*) FROM comment_due"))
    return int(found.scalar_one())


def note_due(
    connection: Any,
    statement: Any,
    many: Sequence[Any],
    one: Mapping[str, Any],
    _options: Mapping[str, Any],
) -> None:
    """Before a statement that changes answers: note those with a text that it is about."""
    if not isinstance(statement, sa.Update | sa.Delete | sa.Insert):
        return
    table: Any = statement.table
    if table.name != "response":
        return
    values = [*many] or [one]
    insert: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    if isinstance(statement, sa.Insert):
        rows = [
            {"workspace_id": row["workspace_id"], "response_id": row["id"]}
            for row in values
            if row.get("comment")
        ]
        if rows:
            connection.execute(look_again(insert), rows)
        return
    changed = _changed(statement, values[0])
    if not changed & KNOWN:
        return
    r = table.c
    for row in values:
        wanted = [each.params(row) for each in statement._where_criteria]
        if "comment" not in changed:
            wanted.append(r.comment.is_not(None))
        connection.execute(look_again(insert, sa.select(r.workspace_id, r.id).where(*wanted)))


def _changed(statement: Any, row: Mapping[str, Any]) -> frozenset[str]:
    if isinstance(statement, sa.Delete):
        return frozenset({"state"})
    given = {getattr(key, "name", key) for key in statement._values or ()}
    return frozenset(given | set(row))


BEFORE_EXECUTE.append(note_due)
