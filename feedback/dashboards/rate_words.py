"""Response rates in words, in a table and as a line, and what missing answers do to scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feedback.charts.geometry import PANEL, ChartData, draw
from feedback.charts.lines import Point, common_axis, month_labels
from feedback.dashboards.behind import RateAnswers, rate_answers
from feedback.dashboards.rates import MonthRate, Rates, month_rates, rates_of
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
    month_alone,
    month_name,
    write_share,
)

_BOX = replace(PANEL, left=50)  # room for 12.5 %
# Who would give 1 or 2 of 5 answers twice as often as the others: what bias may look like.
UNHAPPY_TWICE = (2, 2, 1, 1, 1)


@dataclass(frozen=True, slots=True)
class RatesPage:
    """The rates in words; `found` is None where nobody was asked. moved: said where the last
    complete month is far from those before. chart: of the complete months. notes: what silence
    does, and what was left out."""

    sentence: str
    moved: str = ""
    found: Rates | None = None
    running: str = ""
    complete: tuple[MonthRate, ...] = ()
    chart: ChartData | None = None
    notes: tuple[str, ...] = ()
    behind: RateAnswers | None = None

    def word(self, rate: MonthRate) -> str:
        """Said where a rate is unusual, or is none although people were asked."""
        if rate.share is None and rate.asked:
            return _("more answers than asked for")
        if rate.flag:
            words = {"rate": _percent_before(rate)}
            if rate.flag == "higher":
                return _("unusually high, %(rate)s before") % words
            return _("unusually low, %(rate)s before") % words
        return _("running month") if rate.month == self.running else ""

    def rate(self, rate: MonthRate) -> str:
        return percent(rate)

    def margin(self, rate: MonthRate) -> str:
        return margin(rate)

    def range(self, rate: MonthRate) -> str:
        if rate.interval is None:
            return ""
        low, high = rate.interval.low, rate.interval.high
        limits = {"low": write_share(low, decimals=1), "high": write_share(high, decimals=1)}
        return _("95 %% sure to lie between %(low)s and %(high)s") % limits


def say_rates(counts: Counts) -> RatesPage:
    running = counts.window.running
    found = _rates(counts)
    if found.overall.share is None:
        text = _("Nobody was counted as asked in these months, so there is no response rate.")
        return RatesPage(text)
    notes = tuple(filter(None, (_bias(found), *_notes(found))))
    # Many were asked too late to have answered in the running month: its rate is no point yet, and
    # an answer draws nothing anew.
    complete = tuple(each for each in found.months if each.month != running)
    behind = rate_answers(counts)
    return RatesPage(
        sentence=_sentence(found),
        moved=say_moved(found.months, counts.looked_at),
        found=found,
        running=running,
        complete=complete,
        chart=memory.keep_of(
            "rates chart", (current_locale(), complete, behind), lambda: _chart(complete, behind)
        ),
        notes=notes,
        behind=behind,
    )


def _rates(counts: Counts) -> Rates:
    """Of the months shown. Most answers change the running one alone."""
    window, known = counts.window, counts.by_channel
    complete = tuple(month for month in window.months if month != window.running)
    of = (counts.watched_version, counts.metric.key, counts.focus, counts.channel, complete)
    rates = (
        memory.keep_of("rates", of, lambda: month_rates(known, complete, "")) if complete else ()
    )
    if window.running:
        rates = (*rates, *month_rates(known, (window.running,), window.running))
    return rates_of(rates)


def say_moved(months: Sequence[MonthRate], looked_at: str) -> str:
    """Of the last complete month: the fact, and what it means for the scores."""
    rate = next((each for each in months if each.month == looked_at and each.flag), None)
    if rate is None:
        return ""
    words = {
        "rate": percent(rate),
        "asked": format_number(rate.asked),
        "month": month_alone(rate.month),
        "before": _percent_before(rate),
    }
    if rate.flag == "higher":
        return (
            _(
                "More people answered: %(rate)s of %(asked)s displays and invitations in "
                "%(month)s, %(before)s in the three months before. Others than before may be "
                "answering: compare the scores with care."
            )
            % words
        )
    return (
        _(
            "Fewer people answered: %(rate)s of %(asked)s displays and invitations in %(month)s, "
            "%(before)s in the three months before. Who stays silent is in no score: compare the "
            "scores with care."
        )
        % words
    )


def _bias(found: Rates) -> str:
    """What the silent ones may do to a score, by an example that can be checked by hand."""
    if not found.missing:
        return ""
    text = ngettext(
        "%(asked)s asked, %(answers)s answered: the other %(n)s may think otherwise.",
        "%(asked)s asked, %(answers)s answered: the other %(n)s may think otherwise.",
        found.missing,
    ) % {
        "asked": format_number(found.overall.asked),
        "answers": format_number(found.overall.answers),
        "n": format_number(found.missing),
    }
    example = _(
        "Unhappy people often answer more readily. Where those who would give 1 or 2 of 5 answer "
        "twice as often as the others, a true mean of %(true)s is read as %(read)s. No number of "
        "answers mends that; a higher response rate does."
    ) % {
        "true": format_number(mean_of_answers((1, 1, 1, 1, 1)), 2),
        "read": format_number(round_half_away(mean_of_answers(UNHAPPY_TWICE), 2), 2),
    }
    return f"{text} {example}"


def mean_of_answers(rates: Sequence[float]) -> float:
    """The mean rating that is read where as many people would give each of 1, 2, 3 and so on, and
    answer at these rates.

    >>> mean_of_answers((0.3, 0.3, 0.3, 0.3, 0.3)), round(mean_of_answers(UNHAPPY_TWICE), 2)
    (3.0, 2.57)
    """
    given = sum(rating * rate for rating, rate in enumerate(rates, start=1))
    return round(given / sum(rates), 12)


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
    return " ".join(filter(None, (percent(rate), margin(rate))))


def percent(rate: MonthRate) -> str:
    return NO_SCORE if rate.share is None else write_share(rate.answers, rate.asked, decimals=1)


def _percent_before(rate: MonthRate) -> str:
    return write_share(*rate.before, decimals=1) if rate.before else NO_SCORE


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
            "Unusual: 10 percentage points or more from the three months before, where each has "
            "30 displays and invitations or more, and further than chance and rates that come and "
            "go by 2 points explain: of years in which nothing happens one in twenty has one at "
            "most."
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


def _chart(months: Sequence[MonthRate], behind: RateAnswers) -> ChartData | None:
    points = [replace(_point(each), answers=behind.month(each)) for each in months]
    if sum(point.value is not None for point in points) < 2:
        return None
    names = [each.month for each in months]
    return draw(
        points,
        title=_title(names),
        axis=common_axis([points], minimum=0, maximum=100, least_span=10),
        box=_BOX,
        month_label=month_labels(names),
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


def _point(rate: MonthRate) -> Point:
    interval = rate.interval
    if rate.share is None or interval is None:
        return Point(rate.month, None, None, None, "")
    label = _("%(month)s: %(score)s") % {"month": month_name(rate.month), "score": _said(rate)}
    return Point(
        rate.month, 100 * rate.share, 100 * interval.low, 100 * interval.high, label,
        is_few=rate.asked < FEW_BELOW,
    )  # fmt: skip
