"""What the form of an action offers: the places of every journey, and languages for customers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from feedback.actions.schemas import PlaceIn
from feedback.i18n import LOCALES
from feedback.i18n import gettext as _
from feedback.journeys.queries import JourneyTree
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


def place_groups(trees: Sequence[JourneyTree], kept: PlaceIn | None = None) -> list[PlaceGroup]:
    """Every place in use, stage by stage, and the one an action already has."""
    groups = []
    for tree in trees:
        for group in _groups(tree):
            offered = tuple(each for each in group.choices if _is_offered(tree, each, kept))
            if offered:
                groups.append(PlaceGroup(group.label, offered))
    return groups


def _is_offered(tree: JourneyTree, choice: PlaceChoice, kept: PlaceIn | None) -> bool:
    if kept is not None and choice.key == kept.key:
        return True
    stages = {each.stage.id for each in tree.active}
    touchpoints = {each.id for each in tree.touchpoints}
    place = choice.place
    return (
        tree.journey.archived_at is None
        and place.stage_id in (None, *stages)
        and place.touchpoint_id in (None, *touchpoints)
    )


def _groups(tree: JourneyTree) -> list[PlaceGroup]:
    journey = tree.journey
    groups = [PlaceGroup(journey.name, (_choice(_("The whole journey"), PlaceIn(journey.id)),))]
    for each in tree.stages:
        whole = _("%(stage)s, the whole stage") % {"stage": each.stage.name}
        choices = [_choice(whole, PlaceIn(journey.id, each.stage.id))]
        choices += [_choice(t.name, PlaceIn(journey.id, None, t.id)) for t in each.touchpoints]
        groups.append(PlaceGroup(f"{journey.name} › {each.stage.name}", tuple(choices)))
    return groups


def _choice(label: str, place: PlaceIn) -> PlaceChoice:
    return PlaceChoice(place.key, label, place)


def places_by_key(groups: Sequence[PlaceGroup]) -> dict[str, PlaceIn]:
    return {choice.key: choice.place for group in groups for choice in group.choices}


def wanted_place(trees: Sequence[JourneyTree], asked: Mapping[str, str]) -> str:
    """The key of the place that the address asks for by journey, stage or touchpoint, else "".

    Raises LookupError for an id that is not there, WrongPlaceError when they do not fit.
    """
    chosen = ""
    homes = []
    for name in ("journey", "stage", "touchpoint"):
        if text := asked.get(name, ""):
            chosen = f"{name}:{uuid.UUID(text)}" if _is_id(text) else ""
            homes.append(_home(trees, chosen))
    if len(set(homes)) > 1:
        raise WrongPlaceError(_("That is part of another journey. Choose where it was done."))
    return chosen


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _home(trees: Sequence[JourneyTree], key: str) -> uuid.UUID:
    for tree in trees:
        if key in places_by_key(_groups(tree)):
            return tree.journey.id
    raise LookupError(key)


def public_languages(
    texts: Mapping[uuid.UUID, Mapping[str, Any]], kept: Mapping[str, Any], first: str
) -> dict[str, str]:
    """The languages a public sentence may be written in, with their names: the team's own first,
    then ours, then those of its surveys."""
    spoken = sorted({code for by_code in texts.values() for code in by_code})
    codes = dict.fromkeys([first, *LOCALES, *spoken, *kept])
    return {code: language_name(code) for code in codes}
