"""Recognise a burst while it comes: its answers get a random id in common, their `origin`.

Who sends is known by a hash of the day alone (`limits`), here and in memory. What is stored says
which answers came together, and of nobody where from; an answer outside a burst gets none.
"""

import asyncio
import logging
import secrets
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.responses.models import Response
from feedback.responses.outcome import Answer, Outcome
from feedback.responses.recent import Recent
from feedback.responses.writer import Writer

log = logging.getLogger(__name__)

# So many answers to one survey from one address within so long are a burst.
MANY = 20
WINDOW_SECONDS = 600.0
# Each holds the last answers of one sender, at most MANY: 3 kB.
MOST_SENDERS = 5_000
# The first of a burst are marked a moment later, together.
GATHER_SECONDS = 1.0
TRIES = 5


class Sender:
    """The last answers of one address to one survey: when, and which of them bear no mark yet."""

    __slots__ = ("given", "marked_at", "origin")

    def __init__(self) -> None:
        self.given: list[tuple[float, uuid.UUID | None]] = []
        self.origin: bytes | None = None
        self.marked_at = 0.0

    def mark(self, now: float) -> bytes:
        """The origin of the burst that goes on, or begins, now."""
        if self.origin is None or now - self.marked_at > WINDOW_SECONDS:
            self.origin = secrets.token_bytes(8)
        self.marked_at = now
        return self.origin


class Recogniser:
    """Tells which answers are among `MANY` of one sender within the window.

    A sender is a hash; moments are seconds of a clock that does not go back.
    """

    def __init__(self) -> None:
        self.senders: Recent[Sender] = Recent(WINDOW_SECONDS, MOST_SENDERS)

    def origin_of(self, sender: bytes, now: float) -> bytes | None:
        """That of the burst which one more answer of this sender belongs to, None where to none."""
        known = self.senders.get(sender, now)
        if known is None:
            return None
        known.given = [each for each in known.given if each[0] > now - WINDOW_SECONDS]
        return known.mark(now) if len(known.given) >= MANY - 1 else None

    def note(
        self, sender: bytes, now: float, id: uuid.UUID, origin: bytes | None
    ) -> tuple[bytes, list[uuid.UUID]] | None:
        """An answer of this sender was stored, with the origin it was told or without.

        The origin of a burst, and those of its answers that bear none yet; None where there are
        none.
        """
        known = self.senders.get(sender, now) or Sender()
        known.given.append((now, id if origin is None else None))
        del known.given[:-MANY]
        self.senders.put(sender, known, now)
        if len(known.given) < MANY:
            return None
        unmarked = [each for _, each in known.given if each is not None]
        known.given = [(moment, None) for moment, _ in known.given]
        return (known.mark(now), unmarked) if unmarked else None


class Bursts:
    """Stores answers through the writer, and marks those that come in bursts."""

    def __init__(self, writer: Writer, database: Database) -> None:
        self._writer = writer
        self._database = database
        self._recogniser = Recogniser()
        self._waiting: dict[tuple[uuid.UUID, uuid.UUID], tuple[bytes, int]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    async def store(self, answer: Answer, sender: bytes | None) -> Outcome:
        """What the writer says; sender: who sends it, as a hash, None where that is not known."""
        # Where an anonymous answer came from is not even asked: a mark would join some of them.
        if sender is None or answer.test or answer.row_id is not None:
            return await self._stored(answer)
        now = time.monotonic()
        if (origin := self._recogniser.origin_of(sender, now)) is not None:
            answer = msgspec.structs.replace(answer, origin=origin)
        outcome = await self._stored(answer)
        if outcome.status == "created":
            burst = self._recogniser.note(sender, now, outcome.response_id, origin)
            if burst is not None:
                self._mark_soon(answer.workspace_id, *burst)
        return outcome

    @property
    def is_idle(self) -> bool:
        """Whether every answer of a burst bears its mark."""
        return self._task is None or self._task.done()

    async def stop(self) -> None:
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def _stored(self, answer: Answer) -> Outcome:
        outcome = await self._writer.store(answer)
        assert outcome is not None
        return outcome

    def _mark_soon(self, workspace_id: uuid.UUID, origin: bytes, ids: Sequence[uuid.UUID]) -> None:
        self._waiting |= {(workspace_id, id): (origin, TRIES) for id in ids}
        if self.is_idle:
            self._task = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        while self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), GATHER_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        try:
            async with self._database.write() as session:
                marked = await _mark(session, waiting)
        except Exception as error:
            log.warning("the first answers of a burst are not marked: %s", type(error).__name__)
            marked = set()
        for key, (origin, tries) in waiting.items():
            if key not in marked and tries > 1:
                self._waiting.setdefault(key, (origin, tries - 1))


async def _mark(
    session: Any, waiting: dict[tuple[uuid.UUID, uuid.UUID], tuple[bytes, int]]
) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Give each answer its origin; those that are being changed at this moment are left out."""
    together: dict[tuple[uuid.UUID, bytes], list[uuid.UUID]] = defaultdict(list)
    for (workspace_id, id), (origin, _) in waiting.items():
        together[workspace_id, origin].append(id)
    marked = set()
    for (workspace_id, origin), ids in together.items():
        own = col(Response.workspace_id) == workspace_id
        # Whoever waits here for one row may hold another that the writer waits for.
        free = select(Response.id).where(own, col(Response.id).in_(ids))
        found = list(await session.exec(free.with_for_update(skip_locked=True)))
        await session.exec(
            sa.update(Response)
            .where(own, col(Response.id).in_(found))
            .values(origin=origin)
            .execution_options(synchronize_session=False)
        )
        marked |= {(workspace_id, id) for id in found}
    return marked
