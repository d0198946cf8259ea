"""`feedback user add`: let somebody in, or in again."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.errors import FeedbackError

app = typer.Typer(help="People who sign in.", no_args_is_help=True)


class Role(StrEnum):
    owner = "owner"
    editor = "editor"
    viewer = "viewer"


@app.command("add")
def add_command(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whom to let in.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.viewer,
    workspace: WorkspaceKey = None,
) -> None:
    """Add somebody, or change their role, and print a link to choose a (new) password.

    Example: feedback user add ana@example.org --role editor
    """
    asyncio.run(_add(email, role, workspace))


async def _add(email: str, role: Role, key: str | None) -> None:
    from feedback import clock
    from feedback.accounts.schemas import EMAIL
    from feedback.accounts.setup import add_member, make_link
    from feedback.settings import load_settings

    if not EMAIL.fullmatch(email):
        raise FeedbackError(f"{email} is not an e-mail address.")
    settings = load_settings()
    async with open_database(settings) as database:
        workspace = await open_workspace(database, key)
        async with database.write() as session:
            user = await add_member(session, workspace, email, role=role.value, now=clock.now())
            link = await make_link(session, "password", clock.now(), user.id)
    typer.echo(f"{user.email} is {role.value} of {workspace.name}. To choose a password, open")
    typer.echo(f"{settings.base_url or 'http://127.0.0.1:8000'}{link}")
