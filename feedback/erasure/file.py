"""The ledger beside the backups: a line an act of erasing, with hashes, ids, the time and counts.

A line is written and has reached the disk **before** the transaction that erases commits. Killed in
between, the file names what the database still holds, and `ledger.agree` does it then; the other
way round a restored backup would bring back somebody who was erased. The last line may be torn by
a kill: its transaction never committed, so it is not read.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from feedback.errors import FeedbackError
from feedback.private import sync_folder

NAME = "erasures.ndjson"

# Survey, submission id, and whether it is a test: what a resent message is known by.
Sent = tuple[uuid.UUID, uuid.UUID, bool]


class Masked(msgspec.Struct, frozen=True):
    """Where the words stood that were masked in a comment, from and to which letter, and by whom.

    check: whether a comment is the one they stood in. places: none for all of it.
    """

    check: str = ""
    places: Sequence[tuple[int, int]] = ()
    by: uuid.UUID = uuid.UUID(int=0)


class Entry(msgspec.Struct, frozen=True):
    """One act in one workspace.

    persons: keyed hashes, hexadecimal. answers: by the hash of each answer, what it was sent as.
    masked: by another hash of each, where words were masked; see `masked`.
    """

    id: uuid.UUID
    workspace: uuid.UUID
    erased_at: datetime
    persons: Sequence[str] = ()
    answers: Mapping[str, Sequence[Sent]] = {}
    comments: int = 0
    changes: int = 0
    masked: Mapping[str, Masked] = {}


def append(folder: Path, entries: Sequence[Entry]) -> None:
    """Add a line for each and wait for the disk. Raises FeedbackError (exit code 1); then none is
    in the file."""
    lines = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
    try:
        with _opened(folder) as file:
            end = os.lseek(file, 0, os.SEEK_END)
            torn = end > 0 and os.pread(file, 1, end - 1) != b"\n"
            try:
                _write(file, b"\n" + lines if torn else lines)
                os.fsync(file)
                if not end:
                    sync_folder(folder)
            except OSError:
                os.ftruncate(file, end)
                raise
    except OSError as error:
        raise FeedbackError(
            f"Cannot write {folder / NAME}: {error.strerror}. Nothing was erased; without this "
            "list a restored backup would bring it back (FEEDBACK_BACKUPS names the folder).",
            exit_code=1,
        ) from error


def read(folder: Path) -> Iterator[Entry]:
    """Every whole line, oldest first; none where there is no file."""
    try:
        lines = (folder / NAME).read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise FeedbackError(
            f"Cannot read {folder / NAME}: {error.strerror}.", exit_code=1
        ) from error
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError:  # torn, or empty
            continue


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # another process may be writing
        yield file
    finally:
        os.close(file)


def _write(file: int, text: bytes) -> None:
    while text:
        text = text[os.write(file, text) :]
