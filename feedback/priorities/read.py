"""Reads what the priorities page is made of: rollups, and what the last job found."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.comments.words import Where, Words, read_places
from feedback.dashboards.read import YEAR, Scope
from feedback.outbox import computed
from feedback.priorities.claims import LEAST, Item
from feedback.priorities.findings import KIND, Findings, Matrix, Selection, decode
from feedback.priorities.gather import Overall, asked_now, find_overall
from feedback.priorities.rank import Lead, rank, unhappy_answers, unhappy_months
from feedback.readings.answers import NO_LIST, Answers, answers_at
from feedback.readings.counted import answered_span, counts_version, read_counts
from feedback.readings.filters import chosen_journey
from feedback.readings.journey import JourneyInfo, JourneyName, journey_names, read_journey
from feedback.readings.queries import CountQuery
from feedback.scoring.months import shift

# Live answers change the findings with every tap; one look in ten minutes is enough.
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Known:
    """Everything the page needs. `findings` may be of an older state of the data than `version`.

    journey: without what is archived; partly: the touchpoints that lost a survey by it; unhappy:
    answers over `unhappy_months`, by touchpoint.
    """

    journeys: tuple[JourneyName, ...]
    journey: JourneyInfo
    overall: Overall | None
    selection: Selection
    unhappy: dict[str, int]
    unhappy_months: tuple[str, ...]
    version: str
    findings: Findings | None
    found_version: str
    found_at: datetime | None
    partly: frozenset[uuid.UUID] = frozenset()
    written: Mapping[str, Words] = field(default_factory=dict)

    @property
    def offered(self) -> list[uuid.UUID]:
        """What the follow-up offers: every touchpoint but the one that asks about the whole."""
        asking = self.overall.touchpoint_id if self.overall else None
        return [t.id for t in self.journey.touchpoints if t.id != asking]

    @property
    def weighable(self) -> list[uuid.UUID]:
        """What can stand in the matrix: offered, and asked itself."""
        asked = {t.id for t in self.journey.touchpoints if t.metrics}
        return [touchpoint for touchpoint in self.offered if touchpoint in asked]

    @cached_property
    def names(self) -> dict[str, str]:
        """Touchpoints' names by id."""
        return {str(t.id): t.name for stage in self.journey.stages for t in stage.touchpoints}

    @property
    def matrix(self) -> Matrix | None:
        return self.findings.matrix if self.findings else None

    @cached_property
    def _ranking(self) -> tuple[Lead, list[Item]]:
        offered = [str(touchpoint) for touchpoint in self.offered]
        return rank(self.findings, self.unhappy, offered, len(self.unhappy_months))

    @property
    def lead(self) -> Lead:
        return self._ranking[0]

    @property
    def items(self) -> list[Item]:
        """Every touchpoint in the order of the page."""
        return self._ranking[1]

    @property
    def told(self) -> list[Item]:
        """Those that stand in the list: known by unhappy answers enough, or by what is claimed."""
        return [
            item
            for item in self.items
            if item.unhappy >= LEAST or item.driver or (item.said and item.said.named.all)
        ]

    @property
    def shown(self) -> list[Item]:
        """Those of the matrix."""
        return [item for item in self.items if item.driver]

    def a_month(self, touchpoint: str) -> float:
        """Its unhappy answers a month: over every month of the span, those without any too."""
        return self.unhappy.get(touchpoint, 0) / max(len(self.unhappy_months), 1)

    def answers(self, touchpoint: str) -> Answers:
        """Its unhappy answers, over all the months that the number is a month's share of."""
        return self._at(touchpoint, self.unhappy_months, self.unhappy.get(touchpoint, 0))

    def rated(self, touchpoint: str) -> Answers | None:
        """The answers there in the months of the findings: among them those that were weighed."""
        if not self.findings or not self.findings.since:
            return None
        months = (self.findings.since, self.findings.until)
        return self._at(touchpoint, months, 1, band="")

    @property
    def asked_overall(self) -> Answers | None:
        """The answers to the overall survey in the months of the findings."""
        return self.rated(str(self.overall.touchpoint_id)) if self.overall else None

    def _at(
        self, touchpoint: str, months: Sequence[str], n: int, band: str = "negative"
    ) -> Answers:
        placed = {str(t.id): t for stage in self.journey.stages for t in stage.touchpoints}
        place = placed.get(touchpoint)
        if place is None or not n:
            return NO_LIST
        own = ",".join(str(each.id) for each in place.series) if place.id in self.partly else ""
        return answers_at(place, months, n, band=band, series=own)

    def wants_job(self, now: datetime) -> bool:
        """Whether a job should look again: nothing is known, or other answers came since."""
        if self.overall is None or self.found_version == self.version:
            return False
        return self.found_at is None or now - self.found_at > FRESH


async def load(session: AsyncSession, scope: Scope, selection: Selection) -> Known | None:
    """None as long as there is no journey. Raises NotOursError for a journey of somebody else."""
    workspace_id = scope.workspace.id
    journeys = await journey_names(session, workspace_id)
    if not journeys:
        return None
    name = chosen_journey(scope.asked, journeys)
    whole = await read_journey(session, workspace_id, name)
    journey = asked_now(whole)
    overall = await find_overall(session, workspace_id, journey)
    series = tuple(line.id for _, _, line in journey.placed_series)
    span = await answered_span(session, workspace_id, series)
    months = unhappy_months(span, scope.running)
    rows = await read_counts(session, workspace_id, _within(series, months))
    found = await load_found(session, workspace_id, journey.id, selection)
    return Known(
        journeys=tuple(journeys),
        journey=journey,
        overall=overall,
        selection=selection,
        unhappy=unhappy_answers(journey, rows),
        unhappy_months=tuple(months),
        version=await version_of(session, workspace_id, journey),
        findings=found.findings if found else None,
        found_version=found.version if found else "",
        found_at=found.at if found else None,
        partly=frozenset(t.id for _, t, line in whole.placed_series if line.is_archived),
        written=await _written(session, workspace_id, journey, months),
    )


async def _written(
    session: AsyncSession, workspace_id: uuid.UUID, journey: JourneyInfo, months: Sequence[str]
) -> dict[str, Words]:
    """What unhappy people write at each touchpoint, in the year that the months are of."""
    if not months:
        return {}
    places = [Where("touchpoint", t.id) for t in journey.touchpoints]
    year = (shift(months[-1], 1 - YEAR), months[-1])
    found = await read_places(session, workspace_id, places, *year)
    return {str(id): words for id, words in found.items() if words.unhappy.words}


@dataclass(frozen=True, slots=True)
class KeptFindings:
    """Findings as they were kept, of which version of the data, and when."""

    findings: Findings
    version: str
    at: datetime


async def load_found(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID, selection: Selection
) -> KeptFindings | None:
    """What the last job found, None also where another program kept it in another shape."""
    row = await computed.load(session, workspace_id, KIND, selection.key(journey_id))
    if row is None:
        return None
    try:
        return KeptFindings(decode(row.body), row.version, row.computed_at)
    except msgspec.DecodeError:
        return None


def _within(series: tuple[uuid.UUID, ...], months: list[str]) -> CountQuery:
    return CountQuery(series, months[0], months[-1]) if months else CountQuery(())


async def version_of(session: AsyncSession, workspace_id: uuid.UUID, journey: JourneyInfo) -> str:
    """Another text whenever the answers or the shape of the journey, as `asked_now`, are others."""
    series = tuple(line.id for _, _, line in journey.placed_series)
    sums = list(await counts_version(session, workspace_id, series))
    shape = [(t.id, t.metrics) for s in journey.stages for t in s.touchpoints]
    return blake2b(repr((sums, shape)).encode(), digest_size=12).hexdigest()
