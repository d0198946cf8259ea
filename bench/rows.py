"""What a measurement says: a figure, the budget it is held against, and whether it holds."""

import sys
from dataclasses import dataclass
from statistics import median

OPEN = "-"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report. `holds` is None for what was not or cannot be judged."""

    name: str
    measured: str
    budget: str = OPEN
    holds: bool | None = None

    @property
    def verdict(self) -> str:
        return OPEN if self.holds is None else "ok" if self.holds else "missed"


def at_least(name: str, value: float, limit: float, said: str) -> Row:
    return Row(name, said, f">= {limit:g}", value >= limit)


def at_most(name: str, value: float, limit: float, said: str, unit: str = "") -> Row:
    return Row(name, said, f"<= {limit:g}{unit}", value <= limit)


def spread(values: list[float]) -> str:
    """The median and what it lies between.

    >>> spread([0.5, 0.7, 0.6])
    '0.60 (0.50 to 0.70)'
    """
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of all do not exceed.

    >>> percentile([4.0, 1.0, 2.0, 3.0], 0.95), percentile([4.0, 1.0, 2.0, 3.0], 0.5)
    (4.0, 2.0)
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def show(name: str, measured: str, budget: str, verdict: str) -> None:
    print(f"{name:<56}  {budget:<10}  {verdict:<6}  {measured}", flush=True)


def note(text: str) -> None:
    """What goes on, for whoever waits; not part of the report."""
    print(f"  ... {text}", file=sys.stderr, flush=True)
