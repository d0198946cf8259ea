"""Whether an answer could be stored now: tried by a commit that changes nothing."""

import asyncio
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from feedback.db import Database, is_away
from feedback.migrate import NEWEST
from feedback.resources import resource_dir
from feedback.responses.writer import Writer

LIMIT_SECONDS = 2.0
# Whoever asks more often is told what was found: watchers cost one commit a second at most.
FRESH_SECONDS = 1.0
# A look that hangs for so long is given up, and another one begun.
GIVE_UP_SECONDS = 15.0
# An answer that was refused so lately says more than our commit of one page.
TROUBLE_SECONDS = 5.0

READY = "ready"
SENTENCES = {
    READY: "Answers are stored.",
    "busy": "The database did not take a commit in time.",
    "database_away": "The database cannot be reached.",
    "disk_full": "The disk of the database is full.",
    "disk_failed": "The disk of the database fails.",
    "failed": "The database refused a commit; the log says why.",
    "file_replaced": "The database file was moved, deleted or replaced: start the server again.",
    "queue_full": "More answers wait than can be stored soon.",
    "read_only": "The database may only be read.",
    "schema_newer": "The database is of a newer feedback than this one: install that.",
    "schema_old": "The database is older than this program. Run: feedback migrate",
    "stopping": "The server is stopping.",
}


class Probe:
    """Asks at most once a second, whoever wants to know; one look at a time."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._task: asyncio.Task[str] | None = None
        self._began = self._ended = float("-inf")
        self._found = READY
        self._tick = 0
        self._file = _file_of(database)
        self._inode = _inode(self._file)

    async def ask(self) -> str:
        """READY, or the word for why not; after LIMIT_SECONDS at the latest."""
        if problem := self._known_problem():
            return problem
        now = time.monotonic()
        if self._task is None and now - self._ended < FRESH_SECONDS:
            return self._found
        if self._task is not None and now - self._began > GIVE_UP_SECONDS:
            self._task.cancel()
            self._task = None
        if self._task is None:
            self._began = now
            self._task = asyncio.create_task(self._look())
        task = self._task
        left = max(0.0, self._began + LIMIT_SECONDS - time.monotonic())
        await asyncio.wait({task}, timeout=left)
        if not task.done():
            return "busy"
        if self._task is task:
            self._task, self._ended, self._found = None, time.monotonic(), task.result()
        return self._found

    async def stop(self) -> None:
        if self._task is not None:
            # A statement that is cancelled goes on in its thread, and finds no loop any more.
            await asyncio.wait({self._task}, timeout=LIMIT_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _known_problem(self) -> str:
        """What needs no look at the database."""
        if not self._writer.is_running:
            return "stopping"
        if self._writer.is_full:
            return "queue_full"
        if self._file is not None and _inode(self._file) != self._inode:
            return "file_replaced"  # what is stored now goes into a file without a name
        refused = self._writer.refused
        if refused is not None and time.monotonic() - refused[0] < TROUBLE_SECONDS:
            return reason_of(refused[1])
        return ""

    async def _look(self) -> str:
        try:
            async with self._database.write() as session:
                connection = await session.connection()
                asked = await connection.execute(sa.text(self._state_of_it()))
                found, is_read_only = asked.one_or_none() or (None, False)
                if found != NEWEST:
                    return "schema_old" if _is_known(found) else "schema_newer"
                if is_read_only:
                    return "read_only"
                await connection.execute(sa.text(self._commit_of_nothing()))
        except Exception as error:
            return reason_of(error)
        return READY

    def _state_of_it(self) -> str:
        # Hosts of PostgreSQL make a database read-only when its disk is nearly full.
        is_read_only = "current_setting('transaction_read_only') = 'on'"
        return (
            f"SELECT version_num, {'0' if self._database.is_sqlite else is_read_only} "
            "FROM alembic_version"
        )

    def _commit_of_nothing(self) -> str:
        """A statement that reaches the disk when it is committed, and leaves no row behind."""
        if not self._database.is_sqlite:
            return "SELECT pg_logical_emit_message(true, 'feedback', 'ready')"
        self._tick = (self._tick + 1) % 1_000
        return f"PRAGMA user_version = {self._tick}"  # read by nobody


def reason_of(error: BaseException) -> str:
    """The word for an error of the database.

    >>> reason_of(OSError(28, "No space left on device"))
    'disk_full'
    """
    at: Any = error
    while at is not None:
        state = str(getattr(at, "sqlstate", None) or getattr(at, "sqlite_errorname", None) or "")
        for start, reason in _REASONS.items():
            if state.startswith(start):
                return reason
        if isinstance(at, OSError) and at.errno in (28, 122):  # no space, or no more of a quota
            return "disk_full"
        at = getattr(at, "orig", None) or at.__cause__
    return "database_away" if is_away(error) or type(error).__name__ == _AWAY else "failed"


# By how an SQLSTATE or the name of an SQLite result begins.
_REASONS = {
    "53100": "disk_full",
    "SQLITE_FULL": "disk_full",
    "SQLITE_IOERR": "disk_failed",
    "58030": "disk_failed",
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "55P03": "busy",
    "57014": "busy",
    "25006": "read_only",
    "SQLITE_READONLY": "read_only",
    "42P01": "schema_old",
}
_AWAY = "StoreUnavailableError"


def _is_known(revision: str | None) -> bool:
    folder = resource_dir("migrations") / "versions"
    return revision is None or (folder / f"{revision}.py").is_file()


def _file_of(database: Database) -> Path | None:
    name = database.url.database if database.is_sqlite else None
    return Path(name) if name and not name.startswith((":memory:", "file:")) else None


def _inode(path: Path | None) -> tuple[int, int] | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None
