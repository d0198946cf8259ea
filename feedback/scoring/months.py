"""Months as `YYYY-MM` text, which sorts, compares and travels in addresses as it is.

All arithmetic of months is here, because the pooled scores need it and nothing of ours stands
below scoring.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from feedback.scoring.errors import ScoringError

MONTH = re.compile(r"^(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])$")


def is_month(text: str) -> bool:
    """True for a real month written YYYY-MM.

    >>> is_month("2026-03"), is_month("2026-13"), is_month("March")
    (True, False, False)
    """
    return MONTH.match(text) is not None


@lru_cache(maxsize=4096)
def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def month_at(moment: datetime, time_zone: str) -> str:
    """The month a moment falls in, on the calendar of the workspace."""
    return month_of(moment.astimezone(ZoneInfo(time_zone)).date())


def first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def month_number(month: str) -> int:
    """Months since the year 0, to count with. Raises ScoringError for what is no YYYY-MM."""
    year, _, number = month.partition("-")
    if not (year.isdigit() and number.isdigit() and 1 <= int(number) <= 12):
        raise ScoringError(f"A month is written YYYY-MM, not {month!r}.")
    return 12 * int(year) + int(number) - 1


def numbered_month(number: int) -> str:
    """The month of that number.

    >>> numbered_month(month_number("2026-03"))
    '2026-03'
    """
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@lru_cache(maxsize=4096)
def shift(month: str, by: int) -> str:
    """The month `by` months later (earlier when negative).

    >>> shift("2026-01", -1), shift("2025-11", 14)
    ('2025-12', '2027-01')
    """
    return numbered_month(month_number(month) + by)


def shift_day(first: date, by: int) -> date:
    """The first day of the month `by` months later than the one `first` is in.

    >>> shift_day(date(2025, 12, 31), 2)
    datetime.date(2026, 2, 1)
    """
    return first_day(shift(month_of(first), by))


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
