"""Response rates by month: answers to the times people were asked. Their words: rate_words.

An answer counts in the month of its answer, a display or invitation in its own, so a rate is that
of a month's traffic, not of one group of people followed. Only channels that counted a display or
invitation in a month have a rate in it: an import or a call of the API asks nobody, and what came
by such channels is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from feedback.readings.queries import AnsweredRow, AskedRow, ByChannel
from feedback.scoring import FEW_BELOW, Interval, share_interval
from feedback.scoring.months import first_day, month_of, months_between, shift

REST = ""  # the channels that asked in every month, together
RATES_BEFORE = 3  # months that a rate is held against
MOVED = 0.10  # so far from the months before a rate has moved, unless that may be chance
# So much rates come and go by themselves; and how many standard errors are no chance: of years
# without a change at most 5 % are flagged (docs/scoring.md).
UNREST, SURE = 0.02, 2.87
ASKING = ("shown", "invited")


@dataclass(frozen=True, slots=True)
class MonthRate:
    """One month. answers: by channels that asked; left_out: by the others, `left_channels`.

    share: answers of the times asked, 0..1; None where nobody was asked, or where more answers
    came than were asked for. before: answers and times asked of the three months before, where all
    four asked 30 times or more and the month is complete; else None.
    """

    month: str
    shown: int
    invited: int
    dismissed: int
    answers: int
    left_out: int
    left_channels: tuple[str, ...] = ()
    before: tuple[int, int] | None = None

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
    def usual(self) -> float | None:
        """The share of the three months before."""
        return self.before[0] / self.before[1] if self.before else None

    @property
    def flag(self) -> str:
        """`higher` or `lower` where it moved by ten points or more, and by more than chance and
        restless months explain; else blank."""
        if self.share is None or self.usual is None or self.before is None:
            return ""
        answers, asked = self.before
        away = round(self.share - self.usual, 12)  # 0.3 - 0.2 is not below 0.1
        pooled = (self.answers + answers) / (self.asked + asked)
        sampling = pooled * (1 - pooled) * (1 / self.asked + 1 / asked)
        error = sqrt(sampling + UNREST**2 * (1 + 1 / RATES_BEFORE))
        if abs(away) < max(MOVED, SURE * error):
            return ""
        return "higher" if away > 0 else "lower"


@dataclass(frozen=True, slots=True)
class Rates:
    """The months shown, oldest first, and all of those that have a rate taken together."""

    months: tuple[MonthRate, ...]
    overall: MonthRate

    @property
    def missing(self) -> int:
        """How often somebody was asked and did not answer, in the months that have a rate."""
        return self.overall.asked - self.overall.answers

    @property
    def apart(self) -> tuple[tuple[MonthRate, ...], ...]:
        return self.months[-1:], self.months[:-1]  # most answers change the newest alone


def month_rates(found: ByChannel, months: Sequence[str], running: str) -> tuple[MonthRate, ...]:
    """The rates of these consecutive months; `running`, the month that is not over, gets no
    word, since many were asked too late to have answered."""
    since = shift(months[0], -RATES_BEFORE)
    asked, answered = _asked(found.asked, since), _answered(found.answered, since)
    known: dict[str, MonthRate] = {}
    for month in months_between(since, months[-1]):
        before = None if month == running else months_before(month, known)
        known[month] = _month(month, asked.get(month, {}), answered.get(month, {}), before)
    return tuple(known[month] for month in months)


def rates_of(months: tuple[MonthRate, ...]) -> Rates:
    """Them, and all that have a rate together."""
    return Rates(months, _overall(months))


Asked = Mapping[str, Mapping[str, int]]  # by channel: how often, by kind


def _asked(rows: Iterable[AskedRow], since: str) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = {}
    first = first_day(since)
    for row in rows:
        if row.month >= first:
            found.setdefault(month_of(row.month), {}).setdefault(row.channel, {})[row.kind] = row.n
    return found


def _answered(rows: Iterable[AnsweredRow], since: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    first = first_day(since)
    for row in rows:
        if row.month >= first:
            found.setdefault(month_of(row.month), {})[row.channel] = row.n
    return found


Before = tuple[int, int] | None


def _month(month: str, asked: Asked, answered: Mapping[str, int], before: Before) -> MonthRate:
    asking = {REST} | {name for name, of in asked.items() if any(of.get(k) for k in ASKING)}
    shown, invited, dismissed = (
        sum(of.get(kind, 0) for of in asked.values()) for kind in (*ASKING, "dismissed")
    )
    answers = sum(n for channel, n in answered.items() if channel in asking)
    left = tuple(sorted(channel for channel in answered if channel not in asking))
    left_out = sum(answered[channel] for channel in left)
    has_enough = shown + invited >= FEW_BELOW
    before = before if has_enough else None
    return MonthRate(month, shown, invited, dismissed, answers, left_out, left, before)


def months_before(month: str, known: Mapping[str, MonthRate]) -> Before:
    """Answers and times asked of the three months before, None unless each has a sure rate."""
    found = [known.get(shift(month, -back)) for back in range(1, RATES_BEFORE + 1)]
    sure = [each for each in found if each and each.asked >= FEW_BELOW and each.share is not None]
    if len(sure) < RATES_BEFORE:
        return None
    return sum(each.answers for each in sure), sum(each.asked for each in sure)


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
