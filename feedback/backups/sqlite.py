"""Out of a SQLite file that is written meanwhile, and back into one that nobody has open."""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

from feedback.backups.facts import StoppedError
from feedback.backups.part import SIDES
from feedback.errors import FeedbackError
from feedback.logs import describe

# Where SQLite locks a file that it has open: the bytes of its shared lock (os_unix.c).
SHARED_FIRST, SHARED_SIZE = 0x40000002, 510
STEPS = 100_000  # of SQLite's machine, between two looks at whether to stop


class Inside(NamedTuple):
    """What a backup says of its database."""

    schema: str
    workspaces: list[str]
    answers: int


def copy_out(database: Path, part: Path, stop: Callable[[], bool]) -> Inside:
    """Write a copy into the empty file `part`: one snapshot, taken at the start. Who answers
    meanwhile is not kept waiting."""
    try:
        # A connection that may only read makes its copy one that may only be read, and fails.
        with closing(_open(database, "rw")) as connection:
            connection.execute("PRAGMA busy_timeout = 5000")
            connection.set_progress_handler(stop, STEPS)
            connection.execute("VACUUM INTO ?", (str(part),))
        with closing(_open(part, "ro")) as copy:
            return read_inside(copy)
    except sqlite3.Error as error:
        raise _meaning(error, database) from error


def read_inside(connection: sqlite3.Connection) -> Inside:
    [schema] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    keys = [key for (key,) in connection.execute("SELECT key FROM workspace ORDER BY key")]
    [answers] = connection.execute("SELECT count(*) FROM response").fetchone()
    return Inside(schema, keys, answers)


def damage(database: Path) -> str | None:
    """What SQLite finds wrong with a file, its first finding."""
    with closing(_open(database, "ro")) as connection:
        try:
            [found] = connection.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.Error as error:
            return describe(error, with_place=False)
    return None if found == "ok" else str(found).splitlines()[0]


def is_open_elsewhere(database: Path) -> bool:
    """Whether another process has the database open; also where its contents are damaged.

    Not to be called while this process has it open: closing the file ends SQLite's locks on it.
    """
    with database.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_SIZE, SHARED_FIRST)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return True
            raise
    return False


def keep_aside(database: Path, aside: Path) -> None:
    """A second name for the file, with all that its log held: the first one may then be replaced.

    A damaged one keeps its log beside it, under the new name.
    """
    with suppress(sqlite3.Error), closing(_open(database, "rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.link(database, aside)
    for end in SIDES:
        side = database.with_name(database.name + end)
        if side.exists() and side.stat().st_size:
            side.rename(aside.with_name(aside.name + end))


def clear_sides(database: Path) -> list[str]:
    """Remove what lies beside a database that is no more: SQLite would take a log of the old one
    for the new one's. Their names."""
    found = [database.with_name(database.name + end) for end in SIDES]
    there = [side for side in found if side.exists()]
    for side in there:
        side.unlink()
    return [side.name for side in there]


def close_log(database: Path) -> None:
    """Put what its log holds into the file, and end the log."""
    with closing(_open(database, "rw")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _open(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)


def _meaning(error: sqlite3.Error, database: Path) -> Exception:
    name: Any = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":
        return StoppedError()
    if name in ("SQLITE_FULL", "SQLITE_IOERR_WRITE"):
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    said = describe(error, with_place=False)
    return FeedbackError(f"Cannot copy {database}: {said}. See: feedback check", exit_code=1)
