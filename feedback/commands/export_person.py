"""`feedback export-person`: what is stored of somebody, as a ZIP to hand to them."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.commands.erase import As, NamedAs
from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from feedback.disclosure.gather import Disclosure
    from feedback.settings import Settings


def export_person_command(
    who: Annotated[str, typer.Argument(metavar="EMAIL|ID|RESPONSE", help="Whom, or an answer.")],
    output: Annotated[Path, typer.Option(metavar="FILE.zip", help="Where to write it.")],
    named: NamedAs = None,
    workspace: WorkspaceKey = None,
) -> None:
    """Write all that is stored of a person into a ZIP: a page to read and JSON.

    It holds what `feedback erase` would take, under every name that was joined. Of an answer it is
    whoever gave it; that answer alone, where nobody is named. A file that is there is left alone.

    Example: feedback export-person anna@example.org --output for-anna.zip
    """
    from feedback.settings import load_settings

    if output.exists():
        raise FeedbackError(f"{output} is there already.")
    stored = asyncio.run(_gather(load_settings(), workspace, who.strip(), named))
    _write(output, stored)
    n, notes = len(stored.answers), len(stored.tables["response_change"])
    typer.echo(
        f"{output}: {n} answer{'s' * (n != 1)}, {notes} note{'s' * (notes != 1)} of the team. "
        "It holds personal data: send it safely, then delete it."
    )


async def _gather(
    settings: "Settings", key: str | None, who: str, named: As | None
) -> "Disclosure":
    import feedback.models  # noqa: F401 (what is touched is read off all the tables)
    from feedback import clock
    from feedback.disclosure.find import find_whole
    from feedback.disclosure.gather import gather
    from feedback.settings import secret_key

    async with open_database(settings) as database:
        workspace = await open_workspace(database, key)
        async with database.read() as session:
            found = await find_whole(session, workspace.id, secret_key(settings), who)
            if named is not None:
                found = {what: whole for what, whole in found.items() if what == named}
            if not found:
                raise FeedbackError(f"Nothing is stored in {workspace.key} of this person.")
            if len(found) > 1:  # two people, and each must see the other's data never
                ways = " or ".join(f"--as {what}" for what in sorted(found))
                raise FeedbackError(f"This names more than one: say which with {ways}.")
            [whole] = found.values()
            return await gather(session, workspace, *whole, clock.now())


def _write(output: Path, stored: "Disclosure") -> None:
    from feedback.disclosure.pack import zip_bytes

    made = zip_bytes(stored)
    try:
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(made)
    except OSError as error:
        raise FeedbackError(f"Cannot write {output}: {error.strerror}.", exit_code=1) from None
