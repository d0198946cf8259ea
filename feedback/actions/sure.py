"""How sure a verdict is: what was compared, what left out, how often chance says as much."""

from collections.abc import Sequence

from feedback.actions.effect import LineEffect
from feedback.actions.months import Calendar
from feedback.actions.words import signed
from feedback.changes.find import Told
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.readings.answers import Answers
from feedback.scoring.effect import MOST
from feedback.scoring.months import shift
from feedback.wording import PERCENT, WrittenScore, month_name, month_short, write_score

NEAR = 2  # months: the watch for changes tells the month in which one began that well
RATE, DRAGGING = 0.05, 0.1  # of actions without effect called better: docs/scoring.md


def how_sure(effect: LineEffect, told: Told | None) -> list[str]:
    """What stands behind the verdict, a paragraph each."""
    return [
        *_compared(effect),
        *_spell(effect),
        *_left_out(effect),
        *([_watch(told, effect.calendar)] if told and effect.has_verdict else ()),
    ]


def _compared(effect: LineEffect) -> list[str]:
    if not effect.has_verdict:
        return [
            _(
                "A verdict sets three to six complete months after the action beside the same "
                "months a year before, each of 30 answers or more: so neither a season nor the "
                "end of a bad spell looks like an effect."
            )
        ]
    level = _level(effect.level)
    return [
        _(
            "Compared: the complete months after the action with the same months a year before, "
            "each of 30 answers or more, to the same question. A month counts as one, however many "
            "answered in it: the mean of the differences, with its %(level)s interval (Student's "
            "t, %(df)s degrees of freedom)."
        )
        % {"level": level, "df": len(effect.pairs) - 1},
        _(
            "Of actions that change nothing, at most %(rate)s are called better at one look; where "
            "good and bad months drag on, at most %(dragging)s. Whoever looks each month sees it "
            "more often."
        )
        % {"rate": _level(RATE), "dragging": _level(DRAGGING)},
    ]


def _level(share: float) -> str:
    digits = 0 if round(100 * share, 6).is_integer() else 1
    return format_number(100 * share, digits) + PERCENT[current_locale()]


def _spell(effect: LineEffect) -> list[str]:
    if not effect.found.after_bad_spell:
        return []
    return [
        _(
            "It followed the worst month, quarter or half-year of its year. Part of what comes "
            "after such a spell comes by itself."
        )
    ]


def _left_out(effect: LineEffect) -> list[str]:
    """What was not counted, and why."""
    notes = []
    if effect.own:
        notes.append(
            ngettext(
                "%(n)s answer of %(month)s is left out: the month is part before, part after.",
                "%(n)s answers of %(month)s are left out: the month is part before, part after.",
                effect.own,
            )
            % {"n": format_number(effect.own), "month": month_name(effect.calendar.month)}
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
    return notes


def _watch(told: Told, calendar: Calendar) -> str:
    """What the watch for changes says of the line around the day; the rule of board and trends."""
    change = told.change
    if change is None or not shift(calendar.month, -NEAR) <= change.began <= shift(
        calendar.month, MOST
    ):
        if told.is_early:
            return _("The watch for changes cannot name one on this line yet.")
        return _("The watch for changes names none on this line near that day.")
    words = {"month": month_name(change.began)}
    if change.is_up:
        return _("The watch for changes says that this line rose since %(month)s.") % words
    return _("The watch for changes says that this line fell since %(month)s.") % words


def family(effects: Sequence[LineEffect]) -> str:
    """Why intervals are wider where several lines are looked at together."""
    levels = [effect.level for effect in effects if effect.has_verdict]
    if len(levels) < 2:
        return ""
    return ngettext(
        "%(n)s line is looked at together, so its difference has a %(level)s interval.",
        "%(n)s lines are looked at together, so each difference has a wider interval, of "
        "%(level)s: chance gets no more than one try in twenty for all of them.",
        len(levels),
    ) % {"n": len(levels), "level": _level(levels[0])}


def write_pairs(
    effect: LineEffect,
) -> list[tuple[str, WrittenScore, WrittenScore, str, tuple[Answers, ...]]]:
    """The months that are compared: the month, a year before, after, their difference, and the
    answers of both."""
    metric = effect.metric
    return [
        (
            month_short(pair.month),
            write_score(pair.before, metric),
            write_score(pair.after, metric),
            signed(pair.difference, metric),
            pair.answers,
        )
        for pair in effect.pairs
    ]
