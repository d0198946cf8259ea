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
    """One place of the list; `depth` 0 is the journey, 1 a stage, 2 a touchpoint."""

    key: str
    label: str
    depth: int
    place: PlaceIn


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    journey: str
    choices: tuple[PlaceChoice, ...]


def place_groups(trees: Sequence[JourneyTree], kept: PlaceIn | None = None) -> list[PlaceGroup]:
    """Every place in use by journey, and the one an action already has."""
    return [
        PlaceGroup(tree.journey.name, choices)
        for tree in trees
        if (choices := tuple(each for each in _choices(tree) if _is_offered(tree, each, kept)))
    ]


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


def _choices(tree: JourneyTree) -> list[PlaceChoice]:
    whole = PlaceIn(tree.journey.id)
    found = [PlaceChoice(whole.key, _("The whole journey"), 0, whole)]
    for each in tree.stages:
        stage = PlaceIn(tree.journey.id, each.stage.id)
        found.append(PlaceChoice(stage.key, each.stage.name, 1, stage))
        for touchpoint in each.touchpoints:
            place = PlaceIn(tree.journey.id, None, touchpoint.id)
            found.append(PlaceChoice(place.key, touchpoint.name, 2, place))
    return found


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
        if key in {choice.key for choice in _choices(tree)}:
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
