"""Reads what priorities rest on: what people rated together, and what they said counted most.

Only jobs call this: it reads responses. Both readings are bounded, so a job's cost does not grow
without end: people are drawn by their keyed hash, which is chance, and follow-ups are the newest.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlmodel import col, select

from feedback.db import Database
from feedback.readings.journey import JourneyInfo, TouchpointInfo
from feedback.responses.models import Response
from feedback.responses.small_groups import large_cells
from feedback.scoring import METRICS, Metric
from feedback.surveys.models import Survey

MOST_PEOPLE = 20_000
MOST_FOLLOW_UPS = 50_000
_SLICES = 256  # of the respondent keys: each is read alone, so that nobody waits long
_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Overall:
    """The survey that asks about the whole journey, and where it hangs."""

    survey_id: uuid.UUID
    name: str
    touchpoint_id: uuid.UUID
    metric: str
    series: tuple[uuid.UUID, ...]


def asked_now(journey: JourneyInfo) -> JourneyInfo:
    """The journey without what is archived: stages, touchpoints, lines of archived surveys."""
    stages = []
    for stage in journey.active:
        touchpoints = [
            replace(each, series=tuple(line for line in each.series if not line.is_archived))
            for each in stage.active
        ]
        stages.append(replace(stage, touchpoints=tuple(touchpoints)))
    return replace(journey, stages=tuple(stages))


async def find_overall(
    session: Any, workspace_id: uuid.UUID, journey: JourneyInfo
) -> Overall | None:
    """The journey's overall survey, None as long as none is marked or it never was live."""
    found = await session.exec(
        select(Survey.id, Survey.name).where(
            Survey.workspace_id == workspace_id,
            col(Survey.is_overall).is_(True),
            col(Survey.archived_at).is_(None),
        )
    )
    names = dict(found.all())
    asked = [(t, s) for _, t, s in journey.placed_series if s.survey_id in names]
    if not asked:
        return None
    touchpoint, newest = max(asked, key=lambda pair: pair[1].opened_at)
    return Overall(
        newest.survey_id,
        names[newest.survey_id],
        touchpoint.id,
        newest.metric,
        tuple(s.id for t, s in asked if (t, s.metric) == (touchpoint, newest.metric)),
    )


def candidates(journey: JourneyInfo, overall: Overall) -> list[TouchpointInfo]:
    """The touchpoints that may drive the overall score: asked, and not about the whole.

    A recommendation (NPS) is about the whole too: it would explain the outcome by itself.
    """
    return [
        touchpoint
        for touchpoint in journey.touchpoints
        if touchpoint.id != overall.touchpoint_id
        and touchpoint.metrics
        and touchpoint.metrics[0] != "nps"
    ]


@dataclass(frozen=True, slots=True)
class People:
    """What people rated, as 0-100 indexes, higher is better; each person's latest rating.

    rows: one list a person, the overall rating first, then the touchpoints in order; None where
    the person rated nothing. is_sample: there are more people than were read.
    """

    touchpoints: tuple[uuid.UUID, ...]
    rows: list[list[float | None]]
    is_sample: bool


async def read_people(
    database: Database,
    workspace_id: uuid.UUID,
    overall: Overall,
    touchpoints: Sequence[TouchpointInfo],
    since: date,
) -> People:
    """Everyone who rated the whole journey since then, with what else they rated."""
    places = {series: (0, METRICS[overall.metric]) for series in overall.series}
    for number, touchpoint in enumerate(touchpoints, start=1):
        metric = touchpoint.metrics[0]
        for series in touchpoint.series:
            if series.metric == metric:
                places[series.id] = (number, METRICS[metric])
    rows: list[list[float | None]] = []
    read = 0
    for read in range(_SLICES):
        found = await _slice(database, workspace_id, tuple(places), since, read)
        rows += _by_person(found, places, len(touchpoints) + 1)
        if len(rows) >= MOST_PEOPLE:
            break
    return People(tuple(t.id for t in touchpoints), rows, is_sample=read < _SLICES - 1)


async def _slice(
    database: Database,
    workspace_id: uuid.UUID,
    series: tuple[uuid.UUID, ...],
    since: date,
    number: int,
) -> Sequence[Any]:
    key = col(Response.respondent_key)
    # Told by the index alone, a day early for any time zone: no older row need be looked up.
    earliest = datetime.combine(since, time(), UTC) - timedelta(days=1)
    statement = (
        select(Response.respondent_key, Response.series_id, Response.rating)
        .where(
            Response.workspace_id == workspace_id,
            key >= bytes([number]) + bytes(15),
            key <= bytes([number]) + b"\xff" * 15,
            col(Response.answered_at) >= earliest,
            col(Response.series_id).in_(series),
            col(Response.month) >= since,
            Response.state == "counted",
        )
        .order_by(key, col(Response.answered_at), col(Response.id))
    )
    async with database.read() as session:
        return (await session.exec(statement)).all()


def _by_person(
    found: Sequence[Any], places: Mapping[uuid.UUID, tuple[int, Metric]], width: int
) -> list[list[float | None]]:
    people: dict[bytes, list[float | None]] = {}
    for key, series, rating in found:
        number, metric = places[series]
        people.setdefault(key, [None] * width)[number] = index_of(rating, metric)
    return [row for row in people.values() if row[0] is not None]


def index_of(rating: float, metric: Metric) -> float:
    """A rating, or a mean of ratings, as the 0-100 index: the only number all metrics share.

    >>> index_of(4, METRICS["csat_5"]), index_of(1, METRICS["ces_effort_5"])
    (75.0, 100.0)
    """
    share = (rating - metric.minimum) / (metric.maximum - metric.minimum)
    return 100 * (1 - share if metric.low_is_good else share)


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Answers to "What counted most?": the bands of those who answered, and what they named.

    answered, named[touchpoint]: (negative, neutral, positive); none_of_these counts all bands.
    """

    answered: tuple[int, int, int]
    named: Mapping[str, tuple[int, int, int]]
    none_of_these: int
    is_newest: bool


async def read_follow_ups(
    database: Database, workspace_id: uuid.UUID, overall: Overall, since: date
) -> FollowUps:
    """Counts the newest follow-ups of the overall survey, of a known person only the newest."""
    metric = METRICS[overall.metric]
    answered, none_of_these = [0, 0, 0], 0
    named: dict[str, list[int]] = {}
    before: uuid.UUID | None = None
    seen: set[bytes] = set()
    while sum(answered) < MOST_FOLLOW_UPS:
        rows = await _answers_page(database, workspace_id, overall, since, before)
        for _id, rating, answers, person in rows:
            chosen = answers.get("counted_most") if isinstance(answers, dict) else None
            if not isinstance(chosen, list) or person in seen:
                continue
            if person is not None:
                seen.add(person)
            band = 0 if rating in metric.negative else 2 if rating in metric.positive else 1
            answered[band] += 1
            none_of_these += not chosen
            for touchpoint in chosen:
                named.setdefault(str(touchpoint), [0, 0, 0])[band] += 1
        if len(rows) < _PAGE:
            return _follow_ups(answered, named, none_of_these, is_newest=False)
        before = rows[-1][0]
    return _follow_ups(answered, named, none_of_these, is_newest=True)


def _follow_ups(
    answered: list[int], named: dict[str, list[int]], none_of_these: int, *, is_newest: bool
) -> FollowUps:
    counts = {name: (bands[0], bands[1], bands[2]) for name, bands in named.items()}
    return FollowUps((answered[0], answered[1], answered[2]), counts, none_of_these, is_newest)


async def _answers_page(
    database: Database,
    workspace_id: uuid.UUID,
    overall: Overall,
    since: date,
    before: uuid.UUID | None,
) -> Sequence[Any]:
    statement = (
        select(Response.id, Response.rating, Response.answers, Response.respondent_key)
        .where(
            Response.workspace_id == workspace_id,
            col(Response.series_id).in_(overall.series),
            col(Response.month) >= since,
            Response.state == "counted",
            col(Response.answers).is_not(None),
        )
        .order_by(col(Response.id).desc())
        .limit(_PAGE)
    )
    if before is not None:
        statement = statement.where(col(Response.id) < before)
    async with database.read() as session:
        large = await large_cells(session, workspace_id, Response)
        return (await session.exec(statement.where(*large))).all()
