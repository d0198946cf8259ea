"""The bursts of a survey as they are now, with what an owner needs to judge them."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.responses.models import Response, ResponseChange
from feedback.surveys.models import Series, Survey
from feedback.tenancy import refers

# The newest; whoever is flooded from more addresses than this sees the rest after these.
MOST_SHOWN = 50


@dataclass(slots=True)
class Burst:
    """Answers that came together. `hours` are those in which some arrived, and how many.

    out: how many are out of the scores; taken: those of them that were taken out with the burst,
    which is undone in one step. The others stay what somebody made of each.
    """

    number: int
    origin: bytes
    began: datetime
    ended: datetime
    n: int = 0
    out: int = 0
    taken: int = 0
    hours: Counter[datetime] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    ratings: Counter[int] = field(default_factory=Counter)

    @property
    def left(self) -> int:
        """How many can be taken out."""
        return self.n - self.out


def of_survey(workspace_id: uuid.UUID, survey_id: uuid.UUID) -> tuple[Any, ...]:
    """The conditions of a survey's answers that came in bursts."""
    series = sa.select(col(Series.id)).where(
        col(Series.workspace_id) == workspace_id, col(Series.survey_id) == survey_id
    )
    return (
        col(Response.workspace_id) == workspace_id,
        col(Response.series_id).in_(series),
        col(Response.origin).is_not(None),
    )


def taken_with_burst() -> Any:
    """That an answer is out of the scores because somebody took out its burst."""
    last, any_other = aliased(ResponseChange), aliased(ResponseChange)

    def of_it(change: Any) -> Any:
        return sa.and_(
            change.workspace_id == Response.workspace_id, change.response_id == Response.id
        )

    changed_at = sa.select(sa.func.max(any_other.changed_at)).where(of_it(any_other))
    newest = changed_at.correlate(Response).scalar_subquery()
    by_burst = sa.select(col(last.id)).where(
        of_it(last), col(last.with_burst), col(last.changed_at) == newest
    )
    is_taken = by_burst.correlate(Response).exists()
    return sa.and_(col(Response.state) == "excluded", is_taken)


async def load_bursts(
    session: AsyncSession, workspace_id: uuid.UUID, survey_id: uuid.UUID
) -> list[Burst]:
    """Those of a survey, the newest first; numbered from the oldest."""
    wanted = of_survey(workspace_id, survey_id)
    arrived = col(Response.received_at)
    began, ended = sa.func.min(arrived), sa.func.max(arrived)
    found: Any = await session.exec(  # type: ignore[call-overload]
        sa.select(col(Response.origin), began, ended)
        .where(*wanted)
        .group_by(col(Response.origin))
        .order_by(began, col(Response.origin))
    )
    rows = list(enumerate(found, start=1))[-MOST_SHOWN:]
    bursts = {origin: Burst(number, origin, *times) for number, (origin, *times) in rows}
    shown = (*wanted, col(Response.origin).in_(bursts))
    for origin, hour, channel, rating, state, n in await _counted(session, shown):
        burst = bursts[origin]
        burst.n += n
        burst.out += n if state == "excluded" else 0
        burst.hours[datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)] += n
        burst.channels[channel] += n
        burst.ratings[rating] += n
    for origin, n in await _taken(session, shown):
        bursts[origin].taken = n
    return list(reversed(bursts.values()))


async def surveys_with_bursts(
    session: AsyncSession, workspace_id: uuid.UUID
) -> Sequence[tuple[uuid.UUID, str]]:
    """(id, name) of each survey that got any."""
    answer = select(sa.literal(1)).where(
        Response.workspace_id == workspace_id,
        Response.series_id == Series.id,
        col(Response.origin).is_not(None),
    )
    found = await session.exec(
        select(Survey.id, Survey.name)
        .join(Series, refers(Series.survey_id, Survey))
        .where(Survey.workspace_id == workspace_id, answer.exists())
        .distinct()
        .order_by(Survey.name)
    )
    return list(found)


async def _counted(session: AsyncSession, wanted: Sequence[Any]) -> Sequence[Any]:
    group: Any = (
        Response.origin,
        _hour(session),
        Response.channel,
        Response.rating,
        Response.state,
    )
    counted: Any = sa.select(*group, sa.func.count())
    counted = counted.where(*wanted).group_by(*group)
    return list(await session.exec(counted))


async def _taken(session: AsyncSession, wanted: Sequence[Any]) -> Sequence[Any]:
    counted: Any = (
        sa.select(col(Response.origin), sa.func.count())
        .where(*wanted, taken_with_burst())
        .group_by(col(Response.origin))
    )
    return list(await session.exec(counted))


def _hour(session: AsyncSession) -> Any:
    """`2026-11-30 09`: the hour in UTC in which an answer arrived, as text."""
    arrived = col(Response.received_at)
    if session.get_bind().dialect.name == "sqlite":
        return sa.func.substr(sa.type_coerce(arrived, sa.Text), 1, 13, type_=sa.Text)
    in_utc = sa.func.timezone("UTC", arrived)
    return sa.func.to_char(in_utc, "YYYY-MM-DD HH24", type_=sa.Text)
