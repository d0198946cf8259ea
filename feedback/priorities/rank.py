"""From findings to two ranked lists with the same verdicts: what people say, what ratings show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from feedback.priorities.findings import Driver, Matrix, Mentions, Named
from feedback.readings.journey import JourneyInfo
from feedback.readings.queries import RATINGS, CountRow, Span
from feedback.scoring import METRICS, compare_share
from feedback.scoring.months import months_between, shift

Verdict = Literal["concentrate_here", "keep_up", "possible_overkill", "low_priority", "unclear"]

# What is said first: what to work on, then what to keep, then the rest.
ORDER: tuple[Verdict, ...] = (
    "concentrate_here",
    "keep_up",
    "unclear",
    "low_priority",
    "possible_overkill",
)
LEAST_FOLLOW_UPS = 30
UNHAPPY_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A touchpoint as people named it. Shares 0..1; difference: unhappy less happy, interval 95 %.

    The difference is None while one of the two bands has no answer.
    """

    touchpoint: str
    verdict: Verdict
    named: Named
    share_negative: float | None
    share_positive: float | None
    difference: float | None
    low: float | None
    high: float | None
    unhappy: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A touchpoint as the ratings place it. `sure`: its interval stays in its own quadrant."""

    driver: Driver
    verdict: Verdict
    is_sure: bool
    unhappy: float

    @property
    def touchpoint(self) -> str:
        return self.driver.touchpoint


def rank_said(
    mentions: Mentions, touchpoints: Sequence[str], unhappy: Mapping[str, float]
) -> list[Said]:
    """What people say, first what unhappy people name more surely than happy ones."""
    nobody = Named(0, 0, 0, 0)
    usual = sum(named.all for named in mentions.touchpoints.values()) / max(len(touchpoints), 1)
    found = [
        _said(mentions, touchpoint, mentions.touchpoints.get(touchpoint, nobody), usual, unhappy)
        for touchpoint in touchpoints
    ]
    return sorted(found, key=_said_order)


def _said_order(item: Said) -> tuple[float, ...]:
    sureness = 0.0 if item.low is None else -item.low
    return ORDER.index(item.verdict), sureness, -item.named.all, -item.unhappy


def _said(
    mentions: Mentions, touchpoint: str, named: Named, usual: float, unhappy: Mapping[str, float]
) -> Said:
    difference = low = high = None
    if mentions.negative and mentions.positive:
        found = compare_share(named.negative, mentions.negative, named.positive, mentions.positive)
        difference, low, high = found.observed, found.low, found.high
    return Said(
        touchpoint=touchpoint,
        verdict=_said_verdict(low, high, named, usual),
        named=named,
        share_negative=named.negative / mentions.negative if mentions.negative else None,
        share_positive=named.positive / mentions.positive if mentions.positive else None,
        difference=difference,
        low=low,
        high=high,
        unhappy=unhappy.get(touchpoint, 0.0),
    )


def _said_verdict(low: float | None, high: float | None, named: Named, usual: float) -> Verdict:
    if low is not None and low > 0:
        return "concentrate_here"
    if high is not None and high < 0:
        return "keep_up"
    return "unclear" if named.all and named.all >= usual else "low_priority"


def rank_shown(matrix: Matrix, unhappy: Mapping[str, float]) -> list[Shown]:
    """What ratings show, first what is important and rated low, the most important on top."""
    found = [
        Shown(
            driver, _verdict(driver), _is_sure(driver, matrix), unhappy.get(driver.touchpoint, 0.0)
        )
        for driver in matrix.drivers
    ]
    return sorted(found, key=lambda item: (ORDER.index(item.verdict), -item.driver.share))


def _verdict(driver: Driver) -> Verdict:
    return next(verdict for verdict in ORDER if verdict == driver.quadrant)


def _is_sure(driver: Driver, matrix: Matrix) -> bool:
    """Whether neither cross-hair runs through the item's intervals."""
    if driver.share_low is None or driver.share_high is None:
        return False
    crosses_share = driver.share_low <= matrix.share_mean <= driver.share_high
    low, high = driver.performance_low, driver.performance_high
    if low is None or high is None:
        return False
    return not crosses_share and not low <= matrix.performance_mean <= high


def unhappy_months(span: Span, running: str) -> list[str]:
    """The three newest complete months with answers; the running one where there is no other."""
    if not span.last:
        return []
    newest = shift(span.last, -1) if span.last == running != span.first else span.last
    return months_between(max(span.first, shift(newest, 1 - UNHAPPY_MONTHS)), newest)


def unhappy_a_month(journey: JourneyInfo, rows: Sequence[CountRow]) -> dict[str, float]:
    """Answers in the negative band a month, by touchpoint, over the months that have answers.

    Every survey of a touchpoint counts, each in its own metric's negative band.
    """
    placed = {
        series.id: (str(touchpoint.id), METRICS[series.metric].negative)
        for _, touchpoint, series in journey.placed_series
    }
    sums: dict[str, int] = {}
    months: dict[str, set[date]] = {}
    for row in rows:
        touchpoint, negative = placed[row.series]
        count = sum(n for rating, n in zip(RATINGS, row.counts, strict=True) if rating in negative)
        sums[touchpoint] = sums.get(touchpoint, 0) + count
        months.setdefault(touchpoint, set()).add(row.month)
    return {touchpoint: n / len(months[touchpoint]) for touchpoint, n in sums.items()}
