"""The number of a comment: in the order of time, small enough for a rowid of SQLite."""

import uuid
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from feedback.comments import fts

LOW = 15  # bits of a number below its milliseconds
# Numbers that are tried at once for a comment whose own is taken, and of one millisecond: a file
# may hold thousands of answers of the same moment.
TRIES, IN_ONE = 16, 8


def number_of(response_id: uuid.UUID, attempt: int = 0) -> int:
    """What a comment is numbered by if that is free: by the milliseconds of its answer first.

    >>> early, late = uuid.UUID(int=5 << 80), uuid.UUID(int=6 << 80)
    >>> number_of(early) < number_of(late), number_of(early, 1) >> LOW
    (True, 5)
    """
    low = (response_id.int >> 64 & 0xFFF) << 3 | response_id.int >> 59 & 7
    if attempt:
        seed = response_id.bytes + attempt.to_bytes(4, "big")
        low = int.from_bytes(blake2b(seed, digest_size=4).digest(), "big")
    milliseconds = (response_id.int >> 80) + attempt // IN_ONE
    return milliseconds << LOW | low & (1 << LOW) - 1


async def numbered(
    connection: AsyncConnection, workspace_id: uuid.UUID, rows: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The rows with their numbers, in the order of time."""
    found: dict[int, dict[str, Any]] = {}
    waiting, attempt, at_once = sorted(rows, key=lambda row: row["response_id"]), 0, 1
    while waiting:
        tries = range(attempt, attempt + at_once)
        asked = {number_of(row["response_id"], each) for row in waiting for each in tries}
        taken = await fts.taken(connection, workspace_id, asked) | found.keys()
        left = []
        for row in waiting:
            free = (number_of(row["response_id"], each) for each in tries)
            number = next((each for each in free if each not in taken), None)
            if number is None:
                left.append(row)
            else:
                taken.add(number)
                found[number] = row | {"number": number, "workspace_id": workspace_id}
        waiting, attempt, at_once = left, tries.stop, TRIES
    return [row for _, row in sorted(found.items())]
