"""The job: from people's ratings and follow-ups to findings. Off the request, in bounded time."""

import asyncio
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from feedback.db import Database
from feedback.outbox import computed
from feedback.priorities.findings import (
    JSON,
    KIND,
    Driver,
    Findings,
    Matrix,
    Mentions,
    Named,
    Pair,
    Selection,
    encode,
)
from feedback.priorities.gather import (
    FollowUps,
    Overall,
    People,
    asked_now,
    candidates,
    find_overall,
    read_follow_ups,
    read_people,
)
from feedback.priorities.read import load_found, version_of
from feedback.readings.counted import answered_span
from feedback.readings.journey import JourneyInfo, TouchpointInfo, journey_names, read_journey
from feedback.scoring import (
    DriverRow,
    Drivers,
    ScoringError,
    drivers,
    quadrants,
    respondents_needed,
)
from feedback.scoring.drivers_result import FEW_RESPONDENTS
from feedback.scoring.drivers_weights import MOST_LMG
from feedback.scoring.months import first_day, shift

if TYPE_CHECKING:
    import pandas as pd

MONTHS = 12
ENOUGH_DRIVERS = 5
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be found out: one journey of one workspace, for one selection."""

    workspace_id: uuid.UUID
    journey_id: uuid.UUID
    selection: Selection

    @property
    def payload(self) -> dict[str, Any]:
        """The task as a job carries it."""
        return {
            "workspace": self.workspace_id.hex,
            "journey": self.journey_id.hex,
            "touchpoints": [touchpoint.hex for touchpoint in self.selection.touchpoints],
            "pairwise": self.selection.is_pairwise,
        }

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "Task":
        """The task of a job's payload."""
        touchpoints = tuple(uuid.UUID(text) for text in payload["touchpoints"])
        return cls(
            uuid.UUID(payload["workspace"]),
            uuid.UUID(payload["journey"]),
            Selection(touchpoints, payload["pairwise"]),
        )


async def find_out(database: Database, task: Task, now: datetime) -> Findings | None:
    """Compute and keep the findings of one journey; None when nothing asks about it overall."""
    async with database.read() as session:
        names = await journey_names(session, task.workspace_id, archived=True)
        name = next((name for name in names if name.id == task.journey_id), None)
        if name is None:
            return None
        journey = asked_now(await read_journey(session, task.workspace_id, name))
        overall = await find_overall(session, task.workspace_id, journey)
        version = await version_of(session, task.workspace_id, journey)
        known = await load_found(session, task.workspace_id, task.journey_id, task.selection)
        series = overall.series if overall else ()
        span = await answered_span(session, task.workspace_id, series)
    if overall is None:
        return None
    if known is not None and known.version == version:
        return known.findings
    since = max(span.first, shift(span.last or f"{now:%Y-%m}", 1 - MONTHS))
    among = _among(journey, overall, task.selection)
    people = await read_people(database, task.workspace_id, overall, among, first_day(since))
    said = await read_follow_ups(database, task.workspace_id, overall, first_day(since))
    period = (since if span.last else "", span.last)
    found = await asyncio.to_thread(weigh, overall, people, said, task.selection, period)
    async with database.write() as session:
        made = computed.JobResult(version, JSON, encode(found))
        key = task.selection.key(task.journey_id)
        await computed.store(session, task.workspace_id, KIND, key, made, now=now)
    return found


def _among(journey: JourneyInfo, overall: Overall, selection: Selection) -> list[TouchpointInfo]:
    if not selection.touchpoints:
        return candidates(journey, overall)
    wanted = set(selection.touchpoints) - {overall.touchpoint_id}
    return [t for stage in journey.stages for t in stage.touchpoints if t.id in wanted]


def _import_pandas() -> None:
    # Where pyarrow is installed pandas loads it, for columns of text: 40 MB for a few names.
    # The server never needs it; commands that read Parquet do, and import pandas themselves.
    is_loaded = "pyarrow" in sys.modules
    if not is_loaded:
        sys.modules["pyarrow"] = None  # type: ignore[assignment]  # "there is none"
    try:
        import_module("pandas")
    finally:
        if not is_loaded:
            del sys.modules["pyarrow"]


def weigh(
    overall: Overall, people: People, said: FollowUps, selection: Selection, period: tuple[str, str]
) -> Findings:
    """What is found in all that was read; period: the first and the last month."""
    _import_pandas()
    frame = _frame(people)
    used = _chosen(frame, people, selection)
    needed = respondents_needed(max(len(used), 1))
    found = _Found(frame, used, selection.is_pairwise)
    complete = found.people
    matrix = found.matrix() if complete >= needed else None
    return Findings(
        survey=overall.name,
        metric=overall.metric,
        since=period[0],
        until=period[1],
        mentions=_mentions(said),
        people=len(people.rows),
        is_sample=people.is_sample,
        together={str(t): int(frame[str(t)].notna().sum()) for t in people.touchpoints},
        used=tuple(used),
        needed=needed,
        complete=complete,
        matrix=matrix if isinstance(matrix, Matrix) else None,
        refused=matrix.reason if isinstance(matrix, Refusal) else "",
        refused_for=matrix.touchpoints if isinstance(matrix, Refusal) else (),
    )


def _frame(people: People) -> "pd.DataFrame":
    import pandas as pd

    columns = [OVERALL, *(str(touchpoint) for touchpoint in people.touchpoints)]
    return pd.DataFrame(people.rows, columns=columns, dtype="float64")


def _chosen(frame: "pd.DataFrame", people: People, selection: Selection) -> list[str]:
    """The touchpoints to weigh: those named, else those that most people met.

    A matrix of a few touchpoints that half of the people rated is worth more than one of many that
    few did; where people met too different touchpoints for five of them, fewer people must do.
    """
    names = [str(touchpoint) for touchpoint in people.touchpoints]
    if selection.touchpoints or len(names) < 2:
        return names
    rated = frame.notna().sum()
    met = sorted(names, key=lambda name: -int(rated[name]))
    chosen: list[str] = []
    for least in (int(rated[met[0]]) // 2, FEW_RESPONDENTS, 0):
        chosen = _rated_by_all(frame, met, least)
        if len(chosen) >= min(ENOUGH_DRIVERS, len(met)):
            break
    # Too few for a matrix: say how far the two most met ones are from it.
    chosen = chosen if len(chosen) > 1 else met[:2]
    return [name for name in names if name in chosen]


def _rated_by_all(frame: "pd.DataFrame", met: list[str], least: int) -> list[str]:
    """As many as enough people rated all of, and not all alike, the most met first."""
    chosen: list[str] = []
    complete = frame[OVERALL].notna()
    for name in met:
        both = complete & frame[name].notna()
        n = int(both.sum())
        if n >= max(least, respondents_needed(len(chosen) + 1)) and len(chosen) < MOST_LMG:
            chosen, complete = [*chosen, name], both
    return [name for name in chosen if frame.loc[complete, name].nunique() > 1]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why people enough give no matrix, and which touchpoints are in the way."""

    reason: str
    touchpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    frame: "pd.DataFrame"
    used: list[str]
    is_pairwise: bool

    @property
    def people(self) -> int:
        """How many the analysis rests on: complete cases, or the smallest pair."""
        rated = self.frame[[OVERALL, *self.used]].notna()
        if len(self.used) < 2:
            return 0
        if not self.is_pairwise:
            return int(rated.all(axis=1).sum())
        both = rated.to_numpy().astype("int64")
        return int((both.T @ both).min())

    def matrix(self) -> "Matrix | Refusal":
        missing = "pairwise" if self.is_pairwise else "complete"
        constant = self._constant()
        if constant:
            return Refusal("constant", constant)
        try:
            return _matrix(drivers(self.frame, OVERALL, self.used, missing=missing))
        except ScoringError:
            return Refusal("contradiction" if self.is_pairwise else "collinear", tuple(self.used))

    def _constant(self) -> tuple[str, ...]:
        """The touchpoints, or the outcome, that everybody rated alike."""
        counted = self.frame[[OVERALL, *self.used]]
        counted = counted if self.is_pairwise else counted.dropna()
        return tuple(str(name) for name, values in counted.nunique().items() if values == 1)


def _matrix(found: Drivers) -> Matrix:
    performance = {row.driver: row.mean or 0.0 for row in found.rows}
    placed = quadrants(performance, {row.driver: row.share for row in found.rows})
    quadrant = {item.name: item.quadrant for item in placed.items}
    places = {row.driver: place for place, row in enumerate(found.rows)}
    return Matrix(
        n=found.n,
        r_squared=found.r_squared,
        method=found.method,
        missing=found.missing or "complete",
        resamples=found.resamples,
        seed=found.seed or 0,
        share_mean=placed.importance,
        performance_mean=placed.performance,
        drivers=tuple(_driver(row, quadrant[row.driver], found.n) for row in found.rows),
        notes=tuple(name for name in ("low_r_squared", "few") if getattr(found, name)),
        twins=tuple((twins.first, twins.second) for twins in found.near_twins),
        pairs=tuple(
            Pair(places[pair.first], places[pair.second], pair.z, pair.correlation)
            for pair in found.pairs
        ),
    )


def _driver(row: DriverRow, quadrant: str, n: int) -> Driver:
    return Driver(
        touchpoint=row.driver,
        share=row.share,
        share_low=row.share_low,
        share_high=row.share_high,
        correlation=row.correlation,
        performance=row.mean,
        performance_low=row.mean_low,
        performance_high=row.mean_high,
        quadrant=quadrant,
        n=n,
        place_p=row.place_p,
    )


def _mentions(said: FollowUps) -> Mentions:
    return Mentions(
        answered=sum(said.answered),
        negative=said.answered[0],
        positive=said.answered[2],
        none_of_these=said.none_of_these,
        is_newest=said.is_newest,
        touchpoints={
            touchpoint: Named(bands[0], bands[1], bands[2], sum(bands))
            for touchpoint, bands in said.named.items()
        },
    )
