"""Which workspace a command works on, and the database it opens for that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.errors import FeedbackError

# Imported where they are used: `feedback --help` is instant.
if TYPE_CHECKING:
    from feedback.accounts.models import Workspace
    from feedback.db import Database
    from feedback.settings import Settings

WorkspaceKey = Annotated[
    str | None,
    typer.Option("--workspace", metavar="KEY", help="Needed when there are several."),
]


@asynccontextmanager
async def open_database(settings: "Settings") -> AsyncIterator["Database"]:
    """The database of the settings, checked to be at the newest schema, closed at the end."""
    from feedback.db import Database
    from feedback.migrate import require_newest

    await require_newest(settings.url)
    database = Database(settings.url, is_patient=True)
    try:
        yield database
    finally:
        await database.close()


async def open_workspace(database: "Database", key: str | None) -> "Workspace":
    """The workspace of this key; without a key the only one there is.

    Raises FeedbackError naming the known keys when there is no such one, or more than one.
    """
    from sqlmodel import col, select

    from feedback.accounts.models import Workspace

    async with database.read() as session:
        found = {
            w.key: w for w in await session.exec(select(Workspace).order_by(col(Workspace.key)))
        }
    if key is not None and key in found:
        return found[key]
    if key is None and len(found) == 1:
        return next(iter(found.values()))
    raise FeedbackError(_why_not(key, list(found)))


def _why_not(key: str | None, known: list[str]) -> str:
    if not known:
        return (
            "There is no workspace yet. Run feedback serve and open the set-up link it prints, "
            "or feedback import."
        )
    keys = ", ".join(known)
    if key is None:
        return f"There are several workspaces; choose one with --workspace: {keys}."
    return f"There is no workspace {key!r}. The workspaces are: {keys}."
