"""Which actions and notes stand on which line of a chart."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, time

from feedback.calendar.queries import Flag
from feedback.charts.plot import FlagDay
from feedback.i18n import format_date
from feedback.i18n import gettext as _
from feedback.readings.journey import StageInfo, TouchpointInfo


def flag_days(
    flags: Iterable[Flag], stage: StageInfo, touchpoint: TouchpointInfo | None
) -> tuple[FlagDay, ...]:
    """The flags of a line: those of the whole journey, of its stage, and of its touchpoints.

    touchpoint: None for the line of a stage, which has the flags of all its touchpoints.
    """
    places = {touchpoint.id} if touchpoint else {place.id for place in stage.touchpoints}
    return tuple(_flag_day(flag) for flag in flags if _concerns(flag, stage.id, places))


def _concerns(flag: Flag, stage: uuid.UUID, touchpoints: set[uuid.UUID]) -> bool:
    if flag.touchpoint_id is not None:
        return flag.touchpoint_id in touchpoints
    return flag.stage_id in (None, stage)


def _flag_day(flag: Flag) -> FlagDay:
    noon = datetime.combine(flag.done_on, time(12), UTC)
    words = {"day": format_date(noon, "UTC"), "title": flag.title}
    return FlagDay(flag.done_on, _("%(day)s: %(title)s") % words, f"/actions/{flag.id}")
