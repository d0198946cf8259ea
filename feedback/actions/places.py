"""Where an action was taken: a touchpoint, a stage or a whole journey, and what is asked there."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.calendar.models import Action
from feedback.calendar.queries import Flag
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo, SeriesInfo, StageInfo, TouchpointInfo
from feedback.scoring import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Reach:
    """No touchpoint: all of the stage. No stage either: the whole journey."""

    journey: JourneyInfo
    stage: StageInfo | None
    touchpoint: TouchpointInfo | None

    @property
    def name(self) -> str:
        """Just the place: its journey is named beside it."""
        if self.touchpoint is not None:
            return self.touchpoint.name
        if self.stage is not None:
            return _("%(stage)s, the whole stage") % {"stage": self.stage.name}
        return _("The whole journey")

    def covers(self, other: "Reach") -> bool:
        """Whether what was done at `other` touches what is read here."""
        if self.journey.id != other.journey.id:
            return False
        if None in (self.stage, other.stage):
            return True
        same = self.stage is other.stage
        if None in (self.touchpoint, other.touchpoint):
            return same
        return self.touchpoint is other.touchpoint


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One line that is read: where, and by which series of one metric; the name is for a reader.

    around: every series there, whatever its metric: what may have replaced one of them. in_use:
    those of touchpoints that are not archived. place: what the name is of.
    """

    id: uuid.UUID
    name: str
    metric: Metric
    series: tuple[SeriesInfo, ...]
    around: tuple[SeriesInfo, ...]
    in_use: tuple[SeriesInfo, ...] = ()
    place: StageInfo | TouchpointInfo | None = None


def place_of(action: Action | Flag, journey: JourneyInfo) -> Reach:
    """The place of an action on its journey, as it stands today."""
    for stage in journey.stages:
        for touchpoint in stage.touchpoints:
            if touchpoint.id == action.touchpoint_id:
                return Reach(journey, stage, touchpoint)
        if action.touchpoint_id is None and stage.id == action.stage_id:
            return Reach(journey, stage, None)
    return Reach(journey, None, None)


def asked_at(place: Reach) -> list[list[AskedLine]]:
    """The lines to read there: each a list of ways to read it, the usual one first.

    A touchpoint is read by its newest metric, or by an older one that was asked at the time; a
    stage by its headline; a journey by the headlines of its stages.
    """
    if place.touchpoint is not None:
        touchpoint = place.touchpoint
        ways = [_asked(place, touchpoint, [touchpoint], each) for each in touchpoint.metrics]
        return [ways] if ways else []
    stages = [place.stage] if place.stage is not None else place.journey.stages
    return [
        [_asked(place, stage, stage.touchpoints, stage.headline)]
        for stage in stages
        if stage.headline and (place.stage is not None or not stage.is_archived)
        if stage.headline in stage.metrics
    ]


def _asked(
    place: Reach,
    part: StageInfo | TouchpointInfo,
    touchpoints: Sequence[TouchpointInfo],
    metric: str,
) -> AskedLine:
    around = tuple(series for touchpoint in touchpoints for series in touchpoint.series)
    series = tuple(each for each in around if each.metric == metric)
    whole = (place.journey, place.stage or part)
    used = () if any(each.is_archived for each in whole) else touchpoints
    in_use = tuple(each for point in used if not point.is_archived for each in point.series)
    return AskedLine(part.id, part.name, METRICS[metric], series, around, in_use, part)
