"""The write path on SQLite: one connection, owned by one thread."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from feedback.db import SQLITE_PRAGMAS
from feedback.errors import FeedbackError
from feedback.responses.compiled import Statement
from feedback.responses.decide import decide
from feedback.responses.outcome import (
    Answer,
    Display,
    Key,
    Known,
    KnownResponse,
    KnownSubmission,
    Outcome,
    Plan,
    ResponseKey,
    StoreUnavailableError,
    wanted_keys,
)
from feedback.responses.people import Move, NameKey, Part, name_keys, settle, told_again
from feedback.responses.statements import Statements

T = TypeVar("T")

_PRAGMAS = {
    "busy_timeout": "0",  # _begin waits instead
    # Pages that a statement of many rows may have to give back are noted in memory: in a file, as
    # else, that takes half as long as the rows do.
    "temp_store": "2",
    # Pages of the log until it is written back, 16 MB: at the usual 4 MB the pages of an index
    # that people's hashes hit at random are written back as often as they change.
    "wal_autocheckpoint": "4000",
}

# Rows in one execution. Each number of rows is a statement of its own and stays prepared.
_MOST_ROWS = 64
_PREPARED = 6 * _MOST_ROWS
LOOK_AGAIN_SECONDS = 0.001


class SqliteStore:
    """Stores batches of answers, each batch in one transaction.

    When a transaction fails nothing of it is stored, and the connection is opened anew: after a
    full disk or an I/O error the next batch starts from a clean state.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._statements = Statements(is_sqlite=True)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Connect; raises FeedbackError when the file cannot keep SAFETY A1's promise."""
        await self._in_thread(self._connect)

    async def close(self) -> None:
        await self._in_thread(self._disconnect)
        self._thread.shutdown()

    async def store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        return await self._in_thread(lambda: self._store(batch))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, cached_statements=_PREPARED)
        for name, value in SQLITE_PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        for name, value in SQLITE_PRAGMAS.items():
            found = str(connection.execute(f"PRAGMA {name}").fetchone()[0])
            if found != value:
                raise FeedbackError(
                    f"{self._path}: {name} is {found} and must be {value} for answers to be safe. "
                    "Is the file on a network drive?",
                    exit_code=1,
                )
        for name, value in _PRAGMAS.items():
            connection.execute(f"PRAGMA {name}={value}")
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]:
        try:
            connection = self._connection or self._connect()
            _begin(connection)
            outcomes: list[Outcome | None] = []
            for part in settle(batch, self._joined(connection, name_keys(batch))):
                self._write_people(connection, part)
                known = self._known(connection, wanted_keys(part.answers))
                became, plan = decide(part.answers, known)
                self._write(connection, plan)
                outcomes += became
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._disconnect()
            raise StoreUnavailableError(str(error)) from error
        except BaseException:
            self._disconnect()
            raise
        return outcomes

    def _joined(self, connection: sqlite3.Connection, keys: set[NameKey]) -> dict[NameKey, bytes]:
        rows = self._statements.name_key_rows(keys)
        found = _execute(connection, self._statements.find_names, rows)
        return {(UUID(bytes=workspace), key): person for workspace, key, person in found}

    def _write_people(self, connection: sqlite3.Connection, part: Part) -> None:
        s = self._statements
        for row in s.released_rows(part.released):
            connection.execute(s.release_name.text, row)
        if part.named:
            named = list(zip(*s.name_columns(part.named), strict=True))
            _execute(connection, s.insert_name, named)
        for move in part.moves:
            self._move(connection, move)

    def _move(self, connection: sqlite3.Connection, move: Move) -> None:
        s = self._statements
        told = connection.execute(s.find_told.text, s.moved_row(move)).fetchall()
        rows = [(UUID(bytes=id), UUID(bytes=survey), *rest) for id, survey, *rest in told]
        planned = told_again(move, rows)
        keys = {key for key, _ in planned}
        known = self._known(connection, keys).submissions
        if fresh := [(key, each) for key, each in planned if key not in known]:
            columns = s.submission_columns(fresh)
            _execute(connection, s.insert_submission, list(zip(*columns, strict=True)))
        connection.execute(s.note_moved.text, s.moved_row(move))
        connection.execute(s.move_answers.text, (move.person, *s.moved_row(move)))

    def _known(self, connection: sqlite3.Connection, keys: set[Key]) -> Known:
        submissions: dict[Key, KnownSubmission] = {}
        rows = [self._statements.key_row(key) for key in keys]
        for found in _execute(connection, self._statements.find_submission, rows):
            workspace_id, survey_id, submission_id, test, response_id, *rest = found
            ids = UUID(bytes=workspace_id), UUID(bytes=survey_id), UUID(bytes=submission_id)
            submissions[(*ids, bool(test))] = KnownSubmission(UUID(bytes=response_id), *rest)
        rows_of = {(key[0], each.response_id) for key, each in submissions.items()}
        responses = {row: self._response(connection, row) for row in rows_of}
        return Known(submissions, {row: found for row, found in responses.items() if found})

    def _response(self, connection: sqlite3.Connection, row: ResponseKey) -> KnownResponse | None:
        statement = self._statements.find_response.text
        found = connection.execute(statement, [id.bytes for id in row]).fetchone()
        if found is None:
            return None
        series_id, channel, month, rating, *standing = found
        return KnownResponse(
            UUID(bytes=series_id), channel, date.fromisoformat(month), rating, *standing
        )

    def _write(self, connection: sqlite3.Connection, plan: Plan) -> None:
        s = self._statements
        if plan.new:
            submissions = list(zip(*s.submission_columns(plan.new), strict=True))
            _execute(connection, s.insert_submission, submissions)
        if plan.created:
            responses = list(zip(*s.response_columns(plan.created), strict=True))
            _execute(connection, s.insert_response, responses)
        _execute(connection, s.insert_due, s.due_rows(plan.due))
        # Gives the interpreter's lock away for each row; only corrections, which are few.
        many = connection.executemany
        if plan.changed:
            many(s.update_submission.text, s.update_submission_rows(plan.changed))
        if plan.updated:
            many(s.update_response.text, s.update_response_rows(plan.updated))
        _execute(connection, s.add_ratings, s.count_rows(plan.counts.items()))
        _execute(connection, s.add_displays, s.display_rows(plan.displays.items()))
        _execute(connection, s.next_version, s.version_rows(plan.months))


def _begin(connection: sqlite3.Connection) -> None:
    """Wait for the one write lock as long as `busy_timeout` says, asking often: SQLite's own wait
    sleeps up to 100 ms between two looks, and misses every pause of an import beside us."""
    until = time.monotonic() + int(SQLITE_PRAGMAS["busy_timeout"]) / 1000
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() >= until:
                raise
        time.sleep(LOOK_AGAIN_SECONDS)


def _execute(
    connection: sqlite3.Connection, statement: Statement, rows: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Many rows in few executions. Each execution gives the interpreter lock away and waits to
    get it back; row by row, a busy event loop makes that the cost of the whole batch."""
    found: list[Any] = []
    for start in range(0, len(rows), _MOST_ROWS):
        part = rows[start : start + _MOST_ROWS]
        values = [value for row in part for value in row]
        found += connection.execute(statement.times(len(part)), values).fetchall()
    return found
