"""Both kinds of comparison as plain values: page, .json and .csv are written from these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.comparisons.groups import Groups
from feedback.comparisons.judge import judge_pair, unjudged, unrest_widens
from feedback.comparisons.league import Pair, make_league, widest_pair
from feedback.comparisons.plan import judged_until, needed_answers
from feedback.comparisons.read import Period, Side, Subject
from feedback.scoring import HIDDEN_BELOW, Comparison, Metric, Score, score
from feedback.scoring.months import months_between

MOST_LOOKS = 12


@dataclass(frozen=True, slots=True)
class Periods:
    """After less before. is_reworded: some survey asked in other words after than before.

    picked_from: of how many like periods the two may have been picked for how they look; 2 where
    that cannot be, as of last month and the one before. is_over: both are complete months.
    times: how many times wider the unrest of the months makes the interval.
    """

    before: Period
    after: Period
    found: Comparison
    q_value: float | None
    is_reworded: bool
    picked_from: int
    is_over: bool
    times: float

    @property
    def method(self) -> str:
        return self.found.method

    @property
    def level(self) -> float:
        return self.found.level


def compare_periods(
    subject: Subject,
    before: tuple[Period, Side],
    after: tuple[Period, Side],
    *,
    picked_from: int = 2,
    is_over: bool = True,
    rho: float = 0.0,
) -> Periods:
    """Of months that are not over the numbers alone: else who waits would get a verdict.

    rho: the part of an answer's variance that belongs to its month.
    """
    metric, sides = subject.metric, (after[1], before[1])
    new, old = (score(side.counts, metric) for side in sides)
    times = 1.0
    if rho and new.n and old.n:
        apart = [(new, sides[0].apart), (old, sides[1].apart)]
        times = unrest_widens(apart, metric, rho)
    found, q_value = judge_pair(new, old, metric, picked_from, times=times)
    if not is_over:
        found, q_value = unjudged(found), None
    asked_by = {line.id: line.survey_id for _, _, line in subject.journey.placed_series}
    then, now = before[1].series, after[1].series
    both = {asked_by[series] for series in then} & {asked_by[series] for series in now}
    is_reworded = any(asked_by[series] in both for series in then ^ now)
    return Periods(before[0], after[0], found, q_value, is_reworded, picked_from, is_over, times)


@dataclass(frozen=True, slots=True)
class Group:
    """One value of the property, against the base; the base itself has no comparison.

    found: its interval and q_value hold whichever two groups a reader picks. shrunk: its score
    drawn towards what all groups have in common, None below five answers. is_behind: it has fewer
    answers than were planned.
    """

    name: str
    score: Score
    found: Comparison | None
    q_value: float | None
    shrunk: float | None = None
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """All groups by their shrunken score, the best first. needed: answers a group to find
    `difference`; 0: not asked.

    period: the months counted. judged: how many groups are judged; 0 where none is, since the
    months are not over or planned answers are missing. together, looks: of how many groups two may
    be picked, and how often they may have been looked at. lead: the two that lie farthest apart for
    certain, else the first and the last. common, spread: of the true scores, as far as the answers
    show. lost_base: the base asked for, where it has no answers.
    """

    name: str
    period: Period
    base: str
    groups: tuple[Group, ...]
    others: int
    without: int
    difference: float
    needed: int
    planned: int
    judged: int
    together: int
    looks: int
    lead: Pair | None
    common: float | None
    spread: float
    lost_base: str

    @property
    def method(self) -> str:
        return next((group.found.method for group in self.groups if group.found), "")

    @property
    def by_name(self) -> Mapping[str, Group]:
        return {group.name: group for group in self.groups}


def looks_at(months: int) -> int:
    """How often a comparison of so many complete months may have been looked at: other months are
    another question, but several are often a window that grows or moves.

    >>> [looks_at(months) for months in (1, 2, 12, 24)]
    [1, 12, 12, 24]
    """
    return max(months, MOST_LOOKS) if months > 1 else 1


def compare_groups(
    metric: Metric, groups: Groups, asked: Mapping[str, Any], period: Period, running: str
) -> Split | None:
    """None when no answer has the property. asked: name, base (or blank), planned, difference (0:
    not asked). running: the month that is not over.

    Where answers were planned, the months up to the one in which all had them are counted, and
    judged once. Else complete months are judged: of one month once, of several as though they were
    looked at after each month of a year.
    """
    if not groups.monthly:
        return None
    wanted = asked["base"] if asked["base"] in groups.monthly else min(groups.monthly)
    everything = score(groups.counts()[wanted], metric)
    needed = needed_answers(everything, metric, asked["difference"])
    planned = asked["planned"] or needed
    whole = [month for month in months_between(period.since, period.until) if month < running]
    may_judge, looks = period.until < running, looks_at(len(whole))
    if planned:
        until = judged_until(groups, planned, whole)
        may_judge = bool(until)
        period = Period(period.since, until or period.until)
    scores = {name: score(each, metric) for name, each in groups.counts(period.until).items()}
    scores = {name: each for name, each in scores.items() if each.n}
    base = wanted if wanted in scores else min(scores)
    league = make_league(scores, metric)
    known = [name for name in league.names if scores[name].n >= HIDDEN_BELOW]
    judged = [name for name in known if scores[name].n >= planned and may_judge]
    # Those that are still to come were looked at too, and each that comes is another look.
    together = max(len(known), 2)
    if planned:
        looks = min(together - 1, MOST_LOOKS)

    def row(name: str) -> Group:
        found = q_value = None
        if name != base:
            found, q_value = judge_pair(scores[name], scores[base], metric, together, looks)
            if name not in judged or base not in judged:
                found, q_value = unjudged(found), None
        is_behind = scores[name].n < planned
        return Group(name, scores[name], found, q_value, league.shrunk.get(name), is_behind)

    return Split(
        name=asked["name"],
        period=period,
        base=base,
        groups=tuple(row(name) for name in league.names),
        others=groups.others,
        without=groups.without,
        difference=asked["difference"],
        needed=needed,
        planned=planned,
        judged=len(judged) if len(judged) > 1 else 0,
        together=together,
        looks=looks,
        lead=widest_pair(judged, scores, metric, together, looks),
        common=league.common,
        spread=league.spread,
        lost_base=asked["base"] if asked["base"] not in ("", base) else "",
    )
