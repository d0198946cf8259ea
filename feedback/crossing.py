"""Two transactions that crossed: the database gave up one of them, and it may be done again.

Every writer goes through `again`: answers, imports, pages, jobs, `feedback rollups rebuild`.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

TRIES = 5
PAUSE = 0.02  # seconds, twice as long each time, and never all at one moment
# SQLSTATE: could not serialize; deadlock.
STATES = ("40001", "40P01")
# Filled by the transactions of one request: one with a part stored is not begun anew.
COMMITTED: ContextVar[list[bool]] = ContextVar("committed")


def is_crossed(error: BaseException) -> bool:
    """Whether the database gave this transaction up for another's sake; nothing of it stays."""
    at: BaseException | None = error
    while at is not None:
        if (getattr(at, "sqlstate", None) or getattr(at, "pgcode", None)) in STATES:
            return True
        at = getattr(at, "orig", None) or at.__cause__
    return False


async def pause(attempt: int) -> None:
    """Wait before the next try; `attempt` counts from 0."""
    await asyncio.sleep(PAUSE * 2**attempt * random.uniform(0.5, 1.5))


async def again(act: Callable[[], Awaitable[T]], *more: type[Exception]) -> T:
    """What `act` returns, which is a whole transaction and is done anew when it crossed another.

    more: errors that mean the same. Raises the last one after `TRIES`.
    """
    for attempt in range(TRIES):
        try:
            return await act()
        except Exception as error:
            is_last = attempt == TRIES - 1
            if is_last or not (isinstance(error, more) or is_crossed(error)):
                raise
            if not isinstance(error, more):
                await pause(attempt)
    raise AssertionError("the loop above returns or raises")
