"""Reads what the journey map shows: the board's counts, and what was named as counting most."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.dashboards.read import Counts, Scope, load_board
from feedback.filters import NotOursError
from feedback.journeys.models import Journey
from feedback.kept import while_shaped
from feedback.memory import PAGE
from feedback.outbox import computed
from feedback.readings.filters import chosen_journey
from feedback.readings.journey import journey_names

PRIORITIES = "priorities"  # the kind under which a job keeps what it found about a journey


@dataclass(frozen=True, slots=True)
class Mentions:
    """Answers to the overall survey's "What counted most?": how many came, whom they named."""

    answered: int
    named: Mapping[str, int] = field(default_factory=dict)
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class MapCounts:
    """The board's counts of one journey; `mentions` is None as long as none are known."""

    counts: Counts
    mentions: Mentions | None

    @property
    def version(self) -> str:
        """Another one whenever anything the map is computed from is another."""
        parts = (self.counts.version, self.mentions)
        return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


async def load_map(session: AsyncSession, scope: Scope) -> MapCounts | None:
    """None as long as there is no journey. Raises NotOursError."""
    counts = await load_board(session, scope)
    if counts is None:
        return None
    return MapCounts(counts, await read_mentions(session, scope.workspace.id, counts.journey.id))


async def find_journey(session: AsyncSession, scope: Scope) -> Journey:
    """The journey asked for, to be changed. Raises NotOursError."""
    journeys = await journey_names(session, scope.workspace.id)
    if not journeys:
        raise NotOursError("journey")
    chosen = chosen_journey(scope.asked, journeys)
    return await session.get_one(Journey, (scope.workspace.id, chosen.id))


async def read_mentions(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> Mentions | None:
    """What a job counted last for this journey; None when it never did."""
    (mentions,) = await _read_mentions(session, workspace_id, journey_id)
    return mentions


@while_shaped(lambda _: PAGE)
async def _read_mentions(
    session: AsyncSession, workspace_id: uuid.UUID, journey_id: uuid.UUID
) -> tuple[Mentions | None]:
    found = await computed.load(session, workspace_id, PRIORITIES, journey_id.hex)
    if found is None:
        return (None,)
    try:
        return (_mentions(json.loads(found.body)),)
    except (KeyError, TypeError, ValueError):
        return (None,)  # of an older shape: the next job writes it anew


def _mentions(body: Mapping[str, Any]) -> Mentions:
    said = body["mentions"]
    return Mentions(
        answered=int(said["answered"]),
        named={str(uuid.UUID(id)): int(n["all"]) for id, n in said["touchpoints"].items()},
        since=str(body.get("since", "")),
        until=str(body.get("until", "")),
    )
