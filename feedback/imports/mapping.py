"""The mapping file: what each column of somebody's CSV means, read from TOML and checked whole.

====================  ==========================================================
``read_mapping``      a TOML file -> MappingFile, or one sentence on what is wrong
``MappingFile``       workspace, journey, rows, ratings: as docs/import.md tells it
====================  ==========================================================
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.check import check_mapping


class WorkspacePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The workspace that an import into an empty database makes; the zone of its plain times."""

    name: str
    time_zone: str
    language: str = "en"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


Target = Annotated[float, msgspec.Meta(ge=-100, le=100)]
Name = Annotated[str, msgspec.Meta(max_length=120)]
Words = Annotated[str, msgspec.Meta(max_length=300)]


class TouchpointPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    place: str = "other"
    target: Target | None = None
    owner: Name = ""


class StagePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`headline` is the key of the metric that heads the stage on the board."""

    name: str
    headline: str | None = None
    target: Target | None = None
    touchpoints: tuple[TouchpointPart, ...] = ()


class JourneyPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str
    stages: tuple[StagePart, ...]


class RowsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What each row says beside its ratings.

    time: a column, or a template such as "2017-05-{INTDATE}". id: what tells this row from every
    other. respondent: who answered. properties: columns; a table renames them; "*" is all others.
    """

    time: str
    time_format: str | None = None
    id: str | None = None
    respondent: str | None = None
    comment: str | None = None
    properties: tuple[str, ...] | dict[str, str] | Literal["*"] = ()

    @property
    def time_columns(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{([^{}]+)\}", self.time)) or (self.time,)


class ByRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A touchpoint or metric that a column names row by row; `values` translates its words."""

    column: str
    values: dict[str, str] = {}


class RatingPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One column of ratings: where they were asked, on which scale, what stands for no answer.

    overall: it was asked about the whole journey.
    """

    column: str
    touchpoint: str | ByRow
    metric: str | ByRow
    stage: str | None = None
    survey: Name | None = None
    comment: str | None = None
    missing: tuple[int | str, ...] = ()
    labels: dict[str, int] = {}
    question: Words | dict[str, Words] | None = None
    when: dict[str, int | str | tuple[int | str, ...]] = {}
    overall: bool = False


class MappingFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    workspace: WorkspacePart
    journey: JourneyPart
    rows: RowsPart
    ratings: tuple[RatingPart, ...]

    def stage_of(self, touchpoint: str) -> str | None:
        """The stage that lists this touchpoint, by the journey or by a rating."""
        for stage in self.journey.stages:
            if any(listed.name == touchpoint for listed in stage.touchpoints):
                return stage.name
        placed = (r.stage for r in self.ratings if r.touchpoint == touchpoint and r.stage)
        return next(placed, None)


def read_mapping(path: Path) -> MappingFile:
    """The checked mapping. Raises FeedbackError with the place and what would be right."""
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FeedbackError(f"{path.name}, line {line}: it is not UTF-8 text.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FeedbackError(f"{path.name} is not valid TOML: {error}.") from error
    if "\\u0000" in json.dumps(data, default=str):
        raise FeedbackError(f"{path.name}: a text in it holds a NUL character.")
    try:
        mapping = msgspec.convert(data, MappingFile)
    except msgspec.ValidationError as error:
        raise FeedbackError(f"{path.name}: {_in_words(str(error), data)}.") from error
    if wrong := check_mapping(mapping):
        raise FeedbackError(f"{path.name}: {wrong}.")
    return mapping


def _in_words(said: str, data: dict[str, Any]) -> str:
    """msgspec's "... - at `$.ratings[2].metric`" told in the words of the file."""
    text, _, place = said.partition(" - at ")
    place = place.strip("`").removeprefix("$").removeprefix(".")
    numbered = re.match(r"ratings\[(\d+)\]", place)
    if numbered:
        entry = data["ratings"][int(numbered[1])]
        column = entry.get("column") if isinstance(entry, dict) else None
        named = f" ({column})" if isinstance(column, str) else ""
        place = place.replace(numbered[0], f"[[ratings]] number {int(numbered[1]) + 1}{named}", 1)
    return f"{place}: {text.replace('`', '')}" if place else text.replace("`", "")
