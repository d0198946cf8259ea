"""The schema: where it stands, and how it gets to the newest version."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from feedback.errors import FeedbackError
from feedback.logs import describe
from feedback.private import keep_private
from feedback.resources import resource_dir

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic takes 0.3 s to import; naming the newest revision here keeps it out of every start.
NEWEST = "2026_11_30_anonymous_surveys"


async def current_revision(url: URL) -> str | None:
    """The schema version of the database, None when it is empty.

    Raises FeedbackError (exit code 1) when the database cannot be opened.
    """
    _require_readable(url)
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(lambda c: c.dialect.has_table(c, "alembic_version"))
            if not found:
                return None
            return (
                await connection.execute(text("SELECT version_num FROM alembic_version"))
            ).scalar()
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise _cannot_open(url, error) from error
    finally:
        await engine.dispose()


def known_revisions() -> set[str]:
    """The schema versions that this program can bring to the newest one."""
    return {file.stem for file in resource_dir("migrations").glob("versions/*.py")}


async def require_newest(url: URL, *, migrate_empty: bool = False) -> None:
    """Return when the schema is the newest; make it so if empty and allowed to.

    Raises FeedbackError (exit code 1) saying what to do otherwise.
    """
    found = await current_revision(url)
    if found == NEWEST:
        return
    if found is None and migrate_empty:
        upgrade(url)
        return
    raise _wrong_version(found)


async def is_set_up(url: URL) -> bool:
    """Whether there is an owner. In plain SQL: with the classes of the tables, which the process
    that only watches the server does not need, its start takes a tenth of a second longer."""
    engine = create_async_engine(url, hide_parameters=True)
    try:
        async with engine.connect() as connection:
            asked = await connection.execute(
                text("SELECT EXISTS (SELECT 1 FROM membership WHERE role = 'owner')")
            )
            return bool(asked.scalar())
    finally:
        await engine.dispose()


def upgrade(url: URL) -> None:
    """Bring the schema to the newest version, in one transaction; done already is no error."""
    from alembic import command
    from alembic.util import CommandError

    _require_readable(url)
    try:
        command.upgrade(config(url), "head")
    except CommandError as error:
        raise _wrong_version(str(error)) from error
    except (DBAPIError, OSError, sqlite3.Error) as error:
        raise _cannot_open(url, error) from error


def config(url: URL) -> "Config":
    """Alembic's configuration, made in code: there is no alembic.ini."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(resource_dir("migrations")))
    made.set_main_option("path_separator", "os")
    made.attributes["url"] = url
    return made


def _require_readable(url: URL) -> None:
    # Asked directly: when aiosqlite cannot open a file, its thread also writes a traceback.
    if url.get_backend_name() != "sqlite":
        return
    if url.database and not url.database.startswith((":memory:", "file:")):
        keep_private(Path(url.database))
    try:
        with closing(sqlite3.connect(url.database or "")) as connection:
            connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error as error:
        raise _cannot_open(url, error) from error


def _wrong_version(found: str | None) -> FeedbackError:
    if found is None:
        return FeedbackError("The database is empty. Run: feedback migrate", exit_code=1)
    return FeedbackError(
        f"The database has schema version {found}, this program knows {NEWEST}. If the database is "
        "older run: feedback migrate. If it is newer, install the newer feedback.",
        exit_code=1,
    )


def _cannot_open(url: URL, error: Exception) -> FeedbackError:
    reason = describe(error, with_place=False)
    return FeedbackError(
        f"Cannot open the database {url.render_as_string()}: {reason}. Check the address in "
        "FEEDBACK_DATABASE_URL, that the folder or server exists, and its permissions.",
        exit_code=1,
    )
