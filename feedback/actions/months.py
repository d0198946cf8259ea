"""The months around the day of an action."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from feedback.scoring.effect import MOST, YEAR
from feedback.scoring.months import month_of, months_between, shift


@dataclass(frozen=True)
class Calendar:
    """The months around the day of an action, on the workspace's calendar."""

    done_on: date
    today: date
    time_zone: str

    @cached_property
    def month(self) -> str:
        return month_of(self.done_on)

    @cached_property
    def running(self) -> str:
        return month_of(self.today)

    @cached_property
    def complete(self) -> str:
        """The last month that is over."""
        return shift(self.running, -1)

    @property
    def is_planned(self) -> bool:
        return self.done_on > self.today

    @cached_property
    def before(self) -> list[str]:
        last = min(shift(self.month, -1), self.complete)
        return months_between(shift(self.month, -MOST), last)

    @cached_property
    def after(self) -> list[str]:
        last = min(shift(self.month, MOST), self.complete)
        return months_between(shift(self.month, 1), last)

    @cached_property
    def compared(self) -> tuple[str, str]:
        """From the first month of the year before to the last one after it, so far."""
        return shift(self.month, 1 - YEAR), (self.after or [self.month])[-1]

    @cached_property
    def last_look(self) -> str:
        """The month in which all months after it are complete: nothing more will be counted."""
        return shift(self.month, MOST + 1)

    @property
    def is_over(self) -> bool:
        return self.running >= self.last_look
