"""`feedback erase`: forget somebody, or one answer."""

import asyncio
import sys
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.errors import FeedbackError
from feedback.logs import describe

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from feedback.accounts.models import Workspace
    from feedback.db import Database
    from feedback.erasure.people import Found
    from feedback.settings import Settings


class As(StrEnum):
    address = "address"
    id = "id"
    response = "response"


NamedAs = Annotated[
    As | None, typer.Option("--as", help="What it is, where it may be several things.")
]


def erase_command(
    who: Annotated[str, typer.Argument(metavar="EMAIL|ID|RESPONSE", help="Whom, or which answer.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    named: NamedAs = None,
    person: Annotated[
        bool, typer.Option("--person", help="With an answer: all of the same person.")
    ] = False,
    workspace: WorkspaceKey = None,
) -> None:
    """Erase everything of a person, or one answer: the rating stays in its month and channel.

    First it says what there is, and asks. Names, comments, answers, properties and the team's notes
    on them go, under every name that was joined; older files no longer bring them back, nor does a
    message that is sent again. Each erasure is noted beside the backups (FEEDBACK_BACKUPS).

    Example: feedback erase anna@example.org
    """
    from feedback.settings import load_settings

    asyncio.run(erase(load_settings(), Asked(who.strip(), yes, named, person, workspace)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as the command's own options say it."""

    who: str
    yes: bool = False
    named: As | None = None
    person: bool = False
    workspace: str | None = None


async def erase(settings: "Settings", asked: Asked) -> None:
    """What the command does; what there is, and what went, is printed."""
    import feedback.models  # noqa: F401 (what is touched is read off all the tables)
    from feedback import clock
    from feedback.erasure.ledger import agree
    from feedback.erasure.people import erase_found
    from feedback.tidy import tidy

    folder = settings.backups_folder
    async with open_database(settings) as database:
        workspace = await open_workspace(database, asked.workspace)
        await agree(database, folder)
        found = await _find(settings, database, workspace, asked)
        there = {what: each for what, each in found.items() if each}
        if not there:
            _say_nothing(found, workspace, asked)
            return
        for what, each in there.items():
            typer.echo(_preview(what, each))
        _ask(asked)
        for each in there.values():
            now = clock.now()
            said = await erase_found(database, workspace.id, each, folder=folder, now=now)
            typer.echo(f"Erased: {_counted(said.answers, said.comments, said.changes)}.")
        try:
            await tidy(database)
        except Exception as error:
            raise FeedbackError(
                f"Erased, but the files of the database could not be written anew: "
                f"{describe(error, with_place=False)}. A running server or worker tries it again.",
                exit_code=1,
            ) from error
    typer.echo(
        f"The ratings stay in their months. Noted in {folder / 'erasures.ndjson'}; backups of "
        "before still hold what was erased, and forget it when they are restored."
    )


async def _find(
    settings: "Settings", database: "Database", workspace: "Workspace", asked: Asked
) -> "dict[str, Found]":
    """By what the text names."""
    from feedback.erasure.people import keys_of, look_for_person, names_in
    from feedback.settings import secret_key

    found: dict[str, Found] = {}
    async with database.read() as session:
        answer = _uuid(asked.who) if asked.named in (None, As.response) else None
        if answer is not None:
            found["response"] = await _find_answer(session, workspace.id, answer, asked.person)
        for what, name in names_in(secret_key(settings), workspace.id, asked.who).items():
            if asked.named in (None, As(what)):
                keys = await keys_of(session, workspace.id, name)
                found[what] = await look_for_person(session, workspace.id, keys)
    if found.get("response") and found.get("id"):
        raise FeedbackError(
            f"{asked.who} is an answer, and somebody's id: say which with --as response or --as id."
        )
    return found


async def _find_answer(
    session: "AsyncSession", workspace_id: uuid.UUID, answer: uuid.UUID, with_person: bool
) -> "Found":
    from feedback.erasure.people import look_for_answer, look_for_person, person_of_answer

    keys = await person_of_answer(session, workspace_id, answer) if with_person else set()
    if keys:
        return await look_for_person(session, workspace_id, keys)
    return await look_for_answer(session, workspace_id, answer)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _say_nothing(found: "dict[str, Found]", workspace: "Workspace", asked: Asked) -> None:
    times = [each.erased_at for each in found.values() if each.erased_at is not None]
    if times:
        at = f"{max(times):%Y-%m-%d %H:%M} UTC"
        typer.echo(f"Erased already, on {at}; nothing has come since.")
        return
    ways = {"address": "address", "id": "id", "response": "answer"}
    tried = " or ".join(ways[what] for what in sorted(found)) or str(asked.named)
    raise FeedbackError(f"Nothing is stored in {workspace.key} of this {tried}.")


_WHAT = {"address": "By this address", "id": "By this id", "response": "This answer"}


def _preview(what: str, found: "Found") -> str:
    said = f"{_WHAT[what]}: {_counted(found.answers, found.comments, found.changes)}"
    if found.first is not None:
        first, last = f"{found.first:%Y-%m}", f"{found.last:%Y-%m}"
        said += f", {first}" if first == last else f", {first} to {last}"
    if found.names:
        said += f", under {found.names + 1} names joined"
    if found.just_now:
        said += (
            f".\n{found.just_now} of them came within the last ten minutes: what is still being "
            "written there will not be kept"
        )
    return said + "."


def _counted(answers: int, comments: int, changes: int) -> str:
    said = _n(answers, "answer", "answers"), _n(comments, "comment", "comments")
    return f"{said[0]}, {said[1]}, {_n(changes, 'note of the team', 'notes of the team')}"


def _n(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _ask(asked: Asked) -> None:
    if asked.yes:
        return
    if not sys.stdin.isatty():
        raise FeedbackError("Nothing was erased: nobody can be asked here. Add --yes.")
    if not typer.confirm("Erase it? This cannot be undone."):
        raise FeedbackError("Nothing was erased.")
