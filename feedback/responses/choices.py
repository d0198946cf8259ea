"""The filters of a list of answers as a page shows them: a form, and a chip for each that is on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.i18n import format_months, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.responses.conditions import Places
from feedback.responses.filters import BANDS, Filters
from feedback.responses.how_many import HowMany
from feedback.responses.models import CHANNELS
from feedback.responses.states import STATES
from feedback.scoring import METRICS
from feedback.surveys.queries import SeriesAt
from feedback.wording import channel_name, metric_name, month_name, month_short

# Behind "More filters".
MORE = frozenset({"journey", "survey", "state", "language"})
# What opens it. Nearly every link names a state.
OPENING = MORE - {"state"} | {"property"}
# No list offers them; a form carries them on.
CARRIED = ("wording", "series", "person", "import", "q", "tag", "mark")


@dataclass(frozen=True, slots=True)
class Choice:
    """A list to choose from, with what is chosen; "" is no limit."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]

    @property
    def is_more(self) -> bool:
        return self.name in MORE


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in the reader's words; query: the address without it."""

    names: tuple[str, ...]
    label: str
    query: str


def choices(places: Places, filters: Filters, months: Sequence[str]) -> list[Choice]:
    """months: those with answers."""
    at = list(places.values())
    here = [place for place in at if filters.journey in (None, place.journey.id)]
    of_stage = [place for place in here if filters.stage in (None, place.stage.id)]
    touchpoints = [
        (p.touchpoint.id, p.touchpoint.name if filters.stage else _at_stage(p)) for p in of_stage
    ]
    ends = {month for month in (filters.since, filters.until) if month}
    named = [(month, month_short(month)) for month in sorted({*months, *ends}, reverse=True)]
    metrics = [(key, metric_name(METRICS[key])) for key in METRICS if _asks(at, key, filters)]
    languages = {each for place in at for each in (*place.series.texts, filters.language) if each}
    found = [
        _choice("stage", _("Stage"), filters.stage, _named(place.stage for place in here)),
        _choice("touchpoint", _("Touchpoint"), filters.touchpoint, touchpoints),
        _choice("metric", _("Metric"), filters.metric, metrics),
        _choice("band", _("Band"), filters.band, [(each, band_label(each)) for each in BANDS]),
        _choice("since", _("From"), filters.since, named),
        _choice("until", _("To"), filters.until, named),
        _choice("channel", _("Channel"), filters.channel, [(c, channel_name(c)) for c in CHANNELS]),
        _choice("comment", _("Comment"), "1" if filters.comment else "", [("1", _("With one"))]),
        _choice("journey", _("Journey"), filters.journey, _named(place.journey for place in at)),
        _choice("survey", _("Survey"), filters.survey, _named(place.survey for place in of_stage)),
        _choice("state", _("State"), filters.state, [(each, state_name(each)) for each in STATES]),
        _choice("language", _("Language"), filters.language, [(x, x) for x in sorted(languages)]),
    ]
    return [each for each in found if len(each.options) > 1]


def _at_stage(place: SeriesAt) -> str:
    return f"{place.stage.name} · {place.touchpoint.name}"


def _asks(places: Iterable[SeriesAt], metric: str, filters: Filters) -> bool:
    return metric == filters.metric or any(each.series.metric == metric for each in places)


def _named(parts: Iterable[Any]) -> list[tuple[Any, str]]:
    return [(part.id, part.name) for part in parts]


def _choice(name: str, label: str, value: Any, options: Iterable[tuple[Any, str]]) -> Choice:
    named = {str(key): text for key, text in options}
    return Choice(name, label, str(value or ""), (("", _("All")), *named.items()))


def carried(filters: Filters) -> list[tuple[str, str]]:
    """What the form sends on unseen, so that another choice keeps it."""
    given = filters.given()
    return [(name, str(given[name])) for name in CARRIED if name in given]


def chips(places: Places, filters: Filters, told: Mapping[str, str]) -> list[Chip]:
    """In the order of an address. told: what only the database knows, by the filter's name."""
    found = []
    given = filters.given()
    for name, value in given.items():
        if name == "before" or (name == "until" and filters.since):
            continue
        names = ("since", "until") if name == "since" else (name,)
        label = told.get(name) or _label(places, filters, name, value)
        blank: dict[str, Any] = {each: None if name in _IDS else "" for each in names}
        found.append(Chip(names, label, filters.query(before=None, **blank)))
    return found


_IDS = ("journey", "stage", "touchpoint", "survey", "person", "import", "tag")


def _label(places: Places, filters: Filters, name: str, value: Any) -> str:
    if name in ("journey", "stage", "touchpoint", "survey"):
        parts = (getattr(place, name) for place in places.values())
        return next((part.name for part in parts if part.id == value), str(value))
    if name in ("since", "until"):
        return months_label(filters.since, filters.until)
    if name == "property":
        key, _mark, text = filters.property.partition("=")
        return _("%(name)s: %(value)s") % {"name": key, "value": text or "–"}
    said = {
        "metric": lambda: metric_name(METRICS[filters.metric]),
        "wording": lambda: _wording(filters.wording),
        "series": lambda: _questions(filters.series.count(",") + 1),
        "channel": lambda: channel_name(filters.channel),
        "band": lambda: band_label(filters.band),
        "state": lambda: state_label(filters.state),
        "language": lambda: _("Language: %(name)s") % {"name": filters.language},
        "comment": lambda: _("With a comment"),
        "person": lambda: _("One person"),
        "import": lambda: _("One import"),
        "q": lambda: _("“%(text)s”") % {"text": filters.q[:60]},
        "tag": lambda: _("One tag"),
        "mark": lambda: mark_label(filters.mark),
    }
    return said[name]()


def months_label(since: str, until: str) -> str:
    """
    >>> months_label("2026-03", "2026-03"), months_label("2026-03", ""), months_label("", "2026-03")
    ('March 2026', 'since March 2026', 'until March 2026')
    """
    if since and until:
        return format_months(since, until)
    if since:
        return _("since %(month)s") % {"month": month_name(since)}
    return _("until %(month)s") % {"month": month_name(until)}


def _questions(n: int) -> str:
    return ngettext("%(n)s question", "%(n)s questions", n) % {"n": format_number(n)}


def _wording(wording: str) -> str:
    if wording == "replaced":
        return _("Former wording of the question")
    return _("Last wording of the question")


def band_label(band: str) -> str:
    return {"negative": _("Unhappy"), "neutral": _("In between"), "positive": _("Happy")}[band]


def state_name(state: str) -> str:
    return {
        "counted": _("counted"),
        "unconfirmed": _("unconfirmed"),
        "quarantined": _("in quarantine"),
        "excluded": _("excluded"),
        "test": _("test"),
    }[state]


def state_label(state: str) -> str:
    """Of a chip, alone."""
    if state == "counted":
        return _("Counted in the scores")
    return _("State: %(name)s") % {"name": state_name(state)}


def mark_label(mark: str) -> str:
    return {
        "starred": _("Starred"),
        "done": _("Done"),
        "open": _("Not done yet"),
        "hidden": _("Hidden"),
        "noted": _("With a note"),
    }[mark]


def total_words(total: HowMany) -> str:
    """How many answers a list holds, as its head says it."""
    n = format_number(total.n)
    if total.is_counted:
        return _("%(n)s counted answers, and those that no score counts") % {"n": n}
    if total.is_least:
        said = ngettext("at least %(n)s answer", "at least %(n)s answers", total.n)
    else:
        said = ngettext("%(n)s answer", "%(n)s answers", total.n)
    return said % {"n": n}
