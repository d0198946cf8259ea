"""The filters of a dashboard as its form shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from feedback.i18n import gettext as _
from feedback.readings.filters import Asked
from feedback.readings.journey import JourneyInfo, JourneyName
from feedback.responses.models import CHANNELS
from feedback.scoring import METRICS
from feedback.scoring.months import months_between
from feedback.wording import channel_name, metric_name, month_short

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
