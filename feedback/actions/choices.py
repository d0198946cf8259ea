"""What the form of an action offers: the places of every journey, and languages for customers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.actions.schemas import PlaceIn
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.readings.journey import JourneyInfo
from feedback.surveys.texts import language_name


class WrongPlaceError(ValueError):
    """The address names places that do not belong together; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    key: str
    label: str
    place: PlaceIn


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """Choices under one heading: a journey as a whole, or a stage with its touchpoints."""

    label: str
    choices: tuple[PlaceChoice, ...]


def place_groups(journeys: Sequence[JourneyInfo], kept: PlaceIn | None = None) -> list[PlaceGroup]:
    """Every place in use, stage by stage, and the one an action already has."""
    groups = []
    for journey in journeys:
        for group in _groups(journey):
            offered = tuple(each for each in group.choices if _is_offered(journey, each, kept))
            if offered:
                groups.append(PlaceGroup(group.label, offered))
    return groups


def _is_offered(journey: JourneyInfo, choice: PlaceChoice, kept: PlaceIn | None) -> bool:
    if kept is not None and choice.key == kept.key:
        return True
    stages = {stage.id for stage in journey.active}
    touchpoints = {each.id for each in journey.active_touchpoints}
    place = choice.place
    return (
        not journey.is_archived
        and place.stage_id in (None, *stages)
        and place.touchpoint_id in (None, *touchpoints)
    )


def _groups(journey: JourneyInfo) -> list[PlaceGroup]:
    groups = [PlaceGroup(journey.name, (_choice(_("The whole journey"), PlaceIn(journey.id)),))]
    for stage in journey.stages:
        whole = _("%(stage)s, the whole stage") % {"stage": stage.name}
        choices = [_choice(whole, PlaceIn(journey.id, stage.id))]
        choices += [_choice(t.name, PlaceIn(journey.id, None, t.id)) for t in stage.touchpoints]
        groups.append(PlaceGroup(f"{journey.name} › {stage.name}", tuple(choices)))
    return groups


def _choice(label: str, place: PlaceIn) -> PlaceChoice:
    return PlaceChoice(place.key, label, place)


def places_by_key(groups: Sequence[PlaceGroup]) -> dict[str, PlaceIn]:
    return {choice.key: choice.place for group in groups for choice in group.choices}


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
