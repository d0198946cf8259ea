"""What is claimed of each touchpoint, by what people say and by what ratings show.

Both ways are one family: a claim is made after Benjamini-Hochberg over all that the page tests, so
that a page on which nobody differs claims as rarely as one test would. How often that is, measured:
scripts/priorities_grid.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from feedback.priorities.findings import Driver, Findings, Matrix, Mentions, Named
from feedback.scoring import benjamini_hochberg, compare_share

Verdict = Literal["concentrate_here", "keep_up", "unclear", "low_priority", "possible_overkill"]
ALPHA = 0.05
LEAST_FOLLOW_UPS = 30
LEAST = 5  # answers, below which nothing is said of a touchpoint
TOGETHER = 0.6  # what a correlation of .8 is at least, once it was rated in five steps


@dataclass(frozen=True, slots=True)
class Said:
    """A touchpoint as people named it. Shares 0..1; difference: unhappy less happy.

    low, high: its interval at `level`, which leaves 0 out exactly where something is claimed. All
    None where fewer than five named it, or where nobody was unhappy, or nobody happy.
    """

    named: Named
    share_negative: float | None
    share_positive: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    verdict: Verdict = "unclear"


@dataclass(frozen=True, slots=True)
class Item:
    """A touchpoint of the list.

    unhappy: such answers over the span; shown: what ratings claim; verdict: what the page claims,
    nothing where words and ratings contradict one another, or where many are unhappy; goes_with:
    the touchpoints whose ratings say nearly the same.
    """

    touchpoint: str
    unhappy: int
    said: Said | None
    driver: Driver | None
    shown: Verdict
    verdict: Verdict
    goes_with: tuple[str, ...]


def claims(
    findings: Findings | None, unhappy: Mapping[str, int], touchpoints: Sequence[str], months: int
) -> list[Item]:
    """Every touchpoint with what is claimed of it; unhappy: answers over so many months."""
    matrix = findings.matrix if findings else None
    mentions = findings.mentions if findings else None
    is_said = mentions is not None and mentions.answered >= LEAST_FOLLOW_UPS
    said = {each: _said(mentions, each) for each in touchpoints} if mentions and is_said else {}
    known = {each.touchpoint: each for each in matrix.drivers} if matrix else {}
    drivers = {each: known[each] for each in touchpoints if each in known}
    said, shown = _judge(said, mentions, drivers)
    goes_with = _goes_with(matrix) if matrix else {}
    even = sum(unhappy.get(each, 0) for each in touchpoints) / max(len(touchpoints), 1)
    items = []
    for each in touchpoints:
        n, by_word = unhappy.get(each, 0), said.get(each)
        by_rating = _with_unhappy(shown.get(each, "unclear"), n, even, months)
        word = _with_unhappy(by_word.verdict if by_word else "unclear", n, even, months)
        found = {by_rating, word} - {"unclear"}
        verdict: Verdict = found.pop() if len(found) == 1 else "unclear"
        alike = tuple(other for other in goes_with.get(each, ()) if other in touchpoints)
        items.append(Item(each, n, by_word, drivers.get(each), by_rating, verdict, alike))
    return items


def _said(mentions: Mentions, touchpoint: str) -> Said:
    named = mentions.touchpoints.get(touchpoint, Named(0, 0, 0, 0))
    return Said(
        named=named,
        share_negative=named.negative / mentions.negative if mentions.negative else None,
        share_positive=named.positive / mentions.positive if mentions.positive else None,
    )


def _judge(
    said: dict[str, Said], mentions: Mentions | None, drivers: Mapping[str, Driver]
) -> tuple[dict[str, Said], dict[str, Verdict]]:
    compared = {}
    if mentions and mentions.negative and mentions.positive:
        for touchpoint, each in said.items():
            if each.named.all >= LEAST:
                one, other = each.named.negative, each.named.positive
                compared[touchpoint] = (one, mentions.negative, other, mentions.positive)
    placed = [each for each in drivers.values() if each.place_p is not None]
    tests = [compare_share(*of).p_value for of in compared.values()]
    tests += [each.place_p for each in placed if each.place_p is not None]
    adjusted = benjamini_hochberg(tests)
    claimed = sum(q <= ALPHA for q in adjusted)
    # The interval of a claim that was picked out of many (Benjamini and Yekutieli 2005): at this
    # level it leaves 0 out just where the adjusted p-value is below 5 %.
    level = 1 - ALPHA * max(claimed, 1) / max(len(tests), 1)
    judged = {name: _compared(said[name], of, level) for name, of in compared.items()}
    by_rating = zip(placed, adjusted[len(compared) :], strict=True)
    return said | judged, {
        each.touchpoint: cast(Verdict, each.quadrant) for each, q in by_rating if q <= ALPHA
    }


def _compared(said: Said, of: tuple[int, int, int, int], level: float) -> Said:
    found = compare_share(*of, level=level)
    verdict: Verdict = "unclear"
    if found.low > 0 or found.high < 0:
        verdict = "concentrate_here" if found.low > 0 else "keep_up"
    return replace(
        said, difference=found.observed, low=found.low, high=found.high, level=level,
        verdict=verdict,
    )  # fmt: skip


def _with_unhappy(verdict: Verdict, unhappy: int, even: float, months: int) -> Verdict:
    """A verdict that says "leave it as it is" is none where many are unhappy, however sure.

    Many: more than half of what each touchpoint has on average.
    """
    if verdict != "concentrate_here" and unhappy > even / 2:
        return "unclear"
    if verdict == "possible_overkill" and unhappy >= LEAST * months:
        return "low_priority"
    return verdict


def _goes_with(matrix: Matrix) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    names = [each.touchpoint for each in matrix.drivers]
    for pair in sorted(matrix.pairs, key=lambda pair: -pair.correlation):
        if pair.correlation >= TOGETHER:
            found.setdefault(names[pair.first], []).append(names[pair.second])
            found.setdefault(names[pair.second], []).append(names[pair.first])
    return found
