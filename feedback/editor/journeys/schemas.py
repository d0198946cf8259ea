"""What the journey, stage and touchpoint forms send, checked field by field."""

import uuid
from dataclasses import dataclass
from typing import Any

from feedback.editor.journeys.starters import STARTERS
from feedback.i18n import gettext as _
from feedback.journeys.models import PLACES
from feedback.scoring import METRICS
from feedback.web.forms import Form, FormReader
from feedback.wording import metric_name, scale_of, write_number


@dataclass(frozen=True, slots=True)
class JourneyIn:
    """`kept` names the touchpoints of the starter that are wanted, as (stage, touchpoint)."""

    name: str
    starter: str = "empty"
    kept: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class StageIn:
    name: str
    headline_metric: str | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class TouchpointIn:
    name: str
    place: str
    stage_id: uuid.UUID
    owner: str = ""
    target: float | None = None


def read_journey(data: Any) -> Form[JourneyIn]:
    reader = FormReader(data)
    name = reader.line("name", missing=_("Give the journey a name."))
    chosen = reader.choice("starter", STARTERS, "empty")
    return reader.result(JourneyIn(name, chosen, _kept(reader)))


def read_stage(data: Any) -> Form[StageIn]:
    reader = FormReader(data)
    name = reader.line("name", missing=_("Give the stage a name."))
    metric = reader.choice("headline_metric", ("", *METRICS)) or None
    target = reader.number("target")
    if target is not None and metric is None:
        reader.fail("target", _("Choose the headline metric that this target is for."))
    _check_target(reader, target, metric)
    return reader.result(StageIn(name, metric, target))


def read_touchpoint(
    data: Any, *, stages: set[uuid.UUID], stage_id: uuid.UUID, metric: str | None
) -> Form[TouchpointIn]:
    """`stages` may be chosen, `stage_id` if none is; `metric` is asked there and read by target."""
    reader = FormReader(data)
    name = reader.line("name", missing=_("Give the touchpoint a name."))
    place = reader.choice("place", PLACES, "site")
    owner = reader.line("owner")
    target = reader.number("target")
    if target is not None and metric is None:
        reader.fail("target", _("Nothing is asked here yet. Create a survey first."))
    _check_target(reader, target, metric)
    allowed = {str(stage): stage for stage in stages}
    chosen = reader.choice("stage_id", allowed, str(stage_id))
    return reader.result(TouchpointIn(name, place, allowed.get(chosen, stage_id), owner, target))


def read_direction(data: Any) -> int:
    """-1 to go up, 1 to go down, 0 when neither was asked for."""
    return {"up": -1, "down": 1}.get(FormReader(data).raw("direction"), 0)


def _check_target(reader: FormReader, target: float | None, metric: str | None) -> None:
    if target is None or metric is None:
        return
    low, high = scale_of(METRICS[metric])
    if not low <= target <= high:
        problem = _("%(metric)s lies between %(low)s and %(high)s.") % {
            "metric": metric_name(METRICS[metric]),
            "low": write_number(low, METRICS[metric]),
            "high": write_number(high, METRICS[metric]),
        }
        reader.fail("target", problem)


def _kept(reader: FormReader) -> frozenset[tuple[int, int]]:
    pairs = (value.split(".") for value in reader.all("touchpoint"))
    return frozenset(
        (int(pair[0]), int(pair[1]))
        for pair in pairs
        if len(pair) == 2 and all(part.isdecimal() and len(part) < 3 for part in pair)
    )
