"""Rows that name one that is not there. Read off the models: a new table is looked at by itself."""

from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from feedback.db import Id
from feedback.erasure.reach import REACH, Act
from feedback.models import metadata

# A column called <this>_id names a row of a table called otherwise.
CALLED = {"author": "user", "import": "import_run"}


class Reference(NamedTuple):
    """Columns of a table and those of the table whose row they name."""

    table: str
    columns: tuple[str, ...]
    of: str
    named: tuple[str, ...]


def references() -> Iterator[Reference]:
    """Foreign keys, then the columns that are none and name a row by `<table>_id` all the same."""
    for table in metadata.sorted_tables:
        held = set()
        for key in table.foreign_key_constraints:
            columns = tuple(column.name for column in key.columns)
            held |= set(columns)
            named = tuple(element.column.name for element in key.elements)
            yield Reference(table.name, columns, key.referred_table.name, named)
        for column in table.columns:
            # What follows an answer by a job may name one that is gone, until the job comes.
            reach = REACH.get(table.name)
            follows = reach is not None and reach.act is Act.FOLLOWS and column.name != "series_id"
            if column.name not in held and isinstance(column.type, Id) and not follows:
                yield from _by_name(table, column)


def _by_name(table: sa.Table, column: sa.Column[object]) -> Iterator[Reference]:
    name = column.name.removesuffix("_id")
    of = metadata.tables.get(CALLED.get(name, name))
    if of is None or name == column.name or "id" not in of.columns or of is table:
        return
    if "workspace_id" in of.columns:
        own = ("workspace_id", column.name), ("workspace_id", "id")
        yield Reference(table.name, own[0], of.name, own[1])
    else:
        yield Reference(table.name, (column.name,), of.name, ("id",))


# Erased answers are not there on purpose, and so named: `erasure.ids`, a UUID of version 8.
ERASED = {
    "sqlite": """ AND substr(hex(t."{column}"), 13, 1) <> '8'""",
    "postgresql": """ AND substr(t."{column}"::text, 15, 1) <> '8'""",
}


def count_missing(reference: Reference, dialect: str) -> str:
    """A statement that counts the rows whose named one is missing.

    >>> print(count_missing(Reference("session", ("user_id",), "user", ("id",)), "sqlite"))
    SELECT count(*) FROM "session" t WHERE t."user_id" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "user" o WHERE o."id" = t."user_id")
    """  # noqa: E501
    there = " AND ".join(f't."{name}" IS NOT NULL' for name in reference.columns)
    pairs = zip(reference.named, reference.columns, strict=True)
    same = " AND ".join(f'o."{name}" = t."{column}"' for name, column in pairs)
    if reference.of == "response":
        there += ERASED[dialect].format(column=reference.columns[-1])
    return (
        f'SELECT count(*) FROM "{reference.table}" t WHERE {there} AND NOT EXISTS '
        f'(SELECT 1 FROM "{reference.of}" o WHERE {same})'
    )
