"""`feedback rollups verify|rebuild`: are the counts what the responses say?"""

import asyncio
from typing import TYPE_CHECKING

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from uuid import UUID

    from feedback.accounts.models import Workspace
    from feedback.db import Database

MOST_SHOWN = 20

app = typer.Typer(help="Check or rebuild the counts that dashboards read.", no_args_is_help=True)


@app.command("verify")
def verify_command(workspace: WorkspaceKey = None) -> None:
    """Recount every response and compare: exit 0 when all counts agree, 1 when one does not.

    Months whose texts retention has erased are sealed: they are left out, by rebuild too. Who
    answered several times is counted each hour, and comments are known to search some seconds
    after their answers: what has changed since is told, and no error.

    Example: feedback rollups verify
    """
    asyncio.run(_verify(workspace))


@app.command("rebuild")
def rebuild_command(workspace: WorkspaceKey = None) -> None:
    """Count every response anew. Safe at any time: readers see the old counts or the new.

    Example: feedback rollups rebuild --workspace shop
    """
    asyncio.run(_rebuild(workspace))


async def _verify(key: str | None) -> None:
    from datetime import date

    from feedback.comments.recount import differing_comments, differing_words
    from feedback.repeats.count import differing_repeats
    from feedback.responses.rollup import find_differences, sealed_before
    from feedback.settings import load_settings

    wrong = 0
    async with open_database(load_settings()) as database:
        for workspace in await _workspaces(database, key):
            async with database.read() as session:
                differences = await find_differences(session, workspace.id)
                since = await sealed_before(session, workspace.id)
            if since > date.min:
                typer.echo(f"{workspace.key}: months before {since:%Y-%m} are sealed, left out.")
            for found in differences[: max(0, MOST_SHOWN - wrong)]:
                typer.echo(
                    f"{workspace.key}: series {found.series_id}, {found.channel}, "
                    f"{found.month:%Y-%m}, rating {found.rating}: {found.excess:+d}"
                )
            wrong += len(differences)
            if waiting := await differing_repeats(database, workspace.id):
                typer.echo(
                    f"{workspace.key}: in {waiting} windows other people repeat than were counted; "
                    "the next hour's job, or rebuild, counts them anew."
                )
            comments = await differing_comments(database, workspace.id)
            if comments.waiting:
                typer.echo(
                    f"{workspace.key}: {comments.waiting} comments wait for the job that search "
                    "is told by."
                )
            if comments.wrong:
                typer.echo(f"{workspace.key}: search knows {comments.wrong} comments wrongly.")
            wrong += comments.wrong
        if words := await differing_words(database):
            typer.echo(f"Search finds {words} words elsewhere than they are.")
        wrong += words
    if wrong:
        raise FeedbackError(
            f"{wrong} counts differ from a recount. Mend them with: feedback rollups rebuild",
            exit_code=1,
        )
    typer.echo("All counts agree with a recount.")


async def _rebuild(key: str | None) -> None:
    from feedback.comments.recount import rebuild_words, recount_comments
    from feedback.crossing import again
    from feedback.repeats.count import recount_repeats
    from feedback.responses.rollup import rebuild
    from feedback.settings import load_settings

    async with open_database(load_settings()) as database:
        for workspace in await _workspaces(database, key):

            async def count(workspace_id: "UUID" = workspace.id) -> None:
                async with database.write() as session:
                    await rebuild(session, workspace_id)

            await again(count)
            await recount_repeats(database, workspace.id)
            await recount_comments(database, workspace.id)
            typer.echo(f"{workspace.key}: counted anew.")
        await rebuild_words(database)


async def _workspaces(database: "Database", key: str | None) -> "list[Workspace]":
    """The one that is named, else all of them: a check should leave nobody out."""
    from sqlmodel import col, select

    from feedback.accounts.models import Workspace

    if key is not None:
        return [await open_workspace(database, key)]
    async with database.read() as session:
        return list(await session.exec(select(Workspace).order_by(col(Workspace.key))))
