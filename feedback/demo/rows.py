"""The demo's answers as rows to store, in the order of time."""

import heapq
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING
from uuid import UUID

from feedback.demo.answers import COUNTRIES, DEVICES, PLANS, Answers, People
from feedback.responses.bulk_rows import Batch, NewResponse
from feedback.surveys.overall import COUNTED_MOST

if TYPE_CHECKING:
    import numpy as np

_BATCH = 10_000
# Months between two versions of the shop's site.
_RELEASED_EVERY = 4

Kinds = list[list[list[str]]]


@dataclass(frozen=True, slots=True)
class Homes:
    """Where the answers of each touchpoint go, by its key; `series` has one id a month."""

    months: Sequence[date]
    touchpoints: dict[str, UUID] = field(default_factory=dict)
    surveys: dict[str, UUID] = field(default_factory=dict)
    series: dict[str, list[UUID]] = field(default_factory=dict)


def batches(
    random: "np.random.Generator", answers: Sequence[Answers], people: People, homes: Homes
) -> Iterator[Batch]:
    """Every answer: rows that lie side by side are stored faster, so they come in time's order."""
    kinds = [[[_opened(c, d, p) for p, _ in PLANS] for d, _ in DEVICES] for c, _ in COUNTRIES]
    points = [_at_point(random, found, people, homes, kinds) for found in answers]
    rows = heapq.merge(*points, key=attrgetter("answered_at"))
    while batch := list(islice(rows, _BATCH)):
        yield Batch.of(batch)


def _at_point(
    random: "np.random.Generator", found: Answers, people: People, homes: Homes, kinds: Kinds
) -> Iterator[NewResponse]:
    point, key = found.point, people.key
    survey_id = homes.surveys[point.key].bytes
    series = [each.bytes for each in homes.series[point.key]]
    channels = [name for name, _ in point.channels]
    page = f"https://harbour-coffee.example/{point.key}"
    ends = [_closings(month) for month in range(len(homes.months))]
    said = _Said(homes.touchpoints)
    tails = random.bytes(26 * len(found.at))
    order = found.at.argsort(kind="stable")
    columns = (found.at, found.month, found.rating, found.channel, found.customer, found.variant)
    rows = zip(order.tolist(), *(column[order].tolist() for column in columns), strict=True)
    country, device, plan = people.country.tolist(), people.device.tolist(), people.plan.tolist()
    for number, (place, at, month, rating, channel, who, variant) in enumerate(rows):
        tail = tails[26 * number : 26 * number + 26]
        # A guest who meets the question on the site is nobody we know.
        is_known = plan[who] > 0 or channels[channel] == "email"
        yield NewResponse(
            survey_id=survey_id,
            series_id=series[month],
            id=_uuid7(at, tail[:10]),
            digest=tail[10:],
            rating=rating,
            answered_at=1000 * at,
            month=homes.months[month],
            channel=channels[channel],
            comment=found.comment[place],
            properties=kinds[country[who]][device[who]][plan[who]] + ends[month][variant],
            respondent_key=key[16 * who : 16 * who + 16] if is_known else None,
            locale="fr" if people.is_french(who) else "en",
            page=page if channels[channel] == "widget" else None,
            answers=said[found.counted[place]],
        )


class _Said(dict[tuple[str, ...] | None, str | None]):
    """What counted most, as JSON, each pair written once."""

    def __init__(self, touchpoints: dict[str, UUID]) -> None:
        super().__init__({None: None})
        self._touchpoints = touchpoints

    def __missing__(self, keys: tuple[str, ...]) -> str:
        ids = [str(self._touchpoints[key]) for key in keys]
        self[keys] = text = json.dumps({COUNTED_MOST: ids})
        return text


def _opened(country: str, device: str, plan: str) -> str:
    """The properties of a kind of customer, open for what `_closings` adds."""
    return json.dumps({"country": country, "device": device, "plan": plan})[:-1]


def _closings(month: int) -> tuple[str, str, str]:
    """The end of the properties in a month: for variant A, for B, and (-1) without any."""
    version = f', "version": "3.{month // _RELEASED_EVERY}"'
    return (version + ', "variant": "A"}', version + ', "variant": "B"}', version + "}")


def _uuid7(milliseconds: int, tail: bytes) -> bytes:
    value = milliseconds << 80 | int.from_bytes(tail)
    value = value & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    return value.to_bytes(16)
