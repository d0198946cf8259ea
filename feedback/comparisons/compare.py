"""Both kinds of comparison as plain values: page, .json and .csv are written from these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feedback.comparisons.read import Groups, Period, Side, Subject
from feedback.scoring import (
    Comparison,
    Metric,
    Score,
    ScoringError,
    benjamini_hochberg,
    compare_scores,
    metric_dict,
    net_difference_sample_size,
    row_dict,
    score,
    share_difference_sample_size,
)


@dataclass(frozen=True, slots=True)
class Periods:
    """After less before. is_reworded: some survey asked in other words after than before."""

    before: Period
    after: Period
    found: Comparison
    is_reworded: bool

    @property
    def method(self) -> str:
        return self.found.method


def compare_periods(
    subject: Subject, before: tuple[Period, Side], after: tuple[Period, Side]
) -> Periods:
    """The one question the reader put: a family of one, so nothing is adjusted."""
    found = compare_scores(after[1].counts, before[1].counts, subject.metric)
    asked_by = {line.id: line.survey_id for _, _, line in subject.journey.placed_series}
    old, new = before[1].series, after[1].series
    both = {asked_by[series] for series in old} & {asked_by[series] for series in new}
    is_reworded = any(asked_by[series] in both for series in old ^ new)
    return Periods(before[0], after[0], found, is_reworded)


@dataclass(frozen=True, slots=True)
class Group:
    """One value of the property, against the base; the base itself has no comparison.

    q_value: its p adjusted for all groups shown (Benjamini and Hochberg 1995).
    """

    name: str
    score: Score
    found: Comparison | None
    q_value: float | None


@dataclass(frozen=True, slots=True)
class Split:
    """All groups, the base first. needed: answers a group to find `difference`; 0: not asked."""

    name: str
    period: Period
    base: str
    groups: tuple[Group, ...]
    others: int
    without: int
    is_newest: bool
    difference: float
    needed: int

    @property
    def method(self) -> str:
        return next((group.found.method for group in self.groups if group.found), "")


def compare_groups(
    metric: Metric, groups: Groups, asked: Mapping[str, Any], period: Period
) -> Split | None:
    """None when no answer has the property. asked: name, base (or blank), difference (or 0)."""
    if not groups.counts:
        return None
    base = asked["base"] if asked["base"] in groups.counts else next(iter(groups.counts))
    rest = [name for name in groups.counts if name != base]
    found = {
        name: compare_scores(groups.counts[name], groups.counts[base], metric) for name in rest
    }
    tested = [name for name in rest if found[name].p_value is not None]
    adjusted = benjamini_hochberg([found[name].p_value or 0.0 for name in tested])
    q_values = dict(zip(tested, adjusted, strict=True))
    first = score(groups.counts[base], metric)
    return Split(
        name=asked["name"],
        period=period,
        base=base,
        groups=(
            Group(base, first, None, None),
            *(Group(name, found[name].a, found[name], q_values.get(name)) for name in rest),
        ),
        others=groups.others,
        without=groups.without,
        is_newest=groups.is_newest,
        difference=asked["difference"],
        needed=needed_answers(first, metric, asked["difference"]),
    )


def needed_answers(base: Score, metric: Metric, difference: float) -> int:
    """Answers in each group to find such a difference four times in five; 0 where unknown.

    From the base's own score: its spread for net scores and means, its share for shares.
    """
    if not difference or base.score is None:
        return 0
    try:
        if metric.headline == "top":
            share = base.score / 100
            other = (
                share - difference / 100 if share > difference / 100 else share + difference / 100
            )
            return share_difference_sample_size(share, min(other, 1.0))
        if metric.headline == "net":
            spread = (base.positive + base.negative) / base.n - (base.score / 100) ** 2
            return net_difference_sample_size(
                difference, variance_a=max(spread, 0.01), variance_b=max(spread, 0.01)
            )
        return _for_mean(base, metric, difference)
    except ScoringError:
        return 0


def _for_mean(base: Score, metric: Metric, difference: float) -> int:
    """The same formula on the scale stretched to 0..100, where a mean is a net score's kin."""
    span = metric.maximum - metric.minimum
    error = base.standard_error or 0.0
    spread = max(error * error * base.n / span**2, 0.001)
    return net_difference_sample_size(100 * difference / span, variance_a=spread, variance_b=spread)


def found_dict(metric: Metric, found: Periods | Split) -> dict[str, Any]:
    """The JSON object of a comparison."""
    return periods_dict(metric, found) if isinstance(found, Periods) else split_dict(metric, found)


def periods_dict(metric: Metric, found: Periods) -> dict[str, Any]:
    """The JSON object of a comparison of periods: a is after, b before."""
    return {
        "metric": metric_dict(metric),
        "kind": "periods",
        "after": [found.after.since, found.after.until],
        "before": [found.before.since, found.before.until],
        "is_reworded": found.is_reworded,
        **found.found.as_dict(),
    }


def split_dict(metric: Metric, found: Split) -> dict[str, Any]:
    """The JSON object of a comparison of groups: each against the base."""
    return {
        "metric": metric_dict(metric),
        "kind": "groups",
        "property": found.name,
        "months": [found.period.since, found.period.until],
        "base": found.base,
        "others": found.others,
        "without": found.without,
        "is_newest": found.is_newest,
        "difference_to_find": found.difference or None,
        "answers_needed": found.needed or None,
        "rows": [_group_dict(group) for group in found.groups],
    }


def _group_dict(group: Group) -> dict[str, Any]:
    names = ("observed", "difference", "low", "high", "statistic", "p_value")
    found = group.found
    against = {f"against_{name}": getattr(found, name) if found else None for name in names}
    method = {"against_method": found.method if found else None}
    row = {"group": group.name, **row_dict(group.score)}
    return row | against | {"q_value": group.q_value} | method
