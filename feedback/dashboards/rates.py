"""Response rates by month: answers to the times people were asked.

An answer counts in the month of its answer, a display or invitation in its own, so a rate is that
of a month's traffic, not of one group of people followed. Only channels that counted a display or
invitation in a month have a rate in it: an import or a call of the API asks nobody, and what came
by such channels is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from feedback.dashboards.mix.read import REST, AnsweredRow, ByChannel
from feedback.readings.queries import AskedRow
from feedback.scoring import FEW_BELOW, Interval, share_interval
from feedback.scoring.months import month_of, months_between, shift

RATES_BEFORE = 3  # months that a rate is held against
UNUSUAL = 0.10  # further than this from the months before is said in a word
ASKING = ("shown", "invited")


@dataclass(frozen=True, slots=True)
class MonthRate:
    """One month. answers: by channels that asked; left_out: by the others, `left_channels`.

    share: answers of the times asked, 0..1; None where nobody was asked, or where more answers
    came than were asked for. usual: the mean share of the three months before, where all four
    asked 30 times or more and the month is complete; else None.
    """

    month: str
    shown: int
    invited: int
    dismissed: int
    answers: int
    left_out: int
    left_channels: tuple[str, ...] = ()
    usual: float | None = None

    @property
    def asked(self) -> int:
        return self.shown + self.invited

    @property
    def share(self) -> float | None:
        return self.answers / self.asked if self.asked >= max(self.answers, 1) else None

    @property
    def interval(self) -> Interval | None:
        """95 %, by Wilson."""
        return None if self.share is None else share_interval(self.answers, self.asked)

    @property
    def flag(self) -> str:
        """`higher` or `lower` than usual by more than ten points, else blank."""
        if self.share is None or self.usual is None:
            return ""
        away = round(self.share - self.usual, 12)  # 0.3 - 0.2 is not above 0.1
        return "" if abs(away) <= UNUSUAL else "higher" if away > 0 else "lower"


@dataclass(frozen=True, slots=True)
class Rates:
    """The months shown, oldest first, and all of those that have a rate taken together."""

    months: tuple[MonthRate, ...]
    overall: MonthRate


def month_rates(found: ByChannel, months: Sequence[str], running: str) -> Rates:
    """The rates of these consecutive months; `running`, the month that is not over, gets no
    word, since many were asked too late to have answered."""
    asked, answered = _asked(found.asked), _answered(found.answered)
    known: dict[str, MonthRate] = {}
    for month in months_between(shift(months[0], -RATES_BEFORE), months[-1]):
        usual = None if month == running else _usual(month, known)
        known[month] = _month(month, asked.get(month, {}), answered.get(month, {}), usual)
    shown = tuple(known[month] for month in months)
    return Rates(shown, _overall(shown))


Asked = Mapping[str, Mapping[str, int]]  # by channel: how often, by kind


def _asked(rows: Iterable[AskedRow]) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(month_of(row.month), {}).setdefault(row.channel, {})[row.kind] = row.n
    return found


def _answered(rows: Iterable[AnsweredRow]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        channels = found.setdefault(month_of(row.month), {})
        channels[row.channel] = row.n
    return found


def _month(month: str, asked: Asked, answered: Mapping[str, int], usual: float | None) -> MonthRate:
    asking = {REST} | {name for name, of in asked.items() if any(of.get(k) for k in ASKING)}
    shown, invited, dismissed = (
        sum(of.get(kind, 0) for of in asked.values()) for kind in (*ASKING, "dismissed")
    )
    answers = sum(n for channel, n in answered.items() if channel in asking)
    left = tuple(sorted(channel for channel in answered if channel not in asking))
    left_out = sum(answered[channel] for channel in left)
    rate = MonthRate(month, shown, invited, dismissed, answers, left_out, left)
    return replace(rate, usual=usual if rate.asked >= FEW_BELOW else None)


def _usual(month: str, known: Mapping[str, MonthRate]) -> float | None:
    """The mean share of the three months before, None unless each has a sure one."""
    before = [known.get(shift(month, -back)) for back in range(1, RATES_BEFORE + 1)]
    shares = [
        each.share
        for each in before
        if each is not None and each.share is not None and each.asked >= FEW_BELOW
    ]
    return sum(shares) / RATES_BEFORE if len(shares) == RATES_BEFORE else None


def _overall(months: Sequence[MonthRate]) -> MonthRate:
    rated = [month for month in months if month.share is not None]
    return MonthRate(
        month="",
        shown=sum(month.shown for month in rated),
        invited=sum(month.invited for month in rated),
        dismissed=sum(month.dismissed for month in rated),
        answers=sum(month.answers for month in rated),
        left_out=sum(month.left_out for month in months),
        left_channels=tuple(sorted({name for month in months for name in month.left_channels})),
    )


def rates_document(found: Rates) -> dict[str, Any]:
    """What stands as "response_rates" beside the rows of `/trends.json`.

    {"months": [...], "overall": {...}}: rate, low, high (Wilson, 95 %) and usual are shares,
    0 to 1, null where there is none. left_out: answers by channels that asked nobody in the month.
    flag: `higher` or `lower`, more than 0.1 from usual, the mean of the three months before.
    """
    months = [{"month": each.month} | _facts(each) for each in found.months]
    flags = [{"usual": each.usual, "flag": each.flag} for each in found.months]
    return {
        "months": [facts | flag for facts, flag in zip(months, flags, strict=True)],
        "overall": _facts(found.overall),
    }


def _facts(rate: MonthRate) -> dict[str, Any]:
    interval = rate.interval
    return {
        "shown": rate.shown,
        "invited": rate.invited,
        "dismissed": rate.dismissed,
        "answers": rate.answers,
        "left_out": rate.left_out,
        "rate": rate.share,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }
