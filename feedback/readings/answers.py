"""Which answers a number is made of: the list that a click on it opens.

A page says it of each number it prints, in the words of `responses.filters`: same months, place,
metric, channel and band. The list then counts as many as the number does.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback.readings.journey import JourneyInfo, Spot, StageInfo, TouchpointInfo
from feedback.responses.filters import answers_link
from feedback.surveys.seams import CURRENT, REPLACED

Place = Spot | StageInfo | TouchpointInfo | JourneyInfo
Filter = tuple[str, Any]
# What anonymous answers are told apart by: filters of whole cells (`responses.small_groups`).
CELLS = {"journey", "stage", "touchpoint", "survey", "series", "metric", "wording", "channel"}


@dataclass(frozen=True, slots=True)
class Answers:
    """So many answers, and the filters that list them. n: 0 where there is nothing to open.

    is_anonymous: some are of an anonymous survey, so they are listed by whole cells only.
    """

    n: int
    filters: tuple[Filter, ...]
    is_anonymous: bool = False

    @property
    def href(self) -> str:
        return answers_link(**dict(self.filters))

    def of(self, n: int, **filters: Any) -> "Answers":
        """A part of them; no list where that would be smaller than an anonymous survey shows."""
        if not self.n or (self.is_anonymous and not CELLS.issuperset(filters)):
            return NO_LIST
        return Answers(n, (*self.filters, *filters.items()), self.is_anonymous)


NO_LIST = Answers(0, ())


def answers_at(
    place: Place,
    months: Sequence[str],
    n: int,
    *,
    metric: str = "",
    channel: str = "",
    apart: int = 0,
    **more: Any,
) -> Answers:
    """The answers of a place in a metric and these months, from the first to the last.

    apart: how many of the same months were given to a wording that was replaced by then, and are
    not in the number; the filter that leaves them out is named only where there are some.

    >>> stage = StageInfo(uuid.UUID(int=1), "Checkout", None, None, False, ())
    >>> found = answers_at(Spot(stage, None), ["2026-09", "2026-10"], 318, metric="nps")
    >>> found.n, dict(found.filters)["since"], dict(found.filters)["until"]
    (318, '2026-09', '2026-10')
    >>> dict(answers_at(stage, ["2026-10"], 20, metric="nps", apart=4).filters)["wording"]
    'current'
    """
    asked = {"metric": metric, "channel": channel, "since": months[0], "until": months[-1]}
    wording = {"wording": CURRENT} if apart else {}
    given = {**_named(place), **asked, **wording}
    filters = tuple((name, value) for name, value in given.items() if value)
    parts = {name: value for name, value in more.items() if value}
    return Answers(n, filters, is_anonymous_at(place)).of(n, **parts)


def replaced_at(place: Place, month: str, n: int, **more: Any) -> Answers:
    """What a wording still got in the month it was replaced in."""
    return answers_at(place, [month], n, wording=REPLACED, **more)


def is_anonymous_at(place: Place) -> bool:
    """Whether some answers there are of an anonymous survey: no part of them is listed by what
    they say."""
    return any(touchpoint.is_anonymous for touchpoint in _touchpoints(place))


def _touchpoints(place: Place) -> Sequence[TouchpointInfo]:
    if isinstance(place, TouchpointInfo):
        return (place,)
    if isinstance(place, JourneyInfo):
        return [touchpoint for stage in place.stages for touchpoint in stage.touchpoints]
    return place.touchpoints


def _named(place: Place) -> dict[str, uuid.UUID]:
    if isinstance(place, Spot):
        return _named(place.place)
    if isinstance(place, StageInfo):
        return {"stage": place.id}
    return {"touchpoint" if isinstance(place, TouchpointInfo) else "journey": place.id}
