"""Response rates by month, answers to the times people were asked, and their words.

An answer counts in the month of its answer, a display or invitation in its own, so a rate is that
of a month's traffic, not of one group of people followed. Only channels that counted a display or
invitation in a month have a rate in it: an import or a call of the API asks nobody, and what came
by such channels is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedback.charts.geometry import PANEL, ChartData, draw
from feedback.charts.lines import Point, common_axis, month_labels
from feedback.dashboards.read import Counts
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.readings.queries import AnsweredRow, AskedRow, ByChannel
from feedback.scoring import FEW_BELOW, Interval, round_half_away, share_interval
from feedback.scoring.months import month_of, months_between, shift
from feedback.wording import (
    NO_SCORE,
    PERCENT,
    PLUS_MINUS,
    channel_name,
    month_name,
)

REST = ""  # the channels that asked in every month, together
RATES_BEFORE = 3  # months that a rate is held against
UNUSUAL = 0.10  # further than this from the months before is said in a word
ASKING = ("shown", "invited")
_BOX = replace(PANEL, left=50)  # room for 12.5 %


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

    @property
    def apart(self) -> tuple[tuple[MonthRate, ...], ...]:
        return self.months[-1:], self.months[:-1]  # most answers change the newest alone


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
    has_enough = shown + invited >= FEW_BELOW
    usual = usual if has_enough else None
    return MonthRate(month, shown, invited, dismissed, answers, left_out, left, usual)


def _usual(month: str, known: Mapping[str, MonthRate]) -> float | None:
    """The mean share of the three months before, None unless each has a sure one."""
    before = [known.get(shift(month, -back)) for back in range(1, RATES_BEFORE + 1)]
    sure = [each.share for each in before if each and each.asked >= FEW_BELOW]
    shares = [share for share in sure if share is not None]
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


# In words, in a table and as a line.


@dataclass(frozen=True, slots=True)
class RatesPage:
    """The rates in words; `found` is None where nobody was asked. notes: what was left out."""

    sentence: str
    found: Rates | None = None
    running: str = ""
    chart: ChartData | None = None
    notes: tuple[str, ...] = ()

    def word(self, rate: MonthRate) -> str:
        """Said where a rate is unusual, or is none although people were asked."""
        if rate.share is None and rate.asked:
            return _("more answers than asked for")
        if rate.flag:
            words = {"rate": percent(rate.usual)}
            if rate.flag == "higher":
                return _("unusually high, %(rate)s before") % words
            return _("unusually low, %(rate)s before") % words
        return _("running month") if rate.month == self.running else ""

    def rate(self, rate: MonthRate) -> str:
        return percent(rate.share)

    def margin(self, rate: MonthRate) -> str:
        return margin(rate)

    def range(self, rate: MonthRate) -> str:
        if rate.interval is None:
            return ""
        limits = {"low": percent(rate.interval.low), "high": percent(rate.interval.high)}
        return _("95 %% sure to lie between %(low)s and %(high)s") % limits


def say_rates(counts: Counts) -> RatesPage:
    running = counts.window.running
    found = month_rates(counts.by_channel, counts.window.months, running)
    if found.overall.share is None:
        text = _("Nobody was counted as asked in these months, so there is no response rate.")
        return RatesPage(text)
    notes = tuple(_notes(found))
    return RatesPage(_sentence(found), found, running, _chart(found, counts), notes)


def _sentence(found: Rates) -> str:
    n = found.overall.answers
    text = ngettext(
        "%(rate)s in these months: %(answers)s answer to %(asked)s displays and invitations.",
        "%(rate)s in these months: %(answers)s answers to %(asked)s displays and invitations.",
        n,
    )
    asked = format_number(found.overall.asked)
    return text % {"rate": _said(found.overall), "answers": format_number(n), "asked": asked}


def _said(rate: MonthRate) -> str:
    return " ".join(filter(None, (percent(rate.share), margin(rate))))


def percent(share: float | None) -> str:
    if share is None:
        return NO_SCORE
    return format_number(round_half_away(100 * share, 1), 1) + PERCENT[current_locale()]


def margin(rate: MonthRate) -> str:
    interval = rate.interval
    if interval is None:
        return ""
    half = round_half_away(50 * (interval.high - interval.low), 1)
    return PLUS_MINUS + format_number(half or 0.1, 1)


def _notes(found: Rates) -> list[str]:
    return [
        _(
            "An answer counts in the month of its answer; displays and invitations count in "
            "their own month."
        ),
        _(
            "Unusual: more than 10 percentage points from the mean of the three months before, "
            "where each has 30 displays and invitations or more."
        ),
        *_left_out(found.overall),
    ]


def _left_out(overall: MonthRate) -> list[str]:
    if not overall.left_out:
        return []
    text = ngettext(
        "Left out: %(n)s answer by channels that counted no display or invitation in its month "
        "(%(channels)s).",
        "Left out: %(n)s answers by channels that counted no display or invitation in their month "
        "(%(channels)s).",
        overall.left_out,
    )
    channels = ", ".join(channel_name(channel) for channel in overall.left_channels)
    return [text % {"n": format_number(overall.left_out), "channels": channels}]


def _chart(found: Rates, counts: Counts) -> ChartData | None:
    running = counts.window.running
    points = [
        point
        for months in reversed(found.apart)
        for point in memory.keep_of(
            "rates",
            (current_locale(), months, running),
            lambda months=months: [_point(each, running) for each in months],  # type: ignore[misc]
        )
    ]
    if sum(point.value is not None for point in points) < 2:
        return None
    months = counts.window.months
    return draw(
        points,
        title=_title(months),
        axis=common_axis([points], minimum=0, maximum=100, least_span=10),
        box=_BOX,
        month_label=month_labels(months),
        level_label=_level,
    )


def _level(level: float) -> str:
    digits = 0 if level == int(level) else 1
    return format_number(level, digits) + PERCENT[current_locale()]


def _title(months: Sequence[str]) -> str:
    return _("Response rate, month by month from %(first)s to %(last)s") % {
        "first": month_name(months[0]),
        "last": month_name(months[-1]),
    }


def _point(rate: MonthRate, running: str) -> Point:
    interval = rate.interval
    if rate.share is None or interval is None:
        return Point(rate.month, None, None, None, "")
    label = _("%(month)s: %(score)s") % {"month": month_name(rate.month), "score": _said(rate)}
    return Point(
        rate.month, 100 * rate.share, 100 * interval.low, 100 * interval.high, label,
        is_few=rate.asked < FEW_BELOW, is_running=rate.month == running,
    )  # fmt: skip
