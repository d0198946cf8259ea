"""Trends: one metric month by month, a panel for each stage or touchpoint, and a table."""

from dataclasses import dataclass

from feedback.changes.find import Told
from feedback.changes.watched import line_key
from feedback.charts.lines import Askers, Seam, askers, askers_at, seam_marks
from feedback.dashboards.read import Counts, changes_of
from feedback.readings.journey import Spot, StageInfo, TouchpointInfo
from feedback.readings.scores import REPLACED, Line, Lines, pooled_line


def rows_by(counts: Counts) -> tuple[str, ...]:
    """The rows of the page and of its files."""
    return ("month", "stage") if counts.focus.stage is None else ("month", "stage", "touchpoint")


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the page: a stage, or a touchpoint of the stage looked at.

    pooled: its last three months. apart: what a wording still got in the month it was replaced.
    told: what is known of its changes; is_watched: changes are looked for in this metric here.
    """

    stage: StageInfo
    touchpoint: TouchpointInfo | None
    target: float | None
    seams: tuple[Seam, ...]
    line: Line
    pooled: Line
    apart: Line
    told: Told | None
    is_watched: bool

    @property
    def id(self) -> str:
        return str((self.touchpoint or self.stage).id)

    @property
    def name(self) -> str:
        return (self.touchpoint or self.stage).name

    def made_of(self) -> tuple[object, ...]:
        """All that it is, so that what is drawn of it can be kept."""
        lines = (self.line, self.pooled, self.apart)
        return (
            *(self.stage, self.touchpoint, self.target, self.seams, self.told, self.is_watched),
            *(tuple(line) for line in lines),
            *(score for line in lines for score in line.values()),
        )


def read_strands(counts: Counts) -> tuple[Strand, ...]:
    """Every line of the page that has been asked the metric, in the order of the journey."""
    stage = counts.focus.stage
    lines = counts.tally.lines(), counts.tally.lines(REPLACED)
    if stage is None:
        spots = [Spot(stage, None) for stage in counts.journey.stages]
    else:
        wanted = counts.focus.touchpoint
        spots = [Spot(stage, each) for each in Spot(stage, wanted).touchpoints]
    return tuple(
        _strand(counts, spot, asked, lines)
        for spot in spots
        if (asked := askers_at(counts.metric.key, spot))
    )


def _strand(counts: Counts, spot: Spot, asked: Askers, lines: tuple[Lines, Lines]) -> Strand:
    (stage, touchpoint), metric = spot, counts.metric
    id = str((touchpoint or stage).id)
    is_main = metric.key == (touchpoint.metrics[0] if touchpoint else stage.headline)
    seams = seam_marks(asked, counts.time_zone)
    line, apart = (found.get((metric.key, id), {}) for found in lines)
    return Strand(
        stage=stage,
        touchpoint=touchpoint,
        target=(touchpoint or stage).target if is_main else None,
        seams=seams,
        line=line,
        pooled=pooled_line(line, [seam.month for seam in seams], metric),
        apart=apart,
        told=changes_of(counts).by_key.get(line_key(spot, metric.key)),
        is_watched=is_main,
    )


def unasked(counts: Counts) -> list[str]:
    """The names of what is in view and does not ask this metric."""
    stage = counts.focus.stage
    if stage is None:
        return [
            place.name
            for place in counts.journey.stages
            if not place.is_archived and not askers(counts.metric.key, place.touchpoints)
        ]
    return [
        place.name
        for place in stage.touchpoints
        if not place.is_archived
        and counts.focus.touchpoint in (None, place)
        and not askers(counts.metric.key, [place])
    ]
