"""The schema: where it stands, and how it gets to the newest version."""

import errno
import os
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from feedback.errors import FeedbackError
from feedback.logs import describe, what_to_do
from feedback.postgres import make_engine
from feedback.private import keep_private, make_private
from feedback.resources import resource_dir

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
# Every version had these; a program that uses Alembic too has others.
OURS = frozenset({"workspace", "survey", "response", "rating_count"})
_REVISION = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
# Those that an extension made, as PostGIS does, are nobody's data.
_TABLES = """
    SELECT relname FROM pg_class c
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'f')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""

# Alembic takes 0.3 s to import; naming the newest revision here keeps it out of every start.
NEWEST = "2026_11_30_tag_count"


class AwayError(FeedbackError):
    """The database cannot be opened now."""


class Found(NamedTuple):
    """The tables of a database, without those of extensions, and what Alembic's says, if any."""

    tables: frozenset[str]
    revision: str | None


async def current_revision(url: URL) -> str | None:
    """The schema version of the database, None when it is empty. A look, nothing is written.

    Raises FeedbackError (exit code 1) when it holds another program's tables, AwayError when it
    cannot be opened.
    """
    try:
        found = _look_into_file(url) if _is_sqlite(url) else await _look_into_server(url)
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise cannot_open(url, error) from error
    except Exception as error:
        if type(error).__module__.startswith("asyncpg."):  # of connecting; others are wrapped
            raise cannot_open(url, error) from error
        raise
    if found.revision is None and not found.tables:
        return None
    if found.revision not in known_revisions() and not found.tables >= OURS:
        raise FeedbackError(
            f"The database {_as_given(url)} is another program's: it has tables, such as "
            f"{min(found.tables)!r}, and none of feedback's. Nothing was changed. Give "
            "FEEDBACK_DATABASE_URL a database, or a file, of its own.",
            exit_code=1,
        )
    return found.revision


async def _look_into_server(url: URL) -> Found:
    engine = plain_engine(url)
    try:
        async with engine.connect() as connection:
            tables = frozenset((await connection.execute(text(_TABLES))).scalars())
            if VERSION_TABLE not in tables:
                return Found(tables, None)
            found = await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))
            return Found(tables - {VERSION_TABLE}, found.scalar())
    finally:
        await engine.dispose()


def _look_into_file(url: URL) -> Found:
    # By hand: when aiosqlite cannot open a file, its thread also writes a traceback.
    path = Path(url.database or "")
    if path.is_dir():  # SQLite calls it a disk that fails
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    make_private(path)
    # Whoever may only read a file with a log of its own leaves that log's files behind.
    with path.open("rb") as file:
        mode = "ro" if file.read(20)[18:] == b"\1\1" else "rw"
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = frozenset(name for (name,) in found if not name.startswith("sqlite_"))
        if VERSION_TABLE not in tables:
            return Found(tables, None)
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
        return Found(tables - {VERSION_TABLE}, row[0] if row else None)


def _as_given(url: URL) -> str:
    return url.set(drivername=url.get_backend_name()).render_as_string()


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def plain_engine(url: URL) -> AsyncEngine:
    """An engine for a few statements, without the models."""
    if _is_sqlite(url):
        return create_async_engine(url, hide_parameters=True)
    return make_engine(url, plain=True)


async def require_newest(
    url: URL, *, migrate_empty: bool = False, tell: Callable[[str], None] = lambda _said: None
) -> None:
    """Return when the schema is the newest; make it so if empty and allowed to. `tell` is given a
    sentence for each file that others could read.

    Raises FeedbackError (exit code 1) saying what to do otherwise.
    """
    found = await current_revision(url)
    if found != NEWEST and not (found is None and migrate_empty):
        raise _wrong_version(found)
    if _is_sqlite(url):
        for said in keep_private(Path(url.database or "")):
            tell(said)
    if found is None:
        upgrade(url)


async def require_known(url: URL) -> None:
    """Return when the database is empty or this program can migrate it; raises FeedbackError
    (exit code 1) otherwise, before anything is written."""
    found = await current_revision(url)
    if found is not None and found not in known_revisions():
        raise _wrong_version(found)


async def is_set_up(url: URL) -> bool:
    """Whether there is an owner. In plain SQL: with the classes of the tables, which the process
    that only watches the server does not need, its start takes a tenth of a second longer.

    Raises FeedbackError (exit code 1) where PostgreSQL's commits would not wait for the disk.
    """
    has_owner = "SELECT EXISTS (SELECT 1 FROM membership WHERE role = 'owner')"
    if _is_sqlite(url):
        with closing(sqlite3.connect(url.database or "")) as connection:
            return bool(connection.execute(has_owner).fetchone()[0])
    engine = plain_engine(url)
    try:
        async with engine.connect() as connection:
            refuse_unsafe((await connection.execute(text("SHOW synchronous_commit"))).scalar())
            return bool((await connection.execute(text(has_owner))).scalar())
    finally:
        await engine.dispose()


def refuse_unsafe(synchronous_commit: Any) -> None:
    """Raises FeedbackError (exit code 1) when a commit would not wait for the disk."""
    if synchronous_commit == "off":
        raise FeedbackError(
            "PostgreSQL: synchronous_commit is off, so an acknowledged answer could be lost. "
            "Set it to on for this database.",
            exit_code=1,
        )


def upgrade(url: URL) -> None:
    """Bring the schema to the newest version, in one transaction; done already is no error."""
    from alembic import command
    from alembic.util import CommandError

    if _is_sqlite(url):
        make_private(Path(url.database or ""))
    try:
        command.upgrade(config(url), "head")
    except CommandError as error:
        raise _wrong_version("of another kind") from error
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise cannot_open(url, error) from error


def config(url: URL) -> "Config":
    """Alembic's configuration, made in code: there is no alembic.ini."""
    from alembic.config import Config

    made = Config(stdout=sys.stdout)  # by itself that of when it was imported
    made.set_main_option("script_location", str(resource_dir("migrations")))
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def known_revisions() -> set[str]:
    """Those that this program can migrate from, and the newest; read from the files, since
    Alembic takes long to import."""
    files = resource_dir("migrations").glob("versions/*.py")
    found = (_REVISION.search(file.read_text(encoding="utf-8")) for file in files)
    return {each[1] for each in found if each}


def _wrong_version(found: str | None) -> FeedbackError:
    if found is None:
        said = "The database is empty. Run: feedback migrate"
    elif found in known_revisions():
        said = (
            f"The database is older than this program: its schema is {found}, this feedback needs "
            f"{NEWEST}. Stop every other feedback on it, then run: feedback migrate"
        )
    else:
        said = (
            f"The database is newer than this program: its schema is {found}, this feedback knows "
            f"none after {NEWEST}. Install the newer feedback that it was made by."
        )
    return FeedbackError(said, exit_code=1)


def cannot_open(url: URL, error: Exception) -> AwayError:
    """The reason in one line, and what to do."""
    reason = describe(error, with_place=False)
    return AwayError(
        f"Cannot open the database {_as_given(url)}: {reason}. {what_to_do(error)}",
        exit_code=1,
    )
