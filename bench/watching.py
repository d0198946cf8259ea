"""The stores of answers as they are; SQLite's on a connection that times statements by table."""

import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psutil
from sqlalchemy.engine import URL

from bench.servers import processor_ms
from feedback.responses.store_postgres import PostgresStore
from feedback.responses.store_sqlite import SqliteStore

Batches = list[list[tuple[int]]]
PLAIN_TABLE = "CREATE TABLE IF NOT EXISTS plain (n INTEGER)"
OTHER = "begin and commit"
_TABLE = re.compile(r"\b(?:INTO|UPDATE|FROM)\s+(\w+)|, (submission)\b")


def table_of(statement: str) -> str:
    """
    >>> table_of("INSERT INTO rating_count (n) VALUES (?)"), table_of("COMMIT")
    ('rating_count', 'begin and commit')
    """
    names = [name for found in _TABLE.findall(statement) for name in found if name]
    return next((name for name in names if name != "unnest"), OTHER)


class WatchedSqlite(SqliteStore):
    """Processor milliseconds by table, in its thread."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.spent: dict[str, float] = defaultdict(float)

    def database_ms(self) -> float:
        """What the database used outside this process."""
        return 0.0

    async def insert_plainly(self, batches: Batches) -> None:
        """Each batch in a transaction, into a table of one number."""
        await self._in_thread(lambda: self._insert_plainly(batches))

    def _insert_plainly(self, batches: Batches) -> None:
        connection = self._connection or self._connect()
        connection.execute(PLAIN_TABLE)
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO plain VALUES (?)", batch)
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        made = super()._connect()
        watched = _Connection(made, self.spent, time.thread_time_ns)
        self._connection = cast(sqlite3.Connection, watched)
        return self._connection


class WatchedPostgres(PostgresStore):
    """Knows the server's process that works for the connection, where it runs here.

    Nothing by table: all of a batch that is new goes there as one statement.
    """

    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self.spent: dict[str, float] = {}
        self._server: psutil.Process | None = None

    def database_ms(self) -> float:
        return 0.0 if self._server is None else processor_ms(self._server)

    async def insert_plainly(self, batches: Batches) -> None:
        connection = self._connection or await self._connect()
        await connection.execute(PLAIN_TABLE)
        for batch in batches:
            async with connection.transaction():
                await connection.executemany("INSERT INTO plain VALUES ($1)", batch)

    async def _connect(self) -> Any:
        made = await super()._connect()
        self._server = _server_of(made)
        return made


Watched = WatchedSqlite | WatchedPostgres


def watched(url: URL) -> Watched:
    if url.get_backend_name() == "sqlite":
        return WatchedSqlite(Path(url.database or ""))
    return WatchedPostgres(url)


class _Connection:
    """A connection; `clock` gives nanoseconds."""

    def __init__(self, real: Any, spent: dict[str, float], clock: Callable[[], int]) -> None:
        self._real = real
        self._spent = spent
        self._clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, statement: str, *values: Any) -> Any:
        began = self._clock()
        try:
            return self._real.execute(statement, *values)
        finally:
            self._note(statement, began)

    def _note(self, statement: str, began: int) -> None:
        self._spent[table_of(statement)] += (self._clock() - began) / 1e6


def _server_of(connection: Any) -> psutil.Process | None:
    try:
        found = psutil.Process(connection.get_server_pid())
    except psutil.NoSuchProcess:
        return None
    return found if found.name().startswith("postgres") else None
