"""The months of a line; what is reckoned with months is in `scoring.months`."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.scoring.months import first_day, is_month, month_at, month_of, months_between, shift

__all__ = ["Window", "first_day", "is_month", "month_at", "month_of", "months_between", "shift"]


@dataclass(frozen=True, slots=True)
class Window:
    """The months of a line; `running` is this month when among them, `chosen` stands out."""

    months: Sequence[str]
    running: str = ""
    chosen: str = ""
