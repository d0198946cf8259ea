"""`feedback check` and `feedback doctor`."""

import asyncio
import json
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from feedback.doctor.findings import Finding


class Shape(StrEnum):
    table = "table"
    json = "json"


ShapeOption = Annotated[Shape, typer.Option("--format", help="Lines, or one JSON list.")]


def check_command(format: ShapeOption = Shape.table) -> None:
    """Read all data and say whether they are sound: the file, what refers to what, the counts.

    A line each: ok, or what to do. Exit 1 when anything is wrong. The server may go on meanwhile.

    Example: feedback check
    """
    from feedback.doctor.check import check
    from feedback.settings import load_settings

    asyncio.run(_print(check(load_settings()), format))


def doctor_command(format: ShapeOption = Shape.table) -> None:
    """Look at settings, database, clock, disk, address, proxy, worker and backups.

    A line each: ok, or what to do. Exit 1 when anything is wrong. Changes nothing.

    Example: feedback doctor --format json
    """
    from feedback.doctor.doctor import examine
    from feedback.settings import load_settings

    asyncio.run(_print(examine(load_settings()), format))


async def _print(findings: "AsyncIterator[Finding]", format: Shape) -> None:
    from feedback.doctor.findings import as_line, as_rows

    found = []
    async for each in findings:
        found.append(each)
        if format is Shape.table:
            typer.echo(as_line(each))
    if format is Shape.json:
        typer.echo(json.dumps(as_rows(found), indent=2, ensure_ascii=False))
    wrong = sum(not each.is_well for each in found)
    if wrong:
        raise FeedbackError(f"{wrong} of {len(found)} need you.", exit_code=1)
