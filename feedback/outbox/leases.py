"""Who holds which job, and until when. Each change is one statement with its own condition."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.outbox.models import Job

ERROR_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until its lease ends. `token` is written nowhere but on our jobs."""

    id: uuid.UUID
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    last_error: str | None
    token: str


def is_open() -> Any:
    return sa.and_(col(Job.done_at).is_(None), col(Job.dead_at).is_(None))


def is_free(now: datetime) -> Any:
    """Due, and held by nobody any more."""
    held = col(Job.locked_until)
    return sa.and_(is_open(), col(Job.run_at) <= now, sa.or_(held.is_(None), held < now))


async def due_kinds(session: AsyncSession, kinds: Sequence[str], now: datetime) -> list[str]:
    """Which of these kinds have a job to be claimed: an idle worker only reads."""
    wanted = select(Job.kind).where(col(Job.kind).in_(kinds), is_free(now)).distinct()
    return list(await session.exec(wanted))


async def claim(
    session: AsyncSession, kind: str, limit: int, token: str, *, now: datetime, until: datetime
) -> list[Claim]:
    """Take up to `limit` jobs, oldest first. The attempt counts from here, so that a job which
    kills its worker is counted too."""
    # A subquery in IN may be run more than once on PostgreSQL, and lock more than its limit.
    wanted = (
        select(Job.id)
        .where(col(Job.kind) == kind, is_free(now))
        .order_by(col(Job.run_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("wanted")
    )
    found = await session.exec(
        sa.update(Job)
        .where(col(Job.id).in_(sa.select(wanted.c.id)))
        .values(locked_by=token, locked_until=until, attempts=Job.attempts + 1)
        .returning(
            col(Job.id), col(Job.kind), col(Job.payload), col(Job.attempts), col(Job.last_error)
        )
        .execution_options(synchronize_session=False)
    )
    return [Claim(row[0], row[1], row[2], row[3], row[4], token) for row in found]


async def extend(
    session: AsyncSession, jobs: Sequence[Claim], *, until: datetime
) -> set[uuid.UUID]:
    """Hold on to these jobs; the ids of those that still are ours."""
    found = await session.exec(
        sa.update(Job)
        .where(
            col(Job.id).in_([job.id for job in jobs]),
            col(Job.locked_by).in_({job.token for job in jobs}),
            is_open(),
        )
        .values(locked_until=until)
        .returning(col(Job.id))
        .execution_options(synchronize_session=False)
    )
    return {id for (id,) in found}


async def finish(session: AsyncSession, job: Claim, *, now: datetime) -> bool:
    """Done. False: the lease was lost, somebody else does it or has done it."""
    return await _settle(session, job, done_at=now, locked_by=None, locked_until=None)


async def fail(
    session: AsyncSession, job: Claim, error: str, *, retry_at: datetime | None, now: datetime
) -> bool:
    """Free it until `retry_at`, or dead where there is none. False: the lease was lost."""
    again = {"dead_at": now} if retry_at is None else {"run_at": retry_at}
    said = error.replace("\x00", "")[:ERROR_LENGTH]
    return await _settle(session, job, last_error=said, locked_by=None, locked_until=None, **again)


async def release(session: AsyncSession, worker: str) -> None:
    """Give back all that this worker holds; the attempt that was cut short does not count."""
    await session.exec(
        sa.update(Job)
        .where(is_open(), col(Job.locked_by).startswith(f"{worker}/", autoescape=True))
        .values(locked_by=None, locked_until=None, attempts=Job.attempts - 1)
        .execution_options(synchronize_session=False)
    )


async def _settle(session: AsyncSession, job: Claim, **values: Any) -> bool:
    found = await session.exec(
        sa.update(Job)
        .where(col(Job.id) == job.id, col(Job.locked_by) == job.token, is_open())
        .values(**values)
        .returning(col(Job.id))
        .execution_options(synchronize_session=False)
    )
    return found.first() is not None
