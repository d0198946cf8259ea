"""How the commands that score print what they found, and the options they share."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


LabelsOption = Annotated[
    str, typer.Option(metavar="WORDS=N,...", help="What words stand for: Good=4,'Very good'=5.")
]
Writer = Callable[[], str]


def print_as(format: Format, *, table: Writer, json: Writer, csv: Writer) -> None:
    """Prints the one that is asked for; each ends its last line itself."""
    writers = {Format.table: table, Format.json: json, Format.csv: csv}
    typer.echo(writers[format](), nl=False)


def tell(*sentences: str | None) -> None:
    """On stderr, what somebody must know of the numbers on stdout."""
    for sentence in sentences:
        if sentence:
            typer.echo(f"feedback: {sentence}", err=True)
