"""Bulk storing on SQLite, in a thread of its own: the next batch is made ready meanwhile."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from feedback.db import SQLITE_PRAGMAS
from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.responses.bulk_rows import BatchResult, Name, NewResponse, Origin, Row, Rows, sort_out
from feedback.responses.statements import Statement

T = TypeVar("T")
Execution = tuple[str, list[Any]]

# Beside those every connection has. A larger log between checkpoints and a larger, still bounded,
# cache: keys of people are scattered over their index, and its pages are written again and again.
_PRAGMAS = {"wal_autocheckpoint": "8000", "cache_size": "-32768"}

# Rows in one execution: each gives the interpreter lock away and waits to get it back.
_TOGETHER = 1000

_FIND = (
    "SELECT digest FROM submission "
    "WHERE workspace_id=? AND survey_id=? AND submission_id=? AND NOT test"
)


class SqliteBulk:
    """Each batch holds the write lock of the database for as long as its inserts take."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = Rows(is_sqlite=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk")

    async def open(self) -> None:
        self._connection = await self._in_thread(self._connect)

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def store(self, origin: Origin, batch: Sequence[NewResponse]) -> BatchResult:
        # The rows are made here, so that the thread has little to do but wait for the database.
        executions = self._executions(origin, batch)
        try:
            # Nearly always all are new: look for known ones only when one is refused.
            with suppress(sqlite3.IntegrityError):
                await self._in_thread(lambda: self._execute(executions))
                return BatchResult(new=len(batch))
            return await self._in_thread(lambda: self._store_unknown(origin, batch))
        except sqlite3.OperationalError as error:
            said = describe(error, with_place=False)
            raise FeedbackError(f"Cannot write {self._path}: {said}.", exit_code=1) from error

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        for name, value in (SQLITE_PRAGMAS | _PRAGMAS).items():
            connection.execute(f"PRAGMA {name}={value}")
        return connection

    def _executions(self, origin: Origin, batch: Sequence[NewResponse]) -> list[Execution]:
        statements = self._rows.statements
        return [
            *_together(statements.insert_submission, self._rows.submissions(origin, batch)),
            *_together(statements.insert_response, self._rows.responses(origin, batch)),
            *_together(statements.add_ratings, self._rows.counts(origin, batch)),
            *_together(statements.next_version, self._rows.versions(origin, batch)),
        ]

    def _execute(self, executions: Sequence[Execution]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for text, values in executions:
                self._connection.execute(text, values)
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def _store_unknown(self, origin: Origin, batch: Sequence[NewResponse]) -> BatchResult:
        fresh, result = sort_out(batch, self._known(origin, batch))
        if fresh:
            self._execute(self._executions(origin, fresh))
        return result

    def _known(self, origin: Origin, batch: Sequence[NewResponse]) -> dict[Name, bytes]:
        workspace_id, known = origin.workspace_id.bytes, dict[Name, bytes]()
        for answer in batch:
            found = self._connection.execute(_FIND, (workspace_id, answer.survey_id, answer.id))
            if digest := found.fetchone():
                known[(answer.survey_id, answer.id)] = digest[0]
        return known


def _together(statement: Statement, rows: Sequence[Row]) -> Iterator[Execution]:
    for start in range(0, len(rows), _TOGETHER):
        some = rows[start : start + _TOGETHER]
        yield statement.times(len(some)), list(chain.from_iterable(some))
