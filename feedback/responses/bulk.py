"""Storing many new answers at once: what a file or the demo brings, never what a browser sends.

An answer stored before is left as it is. Each call is one transaction, so that a crash leaves
whole batches behind and the same answers can simply be stored again.
"""

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from feedback.responses.bulk_rows import BatchResult, NewResponse, Origin
from feedback.settings import Settings

# Lets a server that waits for SQLite's lock have it: its busy handler looks every few ms.
PAUSE_SECONDS = 0.004


class BulkStore(Protocol):
    """`store` raises FeedbackError (exit code 1) when the database cannot write; then nothing of
    the batch is stored."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    async def store(self, origin: Origin, batch: Sequence[NewResponse]) -> BatchResult: ...


def make_bulk_store(settings: Settings) -> BulkStore:
    """The bulk store of the configured database; only its driver is imported."""
    if settings.sqlite_file is None:
        from feedback.responses.bulk_postgres import PostgresBulk

        return PostgresBulk(settings.url)
    from feedback.responses.bulk_sqlite import SqliteBulk

    return SqliteBulk(settings.sqlite_file)


async def store_all(
    settings: Settings,
    origin: Origin,
    batches: Iterable[Sequence[NewResponse]],
    on_stored: Callable[[BatchResult], None],
) -> None:
    """Store batch after batch, each while the next one is made ready. Raises FeedbackError."""
    store = make_bulk_store(settings)
    await store.open()
    try:
        under_way: asyncio.Task[BatchResult] | None = None
        for batch in batches:
            if under_way is not None:
                on_stored(await under_way)
            under_way = asyncio.create_task(store.store(origin, batch))
            await asyncio.sleep(PAUSE_SECONDS)
        if under_way is not None:
            on_stored(await under_way)
    finally:
        await store.close()


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """For loads: millions of short-lived tuples, not one cycle; looking costs a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
