"""The place furthest below its target, over scales that differ."""

from collections.abc import Iterable
from dataclasses import dataclass

from feedback.dashboards.board import Reading, StageReading
from feedback.dashboards.targets import Gap, gap_of
from feedback.wording import scale_of


@dataclass(frozen=True, slots=True)
class Lowest:
    """A reading below its target; its gap is at least as large a part of its scale as any other's.

    is_sure: the whole 95 % interval lies below the target. Those come before all others.
    """

    reading: Reading
    gap: Gap
    is_sure: bool


def furthest_below(stages: Iterable[StageReading]) -> Lowest | None:
    """None where nothing with a score lies below its target. Of two alike, the finer place: it
    says more about what to mend."""
    found: list[tuple[bool, float, bool, Lowest]] = []
    for stage in stages:
        for reading in (stage.headline, *stage.rows):
            if reading is None or not reading.is_asked_now or reading.spot.place.is_archived:
                continue
            gap = gap_of(reading)
            if gap is None or gap.to_go is None or gap.to_go <= 0:
                continue
            low, high = scale_of(reading.metric)
            lowest = Lowest(reading, gap, _is_sure(reading, gap))
            part = round(gap.to_go / (high - low), 9)
            found.append((lowest.is_sure, part, reading.touchpoint is not None, lowest))
    return max(found, key=lambda each: each[:3])[3] if found else None


def _is_sure(reading: Reading, gap: Gap) -> bool:
    low, high = reading.chosen.low, reading.chosen.high
    if low is None or high is None:
        return False
    is_turned = reading.metric.low_is_good and reading.metric.headline == "mean"
    return low > gap.target if is_turned else high < gap.target
