"""The two five-stage journeys one can begin with: `starters.toml`, in two languages."""

import tomllib
from dataclasses import dataclass
from functools import cache

from feedback.resources import PACKAGE

STARTERS = ("recognition", "contact", "empty")


@dataclass(frozen=True, slots=True)
class StarterStage:
    """A stage with example touchpoints as (name, place)."""

    name: str
    touchpoints: tuple[tuple[str, str], ...]


Starter = tuple[StarterStage, ...]


@cache
def starter(key: str, language: str) -> Starter:
    """The stages of a starter in this language, in English when it has none."""
    file = PACKAGE / "editor" / "journeys" / "starters.toml"
    languages = tomllib.loads(file.read_text(encoding="utf-8")).get(key, {"en": []})
    stages = languages.get(language, languages["en"])
    return tuple(
        StarterStage(stage["name"], tuple((name, place) for name, place in stage["touchpoints"]))
        for stage in stages
    )
