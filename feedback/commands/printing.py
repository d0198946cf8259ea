"""How the commands that score take lists and print what they found."""

from collections.abc import Callable
from enum import StrEnum

import typer


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


Writer = Callable[[], str]


def print_as(format: Format, *, table: Writer, json: Writer, csv: Writer) -> None:
    """Prints the one that is asked for; each ends its last line itself."""
    writers = {Format.table: table, Format.json: json, Format.csv: csv}
    typer.echo(writers[format](), nl=False)


def listed(text: str) -> list[str]:
    """The parts of `a, b,c`."""
    return [part.strip() for part in text.split(",") if part.strip()]
