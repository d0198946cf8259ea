"""Group commit: many answers wait for one fsync, each is acknowledged after it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from feedback.db import Database
from feedback.numbers import COUNTED, NOW, WRITES
from feedback.responses.outcome import Answer, Display, Outcome, StoreUnavailableError
from feedback.settings import Settings

log = logging.getLogger(__name__)

# Past this many waiting answers the server says 503 instead of growing: about two seconds of work.
QUEUE_LIMIT = 10_000
BATCH_LIMIT = 500
# Under load the clients that were just answered come back together: wait for the others of them.
GATHER_SECONDS = 0.002


class QueueFullError(Exception):
    """More answers are waiting than the writer can promise to store soon."""


class Store(Protocol):
    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def store(self, batch: Sequence[Answer | Display]) -> list[Outcome | None]: ...


def make_store(settings: Settings) -> Store:
    """The store of the configured database; only its driver is imported."""
    if settings.sqlite_file is None:
        from feedback.responses.store_postgres import PostgresStore

        return PostgresStore(settings.url)
    from feedback.responses.store_sqlite import SqliteStore

    return SqliteStore(settings.sqlite_file)


class Writer:
    """Takes answers one by one and stores them by the batch.

    `store` returns after the commit, or raises: QueueFullError at once, StoreUnavailableError
    when the database cannot write now, or what it said of this answer. A batch that fails for
    an answer's sake is tried again one by one, so that the bad one fails alone.
    """

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._gate = database.gate
        self._waiting: deque[tuple[Answer | Display, asyncio.Future[Outcome | None]]] = deque()
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        # When the database last refused to write, and why; None since it took a batch.
        self.refused: tuple[float, Exception] | None = None

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done() and not self._stopping

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= QUEUE_LIMIT

    async def start(self) -> None:
        await self._store.open()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Store what waits, then close."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            await self._task
        await self._store.close()

    def store(self, item: Answer | Display) -> "asyncio.Future[Outcome | None]":
        if len(self._waiting) >= QUEUE_LIMIT or self._stopping:
            raise QueueFullError
        future: asyncio.Future[Outcome | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._wake.set()
        return future

    async def _run(self) -> None:
        size = 0
        while self._waiting or not self._stopping:
            if not self._waiting:
                NOW["queue"] = 0
                self._wake.clear()
                await self._wake.wait()
                if size > 1:
                    await asyncio.sleep(GATHER_SECONDS)
                continue
            NOW["queue"] = len(self._waiting)
            size = min(len(self._waiting), BATCH_LIMIT)
            await self._commit([self._waiting.popleft() for _ in range(size)])

    async def _commit(
        self, batch: list[tuple[Answer | Display, "asyncio.Future[Outcome | None]"]]
    ) -> None:
        began = time.perf_counter()
        try:
            async with self._locked():
                outcomes = await self._store.store([item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not isinstance(error, StoreUnavailableError):
                log.warning("a batch of %d failed, now one by one: %s", len(batch), error)
                for pair in batch:
                    await self._commit([pair])
                return
            if isinstance(error, StoreUnavailableError):
                # Those who wait would be told the same, after as long again: they come back.
                batch += self._waiting
                self._waiting.clear()
                self.refused = time.monotonic(), error
            for _, future in batch:
                _settle(future, error=error)
        else:
            self.refused = None
            WRITES.add(time.perf_counter() - began)
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                COUNTED["answers", outcome.status if outcome else "display"] += 1
                _settle(future, outcome)

    def _locked(self) -> AbstractAsyncContextManager[Any]:
        return self._gate()


def _settle(
    future: "asyncio.Future[Outcome | None]",
    outcome: Outcome | None = None,
    error: Exception | None = None,
) -> None:
    # The client may have gone; its answer is stored all the same.
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(outcome)
