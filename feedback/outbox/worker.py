"""Does the work that waits: claims jobs, holds their leases, counts their failures."""

import asyncio
import logging
import os
import random
import secrets
import socket
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from feedback import clock
from feedback.crossing import again
from feedback.db import Database
from feedback.logs import describe
from feedback.outbox import leases
from feedback.outbox.leases import Claim
from feedback.outbox.schedules import Calendar, Schedule
from feedback.settings import Settings

log = logging.getLogger(__name__)

REST = 0.5  # of the time that some standing work took


@dataclass(frozen=True, slots=True)
class Work:
    """What a handler is given: the job's payload, and the moment it began."""

    database: Database
    settings: Settings
    now: datetime
    payload: Mapping[str, Any]


Handler = Callable[[Work], Awaitable[None]]
# Looks for work that has a table of its own and does some of it; whether there may be more.
Standing = Callable[[Database], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of job is done. A handler may run twice for one job, so it must not mind.

    `at_once`: so many beside each other in a process. After `attempts` failures it is dead.
    `seen_outside`: it sends somebody something. A restore does not send it again by itself.
    """

    handler: Handler
    at_once: int = 1
    attempts: int = 5
    limit: timedelta = timedelta(minutes=10)
    seen_outside: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """The seconds between this and that. A third of the lease is the heartbeat.

    `first` keeps a start quick; work that is asked for in this process is begun at once.
    The clocks of the nodes must agree within a third of the lease.
    """

    first: float = 2
    poll: float = 2
    tick: float = 30
    lease: float = 60
    retry: float = 10
    longest_retry: float = 3600
    trouble: float = 10
    grace: float = 4


class Worker:
    """Runs beside the server or as a program of its own; any number of them share one table.

    An error in a handler is the job's, never the worker's. While the database is away it waits.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        kinds: Mapping[str, Kind],
        schedules: Sequence[Schedule] = (),
        pace: Pace | None = None,
        standing: Sequence[Standing] = (),
    ) -> None:
        self.name = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._database = database
        self._settings = settings
        self._kinds = kinds
        self._calendar = Calendar(schedules)
        self._standing = standing
        self._pace = pace or Pace()
        self._bell = database.work_waits
        self._claims = 0
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._ending: set[uuid.UUID] = set()  # their handlers are done
        self._stopping = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._loops = [
            asyncio.create_task(self._take_work()),
            asyncio.create_task(self._hold_leases()),
            asyncio.create_task(self._look_at_calendar()),
            *(asyncio.create_task(self._go_on_with(each)) for each in self._standing),
        ]

    async def stop(self) -> None:
        """Take nothing more; let what runs finish for a moment, then give it back."""
        self._stopping.set()
        self._bell.set()
        under_way = {*self._loops, *self._running}
        if not under_way:
            return
        _, late = await asyncio.wait(under_way, timeout=self._pace.grace)
        late |= set(self._running)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        if late:
            await self._give_back()

    async def _take_work(self) -> None:
        await self._wait(self._bell, self._pace.first)
        while not self._stopping.is_set():
            self._bell.clear()
            pause = self._pace.poll
            try:
                await self.take()
            except Exception as error:
                log.warning("the worker waits for the database: %s", error)
                pause = self._pace.trouble
            await self._wait(self._bell, pause * random.uniform(0.75, 1.25))

    async def take(self) -> int:
        """Begin all that is due and has room; how many jobs that were."""
        busy = Counter(job.kind for job in self._running.values())
        room = {key: kind.at_once - busy[key] for key, kind in self._kinds.items()}
        free = [key for key, places in room.items() if places > 0]
        if not free:
            return 0
        async with self._database.read() as session:
            due = await leases.due_kinds(session, free, clock.now())
        begun = 0
        for key in due:
            for job in await self._claim(key, room[key]):
                task = asyncio.create_task(self._do(job))
                self._running[task] = job
                task.add_done_callback(self._forget)
                begun += 1
        return begun

    async def _claim(self, kind: str, limit: int) -> list[Claim]:
        self._claims += 1
        token = f"{self.name}/{self._claims}"
        async with self._database.write() as session:
            now = clock.now()
            until = self._lease_end(now)
            return await leases.claim(session, kind, limit, token, now=now, until=until)

    async def _do(self, job: Claim) -> None:
        kind = self._kinds[job.kind]
        if job.attempts > kind.attempts:
            died = job.last_error or "each time its worker ended before the job did"
            await self._settle(job, died, may_retry=False)
            return
        work = Work(self._database.patient(), self._settings, clock.now(), job.payload)
        try:
            async with asyncio.timeout(kind.limit.total_seconds()):
                await again(lambda: kind.handler(work))
        except Exception as error:
            log.warning("a job of kind %s failed (%s)", job.kind, job.id, exc_info=error)
            await self._settle(job, describe(error), may_retry=job.attempts < kind.attempts)
        else:
            await self._settle(job)

    async def _settle(self, job: Claim, error: str = "", *, may_retry: bool = True) -> None:
        """Write down how it ended, as long as the lease lasts; past that it is done again."""
        self._ending.add(job.id)
        until = self._lease_end(clock.now())
        while True:
            try:
                async with self._database.write() as session:
                    now = clock.now()
                    if not error:
                        ours = await leases.finish(session, job, now=now)
                    else:
                        again = self._retry_at(job, now) if may_retry else None
                        ours = await leases.fail(session, job, error, retry_at=again, now=now)
                break
            except Exception as failure:
                if clock.now() > until:
                    raise
                log.warning("a job's end could not be written: %s", failure)
                await asyncio.sleep(min(1, self._pace.trouble))
        if not ours:
            log.warning("the lease of a job of kind %s was lost (%s)", job.kind, job.id)

    def _retry_at(self, job: Claim, now: datetime) -> datetime:
        """Twice as long each time, and never all at one moment."""
        pause = min(self._pace.retry * 2 ** (job.attempts - 1), self._pace.longest_retry)
        return now + timedelta(seconds=pause * random.uniform(0.75, 1.25))

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._ending.discard(self._running.pop(task).id)
        self._bell.set()
        if not task.cancelled() and (error := task.exception()):
            log.warning("a job's end was not written, it will be done again: %s", error)

    async def _hold_leases(self) -> None:
        while not await self._wait(self._stopping, self._pace.lease / 3):
            held = {t: job for t, job in self._running.items() if job.id not in self._ending}
            if not held:
                continue
            try:
                async with self._database.write() as session:
                    until = self._lease_end(clock.now())
                    ours = await leases.extend(session, list(held.values()), until=until)
            except Exception as error:
                log.warning("the leases could not be extended: %s", error)
                continue
            for task, job in held.items():
                if job.id not in ours | self._ending and not task.done():
                    log.warning("the lease of a job of kind %s was lost (%s)", job.kind, job.id)
                    task.cancel()

    async def _look_at_calendar(self) -> None:
        while not await self._wait(self._stopping, self._pace.tick * random.uniform(0.5, 1)):
            try:
                await self._calendar.tick(self._database, clock.now())
            except Exception as error:
                log.warning("the schedules could not be looked at: %s", error)

    async def _go_on_with(self, some: Standing) -> None:
        """A poll apart, or at once as long as there is more, with a rest for all others."""
        pause, database = self._pace.first, self._database.patient()
        while not await self._wait(self._stopping, pause):
            began = time.monotonic()
            try:
                is_more = await some(database)
                rest = (time.monotonic() - began) * REST
                pause = rest if is_more else self._pace.poll * random.uniform(0.75, 1.25)
            except Exception as error:
                log.warning("some of the standing work failed: %s", describe(error))
                pause = self._pace.trouble

    async def _give_back(self) -> None:
        try:
            async with asyncio.timeout(2), self._database.write() as session:
                await leases.release(session, self.name)
        except Exception as error:
            log.warning("leases are left to end by themselves: %s", error)

    def _lease_end(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self._pace.lease)

    async def _wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False
