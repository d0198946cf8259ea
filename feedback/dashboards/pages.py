"""What the pages of a dashboard share: what is kept, what is said above, an empty page's words."""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from feedback.changes.find import JourneyChanges, find_changes
from feedback.changes.words import SaidChanges, say_changes
from feedback.dashboards.read import Counts, Scope
from feedback.filters import FilterError
from feedback.i18n import gettext as _
from feedback.i18n import ngettext
from feedback.readings.filters import Asked, Choice
from feedback.scoring.months import shift

COARSE_BELOW = 8  # touchpoints: a coarser journey says that something is wrong, not what
KEPT = 64  # computed pages kept in memory: a page looked at by many is computed once


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty page: what will be here, and the one next step."""

    title: str
    text: str
    href: str
    action: str


def no_journey() -> Nothing:
    return Nothing(
        _("No journey yet"),
        _(
            "Here each stage of your customers' journey will show its score of the month, "
            "its trend and its touchpoints. Start with a journey and its stages."
        ),
        "/journeys/new",
        _("Make a journey"),
    )


def no_answers() -> Nothing:
    return Nothing(
        _("No answers yet"),
        _(
            "Publish a survey at one touchpoint and share it: its first answer shows here "
            "within seconds. Tests are not counted."
        ),
        "/surveys",
        _("Go to the surveys"),
    )


@dataclass(frozen=True, slots=True)
class Key:
    """What a computed page depends on; the counts themselves are told apart by their version."""

    counts: Counts = field(compare=False)
    version: str
    locale: str


def changes_of(counts: Counts) -> JourneyChanges:
    """What changed up to the month looked at; computed once for the same data."""
    return _changes(Key(counts, counts.watched_version, ""))


@lru_cache(maxsize=KEPT)
def _changes(key: Key) -> JourneyChanges:
    counts = key.counts
    return find_changes(counts.journey, counts.watched, counts.looked_at, counts.time_zone)


def said(counts: Counts, scope: Scope) -> SaidChanges:
    """The sentence above board and trends."""
    return say_changes(
        changes_of(counts),
        is_newest=counts.looked_at == shift(scope.running, -1),
        has_channel=bool(scope.asked.get("channel")),
    )


def exports(asked: Asked, path: str, *kinds: str) -> tuple[tuple[str, str], ...]:
    return tuple((kind.upper(), asked.address(f"{path}.{kind}")) for kind in kinds)


def coarse_hint(counts: Counts) -> str:
    """Says that a journey of few touchpoints tells that something is wrong, not what."""
    n = len(counts.journey.touchpoints)
    if n >= COARSE_BELOW:
        return ""
    return ngettext(
        "This journey has %(n)s touchpoint. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        "This journey has %(n)s touchpoints. With fewer than eight, a low score says that "
        "something is wrong, not what.",
        n,
    ) % {"n": n}


def mark_wrong(choices: tuple[Choice, ...], error: FilterError) -> tuple[Choice, ...]:
    return tuple(replace(choice, is_wrong=choice.name == error.name) for choice in choices)
