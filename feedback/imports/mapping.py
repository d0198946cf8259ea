"""The mapping: what each column of somebody's CSV means, as docs/import.md tells it."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec


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
Lines = Annotated[int, msgspec.Meta(ge=0, le=1000)]
HeaderRows = Annotated[int, msgspec.Meta(ge=1, le=5)]


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
    other. submission: what rows of one answer share, of which the last counts; in place of id.
    respondent: who answered, by an id of yours; email: by their address. properties:
    columns; a table renames them; "*" is all others. separator, encoding, skip_lines and
    header_rows: how the file is laid out, where that is not found rightly. previews: true keeps
    a survey tool's own tests; a table says in which columns they are told by what.
    """

    time: str
    time_format: str | None = None
    id: str | None = None
    submission: str | None = None
    respondent: str | None = None
    email: str | None = None
    comment: str | None = None
    properties: tuple[str, ...] | dict[str, str] | Literal["*"] = ()
    separator: str | None = None
    encoding: str | None = None
    skip_lines: Lines | None = None
    header_rows: HeaderRows | None = None
    previews: bool | dict[str, int | str | tuple[int | str, ...]] = False

    @property
    def known_by(self) -> str | None:
        """The column that tells each row from every other, if there is one."""
        return self.id or self.submission

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
