"""Groups in the order of what their answers are worth: few answers are drawn to the common score.

Of twenty groups the one that is printed highest owes much of its lead to chance; its shrunken score
does not (`scripts/compare_rates.py` has the numbers).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, starmap
from math import sqrt

from feedback.comparisons.judge import pair_interval, squared_error
from feedback.scoring import HIDDEN_BELOW, Comparison, Metric, Score, shrink


@dataclass(frozen=True, slots=True)
class League:
    """names: the best first, those with fewer than five answers last. shrunk: of the others.
    common: the score they are drawn to; spread: standard deviation of the true scores, 0 where
    the answers show none."""

    names: tuple[str, ...]
    shrunk: Mapping[str, float]
    common: float | None
    spread: float


def make_league(scores: Mapping[str, Score], metric: Metric) -> League:
    """Groups that are alike to the last bit stand by their answers, most first.

    >>> from feedback.scoring import METRICS, score
    >>> nps = METRICS["nps"]
    >>> counts = {"low": {10: 60, 0: 60}, "few": {10: 8, 0: 2}, "many": {10: 140, 0: 60}}
    >>> league = make_league({name: score(n, nps) for name, n in counts.items()}, nps)
    >>> league.names, [round(league.shrunk[name]) for name in league.names]
    (('few', 'many', 'low'), [45, 39, 3])
    """
    known = {name: each for name, each in scores.items() if each.n >= HIDDEN_BELOW}
    by_size = sorted(scores, key=lambda name: (-scores[name].n, name))
    if not known:
        return League(tuple(by_size), {}, None, 0.0)
    plain = [each.score or 0.0 for each in known.values()]
    found = shrink(plain, [squared_error(each, metric) for each in known.values()])
    shrunk = dict(zip(known, found.shrunk, strict=True))
    sign = 1 if metric.low_is_good and metric.headline == "mean" else -1
    names = sorted(by_size, key=lambda name: (name not in shrunk, sign * shrunk.get(name, 0.0)))
    return League(tuple(names), shrunk, found.pooled, sqrt(found.tau2))


Pair = tuple[str, str, Comparison]


def widest_pair(
    names: Sequence[str], scores: Mapping[str, Score], metric: Metric, groups: int, looks: int
) -> Pair | None:
    """The two that lie farthest apart for certain, else the first and the last; None of fewer than
    two. names: those judged, the best first. groups, looks: as of `judge_pair`."""
    if len(names) < 2:
        return None

    def judged(better: str, worse: str) -> Pair:
        found = pair_interval(scores[better], scores[worse], metric, groups, looks)
        return better, worse, found

    clear = [pair for pair in starmap(judged, combinations(names, 2)) if pair[2].is_clear]
    return max(clear, key=_apart) if clear else judged(names[0], names[-1])


def _apart(pair: Pair) -> float:
    return abs(pair[2].difference or 0.0)
