"""What a reader may ask of a dashboard, parsed once from the address; anything odd is refused."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlencode

from feedback.filters import FilterError, NotOursError, read_filters
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo, JourneyName, StageInfo, TouchpointInfo
from feedback.responses.models import CHANNELS
from feedback.scoring import METRICS, Metric
from feedback.scoring.months import is_month, months_between, shift
from feedback.wording import channel_name, metric_name, month_name, month_short

# `was` says where the form was when it was filled in (journey, stage, touchpoint): once another
# place is chosen, the finer choices of the old one mean nothing.
MAP_NAMES = ("journey", "month", "channel")
BOARD_NAMES = ("show", *MAP_NAMES)
SHOWN = ("unhappy",)  # beside the scores as they were asked, which have no name
TRENDS_NAMES = ("journey", "metric", "stage", "touchpoint", "channel", "from", "to")

MOST_MONTHS = 240  # of a page: more columns than anybody reads


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as text, known names only, each at most once, blank ones left out.

    `moved`: the reader has just gone to another place, so the metric may have to follow.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    moved: bool = False

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def address(self, path: str, **changes: str) -> str:
        """The page's address with these filters: the one to share."""
        kept = {name: text for name, text in {**self.values, **changes}.items() if text}
        return f"{path}?{urlencode(kept)}" if kept else path


def parse_asked(query: Sequence[tuple[str, str]], names: Sequence[str], running: str = "") -> Asked:
    """Refuses an unknown or repeated name and any value that is not of its kind.

    running: the month that is not over; none lies ahead of it. Raises FilterError.
    """
    given = read_filters(query, names, untold=("was",))
    was = given.pop("was", "")
    moved = bool(was) and was != place_of(given)
    if moved and "journey" in given and was.split(",")[0] != given["journey"]:
        given = {name: text for name, text in given.items() if name not in ("stage", "touchpoint")}
    _check_values(given)
    _check_months(given, running)
    return Asked({name: given[name] for name in names if given.get(name)}, moved)


def place_of(values: Mapping[str, str]) -> str:
    """Journey, stage and touchpoint in one text."""
    return ",".join(values.get(name, "") for name in ("journey", "stage", "touchpoint"))


def _check_values(given: Mapping[str, str]) -> None:
    for name in ("month", "from", "to"):
        if given.get(name) and not is_month(given[name]):
            raise FilterError(
                name,
                _("A month is written YYYY-MM, as in 2026-03, not %(text)s.")
                % {"text": given[name][:40]},
            )
    if given.get("from") and given.get("to") and given["from"] > given["to"]:
        raise FilterError("from", _("The first month must not come after the last."))
    _check_known("metric", given, tuple(METRICS))
    _check_known("channel", given, CHANNELS)
    _check_known("show", given, SHOWN)


def _check_months(given: Mapping[str, str], running: str) -> None:
    for name in ("month", "from", "to"):
        if running and given.get(name, "") > running:
            raise FilterError(
                name,
                _("%(month)s lies ahead. The last month is %(last)s.")
                % {"month": month_name(given[name]), "last": month_name(running)},
            )
    since, until = given.get("from"), given.get("to") or running
    if since and until and since < shift(until, 1 - MOST_MONTHS):
        raise FilterError(
            "from",
            _("At most %(years)s years can be shown at once.") % {"years": MOST_MONTHS // 12},
        )


def _check_known(name: str, given: Mapping[str, str], known: Sequence[str]) -> None:
    if given.get(name) and given[name] not in known:
        raise FilterError(
            name,
            _("%(text)s is not known. Choose one of: %(known)s.")
            % {"text": given[name][:40], "known": ", ".join(known)},
        )


def chosen_journey(asked: Asked, journeys: Sequence[JourneyName]) -> JourneyName:
    """The journey asked for, else the first. Raises NotOursError."""
    if not asked.get("journey"):
        return journeys[0]
    wanted = _id(asked.get("journey"))
    for journey in journeys:
        if journey.id == wanted:
            return journey
    raise NotOursError("journey")


@dataclass(frozen=True, slots=True)
class Focus:
    """The part of a journey that is looked at: all of it, one stage, or one touchpoint."""

    stage: StageInfo | None
    touchpoint: TouchpointInfo | None


def chosen_focus(asked: Asked, journey: JourneyInfo) -> Focus:
    """The stage and touchpoint asked for; a touchpoint of another stage is let go.

    Raises NotOursError when the journey has no such stage or touchpoint.
    """
    stage = _find(asked.get("stage"), journey.stages)
    everywhere = [(s, t) for s in journey.stages for t in s.touchpoints]
    touchpoint = _find(asked.get("touchpoint"), [t for _, t in everywhere])
    if touchpoint is None:
        return Focus(stage, None)
    home = next(s for s, t in everywhere if t.id == touchpoint.id)
    return Focus(home, touchpoint) if stage in (None, home) else Focus(stage, None)


def chosen_metric(asked: Asked, journey: JourneyInfo, focus: Focus) -> Metric:
    """The metric asked for; after a move only if it is asked there, else the main one there."""
    wanted = asked.get("metric")
    if wanted and not (asked.moved and wanted not in _metrics_of(journey, focus)):
        return METRICS[wanted]
    return _main_metric(journey, focus)


def _metrics_of(journey: JourneyInfo, focus: Focus) -> list[str]:
    if focus.touchpoint is not None:
        return focus.touchpoint.metrics
    return focus.stage.metrics if focus.stage is not None else journey.metrics


def _main_metric(journey: JourneyInfo, focus: Focus) -> Metric:
    if focus.touchpoint is not None:
        keys: Sequence[str | None] = focus.touchpoint.metrics
    elif focus.stage is not None:
        keys = [focus.stage.headline]
    else:
        keys = journey.metrics
    return METRICS[next((key for key in keys if key), "nps")]


Named = TypeVar("Named", StageInfo, TouchpointInfo)


def _find(text: str, among: Sequence[Named]) -> Named | None:
    if not text:
        return None
    wanted = _id(text)
    for thing in among:
        if thing.id == wanted:
            return thing
    raise NotOursError(text)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotOursError(text) from error


# The filters as a form shows them.


Option = tuple[str, str]  # value, label


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter: a list with its chosen value; `is_wrong` when the one given was refused."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...]
    is_wrong: bool = False


def journey_choice(journeys: Sequence[JourneyName], chosen: JourneyInfo) -> Choice:
    options = tuple((str(journey.id), journey.name) for journey in journeys)
    return Choice("journey", _("Journey"), str(chosen.id), options)


def month_choice(
    name: str, label: str, value: str, since: str, until: str, more: Iterable[Option] = ()
) -> Choice:
    """Every month there is, newest first; a chosen one outside of them is added."""
    months = set(months_between(since, until)) | ({value} if value else set())
    options = [(month, month_short(month)) for month in sorted(months, reverse=True)]
    return Choice(name, label, value, (*more, *options))


def channel_choice(asked: Asked) -> Choice:
    options = [("", _("All channels")), *((name, channel_name(name)) for name in CHANNELS)]
    return Choice("channel", _("Channel"), asked.get("channel"), tuple(options))


def show_choice(asked: Asked) -> Choice:
    options = (("", _("As asked")), ("unhappy", _("Unhappy answers")))
    return Choice("show", _("Scores"), asked.get("show"), options)


def metric_choice(journey: JourneyInfo, chosen: str) -> Choice:
    keys = dict.fromkeys([*journey.metrics, chosen])
    options = tuple((key, metric_name(METRICS[key])) for key in keys)
    return Choice("metric", _("Metric"), chosen, options)


def stage_choice(journey: JourneyInfo, chosen: str) -> Choice:
    options = ((str(stage.id), stage.name) for stage in journey.stages if not stage.is_archived)
    return Choice("stage", _("Stage"), chosen, (("", _("All stages")), *options))


def touchpoint_choice(journey: JourneyInfo, stage: str, chosen: str) -> Choice:
    """The touchpoints of the stage looked at, or of all stages."""
    options = (
        (str(touchpoint.id), touchpoint.name)
        for place in journey.stages
        if stage in ("", str(place.id))
        for touchpoint in place.touchpoints
        if not touchpoint.is_archived
    )
    return Choice("touchpoint", _("Touchpoint"), chosen, (("", _("All touchpoints")), *options))
