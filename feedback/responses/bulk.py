"""Storing many new answers at once: what a file or the demo brings, never what a browser sends.

An answer stored before is left as it is. Each call is one transaction, so that a crash leaves
whole batches behind and the same answers can simply be stored again.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from feedback.responses.bulk_rows import Batch, BatchResult, Origin
from feedback.settings import Settings

# How long a thread that comes back from the database waits for one that makes rows; Python's own
# 5 ms, some twelve times a batch, would be as long as the batch itself.
_SWITCH_SECONDS = 0.0002


class BulkStore(Protocol):
    """`prepare` is done while another batch is stored, by any thread, and asks nobody.

    `store` raises FeedbackError (exit code 1) when the database cannot write; then nothing of the
    batch is stored."""

    async def open(self) -> None: ...
    async def close(self) -> None: ...
    def prepare(self, origin: Origin, batch: Batch) -> Any: ...
    async def store(self, ready: Any) -> BatchResult: ...


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
    batches: Iterable[Batch],
    on_stored: Callable[[BatchResult], None],
) -> None:
    """Store batch after batch, while a thread makes the next one ready. Raises FeedbackError."""
    store = make_bulk_store(settings)
    prepared = (store.prepare(origin, batch) for batch in batches)
    await store.open()
    try:
        with _quick_switches():
            ready = await asyncio.to_thread(next, prepared, None)
            while ready is not None:
                under_way = asyncio.create_task(store.store(ready))
                try:
                    ready = await asyncio.to_thread(next, prepared, None)
                finally:
                    on_stored(await under_way)
    finally:
        await store.close()


@contextmanager
def _quick_switches() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """For loads: millions of short-lived tuples, not one cycle; looking costs a quarter of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
