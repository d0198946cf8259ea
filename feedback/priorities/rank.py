"""Which touchpoint comes first, where that can be told; and the list in its order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, comb, inf, sqrt
from typing import Literal

from feedback.priorities.claims import ALPHA, LEAST, Item, Verdict, claims
from feedback.priorities.findings import Findings, Matrix, Mentions
from feedback.readings.journey import JourneyInfo
from feedback.readings.queries import RATINGS, CountRow, Span
from feedback.scoring import METRICS
from feedback.scoring.distributions import normal_quantile
from feedback.scoring.months import months_between, shift

# What is said first: what to work on, what is not known, what to keep, then the rest.
ORDER: tuple[Verdict, ...] = (
    "concentrate_here",
    "unclear",
    "keep_up",
    "low_priority",
    "possible_overkill",
)
UNHAPPY_MONTHS = 3
MOST_NAMED = 3
SEEN = 0.842  # z of the chance of 4 in 5 to see a difference that is there
MOST_MORE = 5  # times as many people: beyond, it is no help to say how many

Reason = Literal["both", "said", "rated", "counts", "between", "differ", "unknown", "unhappy", ""]
FINDINGS = ("both", "said", "rated", "counts")
ZOf = Callable[[Item, Item], float]


@dataclass(frozen=True, slots=True)
class Lead:
    """Where to start: a finding with one touchpoint, else those it may be, most unhappy first.

    more: how many people more would tell them apart, if they differ as much as it looks.
    """

    reason: Reason = ""
    touchpoints: tuple[str, ...] = ()
    more: int | None = None

    @property
    def is_sure(self) -> bool:
        return self.reason in FINDINGS


def rank(
    findings: Findings | None, unhappy: Mapping[str, int], touchpoints: Sequence[str], months: int
) -> tuple[Lead, list[Item]]:
    """The lead and the list: what leads, then by verdict and unhappy answers."""
    items = claims(findings, unhappy, touchpoints, months)
    lead = _lead(items, findings)
    first = {each: place for place, each in enumerate(lead.touchpoints)}

    def order(item: Item) -> tuple[float, ...]:
        share = item.driver.share if item.driver else 0.0
        place = first.get(item.touchpoint, len(first))
        return place, ORDER.index(item.verdict), -item.unhappy, -share

    return lead, sorted(items, key=order)


def _lead(items: Sequence[Item], findings: Findings | None) -> Lead:
    matrix = findings.matrix if findings else None
    z_said = _z_said(findings.mentions) if findings else None
    z_shown = _z_shown(matrix) if matrix else None
    to_do = [item for item in items if item.verdict == "concentrate_here" and item.unhappy]
    said = _may_lead([i for i in to_do if i.said and i.said.verdict == i.verdict], z_said)
    shown = _may_lead([i for i in to_do if i.shown == i.verdict], z_shown)
    reason: Reason = "both" if said and shown else "said" if said else "rated"
    found = [item for item in said if item in shown] if said and shown else said or shown
    if said and shown and not found:
        reason, found = "differ", said + shown
    if not found and z_shown:
        weighed = [item for item in items if item.driver]
        may = _may_lead(weighed, z_shown)
        is_open = all(item.verdict == "unclear" and item.unhappy for item in may)
        reason, found = "counts", may if is_open and len(may) < len(weighed) else []
    if len(found) == 1:
        return Lead(reason, (found[0].touchpoint,))
    z, n = (z_said, findings.mentions.answered) if said and not shown and findings else (
        z_shown, matrix.n if matrix else 0
    )  # fmt: skip
    if 1 < len(found) <= MOST_NAMED:
        names = _most_unhappy(found)
        return Lead("differ" if reason == "differ" else "between", names, _more(found, z, n))
    return _untold(found or items, z_shown, matrix.n if matrix else 0)


def _untold(items: Sequence[Item], z: ZOf | None, n: int) -> Lead:
    """Nothing tells one from another: what has most unhappy answers, and all that have as many.

    Where some were weighed or named it is one of these: another may ask about the whole again.
    """
    known = [i for i in items if i.driver or (i.said and i.said.named.all >= LEAST)]
    candidates = [i for i in known or items if i.verdict in ORDER[:2] and i.unhappy >= LEAST]
    most = max((item.unhappy for item in candidates), default=0)
    names = tuple(item.touchpoint for item in candidates if item.unhappy == most)
    if not names:
        return Lead()
    weighed = [item for item in items if item.driver]
    return Lead("unknown" if known else "unhappy", names, _more(weighed, z, n))


def _most_unhappy(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(item.touchpoint for item in sorted(items, key=lambda item: -item.unhappy))


def _may_lead(items: Sequence[Item], z: ZOf | None) -> list[Item]:
    """Those that may be the first: one where it is surely before each other one.

    The best of a sample is the best at 5 % if it beats the second best at 5 % on two sides (Gutmann
    and Maymin 1987); any is left out only where that holds over all pairs (Bonferroni).
    """
    if z is None or len(items) < 2:
        return list(items)
    top = _top(items, z)
    if min(z(top, item) for item in items if item is not top) > normal_quantile(1 - ALPHA):
        return [top]
    apart = normal_quantile(1 - ALPHA / comb(len(items), 2))
    return [item for item in items if item is top or z(top, item) <= apart]


def _top(items: Sequence[Item], z: ZOf) -> Item:
    return max(items, key=lambda one: sum(z(one, other) >= 0 for other in items))


def _more(items: Sequence[Item], z: ZOf | None, n: int) -> int | None:
    """How many more people tell the two foremost apart in 4 of 5 such cases, in tens."""
    if z is None or len(items) < 2:
        return None
    top = _top(items, z)
    nearest = min(z(top, item) for item in items if item is not top)
    times = ((normal_quantile(1 - ALPHA) + SEEN) / nearest) ** 2 if nearest else inf
    return ceil((times - 1) * n / 10) * 10 if 1 < times <= MOST_MORE else None


def _z_shown(matrix: Matrix) -> ZOf:
    names = [each.touchpoint for each in matrix.drivers]
    pairs = {(names[pair.first], names[pair.second]): pair.z for pair in matrix.pairs}

    def z(one: Item, other: Item) -> float:
        key = (one.touchpoint, other.touchpoint)
        return pairs[key] if key in pairs else -pairs.get((key[1], key[0]), 0.0)

    return z


def _z_said(mentions: Mentions) -> ZOf:
    """By how many standard errors the unhappy name one more than another, less what the happy do.

    Who named both counts as two people would: the error is rather too large than too small.
    """

    def z(one: Item, other: Item) -> float:
        apart, variance = 0.0, 0.0
        for n, sign, band in (
            (mentions.negative, 1, "negative"),
            (mentions.positive, -1, "positive"),
        ):
            a, b = (
                getattr(item.said.named, band) / n if item.said else 0.0 for item in (one, other)
            )
            apart += sign * (a - b)
            variance += (a + b - (a - b) ** 2) / n
        return apart / sqrt(variance) if variance > 0 else 0.0

    return z


def unhappy_months(span: Span, running: str) -> list[str]:
    """The three newest complete months with answers; the running one where there is no other."""
    if not span.last:
        return []
    newest = shift(span.last, -1) if span.last == running != span.first else span.last
    return months_between(max(span.first, shift(newest, 1 - UNHAPPY_MONTHS)), newest)


def unhappy_answers(journey: JourneyInfo, rows: Sequence[CountRow]) -> dict[str, int]:
    """Answers in the negative band by touchpoint, over all months that were read.

    Every survey of a touchpoint counts, each in its own metric's negative band.
    """
    placed = {
        series.id: (str(touchpoint.id), METRICS[series.metric].negative)
        for _, touchpoint, series in journey.placed_series
    }
    sums: dict[str, int] = {}
    for row in rows:
        touchpoint, negative = placed[row.series]
        count = sum(n for rating, n in zip(RATINGS, row.counts, strict=True) if rating in negative)
        sums[touchpoint] = sums.get(touchpoint, 0) + count
    return sums
