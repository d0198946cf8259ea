"""The words of before and after: honest about chance, silent about causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil

from feedback.actions.effect import LEAST, LEVEL, SIDE, Calendar, Effect
from feedback.changes.find import Told
from feedback.i18n import current_locale, format_date, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.scoring import Metric, round_half_away
from feedback.scoring.months import shift
from feedback.wording import PERCENT, month_name, write_score, write_signed

TONES = {"better": "positive", "worse": "negative"}
MOST_DECIMALS = 3
NEAR = 2  # months: the watch for changes tells the month in which one began that well


@dataclass(frozen=True, slots=True)
class WrittenDifference:
    """A difference and its interval: `+13 points`, `between +7 and +19`."""

    number: str
    range: str


def kind_name(kind: str) -> str:
    return _("Note") if kind == "note" else _("Action")


def write_day(day: date) -> str:
    return format_date(datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "UTC")


def verdict_name(verdict: str) -> str:
    """A verdict in two or three words."""
    return {
        "better": _("Clearly better"),
        "worse": _("Clearly worse"),
        "unclear": _("No clear difference"),
        "planned": _("Planned"),
        "early": _("Too early to say"),
        "few_before": _("Too few answers before"),
        "few_after": _("Too few answers after"),
        "anew": _("Nothing to compare with"),
    }[verdict]


def phrase(effect: Effect, calendar: Calendar) -> str:
    """What a line shows, in one sentence."""
    written = write_difference(effect)
    if effect.verdict in TONES and written is not None:
        words = {"difference": written.number, "range": written.range}
        return _("%(difference)s, %(range)s.") % words
    if effect.verdict == "unclear":
        if written is None:
            return _("No difference: all answers on each side are alike.")
        return _("No clear difference: %(range)s.") % {"range": written.range}
    return _not_compared(effect, calendar)


def _not_compared(effect: Effect, calendar: Calendar) -> str:
    n = {"least": LEAST, "before": effect.before.score.n, "after": effect.after.score.n}
    if effect.verdict == "planned":
        return _("Planned for %(day)s.") % {"day": write_day(calendar.done_on)}
    if effect.verdict == "early":
        return _(
            "Too early to say: %(after)s of at least %(least)s answers; look again in %(month)s."
        ) % {**n, "month": month_name(effect.again)}
    if effect.verdict == "few_before":
        return _("Too few answers before it to compare: %(before)s of at least %(least)s.") % n
    if effect.verdict == "few_after":
        return _("Too few answers after it to compare: %(after)s of at least %(least)s.") % n
    return _("Nothing to compare with: the question was worded anew.")


def summary(effects: Sequence[Effect], calendar: Calendar) -> str:
    """The effect of an action in one phrase, however many lines it is read on."""
    if not effects:
        if calendar.is_planned:
            return _("Planned for %(day)s.") % {"day": write_day(calendar.done_on)}
        return _("Nothing is asked there, so there is nothing to compare.")
    read = [effect for effect in effects if effect.comparison is not None]
    if len(effects) == 1 or not read:
        return phrase(_first_to_name(effects), calendar)
    verdicts = [effect.verdict for effect in read]
    return ngettext(
        "Of %(n)s stage: %(better)s clearly better, %(worse)s clearly worse, "
        "%(unclear)s without a clear difference.",
        "Of %(n)s stages: %(better)s clearly better, %(worse)s clearly worse, "
        "%(unclear)s without a clear difference.",
        len(read),
    ) % {
        "n": len(read),
        "better": verdicts.count("better"),
        "worse": verdicts.count("worse"),
        "unclear": verdicts.count("unclear"),
    }


def tone(effects: Sequence[Effect]) -> str:
    """How the summary is coloured: only when all clear differences go the same way."""
    tones = {TONES[effect.verdict] for effect in effects if effect.verdict in TONES}
    return tones.pop() if len(tones) == 1 else ""


def _first_to_name(effects: Sequence[Effect]) -> Effect:
    early = [effect for effect in effects if effect.verdict == "early"]
    return min(early, key=lambda effect: effect.again) if early else effects[0]


def full_sentence(effect: Effect) -> str:
    """Both sides and their difference, on one line; empty when nothing was compared."""
    written = write_difference(effect)
    if effect.comparison is None or written is None:
        return ""
    after, before = (
        write_score(side.score, effect.metric) for side in (effect.after, effect.before)
    )
    return _(
        "After: %(after)s (%(after_n)s answers), before: %(before)s (%(before_n)s): "
        "%(difference)s, %(range)s."
    ) % {
        "after": after.number,
        "after_n": format_number(after.n),
        "before": before.number,
        "before_n": format_number(before.n),
        "difference": written.number,
        "range": written.range,
    }


def write_difference(effect: Effect) -> WrittenDifference | None:
    """None when nothing was compared, or nothing can be tested."""
    found = effect.comparison
    if found is None or found.observed is None or found.low is None or found.high is None:
        return None
    metric = effect.metric
    low, high = _signed(found.low, metric), _signed(found.high, metric)
    if effect.verdict == "unclear" and metric.headline != "mean":
        limits = _("between %(low)s and %(high)s points") % {"low": low, "high": high}
    else:
        limits = _("between %(low)s and %(high)s") % {"low": low, "high": high}
    return WrittenDifference(_with_unit(found.observed, metric), limits)


def _with_unit(value: float, metric: Metric) -> str:
    """`+13 points` for net scores and shares, `+0.4` for means, whose unit is the scale's."""
    number = _signed(value, metric)
    if metric.headline == "mean":
        return number
    n = ceil(abs(round_half_away(value, 0)))
    return ngettext("%(number)s point", "%(number)s points", n) % {"number": number}


def _signed(value: float, metric: Metric) -> str:
    return write_signed(value, 1 if metric.headline == "mean" else 0, MOST_DECIMALS)


def write_watch(told: Told, calendar: Calendar) -> str:
    """What the watch for changes says of the line around the day; the rule of board and trends."""
    change = told.change
    if change is None or not shift(calendar.month, -NEAR) <= change.began <= shift(
        calendar.month, SIDE
    ):
        if told.is_early:
            return _("The watch for changes cannot name one on this line yet.")
        return _("The watch for changes names none on this line near that day.")
    words = {"month": month_name(change.began)}
    if change.is_up:
        return _("The watch for changes says that this line rose since %(month)s.") % words
    return _("The watch for changes says that this line fell since %(month)s.") % words


def left_out_notes(effect: Effect, calendar: Calendar) -> list[str]:
    """What was not counted, and why."""
    notes = []
    if effect.own:
        notes.append(
            ngettext(
                "%(n)s answer of %(month)s is left out: the month is part before, part after.",
                "%(n)s answers of %(month)s are left out: the month is part before, part after.",
                effect.own,
            )
            % {"n": format_number(effect.own), "month": month_name(calendar.month)}
        )
    if effect.left_out:
        notes.append(
            ngettext(
                "%(n)s answer to a question that was worded anew, or asked on one side only, "
                "is left out.",
                "%(n)s answers to questions that were worded anew, or asked on one side only, "
                "are left out.",
                effect.left_out,
            )
            % {"n": format_number(effect.left_out)}
        )
    if effect.comparison is not None and not calendar.is_over:
        notes.append(
            ngettext(
                "So far: %(n)s of %(most)s months after it.",
                "So far: %(n)s of %(most)s months after it.",
                len(calendar.after),
            )
            % {"n": len(calendar.after), "most": SIDE}
        )
    return notes


def family(effects: Sequence[Effect]) -> str:
    """Why intervals are wider where several lines are looked at together."""
    levels = [effect.comparison.level for effect in effects if effect.comparison is not None]
    if len(levels) < 2:
        return ""
    digits = 0 if levels[0] == LEVEL else 1
    level = format_number(100 * levels[0], digits) + PERCENT[current_locale()]
    return ngettext(
        "%(n)s line is looked at together, so its difference has a %(level)s interval.",
        "%(n)s lines are looked at together, so each difference has a wider interval, of "
        "%(level)s: chance gets no more than one try in twenty for all of them.",
        len(levels),
    ) % {"n": len(levels), "level": level}
