"""What a backup says of itself: one line of JSON, the last one of the file.

The file before it is SQLite's or `pg_dump -Fc`'s own, and stays so: `sqlite3` and `pg_restore` read
it, they do not look past their end. A file without that line was cut off, or is none of ours.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from feedback import identity
from feedback.errors import FeedbackError

VERSION = 1
MOST_WORKSPACES = 200  # named; the line stays short
LONGEST = 64 * 1024
CHUNK = 1 << 20
BEGINNINGS = {b"SQLite format 3\0": "SQLite", b"PGDMP": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Facts:
    """database: `sqlite` or `postgresql`. secret: a fingerprint, see `fingerprint`. size and sha256
    are of what stands before this line. All that was acknowledged before `made_at` is in it."""

    database: str
    made_at: str
    program: str
    schema: str
    workspaces: list[str]
    answers: int
    secret: str
    size: int = 0
    sha256: str = ""
    feedback_backup: int = VERSION

    @property
    def made(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def fingerprint(key: bytes) -> str:
    """What tells two secrets apart and gives neither away: of 256 random bits nobody finds the
    others by these 64.

    >>> fingerprint(b"k" * 32), fingerprint(b"l" * 32)
    ('426976171edf4ee9', '7cc5888cb3f12cd6')
    """
    return identity.sign("fingerprint of a backup", key.hex())[:16]


def seal(file: BinaryIO, facts: Facts, stop: Callable[[], bool]) -> Facts:
    """Read what was written, and add the line that says it is whole."""
    file.seek(0)
    sum_, size = hashlib.sha256(), 0
    while chunk := file.read(CHUNK):
        sum_.update(chunk)
        size += len(chunk)
        stop_if(stop)
    whole = replace(facts, size=size, sha256=sum_.hexdigest())
    file.write(b"\n" + json.dumps(asdict(whole), ensure_ascii=True).encode() + b"\n")
    return whole


def read_facts(path: Path) -> Facts:
    """Raises FeedbackError in one line when the file is missing, cut off, or none of ours."""
    try:
        with path.open("rb") as file:
            kind = next((k for b, k in BEGINNINGS.items() if _begins(file, b)), None)
            file.seek(max(0, os.fstat(file.fileno()).st_size - LONGEST))
            last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror}.", exit_code=1) from error
    try:
        said = json.loads(last)
        version = said["feedback_backup"]
        if version == VERSION:
            facts = Facts(**said)
            if facts.size + len(last) + 2 == size and facts.made.tzinfo:
                return facts
    except (ValueError, KeyError, TypeError):
        version = VERSION
    if isinstance(version, int) and version > VERSION:
        raise FeedbackError(f"{path} was made by a newer feedback: install that one.")
    if kind is None:
        raise FeedbackError(f"{path} is no backup of feedback.")
    raise FeedbackError(
        f"{path} begins as a database of {kind}, but its last line is missing or wrong: it was cut "
        "off, or feedback backup did not make it. Nothing was restored."
    )


def copy_whole(
    facts: Facts, path: Path, write: Callable[[bytes], object], stop: Callable[[], bool]
) -> None:
    """Hand on what stands before the last line. Raises FeedbackError at its end when it is not
    what was written: whoever took it must throw it away."""
    sum_, left = hashlib.sha256(), facts.size
    with path.open("rb") as file:
        while chunk := file.read(min(CHUNK, left)):
            sum_.update(chunk)
            left -= len(chunk)
            write(chunk)
            stop_if(stop)
    if left or sum_.hexdigest() != facts.sha256:
        raise FeedbackError(f"{path} is damaged: it is not what was written then.")


class StoppedError(Exception):
    """Told to stop, it did."""


def stop_if(stop: Callable[[], bool]) -> None:
    if stop():
        raise StoppedError


def never() -> bool:
    return False


def _begins(file: BinaryIO, text: bytes) -> bool:
    file.seek(0)
    return file.read(len(text)) == text
