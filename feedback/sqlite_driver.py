"""aiosqlite as SQLAlchemy drives it, with one hand-over to the connection's thread a statement.

By itself it is four (open a cursor, execute, fetch, close), and each costs more than most of our
statements: the loop is woken, and the interpreter's lock goes there and back.
"""

import sqlite3
from collections import deque
from contextlib import closing
from typing import Any

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event

# Private to SQLAlchemy: one reason to stay below 2.1 until this is tried there.
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

GLANCE_PRAGMAS = {"busy_timeout": "0", "query_only": "1"}


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    def execute(self, operation: Any, parameters: Any = None) -> None:
        self._at_once(sqlite3.Cursor.execute, operation, parameters or ())

    def executemany(self, operation: Any, seq_of_parameters: Any) -> None:
        self._at_once(sqlite3.Cursor.executemany, operation, seq_of_parameters)

    def _at_once(self, *call: Any) -> None:
        connection: Any = self._connection
        try:
            done = self.await_(connection._execute(_run, connection._conn, *call))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self.description, self._rows, self.lastrowid, self.rowcount = done


def _run(connection: sqlite3.Connection, act: Any, operation: str, parameters: Any) -> Any:
    with closing(connection.cursor()) as cursor:
        act(cursor, operation, parameters)
        if cursor.description:
            return cursor.description, deque(cursor.fetchall()), -1, -1
        return None, deque(), cursor.lastrowid, cursor.rowcount


class _Connection(AsyncAdapt_aiosqlite_connection):
    """A session ends its transaction, and the pool does so again: the second time nothing is to
    be done."""

    __slots__ = ("_is_over",)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._is_over = False

    def cursor(self, server_side: bool = False) -> AsyncAdapt_aiosqlite_cursor:
        self._is_over = False
        return super().cursor(server_side) if server_side else _Cursor(self)

    def rollback(self) -> None:
        if not self._is_over:
            super().rollback()
            self._is_over = True

    def commit(self) -> None:
        super().commit()
        self._is_over = True


class HintedCompiler(SQLiteCompiler):
    """Writes what `Select.with_hint` says of a table; SQLAlchemy's own leaves it out for SQLite."""

    def get_from_hint_text(self, table: sa.FromClause, text: str | None) -> str | None:
        return text


class SqliteDriver(AsyncAdapt_aiosqlite_dbapi):
    """What an engine takes as its `module`."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *given: Any, **named: Any) -> AsyncAdapt_aiosqlite_connection:
        return _Connection(self, super().connect(*given, **named)._connection)


def sqlite_engine(url: URL) -> AsyncEngine:
    """An engine on this driver. An error that says its statement says no value of it."""
    made = create_async_engine(url, hide_parameters=True, module=SqliteDriver())
    made.dialect.statement_compiler = HintedCompiler
    return made


def glancing_engine(url: URL) -> sa.Engine:
    """An engine for looks in the thread of the event loop: it reads, and waits for nobody."""
    made = sa.create_engine(url.set(drivername="sqlite+pysqlite"), hide_parameters=True)

    @event.listens_for(made, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # each statement by itself, without BEGIN
        for name, value in GLANCE_PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")

    return made
