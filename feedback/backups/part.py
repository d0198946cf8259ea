"""A file that is there whole or not at all: written beside its name, synced, then renamed.

What a killed run left goes at the next one into that folder. While somebody writes it is locked.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from feedback.errors import FeedbackError
from feedback.private import BESIDE, MODE, sync_folder

END = ".feedback-part"  # nobody else's files are called so
# What SQLite makes beside a database while it is prepared.
SIDES = ("-wal", "-shm", "-journal")


@contextmanager
def whole_file(path: Path, *, over: bool = False) -> Iterator[tuple[Path, BinaryIO]]:
    """The place to write to, and its file. When the block ends it becomes `path`, synced; when it
    raises it is gone. over: replace what stands there.

    Raises FeedbackError in one line: the name is taken, the folder is not there, the disk is full.
    """
    part = path.with_name(path.name + END)
    try:
        sweep(path.parent)
        with part.open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = part.stat().st_ino == os.fstat(file.fileno()).st_ino
            except (BlockingIOError, FileNotFoundError):
                is_ours = False
            if not is_ours:  # locked, or swept by another run before this one had locked it
                raise FeedbackError(f"Another run writes {path} just now.", exit_code=1)
            try:
                os.fchmod(file.fileno(), MODE)
                file.truncate(0)
                yield part, file
                file.flush()
                os.fsync(file.fileno())
                _rename(part, path, over=over)
                sync_folder(path.parent)
            except BaseException:
                remove(part)
                raise
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: Path, error: OSError) -> FeedbackError:
    if error.errno == errno.ENOSPC:
        said = f"The disk of {path.parent} is full; nothing was left there"
    else:
        said = f"Cannot write {path}: {os.strerror(error.errno or 0)}"
    return FeedbackError(f"{said}.", exit_code=1)


def _rename(part: Path, path: Path, *, over: bool) -> None:
    if over:
        part.rename(path)
        return
    try:  # whoever made one of that name meanwhile keeps it
        os.link(part, path)
    except FileExistsError:
        raise taken(path) from None
    except OSError:  # a file system without links
        if path.exists():
            raise taken(path) from None
        part.rename(path)
    else:
        part.unlink()


def taken(path: Path) -> FeedbackError:
    return FeedbackError(f"{path} is there already. Choose another name, or say --replace.")


def remove(part: Path) -> None:
    for end in ("", *SIDES):
        part.with_name(part.name + end).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what runs that were killed left in this folder."""
    for left in folder.glob(f"*{END}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(left)


def is_of_database(path: Path, database: Path | None) -> bool:
    """Whether this is the database's own file, by whatever name, or one that lies beside it."""
    if database is None:
        return False
    own = [database.with_name(database.name + end) for end in BESIDE]
    return any(
        path.resolve() == each.resolve()
        or (path.exists() and each.exists() and path.samefile(each))
        for each in own
    )
