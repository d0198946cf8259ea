"""Waiting for what will come: as long as a busy machine may need, and never for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE = 300.0  # seconds; what a test waits for takes a few, when all is well
PAUSE = 0.05
Found = TypeVar("Found")


async def arrival(look: Callable[[], Awaitable[Found]]) -> Found:
    """The first thing found that is not empty. Raises TimeoutError when nothing comes."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):
            await asyncio.sleep(PAUSE)
    return found


async def until(holds: Callable[[], bool], *, pause: float = PAUSE) -> None:
    """Return as soon as this holds. Raises TimeoutError when it never does."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(pause)
