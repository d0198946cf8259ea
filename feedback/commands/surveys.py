"""`feedback surveys`: every survey with its key and its address."""

import asyncio
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feedback.accounts.opening import WorkspaceKey, open_database, open_workspace
from feedback.rows import json_text

if TYPE_CHECKING:
    from feedback.settings import Settings
    from feedback.surveys.queries import SurveyAt

DEFAULT_BASE_URL = "http://127.0.0.1:8000"


class Format(StrEnum):
    table = "table"
    json = "json"


def surveys_command(
    format: Annotated[Format, typer.Option(help="How to print them.")] = Format.table,
    sites: Annotated[bool, typer.Option("--sites", help="Also print the site keys.")] = False,
    workspace: WorkspaceKey = None,
) -> None:
    """List the surveys with their journey, stage, touchpoint, metric, state and address.

    With --sites the JSON is {"sites": [...], "surveys": [...]}, else the list of surveys alone.

    Example: feedback surveys --format json --sites
    """
    from feedback.settings import load_settings

    settings = load_settings()
    rows, keys = asyncio.run(_load(settings, workspace))
    if format is Format.json:
        shown: Any = {"sites": keys, "surveys": rows} if sites else rows
        typer.echo(json_text(shown), nl=False)
        return
    if sites:
        typer.echo("\n".join(f"site key  {key}" for key in keys) + "\n")
    typer.echo(_table(rows))
    if settings.base_url is None:
        print("FEEDBACK_BASE_URL is not set: the addresses are a guess.", file=sys.stderr)


async def _load(settings: "Settings", key: str | None) -> tuple[list[dict[str, str]], list[str]]:
    from feedback.editor.surveys.queries import site_keys
    from feedback.surveys.queries import load_surveys

    async with open_database(settings) as database:
        workspace = await open_workspace(database, key)
        async with database.read() as session:
            places = await load_surveys(session, workspace.id)
            keys = await site_keys(session, workspace.id)
    base_url = settings.base_url or DEFAULT_BASE_URL
    return [_row(place, base_url) for place in places if not place.is_gone], keys


def _row(place: "SurveyAt", base_url: str) -> dict[str, str]:
    from feedback.surveys.link import survey_link

    return {
        "key": place.survey.key,
        "name": place.survey.name,
        "journey": place.journey.name,
        "stage": place.stage.name,
        "touchpoint": place.touchpoint.name,
        "metric": place.question.metric,
        "state": place.survey.state,
        "url": survey_link(base_url, place.survey.key),
    }


def _table(rows: list[dict[str, str]]) -> str:
    if not rows:
        return "There is no survey yet."
    from feedback.offline.text import aligned

    return "\n".join(aligned([list(rows[0]), *(list(row.values()) for row in rows)]))
