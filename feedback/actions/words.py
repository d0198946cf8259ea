"""The words of before and after: the fact, what it is worth, when to look again. Silent about
causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil

from feedback.actions.effect import LineEffect
from feedback.actions.months import Calendar
from feedback.i18n import format_date, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import FEW_BELOW, Metric, Score, round_half_away
from feedback.scoring.effect import MOST
from feedback.scoring.months import shift
from feedback.wording import (
    month_alone,
    month_name,
    write_number,
    write_score,
    write_signed,
)

MOST_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class WrittenDifference:
    """A difference and its interval: `+13 points`, `between +7 and +19`."""

    number: str
    range: str


def kind_name(kind: str) -> str:
    return _("Note") if kind == "note" else _("Action")


def write_day(day: date) -> str:
    return format_date(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "UTC")


def phrase(effect: LineEffect) -> str:
    """All that is said of a line: the fact, its worth, when to look again."""
    return " ".join(filter(None, (fact(effect), worth(effect), when(effect))))


def fact(effect: LineEffect) -> str:
    """`58 % before, 66 % after.`: both sides, whatever they are worth."""
    if effect.calendar.is_planned:
        return _("Planned for %(day)s.") % {"day": write_day(effect.calendar.done_on)}
    if effect.verdict == "anew":
        return _("Nothing to compare with: the question was worded anew.")
    before, after = effect.before.score, effect.after.score
    words = {"before": _side(before, effect.metric), "after": _side(after, effect.metric)}
    if before.n and after.n:
        return _("%(before)s before, %(after)s after.") % words
    if before.n and not effect.calendar.after:
        return _("%(before)s before, no complete month after it yet.") % words
    if before.n:
        return _("%(before)s before, no answers after it.") % words
    if after.n:
        return _("No answers in the six months before, %(after)s after.") % words
    return _("No answers in the six months before, and none after.")


def _side(found: Score, metric: Metric) -> str:
    written = write_score(found, metric)
    if written.display == "hidden":
        n = format_number(found.n)
        return ngettext("%(count)s answer", "%(count)s answers", found.n) % {"count": n}
    if written.display == "few":
        return f"{written.number} ({written.answers})"
    return written.number


def worth(effect: LineEffect) -> str:
    """The verdict, with its size; or that there is none, and why a movement proves nothing."""
    written = write_difference(effect)
    if effect.has_verdict and written is not None:
        words = {"difference": written.number, "range": written.range}
        if effect.verdict == "better":
            return _("Better: %(difference)s year on year, %(range)s.") % words
        if effect.verdict == "worse":
            return _("Worse: %(difference)s year on year, %(range)s.") % words
        found = effect.found.low, effect.found.high
        text = _("No clear difference year on year: %(range)s.") % words
        return _("No difference year on year.") if found == (0, 0) else _with_spell(text, effect)
    return _not_yet(effect)


def _with_spell(text: str, effect: LineEffect) -> str:
    """A rise after a bad spell says so, where nothing shows that it is more than its end."""
    if not effect.found.after_bad_spell or _moved(effect) != _good(effect.metric):
        return text
    if effect.metric.low_is_good:
        said = _("You acted at a high point, and part of such a fall comes by itself.")
    else:
        said = _("You acted at a low point, and part of such a rise comes by itself.")
    return f"{text} {said}"


def _not_yet(effect: LineEffect) -> str:
    moved = _moved(effect)
    if effect.calendar.is_planned or not moved:
        return ""
    is_spell = effect.found.after_bad_spell and moved == _good(effect.metric)
    if not effect.known_from:
        text = _("Higher, but no proof.") if moved > 0 else _("Lower, but no proof.")
        return _with_spell(text, effect)
    if is_spell and moved > 0:
        return _(
            "Higher, not yet proof: you acted at a low point, and part of such a rise comes by "
            "itself."
        )
    if is_spell:
        return _(
            "Lower, not yet proof: you acted at a high point, and part of such a fall comes by "
            "itself."
        )
    return _("Higher, not yet proof.") if moved > 0 else _("Lower, not yet proof.")


def _good(metric: Metric) -> int:
    return -1 if metric.low_is_good else 1


def _moved(effect: LineEffect) -> int:
    """1 up, -1 down; 0 where too few answered or the numbers are printed alike."""
    before, after = effect.before.score, effect.after.score
    if min(before.n, after.n) < FEW_BELOW:
        return 0
    one, other = before.score or 0.0, after.score or 0.0
    if write_number(one, effect.metric) == write_number(other, effect.metric):
        return 0
    return 1 if other > one else -1


def when(effect: LineEffect) -> str:
    """When to look again; or why there is no verdict. Blank when all has been said."""
    calendar = effect.calendar
    if effect.has_verdict:
        if calendar.is_over:
            return ""
        return ngettext(
            "After %(n)s month of %(most)s; look again in %(month)s.",
            "After %(n)s months of %(most)s; look again in %(month)s.",
            len(effect.pairs),
        ) % {"n": len(effect.pairs), "most": MOST, "month": _month(calendar.last_look, calendar)}
    if effect.known_from:
        words = {"month": _month(effect.known_from, calendar)}
        if calendar.is_planned:
            return _("Whether it helped can be said from %(month)s.") % words
        return _("Look again in %(month)s.") % words
    return _no_verdict(effect)


def _no_verdict(effect: LineEffect) -> str:
    if effect.verdict == "anew":
        return ""
    if effect.is_anew and effect.is_young:
        return _("No verdict: the question was worded anew, so a year before does not compare.")
    if not effect.since:
        return _("No verdict: nobody had answered there before it.")
    if effect.is_young:
        return _(
            "No verdict: it takes the same months of the year before, and answers begin in "
            "%(month)s."
        ) % {"month": month_name(effect.since)}
    return _(
        "No verdict: it takes three months of 30 answers or more after it, and as many in the "
        "same months a year before."
    )


def _month(month: str, calendar: Calendar) -> str:
    """`March`, with its year where it is not clear which."""
    is_near = shift(calendar.running, -12) < month < shift(calendar.running, 12)
    return month_alone(month) if is_near else month_name(month)


def summary(effects: Sequence[LineEffect], calendar: Calendar) -> str:
    """The effect of an action in one phrase, however many lines it is read on."""
    if not effects:
        if calendar.is_planned:
            return _("Planned for %(day)s.") % {"day": write_day(calendar.done_on)}
        return _("Nothing is asked there, so there is nothing to compare.")
    if len(effects) == 1:
        return phrase(effects[0])
    read = [effect.verdict for effect in effects if effect.has_verdict]
    if read:
        return ngettext(
            "Of %(n)s stage: %(better)s better, %(worse)s worse, "
            "%(unclear)s without a clear difference.",
            "Of %(n)s stages: %(better)s better, %(worse)s worse, "
            "%(unclear)s without a clear difference.",
            len(read),
        ) % {"n": len(read), **{each: read.count(each) for each in ("better", "worse", "unclear")}}
    first = min(effects, key=lambda effect: effect.known_from or "9999")
    if calendar.is_planned:
        return f"{fact(first)} {when(first)}"
    return " ".join((_("No verdict yet."), when(first))) if first.known_from else when(first)


def tone(effects: Sequence[LineEffect]) -> str:
    """How the summary is coloured: only when all clear differences go the same way."""
    tones = {effect.verdict for effect in effects} & {"better", "worse"}
    return tones.pop() if len(tones) == 1 else ""


def write_difference(effect: LineEffect) -> WrittenDifference | None:
    """None without a verdict."""
    found, metric = effect.found, effect.metric
    if not effect.has_verdict or None in (found.difference, found.low, found.high):
        return None
    low, high = signed(found.low or 0.0, metric), signed(found.high or 0.0, metric)
    if effect.verdict == "unclear" and metric.headline != "mean":
        limits = _("between %(low)s and %(high)s points") % {"low": low, "high": high}
    else:
        limits = _("between %(low)s and %(high)s") % {"low": low, "high": high}
    return WrittenDifference(_with_unit(found.difference or 0.0, metric), limits)


def _with_unit(value: float, metric: Metric) -> str:
    """`+13 points` for net scores and shares, `+0.4` for means, whose unit is the scale's."""
    number = signed(value, metric)
    if metric.headline == "mean":
        return number
    n = ceil(abs(round_half_away(value, 0)))
    return ngettext("%(number)s point", "%(number)s points", n) % {"number": number}


def signed(value: float, metric: Metric) -> str:
    """A difference, `+13` or `−0.4`."""
    return write_signed(value, 1 if metric.headline == "mean" else 0, MOST_DECIMALS)
