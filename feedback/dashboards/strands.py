"""The lines of the trends page as they are read, before anything is drawn or worded."""

from collections.abc import Iterable
from dataclasses import dataclass

from feedback.changes.coming import Coming
from feedback.changes.find import Told
from feedback.charts.lines import Askers, Seam, askers_at, seam_marks
from feedback.dashboards.read import YEAR, Counts, changes_of
from feedback.readings.journey import Spot
from feedback.readings.scores import POOLED, Line, Lines, Window, pooled_line
from feedback.scoring import FEW_BELOW, Score
from feedback.scoring.months import shift
from feedback.surveys.seams import REPLACED


@dataclass(frozen=True, slots=True)
class Strand:
    """One line of the page: a stage, or a touchpoint of the stage looked at.

    pooled: its last three months. apart: what a wording still got in the month it was replaced.
    told: what is known of its changes; is_watched: changes are looked for in this metric here.
    coming: where its running month would usually lie, over all channels; coming_from: the month
    from which that will be known.
    """

    spot: Spot
    target: float | None
    seams: tuple[Seam, ...]
    line: Line
    pooled: Line
    apart: Line
    told: Told | None
    is_watched: bool
    coming: Coming | None = None
    coming_from: str = ""

    def made_of(self) -> tuple[object, ...]:
        """All that it is, so that what is drawn of it can be kept."""
        return (
            *(*self.spot, self.target, self.seams, self.told, self.is_watched),
            *(self.coming, self.coming_from),
            *(self.line or None, self.apart or None, self.pooled or None),  # one object a line
        )

    def cell(self, month: str) -> tuple[object, ...]:
        """All that a month of it is: the place, its numbers, and what of its last three months is
        left out of them."""
        left_out = tuple(self.apart.get(shift(month, -back)) for back in range(POOLED))
        return (*self.spot, self.seams, self.line.get(month), self.pooled.get(month), *left_out)

    def told_month(self, window: Window) -> str:
        """The last complete month shown that has a score, else the running one; blank if none."""
        known = [month for month in window.months if _is_known(self.line.get(month))]
        complete = [month for month in known if month != window.running]
        return next(reversed(complete or known), "")

    def year_before(self, month: str) -> Score | None:
        """The same month a year before: where the same was asked, and 30 answers or more came."""
        return year_before(self.line, month, self.seams)


def year_before(line: Line, month: str, seams: Iterable[Seam]) -> Score | None:
    """The score a year before `month`: where the same was asked, and 30 answers or more came."""
    then = shift(month, -YEAR)
    score = line.get(then)
    if score is None or not score.has_number or score.n < FEW_BELOW:
        return None
    return None if any(then < seam.month <= month for seam in seams) else score


def _is_known(score: Score | None) -> bool:
    return score is not None and score.has_number


def read_strands(counts: Counts) -> tuple[Strand, ...]:
    """Every line of the page that has been asked the metric, in the order of the journey."""
    lines = counts.tally.lines(), counts.tally.lines(REPLACED)
    return tuple(
        _strand(counts, spot, asked, lines)
        for spot in _spots(counts)
        if (asked := askers_at(counts.metric.key, spot))
    )


def unasked(counts: Counts) -> list[str]:
    """The names of what is in view and does not ask this metric."""
    places = [spot.place for spot in _spots(counts) if not askers_at(counts.metric.key, spot)]
    return [place.name for place in places if not place.is_archived]


def _spots(counts: Counts) -> list[Spot]:
    """Where the lines in view are read: the stages, or touchpoints of the stage looked at."""
    stage, touchpoint = counts.focus.stage, counts.focus.touchpoint
    if stage is None:
        return [Spot(each, None) for each in counts.journey.stages]
    return [Spot(stage, each) for each in Spot(stage, touchpoint).touchpoints]


def _strand(counts: Counts, spot: Spot, asked: Askers, lines: tuple[Lines, Lines]) -> Strand:
    (stage, touchpoint), place, metric = spot, spot.place, counts.metric
    is_main = metric.key == (touchpoint.metrics[0] if touchpoint else stage.headline)
    seams, quarters = seam_marks(asked, counts.time_zone), counts.quarters(spot, metric.key)
    line, apart = (found.get((metric.key, str(place.id)), {}) for found in lines)
    told = changes_of(counts).at(spot, metric.key)
    # A line of one channel has no band, for it is watched over all of them; a page that ends in
    # the past shows no month that is to come.
    is_coming = shift(counts.looked_at, 1) in counts.window.months
    is_asked = any(not each.is_archived for each, _series in asked) and not place.is_archived
    has_band = told is not None and is_coming and is_asked and not counts.channel
    return Strand(
        spot=spot,
        target=place.target if is_main else None,
        seams=seams,
        line=line,
        pooled=pooled_line(line, [seam.month for seam in seams], metric, quarters),
        apart=apart,
        told=told,
        is_watched=is_main,
        coming=told.coming if told and has_band else None,
        coming_from=told.coming_from if told and has_band else "",
    )
