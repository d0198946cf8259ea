"""Months as `YYYY-MM` text, which sorts, compares and travels in addresses as it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

MONTH = re.compile(r"^(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])$")


@dataclass(frozen=True, slots=True)
class Window:
    """The months of a line; `running` is this month when among them, `chosen` stands out."""

    months: Sequence[str]
    running: str = ""
    chosen: str = ""


def is_month(text: str) -> bool:
    """True for a real month written YYYY-MM.

    >>> is_month("2026-03"), is_month("2026-13"), is_month("March")
    (True, False, False)
    """
    return MONTH.match(text) is not None


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def month_at(moment: datetime, time_zone: str) -> str:
    """The month a moment falls in, on the calendar of the workspace."""
    return month_of(moment.astimezone(ZoneInfo(time_zone)).date())


def first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def shift(month: str, by: int) -> str:
    """The month `by` months later (earlier when negative).

    >>> shift("2026-01", -1), shift("2025-11", 14)
    ('2025-12', '2027-01')
    """
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def months_between(first: str, last: str) -> list[str]:
    """Every month from `first` to `last`, both included; empty when they are the wrong way round.

    >>> months_between("2025-12", "2026-02")
    ['2025-12', '2026-01', '2026-02']
    """
    months = []
    while first <= last:
        months.append(first)
        first = shift(first, 1)
    return months
