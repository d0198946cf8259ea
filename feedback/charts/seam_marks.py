"""Seams as charts draw them: who asks a metric, and when it was asked anew."""

from collections.abc import Iterable

from feedback.charts.plot import Seam
from feedback.i18n import format_date
from feedback.i18n import gettext as _
from feedback.readings.journey import SeriesInfo, StageInfo, TouchpointInfo
from feedback.scoring.months import month_at

Place = tuple[StageInfo, TouchpointInfo | None]
Askers = list[tuple[TouchpointInfo, SeriesInfo]]  # who asks a metric, in which series


def askers(metric: str, touchpoints: Iterable[TouchpointInfo]) -> Askers:
    return [(t, s) for t in touchpoints for s in t.series if s.metric == metric]


def askers_at(metric: str, place: Place) -> Askers:
    """Those of one touchpoint, or of all in the stage."""
    stage, touchpoint = place
    return askers(metric, stage.touchpoints if touchpoint is None else (touchpoint,))


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
