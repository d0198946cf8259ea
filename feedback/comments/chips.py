"""What a list of comments can be narrowed to: chips with their counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.comments.counts import Counts
from feedback.comments.models import Tag
from feedback.i18n import gettext as _
from feedback.responses.choices import Chip as Taken
from feedback.responses.choices import band_label, chips, mark_label
from feedback.responses.conditions import Places
from feedback.responses.filters import BANDS, Filters
from feedback.responses.models import CHANNELS
from feedback.surveys.texts import language_name
from feedback.wording import channel_name

# Side by side, and in a menu each.
OPEN, MENUS = ("band", "mark"), ("stage", "touchpoint", "channel", "language", "tag")
MARKS = ("open", "starred", "noted", "done", "hidden")
# Where all comments have the same, there is nothing to narrow.
TELLING = ("stage", "touchpoint", "channel", "language")


@dataclass(frozen=True, slots=True)
class Chip:
    """One value of a filter. n: how many comments it leaves, None where that is not known.

    changes: what choosing it, or taking it off, changes of the filters.
    """

    name: str
    value: str
    label: str
    n: int | None
    is_on: bool

    @property
    def changes(self) -> dict[str, Any]:
        return {self.name: None if self.is_on else self.value, "before": None}


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of one filter."""

    name: str
    label: str
    chips: tuple[Chip, ...]

    @property
    def is_menu(self) -> bool:
        return self.name in MENUS

    @property
    def chosen(self) -> Chip | None:
        return next((chip for chip in self.chips if chip.is_on), None)


def read_groups(
    filters: Filters, counts: Counts | None, places: Places, tags: Sequence[Tag]
) -> list[Group]:
    """By filter; a value that would leave no comment is gone, unless it is on: it can be taken off.

    Without counts every value is there.
    """
    names = {
        "band": _("Band"),
        "mark": _("Mark"),
        "stage": _("Stage"),
        "touchpoint": _("Touchpoint"),
        "channel": _("Channel"),
        "language": _("Language"),
        "tag": _("Tag"),
    }
    labels = _labels(places, tags)
    found = []
    for name in (*OPEN, *MENUS):
        on = str(getattr(filters, name) or "")
        there = dict(counts.values.get(name, {})) if counts else {}
        shown = [
            Chip(name, value, label, there.get(value, 0) if counts else None, value == on)
            for value, label in labels[name].items()
            if value == on or there.get(value) or not counts
        ]
        if on or len(shown) > (name in TELLING):
            found.append(Group(name, names[name], tuple(shown)))
    return found


def read_taken(places: Places, filters: Filters, told: Mapping[str, str]) -> list[Taken]:
    """The filters that are on beside these groups and the search, each with the way without it."""
    own = {*OPEN, *MENUS, "q", "comment"}
    return [chip for chip in chips(places, filters, told) if own.isdisjoint(chip.names)]


def _labels(places: Places, tags: Sequence[Tag]) -> dict[str, dict[str, str]]:
    at = list(places.values())
    is_one = len({each.journey.id for each in at}) < 2
    return {
        "band": {band: band_label(band) for band in BANDS},
        "mark": {mark: mark_label(mark) for mark in MARKS},
        "stage": {
            str(each.stage.id): each.stage.name
            if is_one
            else f"{each.journey.name} · {each.stage.name}"
            for each in at
        },
        "touchpoint": {
            str(each.touchpoint.id): f"{each.stage.name} · {each.touchpoint.name}" for each in at
        },
        "channel": {channel: channel_name(channel) for channel in CHANNELS},
        "language": {code: language_name(code) for code in ("en", "fr")},
        "tag": {str(tag.id): tag.name for tag in tags},
    }
