"""Response rates in words, in a table and as a line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from feedback.charts.geometry import PANEL, ChartData, draw
from feedback.charts.lines import Point, common_axis
from feedback.dashboards.rates import MonthRate, Rates, month_rates
from feedback.dashboards.read import Counts
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.scoring import FEW_BELOW, round_half_away
from feedback.wording import (
    NO_SCORE,
    PERCENT,
    PLUS_MINUS,
    channel_name,
    month_name,
    month_short,
    month_tick,
)

_BOX = replace(PANEL, left=50)  # room for 12.5 %


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
        memory.keep_of("rate", (current_locale(), each, running), partial(_point, each, running))
        for each in found.months
    ]
    if sum(point.value is not None for point in points) < 2:
        return None
    months = counts.window.months
    has_january = any(month.endswith("-01") for month in months)
    return draw(
        points,
        title=_title(months),
        axis=common_axis([points], minimum=0, maximum=100, least_span=10),
        box=_BOX,
        month_label=month_tick if has_january else month_short,
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
