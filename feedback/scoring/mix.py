"""Why a total moved: its parts scored differently, or it is made of other parts.

====================  ===============================================================
``decompose``         counts by group, before and after -> Mix
``Mix``               the change, split into within and mix
``MixGroup``          what one group adds to either
====================  ===============================================================

A total can fall although no part of it fell, if a part that scores low has grown.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from feedback.scoring.errors import ScoringError
from feedback.scoring.metrics import Metric
from feedback.scoring.scores import Score, score

Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class MixGroup:
    """One group in both periods and what it adds to the change.

    n_before, n_after: answers. share_before, share_after: of all answers, 0..1. score_before,
    score_after: in headline units, None without answers. within: what its own change adds; mix:
    what its growing or shrinking adds, against a group that scores like the whole.
    """

    name: str
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    score_before: float | None
    score_after: float | None
    within: float
    mix: float


@dataclass(frozen=True, slots=True)
class Mix:
    """A change of a score, in headline units, unrounded: within + mix is the change.

    before, after: the pooled score of each period. within: from groups that score differently
    than before. mix: from groups that are a larger or smaller part of the answers than before.
    """

    before: float
    after: float
    change: float
    within: float
    mix: float
    groups: tuple[MixGroup, ...]


def decompose(before: Mapping[str, Counts], after: Mapping[str, Counts], metric: Metric) -> Mix:
    """Split the change of a score between two periods by its groups (channels, touchpoints).

    before, after: for each group how many gave each rating. Symmetric (Kitagawa 1955): within =
    sum of mean shares x changes of score, mix = sum of mean scores x changes of share. Exact for
    net, top and mean headlines alike, since each is a mean of codes over answers.
    A group with answers in one period only has no change of its own: all it adds is mix.
    groups: in the order of `before`, then those new in `after`; without answers left out.
    Raises ScoringError if a period has no answers, and for what `score` refuses.

    >>> from feedback.scoring import METRICS
    >>> found = decompose(
    ...     {"app": {10: 80, 0: 20}, "mail": {10: 10, 0: 10}},
    ...     {"app": {10: 40, 0: 10}, "mail": {10: 50, 0: 50}},
    ...     METRICS["nps"],
    ... )
    >>> found.before, found.after, found.within, round(found.mix, 6)
    (50.0, 20.0, 0.0, -30.0)
    """
    whole_before, whole_after = _side(before, metric), _side(after, metric)
    if not whole_before.n or not whole_after.n:
        raise ScoringError("Without answers in both periods there is no change to split.")
    names = dict.fromkeys([*before, *after])
    sides = [
        (name, score(before.get(name, {}), metric), score(after.get(name, {}), metric))
        for name in names
    ]
    groups = tuple(
        _group(name, (one, whole_before), (other, whole_after))
        for name, one, other in sides
        if one.n or other.n
    )
    first, last = _headline(whole_before), _headline(whole_after)
    return Mix(
        before=first,
        after=last,
        change=last - first,
        within=fsum(group.within for group in groups),
        mix=fsum(group.mix for group in groups),
        groups=groups,
    )


def _side(groups: Mapping[str, Counts], metric: Metric) -> Score:
    """The pooled answers of one period."""
    pooled: Counter[int] = Counter()
    for counts in groups.values():
        pooled.update(counts)
    return score(pooled, metric)


def _group(name: str, before: tuple[Score, Score], after: tuple[Score, Score]) -> MixGroup:
    """before, after: the group's score and that of the whole period."""
    (one, whole_one), (other, whole_other) = before, after
    share_one, share_other = one.n / whole_one.n, other.n / whole_other.n
    # Answers in one period only: that score stands for both, so that nothing changed within.
    score_one = _headline(one if one.n else other)
    score_other = _headline(other if other.n else one)
    # Against the whole, else a group that scores badly would seem to help by growing. As shares
    # add up to 1 in both periods, the sum over the groups stays the same.
    usual = (_headline(whole_one) + _headline(whole_other)) / 2
    return MixGroup(
        name=name,
        n_before=one.n,
        n_after=other.n,
        share_before=share_one,
        share_after=share_other,
        score_before=one.score,
        score_after=other.score,
        within=(share_one + share_other) / 2 * (score_other - score_one),
        mix=((score_one + score_other) / 2 - usual) * (share_other - share_one),
    )


def _headline(result: Score) -> float:
    """Of a score that has answers."""
    assert result.score is not None
    return result.score
