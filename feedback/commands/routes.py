"""`feedback routes`: every address of the server, and who may use it."""

from enum import StrEnum
from typing import Annotated

import typer

from feedback.rows import csv_text, dicts_table, json_text


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


def routes_command(
    format: Annotated[Format, typer.Option(help="How to print them.")] = Format.table,
) -> None:
    """Print every address of the server with its method and who may use it.

    nobody: anybody, signed in or not. viewer, editor, owner: that role in the workspace, or one
    that may do more.

    Example: feedback routes --format csv
    """
    rows = _rows()
    if format is Format.json:
        typer.echo(json_text({"rows": rows}), nl=False)
    elif format is Format.csv:
        typer.echo(csv_text(*dicts_table(rows)), nl=False)
    else:
        from feedback.offline.text import aligned

        typer.echo("\n".join(aligned([list(rows[0]), *(list(row.values()) for row in rows)])))


def _rows() -> list[dict[str, str]]:
    from feedback.accounts.needs import WayIn, ways_in
    from feedback.app import create_app
    from feedback.responses.public_routes import PATHS
    from feedback.settings import load_settings

    # What is answered before the router: anybody may send an answer.
    sent = [WayIn("POST", path, "nobody") for path in PATHS]
    found = [*sent, *ways_in(create_app(load_settings()).routes)]
    return [
        {"method": way.method, "path": way.path, "needs": way.needs}
        for way in sorted(found, key=lambda way: (way.path, way.method))
    ]
