"""Passwords: argon2id, off the event loop, a few at a time and in fair turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 200

# How often somebody tried before, the most telling count first: few go before many.
Rank = tuple[int, ...]
_hasher = PasswordHasher()


class BusyError(Exception):
    """More passwords wait to be checked than can be soon."""


class Turns:
    """At most `at_once` hold a turn; of those who wait the lowest rank comes first, and among
    equals by turns who came last and who came first. So a burst keeps itself waiting, not who
    comes after it, and nobody waits for ever. When more than `most` wait, one is sent away with
    BusyError: of the highest rank, the one in the middle.
    """

    def __init__(self, at_once: int, most: int) -> None:
        self._free = at_once
        self._most = most
        self._came = 0
        self._newest_next = True
        self._waiting: dict[tuple[Rank, int], asyncio.Future[None]] = {}

    @asynccontextmanager
    async def take(self, rank: Rank = ()) -> AsyncIterator[None]:
        """Hold a turn. Raises BusyError."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(rank)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rank: Rank) -> None:
        self._came += 1
        place = (rank, self._came)
        turn = self._waiting[place] = asyncio.get_running_loop().create_future()
        if len(self._waiting) > self._most:
            last = self._of_rank(max(self._waiting)[0])
            self._waiting.pop(last[len(last) // 2]).set_exception(BusyError())
        try:
            await turn
        except asyncio.CancelledError:
            if self._waiting.pop(place, None) is None and not turn.cancelled():
                self._pass_on()  # it was ours already
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            first = self._of_rank(min(self._waiting)[0])
            turn = self._waiting.pop(first[-1 if self._newest_next else 0])
            self._newest_next = not self._newest_next
            if not turn.done():  # else its request is over
                turn.set_result(None)
                return
        self._free += 1

    def _of_rank(self, rank: Rank) -> list[tuple[Rank, int]]:
        return sorted(place for place in self._waiting if place[0] == rank)


# The library's defaults cost 64 MiB and 0.1 s or more each: a burst of sign-ins can neither fill
# the memory nor stop the server, and nobody waits for more than some seconds.
_turns = Turns(at_once=2, most=40)


async def hash_password(password: str) -> str:
    """What is kept of a password. Raises BusyError."""
    async with _turns.take():
        return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password: str, password_hash: str | None, rank: Rank = ()) -> bool:
    """True when it matches. Without a hash it takes as long: nobody learns who has an account.

    Raises BusyError.
    """
    async with _turns.take(rank):
        matches = await asyncio.to_thread(_verify, password_hash, password)
    return matches and password_hash is not None


@cache
def _hash_of_nothing() -> str:
    return _hasher.hash("nobody's password")


def _verify(password_hash: str | None, password: str) -> bool:
    try:
        return _hasher.verify(password_hash or _hash_of_nothing(), password)
    except (VerificationError, InvalidHashError):
        return False
