"""Is the clock right? The wall's is held against one that only counts; at a start against what is
stored."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.models import Workspace
from feedback.clocks.models import ClockJump
from feedback.db import Database
from feedback.numbers import COUNTED
from feedback.responses.models import Response

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
STOP_SECONDS = 2.0
# What a time service slews is less; a computer that slept is no jump, the other clock slept not.
JUMP = timedelta(seconds=60)
# Of several processes each sees the same jump.
SAME = timedelta(minutes=5)
TOLD = timedelta(days=60)  # on the settings page
# No clock of this program was right before.
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def ticking() -> float:
    """Seconds that only count up, a computer's sleep among them where its system tells."""
    kind = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if kind is None else time.clock_gettime(kind)


@cache
def _newest_jump() -> Any:
    since: Any = sa.bindparam("since")
    told = sa.or_(col(ClockJump.after_at) >= since, col(ClockJump.before_at) >= since)
    return sa.select(col(ClockJump.id)).where(told).limit(1)


class Watch:
    """Looks every few seconds; notes each jump once, for all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._since, self._began = clock.now(), ticking()
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def has_jumped(self) -> bool:
        """Whether a jump was noted in the last weeks, by any process."""
        return bool(await self._database.glance(_newest_jump(), {"since": clock.now() - TOLD}))

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._stopping.set()
            # A statement that is cancelled goes on in its thread, and finds no loop any more.
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await self._try(self.look_back())
        while not await self._has_stopped_within(LOOK_SECONDS):
            await self._try(self.look())

    async def _has_stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _try(self, looking: Coroutine[Any, Any, object]) -> None:
        try:
            await looking
        except Exception as error:
            log.warning("a jump of the clock could not be noted: %s", error)

    async def look(self) -> ClockJump | None:
        """The jump since the last look, noted."""
        now, ticks = clock.now(), ticking()
        expected = self._since + timedelta(seconds=ticks - self._began)
        if abs(now - expected) < JUMP:
            return None
        jump = ClockJump(since_at=self._since, before_at=expected, after_at=now)
        self._since, self._began = now, ticks
        return await self._note(jump)

    async def look_back(self) -> ClockJump | None:
        """At a start: whether answers are stored of a later time than it is."""
        now = clock.now()
        if now < FIRST:
            log.error("the clock says %s: set it, answers get its time", f"{now:%Y-%m-%d %H:%M}")
        async with self._database.read() as session:
            newest = await _newest(session)
        if newest is None or newest < now + JUMP:
            return None
        return await self._note(ClockJump(since_at=now, before_at=newest, after_at=now))

    async def _note(self, jump: ClockJump) -> ClockJump:
        COUNTED["clock_jumps", ""] += 1
        seconds = round((jump.after_at - jump.before_at).total_seconds())
        said = "the clock jumped by %+d s, from %s to %s: see /settings/clock"
        times = (f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in (jump.before_at, jump.after_at))
        log.error(said, seconds, *times)
        async with self._database.write() as session:
            known = await session.exec(
                select(ClockJump).where(
                    col(ClockJump.before_at).between(jump.before_at - SAME, jump.before_at + SAME),
                    col(ClockJump.after_at).between(jump.after_at - SAME, jump.after_at + SAME),
                )
            )
            if known.first() is None:
                session.add(jump)
        return jump


async def _newest(session: AsyncSession) -> datetime | None:
    """The moment of the newest answer: ids are of their time, so each key's end is looked at."""
    times = []
    for workspace_id in list(await session.exec(select(Workspace.id))):
        found = await session.exec(
            select(Response.id, Response.answered_at)
            .where(Response.workspace_id == workspace_id)
            .order_by(col(Response.id).desc())
            .limit(1)
        )
        times += [answered_at for _, answered_at in found]
    return max(times, default=None)


async def load_jumps(session: AsyncSession, *, most: int = 20) -> list[ClockJump]:
    """The newest first."""
    newest = select(ClockJump).order_by(col(ClockJump.id).desc())
    return list(await session.exec(newest.limit(most)))
