"""The zone that a file itself says its times are in, so that no mapping can say another."""

import json
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback.imports.mapping import RowsPart
from feedback.offline.headers import Columns, places

_UTC = re.compile(r".*\((?:UTC|GMT)\)", flags=re.IGNORECASE | re.DOTALL)


def zone_in_header(part: RowsPart, columns: Columns) -> ZoneInfo | None:
    """That of `Submit Date (UTC)`, as Typeform has it, or of Qualtrics' third line; else None.

    >>> zone_in_header(RowsPart(time="Submit Date (UTC)"), Columns(["#", "Submit Date (UTC)"])).key
    'UTC'
    """
    found = [place for name in part.time_columns for place in places(columns, name)]
    names = {_zone(cell) for place in found for cell in _cells(columns, place)} - {None}
    return ZoneInfo(names.pop() or "UTC") if len(names) == 1 else None


def _cells(columns: Columns, place: int) -> list[str]:
    return [columns[place], *(line[place] for line in columns.lines if place < len(line))]


def _zone(cell: str) -> str | None:
    if _UTC.fullmatch(cell):
        return "UTC"
    if '"timeZone"' not in cell:
        return None
    try:
        told = json.loads(cell)
        name = str(told["timeZone"])
        return ZoneInfo(name).key
    except (ValueError, TypeError, KeyError, OSError, ZoneInfoNotFoundError):
        return None
