"""What a reader may ask to compare, parsed once; anything odd is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.comparisons.presets import AGAINST, PRESETS, compared_with, last_complete, preset
from feedback.comparisons.read import Period, Subject, is_property
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.readings.filters import MOST_MONTHS, Asked, parse_asked
from feedback.scoring import picked_from
from feedback.scoring.months import is_month, months_between, shift
from feedback.wording import month_name

LINE = ("journey", "metric", "stage", "touchpoint", "channel")
PERIODS = ("before_from", "before_to", "after_from", "after_to")
GROUPS = ("property", "from", "to", "base", "planned", "difference")
NAMES = (*LINE, "kind", "preset", "against", "decided", *PERIODS, *GROUPS)
KINDS = ("periods", "groups")
USUAL_MONTHS = 3
MOST_PLANNED = 1_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """The filters, and which of the two kinds of comparison is asked for."""

    asked: Asked
    kind: str
    planned: int
    difference: float


def parse_question(pairs: Sequence[tuple[str, str]], running: str = "") -> Question:
    """running: the month that is not over; none lies ahead of it. Raises FilterError for a name or
    value that cannot be."""
    asked = parse_asked(pairs, NAMES, running)
    kind = asked.get("kind") or "periods"
    if kind not in KINDS:
        raise FilterError("kind", _("Compare periods or groups."))
    for name in PERIODS:
        if asked.get(name) and not is_month(asked.get(name)):
            words = {"text": asked.get(name)[:40]}
            text = _("A month is written YYYY-MM, as in 2026-03, not %(text)s.") % words
            raise FilterError(name, text)
        if running and asked.get(name) > running:
            words = {"month": month_name(asked.get(name)), "last": month_name(running)}
            text = _("%(month)s lies ahead. The last month is %(last)s.") % words
            raise FilterError(name, text)
    _check_preset(asked)
    if asked.get("property") and not is_property(asked.get("property")):
        raise FilterError("property", _("That is not the name of a property."))
    return Question(asked, kind, _planned(asked), _difference(asked))


def _planned(asked: Asked) -> int:
    text = asked.get("planned")
    if not text:
        return 0
    if not text.isdecimal() or not 0 < int(text) <= MOST_PLANNED:
        raise FilterError("planned", _("The planned number of answers is a whole number above 0."))
    return int(text)


def _difference(asked: Asked) -> float:
    text = asked.get("difference").replace(",", ".")
    if not text:
        return 0.0
    try:
        value = abs(float(text))
    except ValueError:
        value = 0.0
    if not 0 < value <= 200:
        raise FilterError("difference", _("A difference to find is a number above 0."))
    return value


def _check_preset(asked: Asked) -> None:
    for name, known in (("preset", PRESETS), ("against", AGAINST), ("decided", ("yes",))):
        if asked.get(name) and asked.get(name) not in known:
            words = {"text": asked.get(name)[:40], "known": ", ".join(known)}
            text = _("%(text)s is not known. Choose one of: %(known)s.") % words
            raise FilterError(name, text)
    if asked.get("preset") and any(asked.get(name) for name in (*PERIODS, "from", "to")):
        raise FilterError("preset", _("Choose months, or one of the usual periods, not both."))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Before and after. picked_from: of how many like periods they may have been picked for how
    they look; 2 where the calendar picked them, or the reader before seeing them."""

    before: Period
    after: Period
    picked_from: int = 2


def chosen_periods(asked: Asked, subject: Subject, running: str) -> Chosen:
    """Those asked for, else the last three complete months and the three before.

    Raises FilterError when one runs backwards, is too long, or they overlap.
    """
    end = last_complete(running)
    if name := asked.get("preset"):
        after = preset(name, end)
        return Chosen(compared_with(after, asked.get("against")), after)
    if subject.span.last:
        end = min(end, subject.span.last)
    after = Period(
        asked.get("after_from") or shift(asked.get("after_to") or end, 1 - USUAL_MONTHS),
        asked.get("after_to") or max(end, asked.get("after_from")),
    )
    usual = shift(after.since, -1)
    before = Period(
        asked.get("before_from") or shift(asked.get("before_to") or usual, 1 - USUAL_MONTHS),
        asked.get("before_to") or max(usual, asked.get("before_from")),
    )
    _check("before_from", before)
    _check("after_from", after)
    common = max(before.since, after.since)
    if common <= min(before.until, after.until):
        text = _(
            "The two periods overlap in %(month)s: the same answers would stand on both sides."
        )
        raise FilterError("after_from", text % {"month": month_name(common)})
    return Chosen(before, after, _picked_from(asked, subject, running, (before, after)))


def _picked_from(
    asked: Asked, subject: Subject, running: str, chosen: tuple[Period, Period]
) -> int:
    end = last_complete(running)
    by_calendar = {
        (compared_with(preset(name, end), against), preset(name, end))
        for name in PRESETS
        for against in AGAINST
    }
    by_calendar.add((Period(shift(end, -5), shift(end, -3)), Period(shift(end, -2), end)))
    by_hand = any(asked.get(name) for name in PERIODS)
    if not by_hand or chosen in by_calendar or asked.get("decided"):
        return 2
    known = len(months_between(subject.span.first or running, subject.span.last or running))
    shorter = min(len(months_between(each.since, each.until)) for each in chosen)
    return picked_from(max(known, 2 * shorter), shorter)


def chosen_period(asked: Asked, subject: Subject, running: str) -> Period:
    """The months groups are made of: those asked for, else the newest twelve that are over."""
    if name := asked.get("preset"):
        return preset(name, last_complete(running))
    newest = min(last_complete(running), subject.span.last or running)
    if newest < (subject.span.first or running):  # nothing but the running month
        newest = running
    until = asked.get("to") or max(newest, asked.get("from"))
    period = Period(asked.get("from") or shift(until, -11), until)
    _check("from", period)
    return period


def _check(name: str, period: Period) -> None:
    if period.since > period.until:
        raise FilterError(name, _("The first month must not come after the last."))
    if period.since < shift(period.until, 1 - MOST_MONTHS):
        words = {"years": MOST_MONTHS // 12}
        raise FilterError(name, _("At most %(years)s years can be shown at once.") % words)
