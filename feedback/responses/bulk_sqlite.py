"""Bulk storing on SQLite, in a thread of its own: the next batch is made ready meanwhile."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from feedback.db import SQLITE_PRAGMAS
from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.responses.bulk_rows import Batch, BatchResult, Name, Origin, Rows, sort_out
from feedback.responses.compiled import Statement

T = TypeVar("T")
Execution = tuple[str, Sequence[Any]]

# Beside those every connection has. A larger log between checkpoints and a larger, still bounded,
# cache: keys of people are scattered over their index, and its pages are written again and again.
_PRAGMAS = {"wal_autocheckpoint": "8000", "cache_size": "-32768"}

# Rests between two batches, in which others have the lock: at least so that a server that waits
# looks at it (each millisecond), and a share of what the batch took, since a busy machine gives
# the server its turn as late as it gives us ours. The larger share while others do write.
_LEAST_SECONDS = 0.004
_ALONE, _IN_COMPANY = 0.02, 0.25
_COMPANY_SECONDS = 5.0

# Rows in one execution: each gives the interpreter lock away and waits to get it back.
_TOGETHER = 1000

_FIND = (
    "SELECT digest FROM submission "
    "WHERE workspace_id=? AND survey_id=? AND submission_id=? AND NOT test"
)


@dataclass(frozen=True, slots=True)
class _Ready:
    origin: Origin
    batch: Batch
    executions: Sequence[Execution]


class Company:
    """Whether others write to the database: `PRAGMA data_version` changes when one of them did."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._until = 0.0

    def rest(self, version: int, now: float, took: float) -> float:
        """Seconds to leave the lock to others after a batch that took so many."""
        if self._version not in (None, version):
            self._until = now + _COMPANY_SECONDS
        self._version = version
        share = _IN_COMPANY if now < self._until else _ALONE
        return max(_LEAST_SECONDS, share * took)


class SqliteBulk:
    """Each batch holds the write lock of the database for as long as its inserts take."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = Rows(is_sqlite=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bulk")
        self._company = Company()
        self._begin_at = 0.0

    async def open(self) -> None:
        self._connection = await self._in_thread(self._connect)

    async def close(self) -> None:
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    def prepare(self, origin: Origin, batch: Batch) -> _Ready:
        return _Ready(origin, batch, self._executions(origin, batch))

    async def store(self, ready: _Ready) -> BatchResult:
        try:
            # Nearly always all are new: look for known ones only when one is refused.
            with suppress(sqlite3.IntegrityError):
                await self._in_thread(lambda: self._execute(ready.executions))
                return BatchResult(new=len(ready.batch))
            return await self._in_thread(lambda: self._store_unknown(ready.origin, ready.batch))
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

    def _executions(self, origin: Origin, batch: Batch) -> list[Execution]:
        rows, statements, n = self._rows, self._rows.statements, len(batch)
        submissions = statements.submissions.flat(n, *rows.submissions(origin, batch))
        responses = statements.responses.flat(n, *rows.responses(origin, batch))
        due = chain.from_iterable(rows.due(origin, batch))
        counts = chain.from_iterable(rows.counts(origin, batch))
        versions = chain.from_iterable(rows.versions(origin, batch))
        return [
            *_together(statements.insert_submission, submissions),
            *_together(statements.insert_response, responses),
            *_together(statements.insert_due, list(due)),
            *_together(statements.add_ratings, list(counts)),
            *_together(statements.next_version, list(versions)),
        ]

    def _execute(self, executions: Sequence[Execution]) -> None:
        time.sleep(max(0.0, self._begin_at - time.monotonic()))
        self._connection.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        try:
            for text, values in executions:
                self._connection.execute(text, values)
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        finally:
            now = time.monotonic()
            self._begin_at = now + self._company.rest(version, now, now - began)

    def _store_unknown(self, origin: Origin, batch: Batch) -> BatchResult:
        fresh, result = sort_out(batch, self._known(origin, batch))
        if fresh:
            self._execute(self._executions(origin, fresh))
        return result

    def _known(self, origin: Origin, batch: Batch) -> dict[Name, bytes]:
        workspace_id, known = origin.workspace_id.bytes, dict[Name, bytes]()
        for name in batch.names():
            found = self._connection.execute(_FIND, (workspace_id, *name))
            if digest := found.fetchone():
                known[name] = digest[0]
        return known


def _together(statement: Statement, values: list[Any]) -> Iterator[Execution]:
    width = len(statement.names)
    for start in range(0, len(values), _TOGETHER * width):
        some = values[start : start + _TOGETHER * width]
        yield statement.times(len(some) // width), some
