"""The columns of a table as the model has them, filled by name for either driver.

The write path and the bulk loads both go through here: a new column is a field of the model, and of
whichever message knows its value. What nobody gives takes the model's default.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import SQLModel

from feedback.db import Id, UtcDateTime

# A whole column at a time: a call for each value costs a bulk load more than the value.
Convert = Callable[[Sequence[Any]], Sequence[Any]]


class Columns:
    """Makes rows of one table, or of some of its columns, in the order of the model."""

    def __init__(
        self, model: type[SQLModel], *, is_sqlite: bool, only: Collection[str] = ()
    ) -> None:
        table = model.metadata.tables[str(model.__tablename__)]
        columns = [column for column in table.c if not only or column.name in only]
        self.names = tuple(column.name for column in columns)
        self._convert = [_converter(column, is_sqlite) for column in columns]
        self._defaults = [model.model_fields[name].default for name in self.names]

    def by_column(
        self, n: int, given: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
    ) -> list[Sequence[Any]]:
        """n rows as one sequence a column: one value a row, or one that all rows share."""
        return [
            values if name in given else [*values] * n
            for name, values in zip(self.names, self._values(given, shared), strict=True)
        ]

    def flat(
        self, n: int, given: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
    ) -> list[Any]:
        """The same n rows in one list, value after value: what one statement of n rows takes."""
        columns = self._values(given, shared)
        flat: list[Any] = [values[0] for values in columns] * n
        for place, name in enumerate(self.names):
            if name in given:
                flat[place :: len(columns)] = columns[place]
        return flat

    def of(self, items: Sequence[Any]) -> list[Sequence[Any]]:
        """The same from objects whose attributes are named as the columns are."""
        names = [name for name in self.names if hasattr(items[0], name)] if items else []
        given = {name: [getattr(item, name) for item in items] for name in names}
        return self.by_column(len(items), given, {})

    def _values(
        self, given: Mapping[str, Sequence[Any]], shared: Mapping[str, Any]
    ) -> list[Sequence[Any]]:
        columns = []
        for name, convert, default in zip(self.names, self._convert, self._defaults, strict=True):
            values = given[name] if name in given else [shared.get(name, default)]
            columns.append(values if convert is None else convert(values))
        return columns


def _converter(column: sa.Column[Any], is_sqlite: bool) -> Convert | None:
    """From what the code has to what the driver takes; bulk loads have ids as bytes and moments
    as microseconds since 1970."""
    if isinstance(column.type, Id):
        return _as_bytes if is_sqlite else as_uuids
    if isinstance(column.type, UtcDateTime):
        return _as_written if is_sqlite else _as_moments
    if is_sqlite and isinstance(column.type, sa.Date):
        return _as_days
    return None


def as_uuids(values: Sequence[Any]) -> Sequence[Any]:
    # The driver's own kind of UUID: made and sent in a tenth of the time.
    from asyncpg.pgproto.pgproto import UUID as Sent

    return [Sent(value) if isinstance(value, bytes) else value for value in values]


def _as_bytes(values: Sequence[Any]) -> Sequence[Any]:
    # Most columns hold one id, the same object in each row.
    one = values[0] if values else None
    its = one.bytes if isinstance(one, UUID) else one
    return [
        its if value is one else value.bytes if isinstance(value, UUID) else value
        for value in values
    ]


def _as_days(values: Sequence[Any]) -> Sequence[Any]:
    texts = {value: value.isoformat() for value in set(values)}  # many answers, few months
    return [texts[value] for value in values]


def _as_moments(values: Sequence[Any]) -> Sequence[Any]:
    return [_EPOCH + timedelta(0, 0, value) if type(value) is int else value for value in values]


def _as_written(values: Sequence[Any]) -> Sequence[Any]:
    if values and type(values[0]) is int:
        return [
            _DAYS[value // _DAY] + _MINUTES[value // _MINUTE % 1440] + _SECONDS[value % _MINUTE]
            for value in values
        ]
    return [None if value is None else _written(value) for value in values]


def _written(moment: datetime) -> str:
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return moment.isoformat(" ", "microseconds")[:26]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60_000_000
_DAY = 1440 * _MINUTE
_REMEMBERED = 1 << 14


class _Texts(dict[int, str]):
    """Number -> a piece of a written moment, remembered: the pieces of many moments are few."""

    def __init__(self, unit: int, piece: slice) -> None:
        super().__init__()
        self._unit = unit
        self._piece = piece

    def __missing__(self, n: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[n] = text = _written(_EPOCH + timedelta(0, 0, n * self._unit))[self._piece]
        return text


_DAYS = _Texts(_DAY, slice(0, 11))
_MINUTES = _Texts(_MINUTE, slice(11, 16))
_SECONDS = _Texts(1, slice(16, 26))
