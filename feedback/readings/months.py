"""The months of a line; what is reckoned with months is in `scoring.months`."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The months of a line; `running` is this month when among them, `chosen` stands out."""

    months: Sequence[str]
    running: str = ""
    chosen: str = ""
