"""One file of all that was acknowledged before it was begun, made while everything goes on."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from feedback import clock
from feedback.backups import facts, folder, postgres, sqlite
from feedback.backups.facts import Facts, never
from feedback.backups.part import is_of_database, taken, whole_file
from feedback.backups.sqlite import Inside
from feedback.errors import FeedbackError
from feedback.migrate import current_revision
from feedback.settings import Settings, secret_key


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    facts: Facts
    seconds: float


def make_backup(
    settings: Settings, where: Path, *, over: bool = False, stop: Callable[[], bool] = never
) -> Made:
    """A backup at `where`, or in it under a name of its own when that is a folder.

    It is there whole, synced and for its owner alone, or not at all. Raises FeedbackError in one
    line, and facts.StoppedError once `stop` says so. over: replace a file of that name.
    """
    began, now = time.monotonic(), clock.now()
    path = where / folder.name_of(settings, now) if where.is_dir() else where
    _require_place(settings, path, over=over)
    with whole_file(path, over=over) as (part, file):
        inside = _copy(settings, part, file, stop)
        known = Facts(
            database="sqlite" if settings.sqlite_file else "postgresql",
            made_at=now.isoformat(timespec="milliseconds"),
            program=version("feedback"),
            schema=inside.schema,
            workspaces=inside.workspaces[: facts.MOST_WORKSPACES],
            answers=inside.answers,
            secret=facts.fingerprint(secret_key(settings)),
        )
        sealed = facts.seal(file, known, stop)
    return Made(path, sealed, time.monotonic() - began)


def _require_place(settings: Settings, path: Path, *, over: bool) -> None:
    if is_of_database(path, settings.sqlite_file):
        raise FeedbackError(f"{path} is the database itself, or lies beside it as its own.")
    if not path.parent.is_dir():
        raise FeedbackError(f"There is no folder {path.parent}.")
    if path.exists() and not over:
        raise taken(path)
    if path.exists() and not path.is_file():
        raise FeedbackError(f"{path} is no file.")


def _copy(settings: Settings, part: Path, file: BinaryIO, stop: Callable[[], bool]) -> Inside:
    database = settings.sqlite_file
    if database is not None and not database.is_file():
        raise FeedbackError(f"There is no database {database}.", exit_code=1)
    if asyncio.run(current_revision(settings.url)) is None:
        raise FeedbackError("There is nothing to back up: the database is empty.", exit_code=1)
    if database is None:
        return asyncio.run(_dump(settings, file, stop))
    return sqlite.copy_out(database, part, stop)


async def _dump(settings: Settings, file: BinaryIO, stop: Callable[[], bool]) -> Inside:
    """The same snapshot for what is said of the database and what is written of it."""
    connection = await postgres.reach(settings.url)
    try:
        program = await postgres.find_program("pg_dump", connection)
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            inside = await postgres.read_inside(connection)
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            dump = postgres.dump
            await asyncio.to_thread(dump, program, settings.url, snapshot, file, stop)
        return inside
    finally:
        await connection.close()
