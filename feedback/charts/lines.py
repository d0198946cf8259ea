"""From monthly scores to the points of a line: what page, tile and table draw alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.changes.words import ChangeNote
from feedback.charts.geometry import SPARK, ChartData, draw
from feedback.charts.plot import Axis, Beside, Point, common_axis
from feedback.i18n import gettext as _
from feedback.readings.months import Window
from feedback.readings.scores import Line
from feedback.scoring import Metric, Score
from feedback.wording import month_name, scale_of, write_score


@dataclass(frozen=True, slots=True)
class TrendPanel:
    """One chart. formula: how the score of the readout is computed."""

    id: str
    name: str
    readout: str
    chart: ChartData
    wide_chart: ChartData | None
    change: ChangeNote | None = None
    formula: str = ""


def line_of(monthly: Line, metric: Metric, window: Window, *, worded: bool) -> list[Point]:
    """One point a month; hidden scores are gaps. Words cost time: tiles go without."""
    return [
        _point(month, monthly.get(month), metric, window, worded=worded) for month in window.months
    ]


def _point(
    month: str, score: Score | None, metric: Metric, window: Window, *, worded: bool
) -> Point:
    if score is None or score.score is None or score.display == "hidden":
        return Point(month, None, None, None, "")
    return Point(
        month=month,
        value=score.score,
        low=score.low,
        high=score.high,
        label=_label(month, score, metric) if worded else "",
        is_few=score.display == "few",
        is_running=month == window.running,
        is_chosen=month == window.chosen,
    )


def _label(month: str, score: Score, metric: Metric) -> str:
    words = {"month": month_name(month), "score": write_score(score, metric).sentence}
    return _("%(month)s: %(score)s") % words


def axis_for(
    series: Sequence[Sequence[Point]],
    metric: Metric,
    targets: Sequence[float] = (),
    *,
    has_ticks: bool = True,
) -> Axis:
    """A scale that all these lines of one metric share."""
    minimum, maximum = scale_of(metric)
    spans = {"net": 40.0, "top": 20.0, "mean": (maximum - minimum) / 4}
    return common_axis(
        series,
        minimum=minimum,
        maximum=maximum,
        least_span=spans[metric.headline],
        targets=targets,
        has_ticks=has_ticks,
    )


def sparkline(
    monthly: Line,
    metric: Metric,
    window: Window,
    *,
    title: str,
    target: float | None,
    beside: Beside,
) -> ChartData:
    """The small line of a tile, on a scale of its own."""
    points = line_of(monthly, metric, window, worded=False)
    targets = [] if target is None else [target]
    return draw(
        points,
        title=title,
        axis=axis_for([points], metric, targets, has_ticks=False),
        box=SPARK,
        beside=beside,
        target=None if target is None else (target, ""),
    )
