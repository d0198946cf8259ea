"""A file read by a mapping as an import reads it, without a database."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import openpyxl

from feedback.imports.mapping import MappingFile
from feedback.imports.read import Reader
from feedback.imports.report import Report
from feedback.imports.source import open_rows

NOW = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
PARIS = "Europe/Paris"

# The time in the mapping's zone, then each rating.
Answer = tuple[str, int]


def mapping(
    rows: str, column: str = "score", metric: str = "nps", zone: str = PARIS, more: str = ""
) -> MappingFile:
    """A mapping with one column of ratings; `rows` and `more` are lines of TOML."""
    rating: dict[str, Any] = {"column": column, "touchpoint": "T", "metric": metric}
    return msgspec.convert(
        {
            "workspace": {"name": "W", "time_zone": zone},
            "journey": {"name": "J", "stages": [{"name": "S", "touchpoints": [{"name": "T"}]}]},
            "rows": tomllib.loads(rows),
            "ratings": [rating | tomllib.loads(more)],
        },
        MappingFile,
    )


def read(file: Path, said: MappingFile, *, skip_bad: bool = False) -> list[Answer]:
    """What an import would store: local times and ratings, in the order of the file.

    Raises FeedbackError as an import would.
    """
    reader = Reader(said, open_rows(file, said.rows), NOW)
    report = Report(file.name)
    entries = [entry for found in reader.entries(report) for entry in found]
    if not skip_bad:
        report.raise_if_any()
    return [
        (local(entry[0], said.workspace.zone), rating)
        for entry in entries
        for _, rating, _ in entry[-1]
    ]


def local(microseconds: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(microseconds / 10**6, zone):%Y-%m-%d %H:%M:%S}"


def workbook(rows: Sequence[Sequence[object]], merged: str | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    if merged:
        sheet.merge_cells(merged)
    written = BytesIO()
    book.save(written)
    return written.getvalue()
