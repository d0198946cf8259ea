"""Passwords: argon2id, off the event loop."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10

# The library's defaults cost 64 MiB and 0.3 s each: two at a time, so that a burst of sign-ins
# can neither fill the memory nor stop the server.
_hasher = PasswordHasher()
_turns = asyncio.Semaphore(2)


async def hash_password(password: str) -> str:
    async with _turns:
        return await asyncio.to_thread(_hasher.hash, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """True when it matches. Without a hash it takes as long: nobody learns who has an account."""
    known = password_hash or await _hash_of_nothing()
    async with _turns:
        matches = await asyncio.to_thread(_verify, known, password)
    return matches and password_hash is not None


_nothing: str | None = None


async def _hash_of_nothing() -> str:
    global _nothing
    if _nothing is None:
        _nothing = await hash_password("nobody's password")
    return _nothing


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
