"""How often scores moved from one month to the next: beside the changes, a measure of the noise."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from feedback.changes.watched import WatchedLine
from feedback.scoring import FEW_BELOW, Metric, round_half_away, score
from feedback.scoring.months import months_between


def count_moves(lines: Iterable[WatchedLine], since: str, until: str) -> int:
    """Moves into the months from `since` to `until`, both included, over all these lines.

    A move: two months in a row with 30 answers or more, whose scores differ as they are printed.
    """
    return sum(_moves(line, since, until) for line in lines)


def _moves(line: WatchedLine, since: str, until: str) -> int:
    months = months_between(line.since, until)
    pairs = pairwise(zip(months, line.monthly, strict=False))
    return sum(
        _printed(before, line.metric) != _printed(after, line.metric)
        for (_, before), (month, after) in pairs
        if month >= since and min(sum(before.values()), sum(after.values())) >= FEW_BELOW
    )


def _printed(counts: Mapping[int, int], metric: Metric) -> float:
    headline = score(counts, metric).score or 0.0
    return round_half_away(headline, 1 if metric.headline == "mean" else 0)
