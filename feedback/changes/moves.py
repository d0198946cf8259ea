"""How often the lines of a journey moved as they are printed, most of it chance."""

from collections.abc import Iterable
from itertools import pairwise

from feedback.changes.lines import WatchedLine
from feedback.scoring import FEW_BELOW, Metric, Score, round_half_away
from feedback.scoring.months import months_between


def count_moves(lines: Iterable[WatchedLine], since: str, until: str) -> int:
    """Moves into the months from `since` to `until`, both included, over all these lines.

    A move: two months in a row with 30 answers or more, whose scores differ as they are printed.
    """
    return sum(_moves(line, since, until) for line in lines)


def _moves(line: WatchedLine, since: str, until: str) -> int:
    shown = len(months_between(since, until)) + 1  # the month before, too
    printed = [_printed(score, line.metric) for score in line.scores[-shown:]]
    return sum(
        before != after and None not in (before, after) for before, after in pairwise(printed)
    )


def _printed(score: Score, metric: Metric) -> float | None:
    """None where there are too few answers for a move."""
    if score.n < FEW_BELOW:
        return None
    return as_printed(score, metric)


def as_printed(score: Score, metric: Metric) -> float:
    """The number of a month as pages print it."""
    return round_half_away(score.score or 0.0, 1 if metric.headline == "mean" else 0)
