"""The periods readers ask for most, by the calendar: nobody picked them for how they look."""

from dataclasses import dataclass

from feedback.comparisons.read import Period
from feedback.i18n import format_months
from feedback.i18n import gettext as _
from feedback.readings.filters import Asked
from feedback.scoring.months import month_number, months_between, shift

PRESETS = ("month", "quarter", "year")
AGAINST = ("before", "year")  # the months just before, the same months a year before


def last_complete(running: str) -> str:
    return shift(running, -1)


def preset(name: str, end: str) -> Period:
    """The last month, the last quarter of the calendar, or the last twelve months that are over.

    end: the last month that is over.

    >>> [preset(name, "2026-10").since for name in PRESETS], preset("quarter", "2026-09").until
    (['2026-10', '2026-07', '2025-11'], '2026-09')
    """
    if name == "quarter":
        end = shift(end, -((month_number(end) + 1) % 3))
    return Period(shift(end, {"month": 0, "quarter": -2, "year": -11}[name]), end)


def compared_with(after: Period, against: str) -> Period:
    """The months just before, or, against a `year`, the same months of the year before.

    >>> compared_with(Period("2026-07", "2026-09"), "year")
    Period(since='2025-07', until='2025-09')
    >>> compared_with(Period("2026-07", "2026-09"), "")
    Period(since='2026-04', until='2026-06')
    """
    by = -12 if against == "year" else -len(months_between(after.since, after.until))
    return Period(shift(after.since, by), shift(after.until, by))


@dataclass(frozen=True, slots=True)
class PresetLink:
    """One of the usual periods as a link; `months`: which ones they are now."""

    label: str
    months: str
    address: str
    is_chosen: bool


_MONTHS = ("preset", "against", "before_from", "before_to", "after_from", "after_to", "from", "to")


def preset_links(
    asked: Asked, kind: str, running: str, chosen: tuple[Period, ...]
) -> list[tuple[str, list[PresetLink]]]:
    """The usual periods under their heads. chosen: before and after, or the one of groups."""
    end = last_complete(running)
    names = {"month": _("Last month"), "quarter": _("Last quarter"), "year": _("Last 12 months")}
    without = dict.fromkeys((*_MONTHS, "decided"), "")

    def link(name: str, against: str) -> PresetLink:
        after = preset(name, end)
        pair = (after,) if kind == "groups" else (compared_with(after, against), after)
        changes = without | {"kind": kind, "preset": name, "against": against}
        address = asked.address("/compare", **changes)
        return PresetLink(
            names[name], format_months(after.since, after.until), address, pair == chosen
        )

    if kind == "groups":
        return [(_("Usual periods"), [link(name, "") for name in PRESETS])]
    return [
        (_("With the months before"), [link(name, "") for name in PRESETS]),
        (_("With the same months a year before"), [link(name, "year") for name in PRESETS[:2]]),
    ]
