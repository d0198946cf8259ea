"""Every score in one unit: the share of unhappy answers, so that stages can be compared."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from feedback.dashboards.board import Reading
from feedback.dashboards.read import RECENT, Counts
from feedback.kept import OF_LINE, scored
from feedback.memory import memory
from feedback.readings.people import by_people
from feedback.readings.scores import Line
from feedback.repeats.lines import MONTH, QUARTER
from feedback.scoring import METRICS, Metric, Repeats, Score


@cache
def unhappy_metric(key: str) -> Metric:
    """The metric whose headline is the share of this one's negative band, in percent.

    >>> sorted(unhappy_metric("nps").positive), unhappy_metric("nps").headline
    ([0, 1, 2, 3, 4, 5, 6], 'top')
    """
    metric = METRICS[key]
    return replace(
        metric,
        key=f"unhappy_{key}",
        positive=metric.negative,
        negative=metric.positive,
        headline="top",
    )


def as_unhappy(reading: Reading, counts: Counts) -> Reading:
    """The same reading by its unhappy answers. Targets are set for scores, so it has none."""
    metric, key = unhappy_metric(reading.metric.key), reading.metric.key
    known = counts.repeats
    repeats: dict[str, Repeats] = {}
    if known is not None:
        repeats.update(known.of(reading.spot.place.id, key, MONTH))
        of_quarter = known.of(reading.spot.place.id, key, QUARTER)
        if counts.recent and (last := of_quarter.get(counts.window.months[-1])):
            repeats[RECENT] = last
    line = _line(reading.months, metric, repeats)
    chosen = line.get(counts.period) or scored(metric, tuple(reading.chosen.counts.values()))
    running = line.get(counts.window.running) if reading.running is not None else None
    return replace(reading, metric=metric, chosen=chosen, running=running, months=line, target=None)


def _line(months: Line, metric: Metric, repeats: Mapping[str, Repeats]) -> Line:
    if not months:
        return {}
    widened = tuple((month, repeats[month]) for month in months if month in repeats)

    def made() -> dict[str, Score]:
        return {
            month: by_people(
                scored(metric, tuple(score.counts.values())), repeats.get(month), metric
            )
            for month, score in months.items()
        }

    return memory.keep_of(
        "unhappy", (months, metric.key, widened), made, lambda line: OF_LINE * len(line)
    )
