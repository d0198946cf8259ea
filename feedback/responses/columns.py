"""The columns of a table as the model has them, filled by name for either driver.

The write path and the bulk loads both go through here: a new column is a field of the model, and of
whichever message knows its value. What nobody gives takes the model's default.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from feedback.db import Id, UtcDateTime

Convert = Callable[[Any], Any]


class Columns:
    """Makes rows of one table, or of some of its columns, in the order of the model."""

    def __init__(
        self, model: type[SQLModel], *, is_sqlite: bool, only: Collection[str] = ()
    ) -> None:
        columns = [c for c in sa.inspect(model).local_table.c if not only or c.name in only]
        self.names = tuple(column.name for column in columns)
        self._convert = [_converter(column, is_sqlite) for column in columns]
        self._defaults = [model.model_fields[name].default for name in self.names]

    def by_column(
        self, n: int, given: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
    ) -> list[Sequence[Any]]:
        """n rows as one sequence a column: one value a row, or one that all rows share.

        Whole columns at a time: a call for each value of each row would cost twice as much.
        """
        columns = []
        for name, convert, default in zip(self.names, self._convert, self._defaults, strict=True):
            values = given[name] if name in given else [shared.get(name, default)]
            if convert is not None:
                values = [convert(value) for value in values]
            columns.append(values if name in given else [*values] * n)
        return columns

    def of(self, items: Sequence[Any]) -> list[Sequence[Any]]:
        """The same from objects whose attributes are named as the columns are."""
        names = [name for name in self.names if hasattr(items[0], name)] if items else []
        given = {name: [getattr(item, name) for item in items] for name in names}
        return self.by_column(len(items), given, {})


def _converter(column: sa.Column[Any], is_sqlite: bool) -> Convert | None:
    """From what the code has to what the driver takes; bulk loads have ids as bytes."""
    if isinstance(column.type, Id):
        return _bytes if is_sqlite else _uuid
    if is_sqlite and isinstance(column.type, UtcDateTime):
        return _moment
    if is_sqlite and isinstance(column.type, sa.Date):
        return date.isoformat
    return None


def _bytes(value: UUID | bytes | None) -> bytes | None:
    return value.bytes if isinstance(value, UUID) else value


def _uuid(value: UUID | bytes | None) -> UUID | None:
    return UUID(bytes=value) if isinstance(value, bytes) else value


def _moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]
