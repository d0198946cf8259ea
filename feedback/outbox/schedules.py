"""Work that comes by the calendar. There is no leader: every node asks, the key lets one win."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.db import Database
from feedback.outbox.queue import enqueue

# Rows of one transaction: on SQLite everybody else waits for it.
ROWS_AT_ONCE = 200

Rows = Callable[[AsyncSession, datetime], Awaitable[Sequence[tuple[str, Mapping[str, Any]]]]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once in each `period`, `rows(session, now)` gives what is due, as (dedup_key, payload).

    A key carries its own period ("digest:<workspace>:2026-11"): it is enqueued once, however
    many nodes ask however often. Done jobs are `kept` so long, longer than the key's period.
    """

    kind: str
    period: timedelta
    rows: Rows
    kept: timedelta = timedelta(days=8)


class Calendar:
    """The schedules of one process, and up to when each has been looked at here."""

    def __init__(self, schedules: Sequence[Schedule]) -> None:
        self._schedules = schedules
        self._seen: dict[str, datetime] = {}

    async def tick(self, database: Database, now: datetime) -> int:
        """Enqueue what has become due; how many jobs are new."""
        made = 0
        for schedule in self._schedules:
            began = period_start(schedule.period, now)
            if self._seen.get(schedule.kind) == began:
                continue
            async with database.read() as session:
                rows = await schedule.rows(session, now)
            made += await _enqueue_all(database, schedule.kind, rows, now)
            self._seen[schedule.kind] = began
        return made


def period_start(period: timedelta, now: datetime) -> datetime:
    """When the period of this moment began, counted from midnight, UTC.

    >>> period_start(timedelta(hours=6), datetime(2026, 3, 15, 13, 5, tzinfo=UTC)).hour
    12
    """
    origin = datetime(2000, 1, 1, tzinfo=UTC)
    return origin + (now - origin) // period * period


async def _enqueue_all(
    database: Database, kind: str, rows: Sequence[tuple[str, Mapping[str, Any]]], now: datetime
) -> int:
    made = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        async with database.write() as session:
            for key, payload in rows[start : start + ROWS_AT_ONCE]:
                made += await enqueue(session, kind, payload, dedup_key=key, once=True, now=now)
    return made
