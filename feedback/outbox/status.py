"""How the outbox is: what waits, runs, is done or dead. And a second chance for the dead."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.outbox.leases import is_open
from feedback.outbox.models import Job

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class KindStatus:
    """How many jobs of a kind are in which state; `oldest`: since when one is due already."""

    kind: str
    waiting: int
    running: int
    dead: int
    done: int
    oldest: datetime | None


async def read_status(session: AsyncSession, now: datetime) -> list[KindStatus]:
    """One line a kind, in the order of their names."""
    running = sa.and_(is_open(), col(Job.locked_until) >= now)
    waiting = sa.and_(is_open(), sa.or_(col(Job.locked_until).is_(None), sa.not_(running)))
    due = sa.and_(waiting, col(Job.run_at) <= now)
    kind = col(Job.kind)
    rows: Any = await session.exec(
        select(  # type: ignore[call-overload]
            kind,
            _count(waiting),
            _count(running),
            _count(col(Job.dead_at).is_not(None)),
            _count(col(Job.done_at).is_not(None)),
            sa.func.min(sa.case((due, col(Job.run_at)))),
        )
        .group_by(kind)
        .order_by(kind)
    )
    return [KindStatus(*row) for row in rows]


async def read_dead(session: AsyncSession) -> list[Job]:
    """The newest dead jobs, at most MOST_SHOWN."""
    dead = select(Job).where(col(Job.dead_at).is_not(None))
    return list(await session.exec(dead.order_by(col(Job.dead_at).desc()).limit(MOST_SHOWN)))


async def retry_dead(session: AsyncSession, job_id: uuid.UUID | None, now: datetime) -> int:
    """Free a dead job, or all of them, as if never tried; how many that were."""
    wanted: sa.ColumnElement[bool] = col(Job.dead_at).is_not(None)
    if job_id is not None:
        wanted = sa.and_(wanted, col(Job.id) == job_id)
    found = await session.exec(
        sa.update(Job)
        .where(wanted)
        .values(dead_at=None, run_at=now, attempts=0)
        .returning(col(Job.id))
        .execution_options(synchronize_session=False)
    )
    return len(found.all())


def _count(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)
