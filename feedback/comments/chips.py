"""What a list of comments can be narrowed to: chips with their counts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback.comments.models import Tag
from feedback.i18n import format_month, format_months, pgettext
from feedback.i18n import gettext as _
from feedback.responses.listing import Filters
from feedback.responses.models import CHANNELS
from feedback.responses.routes import state_name
from feedback.scoring import METRICS
from feedback.surveys.queries import SeriesAt
from feedback.surveys.texts import language_name
from feedback.wording import channel_name, metric_name

OPEN_GROUPS, MENUS = ("band", "mark"), ("stage", "touchpoint", "channel", "language", "tag")


@dataclass(frozen=True, slots=True)
class Chip:
    """One value of a filter. `n`: how many comments it leaves, None where that is not known."""

    name: str
    value: str
    label: str
    n: int | None
    is_on: bool = False

    def on(self) -> dict[str, str]:
        """What it changes of the filters, and below what taking it off does."""
        return {self.name: self.value}

    def off(self) -> dict[str, str]:
        return dict.fromkeys(("since", "until") if self.name == "months" else (self.name,), "")


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of one filter, side by side or in a menu."""

    name: str
    label: str
    chips: tuple[Chip, ...]

    @property
    def is_menu(self) -> bool:
        return self.name in MENUS

    @property
    def chosen(self) -> Chip | None:
        return next((chip for chip in self.chips if chip.is_on), None)


# By filter and value, how many comments all the other filters leave that have it.
Counts = Mapping[str, Mapping[str, int]]
Places = Mapping[uuid.UUID, SeriesAt]


def read_groups(
    filters: Filters, counts: Counts, places: Places, tags: Sequence[Tag]
) -> list[Group]:
    """The chips of each filter in the order of their labels; those that would leave none are gone,
    unless one is on: it can be taken off."""
    labels = _labels(places, tags)
    labels["language"] = {code: language_name(code) for code in counts.get("language", {})}
    names = {
        "band": _("Band"),
        "mark": _("Mark"),
        "stage": _("Stage"),
        "touchpoint": _("Touchpoint"),
        "channel": _("Channel"),
        "language": _("Language"),
        "tag": _("Tag"),
    }
    found = []
    for name in (*OPEN_GROUPS, *MENUS):
        on = str(getattr(filters, name) or "")
        there = counts.get(name, {})
        listed = {value: label for value, label in labels[name].items() if there.get(value)}
        if on:
            listed.setdefault(on, labels[name].get(on, on))
        chips = [Chip(name, v, label, there.get(v, 0), v == on) for v, label in listed.items()]
        if len(chips) > (name in ("language", "channel")) or on:
            found.append(Group(name, names[name], tuple(chips)))
    return found


def read_others(filters: Filters, places: Places) -> list[Chip]:
    """What the list is narrowed to beside these groups: each can be taken off."""
    shown = {*OPEN_GROUPS, *MENUS, "q", "comment", "before", "since", "until"}
    found = [
        Chip(name, "", _other(name, value, places), None, True)
        for name, value in filters.given().items()
        if name not in shown
    ]
    if months := _months(filters):
        found.insert(0, Chip("months", "", months, None, True))
    return found


def _months(filters: Filters) -> str:
    if filters.since and filters.until:
        return format_months(filters.since, filters.until)
    if filters.since:
        return _("since %(month)s") % {"month": format_month(filters.since)}
    if filters.until:
        return _("until %(month)s") % {"month": format_month(filters.until)}
    return ""


def _other(name: str, value: object, places: Places) -> str:
    at = list(places.values())
    if name == "journey":
        return next((each.journey.name for each in at if each.journey.id == value), "")
    if name == "survey":
        return next((each.survey.name for each in at if each.survey.id == value), "")
    if name == "metric":
        return metric_name(METRICS[str(value)])
    if name == "state":
        return state_name(str(value))
    return {
        "person": _("One person"),
        "import": _("One import"),
        "wording": _("One wording"),
    }.get(name, str(value))


def _labels(places: Places, tags: Sequence[Tag]) -> dict[str, dict[str, str]]:
    at = list(places.values())
    one = len({each.journey.id for each in at}) < 2
    stages = {str(each.stage.id): each.stage.name for each in at}
    if not one:
        stages = {str(each.stage.id): f"{each.journey.name} · {each.stage.name}" for each in at}
    return {
        "band": {"negative": _("Unhappy"), "neutral": _("In between"), "positive": _("Happy")},
        "mark": {
            "open": pgettext("comments", "To read"),
            "starred": _("Starred"),
            "noted": _("With a note"),
            "done": _("Done"),
            "hidden": pgettext("comments", "Hidden"),
        },
        "stage": stages,
        "touchpoint": {
            str(each.touchpoint.id): f"{each.stage.name} · {each.touchpoint.name}" for each in at
        },
        "channel": {channel: channel_name(channel) for channel in CHANNELS},
        "tag": {str(tag.id): tag.name for tag in tags},
        "language": {},
    }
