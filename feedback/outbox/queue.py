"""Asking for work: a row in the caller's own transaction, so that both stay or neither."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import ENQUEUED, new_id
from feedback.outbox.models import Job

TIDY, TIDY_SECONDS = "tidy", 20


async def enqueue(
    session: AsyncSession,
    kind: str,
    payload: Mapping[str, Any],
    *,
    dedup_key: str | None = None,
    run_at: datetime | None = None,
    once: bool = False,
    now: datetime,
) -> bool:
    """Ask for a job; it exists once the caller commits. True when there is now a new one.

    `dedup_key` names the work. While a job of that name waits, runs or is dead, asking again
    changes nothing (a dead one waits for `feedback worker --retry`). A done one is made new,
    unless `once`: then it stays done, which is what schedules want. A job that is running may
    have read before your change: put the version into the key, or ask again when it is done.
    """
    row = {
        "id": new_id(),
        "kind": kind,
        "payload": dict(payload),
        "dedup_key": dedup_key,
        "created_at": now,
        "run_at": run_at or now,
        "attempts": 0,
    }
    made = (await session.exec(_insert(session, row, once=once))).first() is not None
    if made:
        session.info[ENQUEUED] = True
    return made


async def ask_to_tidy(session: AsyncSession, now: datetime) -> None:
    """Ask that what the caller's transaction takes away goes from the files too, within a minute:
    from SQLite's log, from PostgreSQL's dead rows. Whoever asks within the same moments is served
    by one job, which begins when they are over: it writes a whole file anew."""
    began = int(now.timestamp()) // TIDY_SECONDS * TIDY_SECONDS
    run_at = now + timedelta(seconds=began + TIDY_SECONDS + 5 - now.timestamp())
    await enqueue(session, TIDY, {}, dedup_key=f"{TIDY}:{began}", run_at=run_at, now=now)


async def find_job(session: AsyncSession, dedup_key: str) -> Job | None:
    """The job of this name, in whatever state: a page may say that it is dead."""
    found = await session.exec(select(Job).where(col(Job.dedup_key) == dedup_key))
    return found.first()


def _insert(session: AsyncSession, row: dict[str, Any], *, once: bool) -> Any:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Job).values(**row)
    if once:
        statement = statement.on_conflict_do_nothing(index_elements=["dedup_key"])
    else:
        anew = ("kind", "payload", "created_at", "run_at", "attempts")
        nothing = ("locked_by", "locked_until", "done_at", "last_error")
        statement = statement.on_conflict_do_update(
            index_elements=["dedup_key"],
            set_={name: statement.excluded[name] for name in anew} | dict.fromkeys(nothing),
            where=col(Job.done_at).is_not(sa.null()),
        )
    return statement.returning(col(Job.id))
