"""Which answers a number is made of: the list that a click on it opens.

A page says it of each number it prints, in the words of `responses.filters`: same months, place,
metric, channel and band. The list then counts as many as the number does.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback.readings.journey import JourneyInfo, Spot, StageInfo, TouchpointInfo
from feedback.responses.listing import answers_link
from feedback.surveys.seams import CURRENT, REPLACED

Place = Spot | StageInfo | TouchpointInfo | JourneyInfo
Filter = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """So many answers, and the filters that list them. n: 0 where there is nothing to open."""

    n: int
    filters: tuple[Filter, ...]

    @property
    def href(self) -> str:
        return answers_link(**dict(self.filters))

    def of(self, n: int, **filters: Any) -> "Answers":
        """A part of them."""
        if not self.n:
            return self
        return Answers(n, (*self.filters, *filters.items()))


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
    given = {**_named(place), **asked, **wording, **more}
    return Answers(n, tuple((name, value) for name, value in given.items() if value))


def replaced_at(place: Place, month: str, n: int, **more: Any) -> Answers:
    """What a wording still got in the month it was replaced in."""
    return answers_at(place, [month], n, wording=REPLACED, **more)


def _named(place: Place) -> dict[str, uuid.UUID]:
    if isinstance(place, Spot):
        return _named(place.place)
    if isinstance(place, StageInfo):
        return {"stage": place.id}
    return {"touchpoint" if isinstance(place, TouchpointInfo) else "journey": place.id}
