"""What the form of an action offers: the places of every journey, and languages for customers."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from feedback.actions.schemas import PlaceIn
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo
from feedback.surveys.texts import language_name


class WrongPlaceError(ValueError):
    """The address names places that do not belong together; the message is for the reader."""


# By heading, a journey as a whole or a stage with its touchpoints: places with their names.
PlaceGroups = list[tuple[str, list[tuple[PlaceIn, str]]]]


def place_groups(journeys: Sequence[JourneyInfo], kept: PlaceIn | None = None) -> PlaceGroups:
    """Every place in use, stage by stage, and the one an action already has."""
    groups = []
    for journey in journeys:
        for heading, places in _groups(journey):
            offered = [each for each in places if _is_offered(journey, each[0], kept)]
            if offered:
                groups.append((heading, offered))
    return groups


def _is_offered(journey: JourneyInfo, place: PlaceIn, kept: PlaceIn | None) -> bool:
    if kept is not None and place.key == kept.key:
        return True
    stages = {stage.id for stage in journey.active}
    touchpoints = {each.id for each in journey.active_touchpoints}
    return (
        not journey.is_archived
        and place.stage_id in (None, *stages)
        and place.touchpoint_id in (None, *touchpoints)
    )


def _groups(journey: JourneyInfo) -> PlaceGroups:
    groups = [(journey.name, [(PlaceIn(journey.id), _("The whole journey"))])]
    for stage in journey.stages:
        whole = _("%(stage)s, the whole stage") % {"stage": stage.name}
        places = [(PlaceIn(journey.id, stage.id), whole)]
        places += [(PlaceIn(journey.id, None, t.id), t.name) for t in stage.touchpoints]
        groups.append((f"{journey.name} › {stage.name}", places))
    return groups


def places_by_key(groups: PlaceGroups) -> dict[str, PlaceIn]:
    return {place.key: place for _heading, places in groups for place, _name in places}


def wanted_place(journeys: Sequence[JourneyInfo], asked: Mapping[str, str]) -> str:
    """The key of the place that the address asks for by journey, stage or touchpoint, else "".

    Raises LookupError for an id that is not there, WrongPlaceError when they do not fit.
    """
    chosen = ""
    homes = []
    for name in ("journey", "stage", "touchpoint"):
        if text := asked.get(name, ""):
            chosen = f"{name}:{uuid.UUID(text)}" if _is_id(text) else ""
            homes.append(_home(journeys, chosen))
    if len(set(homes)) > 1:
        raise WrongPlaceError(_("That is part of another journey. Choose where it was done."))
    return chosen


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _home(journeys: Sequence[JourneyInfo], key: str) -> uuid.UUID:
    for journey in journeys:
        if key in places_by_key(_groups(journey)):
            return journey.id
    raise LookupError(key)


def public_languages(
    texts: Mapping[uuid.UUID, Mapping[str, Any]], kept: Mapping[str, Any], first: str
) -> dict[str, str]:
    """The languages a public sentence may be written in, with their names: the team's own first,
    then ours, then those of its surveys."""
    spoken = sorted({code for by_code in texts.values() for code in by_code})
    codes = dict.fromkeys([first, *LOCALES, *spoken, *kept])
    return {code: language_name(code) for code in codes}
