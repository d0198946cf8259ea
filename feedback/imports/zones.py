"""The zone that a file itself says its times are in, so that no mapping can say another."""

import json
import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback.errors import FeedbackError
from feedback.imports.mapping import RowsPart
from feedback.offline.headers import Columns, places

_STATED = re.compile(r"\((?:UTC|GMT)(?: ?([+-]) ?0?([0-9]{1,2})(:?[0-9]{2})?)?\)", re.IGNORECASE)


def zone_in_header(part: RowsPart, columns: Columns) -> ZoneInfo | None:
    """That of `Submit Date (UTC)`, as Typeform has it, or of Qualtrics' third line; else None.

    Raises FeedbackError for an offset that is no whole hours: these have no zone to read days in.

    >>> zone_in_header(RowsPart(time="Submit Date (UTC)"), Columns(["#", "Submit Date (UTC)"])).key
    'UTC'
    """
    found = [place for name in part.time_columns for place in places(columns, name)]
    names = {_zone(cell) for place in found for cell in _cells(columns, place)} - {None}
    return ZoneInfo(names.pop() or "UTC") if len(names) == 1 else None


def _cells(columns: Columns, place: int) -> list[str]:
    return [columns[place], *(line[place] for line in columns.lines if place < len(line))]


def _zone(cell: str) -> str | None:
    if stated := _STATED.search(cell):
        sign, hours, minutes = stated.groups()
        if (minutes or "00")[-2:] != "00" or int(hours or 0) > 12:
            raise FeedbackError(
                f"The column {cell} is in a zone that cannot be read from its name. Rename it, and "
                "say time_zone in the mapping."
            )
        # These zones count the other way: Etc/GMT-2 is UTC+2.
        return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "UTC"
    if '"timeZone"' not in cell:
        return None
    try:
        told = json.loads(cell)
        name = str(told["timeZone"])
        return ZoneInfo(name).key
    except (ValueError, TypeError, KeyError, OSError, ZoneInfoNotFoundError):
        return None
