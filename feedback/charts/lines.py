"""What a line is made of before it has a place: months, seams, flags, and the common scale."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import ceil, floor, log10

from feedback.calendar.queries import Flag
from feedback.changes.find import Told
from feedback.i18n import current_locale, format_date
from feedback.i18n import gettext as _
from feedback.memory import memory
from feedback.readings.answers import Answers
from feedback.readings.journey import SeriesInfo, Spot, TouchpointInfo
from feedback.readings.scores import Line, Window
from feedback.scoring import Metric, Score
from feedback.scoring.months import month_at
from feedback.wording import month_name, month_short, month_tick, scale_of, write_score

POINT = 300  # bytes, about


@dataclass(frozen=True, slots=True)
class Point:
    """One month: value, low and high in headline units; no value is a gap. `label` says it all.

    answers: what it is made of, where a click on it opens them.
    """

    month: str
    value: float | None
    low: float | None
    high: float | None
    label: str
    is_few: bool = False
    is_running: bool = False
    is_chosen: bool = False
    answers: Answers | None = None


@dataclass(frozen=True, slots=True)
class Seam:
    """A new series began in this month: what is before and after was not asked alike."""

    month: str
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The vertical scale that several panels share, in headline units."""

    low: float
    high: float
    ticks: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FlagDay:
    """Something was done on this day: its words and the page that tells of it."""

    day: date
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class ComingBand:
    """Where a month that is not over would usually lie, in headline units."""

    month: str
    low: float
    high: float
    label: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A change that is told of a line: the month it began in, and `better` or `worse`."""

    month: str
    verdict: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What is drawn beside the line of months.

    pooled: the light second line, a value a month, None for a gap. apart: answers to a wording
    that was replaced in their month. coming: the band of the month that runs.
    turn: how the series changed, so that it alone is drawn in colour.
    """

    pooled: Sequence[float | None] = ()
    apart: Sequence[Point] = ()
    seams: Sequence[Seam] = ()
    flags: Sequence[FlagDay] = ()
    coming: ComingBand | None = None
    turn: Turn | None = None


def turn_of(told: Told | None) -> Turn | None:
    """What is drawn of a change that is told of a line; None without one."""
    if told is None or told.change is None:
        return None
    change = told.change
    verdict = "better" if change.is_better(told.line.metric) else "worse"
    return Turn(change.began, verdict, change.is_up)


def line_of(monthly: Line, metric: Metric, window: Window, *, worded: bool) -> list[Point]:
    """One point a month; hidden scores are gaps. Words cost time: tiles go without."""
    return [
        _point(month, monthly.get(month), metric, window, worded=worded) for month in window.months
    ]


def points_of(line: Line, metric: Metric, window: Window) -> Sequence[Point]:
    """The points of a line without words, kept: for an axis that any line may move."""
    return memory.keep_of(
        "points",
        (metric.key, tuple(window.months), window.running, window.chosen, line),
        lambda: line_of(line, metric, window, worded=False),
        lambda points: POINT * len(points),
    )


def _point(
    month: str, score: Score | None, metric: Metric, window: Window, *, worded: bool
) -> Point:
    if score is None or not score.has_number:
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


def month_labels(months: Sequence[str]) -> Callable[[str], str]:
    """How the months under a line are written: with their year where no January tells it."""
    return month_tick if any(month.endswith("-01") for month in months) else month_short


def line_title(name: str, window: Window) -> str:
    return _("%(name)s, month by month from %(first)s to %(last)s") % {
        "name": name,
        "first": month_name(window.months[0]),
        "last": month_name(window.months[-1]),
    }


def _label(month: str, score: Score, metric: Metric) -> str:
    made_of = (current_locale(), month, metric.key, score)
    return memory.keep_of("label", made_of, lambda: _written(month, score, metric), len)


def _written(month: str, score: Score, metric: Metric) -> str:
    words = {"month": month_name(month), "score": write_score(score, metric).sentence}
    return _("%(month)s: %(score)s") % words


Askers = list[tuple[TouchpointInfo, SeriesInfo]]  # who asks a metric, in which series


def askers(metric: str, touchpoints: Iterable[TouchpointInfo]) -> Askers:
    return [(t, s) for t in touchpoints for s in t.series if s.metric == metric]


def askers_at(metric: str, spot: Spot) -> Askers:
    return askers(metric, spot.touchpoints)


def seam_marks(asked: Askers, time_zone: str) -> tuple[Seam, ...]:
    """A seam wherever a survey asks the metric anew: its wording or scale has changed."""
    seen, seams = set(), []
    for touchpoint, series in sorted(asked, key=lambda pair: pair[1].opened_at):
        if series.survey_id in seen:
            day = format_date(series.opened_at, time_zone)
            words = {"touchpoint": touchpoint.name, "day": day}
            label = _("%(touchpoint)s: asked anew since %(day)s") % words
            seams.append(Seam(month_at(series.opened_at, time_zone), label))
        seen.add(series.survey_id)
    return tuple(seams)


def flag_days(flags: Iterable[Flag], spot: Spot) -> tuple[FlagDay, ...]:
    """The flags of a line: those of the whole journey, of its stage, and of its touchpoints."""
    touchpoints = {touchpoint.id for touchpoint in spot.touchpoints}
    return tuple(_flag_day(flag) for flag in flags if _concerns(flag, spot.stage.id, touchpoints))


def _concerns(flag: Flag, stage: uuid.UUID, touchpoints: set[uuid.UUID]) -> bool:
    if flag.touchpoint_id is not None:
        return flag.touchpoint_id in touchpoints
    return flag.stage_id in (None, stage)


def _flag_day(flag: Flag) -> FlagDay:
    noon = datetime.combine(flag.done_on, time(12), UTC)
    words = {"day": format_date(noon, "UTC"), "title": flag.title}
    return FlagDay(flag.done_on, _("%(day)s: %(title)s") % words, f"/actions/{flag.id}")


# The scale.


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


def common_axis(
    series: Iterable[Sequence[Point]],
    *,
    minimum: float,
    maximum: float,
    least_span: float,
    targets: Iterable[float] = (),
    has_ticks: bool = True,
) -> Axis:
    """One scale for all panels: every score and sure interval fits, small noise is not blown up."""
    values = [v for points in series for point in points for v in _extent(point)]
    values += list(targets)
    if not values:
        values = [minimum, maximum]
    low, high = max(min(values), minimum), min(max(values), maximum)
    spare = max(least_span - (high - low), 0.0) / 2
    low, high = _inside(low - spare, high + spare, minimum, maximum)
    if not has_ticks:
        return Axis(low, high, ())
    step = _nice_step(high - low)
    low, high = max(floor(low / step) * step, minimum), min(ceil(high / step) * step, maximum)
    first = ceil(low / step)
    ticks = tuple(round(n * step, 6) for n in range(first, floor(high / step + 1e-9) + 1))
    return Axis(low, high, ticks)


def _extent(point: Point) -> list[float]:
    if point.value is None:
        return []
    if point.is_few or point.is_running or point.low is None or point.high is None:
        return [point.value]
    return [point.value, point.low, point.high]


def _inside(low: float, high: float, minimum: float, maximum: float) -> tuple[float, float]:
    """Shift a range that passes an end of the scale back inside, keeping its length if it fits."""
    if low < minimum:
        low, high = minimum, min(high + minimum - low, maximum)
    if high > maximum:
        low, high = max(low - (high - maximum), minimum), maximum
    return low, high


def _nice_step(span: float, wanted: int = 4) -> float:
    rough = span / wanted
    power: float = 10.0 ** floor(log10(rough))
    return next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= rough - 1e-9)
