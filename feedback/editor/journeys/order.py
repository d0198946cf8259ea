"""Put a stage or touchpoint in another place of its journey, or a journey in another place.

Whoever moves something names the order they saw: if another one has come about meanwhile, nothing
is moved, since the place they meant may be another by now.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.editor.journeys.edit import Part, Placed, journeys_of, stages_of, touchpoints_of
from feedback.journeys.models import Journey, Stage, Touchpoint
from feedback.surveys.publish import break_line


class StaleOrderError(ValueError):
    """The order is not the one that the mover saw."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a part stands: which of its stage's touchpoints, or of its journey's stages, from 0.

    `stage` is None for a stage itself.
    """

    part: uuid.UUID
    stage: uuid.UUID | None
    at: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done: where the part stood before, and how many lines got a seam by it."""

    before: Position
    seams: int


@dataclass(slots=True)
class _Order:
    """The stages of a journey and the touchpoints of each, what is archived left out."""

    stages: list[Stage]
    touchpoints: dict[uuid.UUID, list[Touchpoint]]

    @property
    def version(self) -> str:
        return order_version(
            (stage.id, [touchpoint.id for touchpoint in self.touchpoints[stage.id]])
            for stage in self.stages
        )


def order_version(order: Iterable[tuple[uuid.UUID, Sequence[uuid.UUID]]]) -> str:
    """Names one order of stages and their touchpoints: any other order has another name."""
    digest = blake2b(digest_size=8)
    for stage, touchpoints in order:
        digest.update(b"/" + stage.bytes + b"".join(each.bytes for each in touchpoints))
    return digest.hexdigest()


async def move_part(
    session: AsyncSession, journey: Journey, to: Position, seen: str, now: datetime
) -> Moved | None:
    """Move a stage, or a touchpoint with its history: in another stage it goes on after a seam.

    `to.at` beyond the last place means the last. None when the journey has no such part or stage.
    Raises StaleOrderError when `seen` is not the order that stands.
    """
    order = await _read_order(session, journey)
    before = _find(order, to.part)
    if before is None or (before.stage is None) != (to.stage is None):
        return None
    if to.stage is not None and to.stage not in order.touchpoints:
        return None
    if seen != order.version:
        raise StaleOrderError
    if before.stage is None or to.stage is None:
        _insert(session, order.stages, order.stages.pop(before.at), to.at)
        return Moved(before, 0)
    touchpoint = order.touchpoints[before.stage].pop(before.at)
    _insert(session, order.touchpoints[to.stage], touchpoint, to.at)
    if to.stage == before.stage:
        return Moved(before, 0)
    touchpoint.stage_id = to.stage
    return Moved(before, await break_line(session, journey.workspace_id, touchpoint.id, now))


async def move_up_or_down(session: AsyncSession, part: Part, direction: int) -> None:
    """Change places with the one before (-1) or after (1) it; what is archived stands nowhere."""
    if isinstance(part, Journey):
        _shift(session, await journeys_of(session, part.workspace_id), part, direction)
    elif isinstance(part, Stage):
        found = await stages_of(session, part.workspace_id, part.journey_id)
        _shift(session, found, part, direction)
    else:
        siblings = await touchpoints_of(session, part.workspace_id, part.stage_id)
        _shift(session, siblings, part, direction)


def _shift(session: AsyncSession, siblings: list[Placed], part: Placed, direction: int) -> None:
    active = [each for each in siblings if each.archived_at is None]
    at = next((at for at, each in enumerate(active) if each.id == part.id), None)
    if at is not None:
        _insert(session, active, active.pop(at), max(at + direction, 0))


async def _read_order(session: AsyncSession, journey: Journey) -> _Order:
    stages = await stages_of(session, journey.workspace_id, journey.id)
    # Sorted anew: who waited for these rows got them in the order that stood before.
    active = sorted(
        (stage for stage in stages if stage.archived_at is None),
        key=lambda stage: (stage.position, stage.id),
    )
    touchpoints = {
        stage.id: [
            touchpoint
            for touchpoint in await touchpoints_of(session, journey.workspace_id, stage.id)
            if touchpoint.archived_at is None
        ]
        for stage in active
    }
    return _Order(active, touchpoints)


def _find(order: _Order, part: uuid.UUID) -> Position | None:
    for at, stage in enumerate(order.stages):
        if stage.id == part:
            return Position(part, None, at)
        for number, touchpoint in enumerate(order.touchpoints[stage.id]):
            if touchpoint.id == part:
                return Position(part, stage.id, number)
    return None


def _insert(session: AsyncSession, siblings: list[Placed], part: Placed, at: int) -> None:
    siblings.insert(at, part)
    # Everyone gets a fresh number: rows of an import may share one.
    for position, sibling in enumerate(siblings):
        sibling.position = position
        session.add(sibling)
