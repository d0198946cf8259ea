"""What a reader may ask to compare, parsed once; anything odd is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.comparisons.read import Period, Subject, is_property
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.readings.filters import Asked, parse_asked
from feedback.scoring.months import is_month, months_between, shift
from feedback.wording import month_name

LINE = ("journey", "metric", "stage", "touchpoint", "channel")
PERIODS = ("before_from", "before_to", "after_from", "after_to")
GROUPS = ("property", "from", "to", "base", "planned", "difference")
NAMES = (*LINE, "kind", *PERIODS, *GROUPS)
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


def parse_question(pairs: Sequence[tuple[str, str]]) -> Question:
    """Raises FilterError for a name or value that cannot be."""
    asked = parse_asked(pairs, NAMES)
    kind = asked.get("kind") or "periods"
    if kind not in KINDS:
        raise FilterError("kind", _("Compare periods or groups."))
    for name in PERIODS:
        if asked.get(name) and not is_month(asked.get(name)):
            words = {"text": asked.get(name)[:40]}
            text = _("A month is written YYYY-MM, as in 2026-03, not %(text)s.") % words
            raise FilterError(name, text)
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


def chosen_periods(asked: Asked, subject: Subject, running: str) -> tuple[Period, Period]:
    """Before and after: those asked for, else the last three complete months and the three before.

    Raises FilterError when one runs backwards or they overlap.
    """
    last = subject.span.last or running
    end = shift(running, -1) if last >= running else last
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
    common = set(months_between(before.since, before.until)) & set(
        months_between(after.since, after.until)
    )
    if common:
        words = {"month": month_name(min(common))}
        text = _(
            "The two periods overlap in %(month)s: the same answers would stand on both sides."
        )
        raise FilterError("after_from", text % words)
    return before, after


def chosen_period(asked: Asked, subject: Subject, running: str) -> Period:
    """The months groups are made of: those asked for, else the newest twelve."""
    until = asked.get("to") or max(subject.span.last or running, asked.get("from"))
    return Period(asked.get("from") or shift(until, -11), until)


def _check(name: str, period: Period) -> None:
    if period.since > period.until:
        raise FilterError(name, _("The first month must not come after the last."))
