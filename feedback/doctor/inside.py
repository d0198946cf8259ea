"""What the database says of itself, of its worker and of its backups."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from feedback import clock
from feedback.accounts.models import PublicKey
from feedback.backups import facts, folder, postgres
from feedback.db import SQLITE_PRAGMAS, Database
from feedback.doctor.around import apart
from feedback.doctor.findings import Finding
from feedback.erasure.ledger import compare
from feedback.errors import FeedbackError
from feedback.migrate import NEWEST, current_revision, known_revisions
from feedback.outbox.models import Job
from feedback.outbox.status import KindStatus, read_status
from feedback.settings import Settings, known_secret

WAITS = timedelta(minutes=5)  # a worker looks every two seconds
SAFE = {"synchronous_commit": ("on", "remote_apply"), "fsync": ("on",), "full_page_writes": ("on",)}


async def schema(settings: Settings) -> Iterable[Finding]:
    own = settings.sqlite_file
    if own is not None and not own.is_file():
        raise FeedbackError(f"There is no database {own}. feedback serve makes one")
    found = await current_revision(settings.url)
    if found == NEWEST:
        return [Finding("schema", f"is the newest, {NEWEST}")]
    if found is None:
        return [Finding("schema", "is not there, the database is empty", "feedback migrate")]
    if found in known_revisions():
        said, todo = f"is {found}, older than {NEWEST}", "feedback backup, then feedback migrate"
    else:
        said, todo = f"is {found}, which this program does not know", "Install the newer feedback."
    return [Finding("schema", said, todo)]


async def database_settings(settings: Settings) -> Iterable[Finding]:
    """Whether what is acknowledged has reached the disk; and the database's clock."""
    if settings.sqlite_file is not None:
        address = f"{settings.sqlite_file.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as opened:
            [mode] = opened.execute("PRAGMA journal_mode").fetchone()
        if mode != SQLITE_PRAGMAS["journal_mode"]:
            said = f"the journal mode is {mode}, not {SQLITE_PRAGMAS['journal_mode']}"
            return [Finding("database", said, "Start feedback serve once: it sets it.")]
        return [Finding("database", f"SQLite {sqlite3.sqlite_version}, write-ahead log, synced")]
    connection = await postgres.reach(settings.url)
    try:
        found = [
            Finding("database", f"PostgreSQL {await connection.fetchval('SHOW server_version')}")
        ]
        for name, safe in SAFE.items():
            if (value := await connection.fetchval(f"SHOW {name}")) not in safe:
                todo = f"Set it: ALTER SYSTEM SET {name} = '{safe[0]}', then reload."
                said = f"{name} is {value}: what was acknowledged may be lost"
                found.append(Finding("database", said, todo))
        theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
        return [*found, apart("the database", theirs)]
    finally:
        await connection.close()


async def size(settings: Settings) -> int:
    """The bytes of the database, 0 where it cannot be asked."""
    if settings.sqlite_file is not None:
        return settings.sqlite_file.stat().st_size if settings.sqlite_file.exists() else 0
    try:
        connection = await postgres.reach(settings.url)
    except FeedbackError:
        return 0
    try:
        return int(await connection.fetchval("SELECT pg_database_size(current_database())"))
    finally:
        await connection.close()


async def site_key(database: Database) -> str | None:
    async with database.read() as session:
        wanted = select(PublicKey.key).where(PublicKey.kind == "site").order_by(col(PublicKey.key))
        return (await session.exec(wanted)).first()


async def worker(database: Database) -> Iterable[Finding]:
    now = clock.now()
    async with database.read() as session:
        kinds = await read_status(session, now)
        last = (await session.exec(select(sa.func.max(col(Job.done_at))))).one()
    return list(_work(kinds, last, now))


def _work(kinds: list[KindStatus], last: datetime | None, now: datetime) -> Iterator[Finding]:
    if dead := sum(each.dead for each in kinds):
        said = f"{dead} jobs failed too often"
        yield Finding("jobs", said, "See why: feedback worker --status; then --retry all")
    due = [each.oldest for each in kinds if each.oldest]
    if due and now - min(due) > WAITS:
        said = f"work waits since {min(due):%Y-%m-%d %H:%M} UTC, and nobody does it"
        yield Finding("worker", said, "Start feedback serve, or feedback worker where it is apart.")
    else:
        when = f", the last job was done {last:%Y-%m-%d %H:%M} UTC" if last else ""
        yield Finding("worker", f"no work is late{when}")


def backups(settings: Settings) -> Iterator[Finding]:
    place, now = settings.backups_folder, clock.now()
    newest = folder.newest(settings)
    if newest is None:
        todo = "Set FEEDBACK_BACKUP_EVERY=24, or run each day: feedback backup"
        yield Finding("backup", f"there is none in {place}", todo)
        return
    megabytes = newest.facts.size / 1e6
    said = f"{newest.path.name}, {_age(now - newest.facts.made)} old, {megabytes:,.1f} MB"
    todo = ""
    if folder.is_late(settings, newest, now):
        todo = "Look at the worker: feedback worker --status. Meanwhile: feedback backup"
    secret = known_secret(settings)
    if secret and facts.fingerprint(secret) != newest.facts.secret:
        todo = "It belongs to another secret than the one of the settings: bring that one back."
    yield Finding("backup", said, todo)
    own = settings.sqlite_file
    if own is not None and own.exists() and own.stat().st_dev == newest.path.stat().st_dev:
        yield Finding("backup", "is on the disk of the database: copy it to another machine too")


async def erasures(database: Database, settings: Settings) -> Iterable[Finding]:
    """Whether the database and the list beside the backups name the same erasures."""
    in_list, only_list, only_database = await compare(database, settings.backups_folder)
    said, todo = f"{in_list} in the list beside the backups, all known to the database", ""
    if only_list or only_database:
        said = f"{only_list} stand in the list alone, {only_database} in the database alone"
        todo = (
            "A running server or worker makes them alike within the hour; feedback erase at once."
        )
    return [Finding("erasures", said, todo)]


def _age(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
